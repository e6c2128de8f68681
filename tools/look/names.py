"""What a filter names: accounts, connections, reasons, states, a time. Whoever mistypes is told what there is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import click

from shared.domain.reasons import REASONS
from shared.store import inventory, look
from shared.store.inventory import StoredAccount
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.words import there_are
from tools.look.words import STATES

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class State(click.ParamType[str]):
    name = "state"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in STATES:
            self.fail(unknown("state", value, STATES), param, ctx)
        return value


class Id(click.ParamType[int]):
    """A number that we gave: `of` "a run", `listed` says where such numbers stand."""

    name = "id"

    def __init__(self, of: str, listed: str) -> None:
        self._of = of
        self._listed = listed

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if re.fullmatch(r"[0-9]{1,18}", str(value)) is None:
            self.fail(f"{value!r} is no number of {self._of}: {self._listed}", param, ctx)
        return int(value)


class Since(click.ParamType[datetime]):
    """A time that is past: so long ago, or a day or a moment of the local zone."""

    name = "time"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        ago = re.fullmatch(r"(\d+)([mhd])", value)
        try:
            if ago is not None:
                return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            return datetime.fromisoformat(value).astimezone()
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no time; write 30m, 2h or 3d for so long ago, or a day like 2026-11-01", param, ctx
            )


def unknown(what: str, name: str, known: Collection[str], *, also: Collection[str] = ()) -> str:
    return f"there is no {what} {name!r}{there_are(name, known, also=also)}"


def accounts_named(place: Place, name: str | None) -> list[StoredAccount]:
    """All accounts, or those of that name. Raises Problem."""
    all_of_them = inventory.accounts(place.database)
    found = [account for account in all_of_them if name in (None, account.name)]
    if name is not None and not found:
        raise Problem(unknown("account", name, [account.name for account in all_of_them]), Exit.FOUND_TROUBLE)
    return found


def check_names(
    place: Place, among: Sequence[StoredAccount], *, connection: str | None, reason: str | None = None
) -> None:
    """Raises Problem for a connection or a reason that none of these accounts can have."""
    if connection is None and reason is None:
        return
    connections: dict[str, None] = {}
    reasons: dict[str, None] = {}
    for account in among:
        with place.database.account(account.id) as c:
            there = look.names(c)
        connections |= dict.fromkeys(there.connections)
        reasons |= dict.fromkeys(there.reasons)
    if connection is not None and connection not in connections:
        raise Problem(unknown("connection", connection, connections), Exit.FOUND_TROUBLE)
    if reason is not None and reason not in reasons and reason not in REASONS:
        raise Problem(unknown("transfer with the reason", reason, reasons, also=REASONS), Exit.FOUND_TROUBLE)
