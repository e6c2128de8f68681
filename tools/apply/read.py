"""Reads the file: all of its problems at once, or the wish."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from connectors.accounting import Accounting
from connectors.base import Connector, Webshop
from connectors.registry import UnknownConnector, connector, installed
from shared.domain.settings import OrderSettings
from tools.apply.complaints import Complaints, Where
from tools.apply.credentials import Sources, read_credentials
from tools.apply.spots import Spot, judged
from tools.apply.tree import read_tree
from tools.apply.wish import Wish, WishedAccount, WishedConnection, WishedSystem
from tools.cli.problems import Exit, Problem
from tools.cli.words import did_you_mean, there_are

#: What can be moved, with the role of the system it comes from and of the one it goes to.
KINDS: Mapping[str, tuple[type[Connector], type[Connector]]] = {"orders": (Webshop, Accounting)}
#: Days of what is in the books that an account may choose to see.
LOG_DAYS = range(30, 1831)

_ROLES = {Webshop: "a webshop", Accounting: "an accounting system"}


def read_wish(path: Path, environment: Mapping[str, str]) -> Wish:
    """`-` is the standard input. Paths of secrets begin in the file's folder. Raises Problem."""
    if str(path) == "-":
        return parse_wish(sys.stdin.buffer.read(), "standard input", Sources(environment, Path.cwd()))
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file", Exit.WRONG_FILE) from None
    except PermissionError:
        raise Problem(f"{path}: this user may not read it: give it the right to", Exit.NO_PERMISSION) from None
    except IsADirectoryError:
        raise Problem(f"{path}: is a folder: name the file in it", Exit.WRONG_FILE) from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", Exit.WRONG_FILE) from None
    return parse_wish(raw, str(path), Sources(environment, path.parent))


def parse_wish(raw: bytes, source: str, sources: Sources) -> Wish:
    """`source`: what people call the file. Raises Problem with a line for each problem."""
    complaints = Complaints(source)
    accounts: dict[str, WishedAccount] = {}
    tree = read_tree(_decoded(raw, complaints), complaints)
    if tree is None:
        complaints.raise_any()
        complaints.add(Where(1, ()), "is empty: it begins with accounts:")
    else:
        fields = Spot(tree, Where(tree.line, ()), complaints).fields("the file", required=["accounts"])
        named = fields["accounts"].named("accounts") if fields else {}
        accounts = {name: _account(name, spot, sources) for name, spot in named.items()}
        if fields and not named:
            fields["accounts"].complain("names no account")
    complaints.raise_any()
    return Wish(source, accounts)


def _decoded(raw: bytes, complaints: Complaints) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        complaints.add(Where(raw.count(b"\n", 0, error.start) + 1, ()), "is not UTF-8 text: save it as UTF-8")
        complaints.raise_any()
        raise


def _account(name: str, spot: Spot, sources: Sources) -> WishedAccount:
    fields = spot.fields("an account", required=["systems"], optional=["log_days", "connections"])
    log_days = _log_days(fields["log_days"]) if "log_days" in fields else None
    spots = fields["systems"].named("systems") if "systems" in fields else {}
    #: What is known of each system, also of one that cannot be read to its end.
    connectors = {system: _connector(place) for system, place in spots.items()}
    systems = {system: _system(system, place, connectors[system], sources) for system, place in spots.items()}
    connections = fields["connections"].named("connections") if "connections" in fields else {}
    wished = {connection: _connection(connection, place, connectors) for connection, place in connections.items()}
    return WishedAccount(
        name,
        {system: one for system, one in systems.items() if one is not None},
        {connection: one for connection, one in wished.items() if one is not None},
        spot.where,
        log_days,
    )


def _log_days(spot: Spot) -> int | None:
    days = spot.node.value
    if isinstance(days, int) and not isinstance(days, bool) and days in LOG_DAYS:
        return days
    spot.complain(f"is a number of days, from {LOG_DAYS.start} to {LOG_DAYS.stop - 1}")
    return None


def _at(spot: Spot) -> dict[str, Where]:
    return {"": spot.where, **{key: spot.key(key) for key in spot.node.entries}}


def _connector(spot: Spot) -> Connector | None:
    fields = spot.fields("a system", required=["kind", "credentials"])
    kind = fields["kind"].text() if "kind" in fields else None
    if kind is None:
        return None
    try:
        return connector(kind)
    except UnknownConnector as error:
        fields["kind"].complain(f"{error}{did_you_mean(kind, installed())}")
        return None


def _system(name: str, spot: Spot, found: Connector | None, sources: Sources) -> WishedSystem | None:
    if found is None or "credentials" not in spot.node.entries:
        return None
    credentials = read_credentials(spot.child("credentials"), found, sources)
    return None if credentials is None else WishedSystem(name, found, credentials, _at(spot))


def _connection(name: str, spot: Spot, systems: Mapping[str, Connector | None]) -> WishedConnection | None:
    fields = spot.fields("a connection", required=["kind", "from", "to"], optional=["active", "settings"])
    kind = fields["kind"].text() if "kind" in fields else None
    if kind is not None and kind not in KINDS:
        fields["kind"].complain(f"no kind of connection {kind[:80]!r}{there_are(kind, sorted(KINDS))}")
        kind = None
    source_role, target_role = KINDS[kind] if kind is not None else (None, None)
    source = _end(fields.get("from"), systems, source_role, f"{kind} come from")
    target = _end(fields.get("to"), systems, target_role, f"{kind} go to")
    active = fields["active"].switch() if "active" in fields else None
    settings = _settings(fields["settings"], systems.get(target or "")) if "settings" in fields else {}
    if kind is None or source is None or target is None or settings is None:
        return None
    return WishedConnection(name, kind, source, target, active, settings, _at(spot), fields.get("settings"))


def _end(
    spot: Spot | None, systems: Mapping[str, Connector | None], role: type[Connector] | None, goes: str
) -> str | None:
    """The system at one end of a connection, if it is there and of that role."""
    name = spot.text() if spot is not None else None
    if spot is None or name is None:
        return None
    if name not in systems:
        spot.complain(f"the account has no system {name[:80]!r}{there_are(name, sorted(systems))}")
        return None
    found = systems[name]
    if found is None or role is None or isinstance(found, role):
        return name
    fitting = [other for other, one in systems.items() if isinstance(one, role)]
    listed = f": {', '.join(fitting)}" if fitting else ""
    spot.complain(f"{name!r} is {_role(found)} ({found.kind}), and {goes} {_ROLES[role]}{listed}")
    return None


def _role(found: Connector) -> str:
    return next((words for role, words in _ROLES.items() if isinstance(found, role)), "no system for this")


def _settings(spot: Spot, target: Connector | None) -> dict[str, Any] | None:
    """Only what the file names. The books' own settings are those of their connector."""
    read = judged(spot, OrderSettings)
    books: BaseModel | None = None
    if "books" in spot.node.entries and isinstance(target, Accounting):
        books = judged(spot.child("books"), target.Settings)
        if books is None:
            return None
    if read is None:
        return None
    named: dict[str, Any] = read.model_dump(mode="json", exclude_unset=True)
    if books is not None:
        named["books"] = books.model_dump(mode="json", exclude_unset=True)
    # What has no order among itself is written in one.
    has_none = {field for field in named if isinstance(getattr(read, field), frozenset)}
    return {field: sorted(value) if field in has_none else value for field, value in named.items()}
