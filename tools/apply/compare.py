"""Compares one account of the file with the store. What cannot be changed is complained about, with what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from psycopg import Connection
from pydantic import BaseModel, ValidationError

from connectors.registry import accounting
from shared.domain.settings import OrderSettings
from shared.sealing import Keyring, SealError
from shared.store import inventory, setup
from shared.store.inventory import Inventory, StoredAccount, StoredConnection, StoredSystem
from tools.apply.complaints import Complaints, Where
from tools.apply.credentials import is_secret, opened
from tools.apply.own_choices import wrong
from tools.apply.plan import AccountPlan, Act, ConnectionStep, SystemStep
from tools.apply.settings import settle
from tools.apply.wish import WishedAccount, WishedConnection, WishedSystem
from tools.cli.texts import moment


class _Named(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


def the_one(name: str, stored: Iterable[N], what: str, where: Where, complaints: Complaints) -> N | None:
    """The one of that name; complains where there are several."""
    found = [one for one in stored if one.name == name]
    if len(found) > 1:
        ids = ", ".join(str(one.id) for one in found)
        complaints.add(where, f"the store has {len(found)} {what} of this name (ids {ids}): rename all but one of them")
    return found[0] if found else None


class Comparison:
    """Of one account. `left_alone` grows while it compares."""

    def __init__(self, wished: WishedAccount, stored: StoredAccount | None, there: Inventory, complaints: Complaints):
        self._wished = wished
        self._stored = stored
        self._there = there
        self._complaints = complaints
        self.left_alone: list[str] = []

    def plan(self, connection: Connection | None, keyring: Keyring) -> AccountPlan:
        """`connection`: inside the account; None where that is new."""
        systems = {name: self._system(one, connection, keyring) for name, one in self._wished.systems.items()}
        connections = {name: self._connection(one, systems) for name, one in self._wished.connections.items()}
        self._leave("systems", self._there.systems, self._wished.systems)
        self._leave("connections", self._there.connections, self._wished.connections)
        account = None if self._stored is None else self._stored.id
        log_days, changes = self._log_days(connection)
        return AccountPlan(self._wished.name, account, systems, connections, log_days=log_days, changes=changes)

    def _log_days(self, connection: Connection | None) -> tuple[int | None, Sequence[str]]:
        """What is to be saved, and how it is told."""
        wished = self._wished.log_days
        if wished is None or connection is None:
            return wished, ()
        stored = inventory.log_days(connection)
        return (None, ()) if stored == wished else (wished, [f"log_days: {stored} -> {wished}"])

    def _leave(self, what: str, stored: Sequence[_Named], named: Mapping[str, object]) -> None:
        self.left_alone += [f"{self._wished.name}.{what}.{one.name}" for one in stored if one.name not in named]

    def _system(self, wished: WishedSystem, connection: Connection | None, keyring: Keyring) -> SystemStep:
        stored = the_one(wished.name, self._there.systems, "systems", wished.at[""], self._complaints)
        if stored is None or connection is None:
            return SystemStep(Act.CREATE, wished, None)
        if stored.kind != wished.connector.kind:
            says = f"the store's system of this name is {stored.kind}, and stays it: give the new one another name"
            self._complaints.add(wished.at["kind"], says)
            return SystemStep(Act.NOTHING, wished, stored.id)
        changed = _changed_credentials(connection, keyring, stored, wished.credentials)
        changes = [f"credentials: {change}" for change in changed]
        stopped = ""
        if stored.broken_at is not None:
            stopped = f"stopped since {moment(stored.broken_at)} ({stored.broken_reason})"
        return SystemStep(Act.CHANGE if changes else Act.NOTHING, wished, stored.id, changes, stopped)

    def _connection(self, wished: WishedConnection, systems: Mapping[str, SystemStep]) -> ConnectionStep:
        stored = the_one(wished.name, self._there.connections, "connections", wished.at[""], self._complaints)
        if stored is None:
            on = wished.active is True
            self._check(wished, wished.settings, systems)
            return ConnectionStep(Act.CREATE, wished, None, wished.settings, True, on, switches=on)
        self._check_ends(wished, stored, systems)
        on = stored.active if wished.active is None else wished.active
        books = accounting(systems[wished.target].wished.connector.kind).Settings
        try:
            settled = settle(stored.settings, wished.settings, books)
        except ValidationError as error:
            says = error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, ")
            self._complaints.add(wished.at.get("settings", wished.at[""]), f"with the stored ones together: {says}")
            return ConnectionStep(Act.NOTHING, wished, stored.id, stored.settings, False, on, switches=False)
        if settled.changes:
            self._check(wished, settled.settings, systems)
        path = f"{self._wished.name}.connections.{wished.name}.settings"
        self.left_alone += [f"{path}.{name}" for name in settled.kept]
        switches = on != stored.active
        changes = [*settled.changes, *([f"switched {'on' if on else 'off'}"] if switches else [])]
        act = Act.CHANGE if changes else Act.NOTHING
        return ConnectionStep(
            act, wished, stored.id, settled.settings, bool(settled.changes), on, switches=switches, changes=changes
        )

    def _check(self, wished: WishedConnection, settings: Mapping[str, Any], systems: Mapping[str, SystemStep]) -> None:
        """What is about to be saved; the file may name only a part of it."""
        books = accounting(systems[wished.target].wished.connector.kind)
        for one in wrong(books, OrderSettings.model_validate(settings)):
            says = one.says if one.at[0] in wished.settings else f"{one.setting}: {one.says}"
            self._complaints.add(wished.where(one.at), says)

    def _check_ends(
        self, wished: WishedConnection, stored: StoredConnection, systems: Mapping[str, SystemStep]
    ) -> None:
        names = {system.id: system.name for system in self._there.systems}
        then = "it cannot be changed: switch this one off, and give the new one another name"
        if stored.kind != wished.kind:
            self._complaints.add(wished.at["kind"], f"is {stored.kind} in the store, and {then}")
        for key, name, end in (("from", wished.source, stored.source), ("to", wished.target, stored.target)):
            if systems[name].id != end:
                self._complaints.add(wished.at[key], f"is {names.get(end, 'another')!r} in the store, and {then}")


def _changed_credentials(
    connection: Connection, keyring: Keyring, stored: StoredSystem, wished: BaseModel
) -> Sequence[str]:
    """Which fields change; values only of those that are no secret."""
    try:
        before = setup.read_credentials(connection, keyring, stored.id)
    except LookupError:
        return ["it has none yet"]
    except SealError:
        return ["the stored ones cannot be opened with these SHOPLEDGER_SECRET_KEYS, and are replaced"]
    with contextlib.suppress(ValidationError):
        before = opened(type(wished).model_validate(before))
    after, fields = opened(wished), type(wished).model_fields
    changes = []
    for name in [*fields, *(name for name in before if name not in fields)]:
        old, new = before.get(name), after.get(name)
        if old != new and (name not in fields or is_secret(fields[name])):
            changes.append(name)
        elif old != new:
            changes.append(f"{name}: {old or 'none'} -> {new or 'none'}")
    return changes
