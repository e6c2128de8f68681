"""`shopledger accounts`: who uses this, which systems and connections they have, and what is wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors.registry import installed
from shared.store import inventory, look
from shared.store.inventory import StoredAccount
from shared.store.look import Alarm, ConnectionState, System
from tools.cli.page import Page
from tools.cli.place import Place
from tools.cli.texts import many, moment
from tools.look.words import by_state, is_later


@dataclass(frozen=True, slots=True)
class Overview:
    account: StoredAccount
    systems: Sequence[System]
    connections: Sequence[ConnectionState]
    alarms: Sequence[Alarm]
    #: So many days of what is in the books it sees.
    log_days: int

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account.name,
            "active": self.account.active,
            "log_days": self.log_days,
            "systems": [asdict(system) for system in self.systems],
            "connections": [asdict(connection) for connection in self.connections],
            "alarms": [asdict(alarm) for alarm in self.alarms],
        }


def overviews(place: Place) -> list[Overview]:
    found = []
    for account in inventory.accounts(place.database):
        with place.database.account(account.id) as c:
            days = inventory.log_days(c)
            found.append(Overview(account, look.systems(c), look.connections(c), look.alarms(c), days))
    return found


def show_overviews(found: Sequence[Overview]) -> None:
    page = Page()
    if not found:
        page.line("There is no account yet: `shopledger apply FILE` makes what your file names.")
    for number, overview in enumerate(found):
        if number:
            page.line()
        _show(page, overview)


def _show(page: Page, overview: Overview) -> None:
    is_off = "" if overview.account.active else " (switched off)"
    page.line(f"{overview.account.name}{is_off}", style="bold")
    for system in overview.systems:
        connector = installed().get(system.kind)
        title = connector.title if connector is not None else system.kind
        page.pair(system.role, f"{system.name} ({title}), {_health(system)}", style=_style(system))
    for connection in overview.connections:
        _connection(page, connection)
    page.pair("log", f"{overview.log_days} days of what is in the books; all of what is not")
    for alarm in overview.alarms:
        _alarm(page, alarm)


def _health(system: System) -> str:
    if not system.active:
        return "switched off"
    if system.broken_at is not None:
        return f"stopped since {moment(system.broken_at)}: it does not let us in ({system.broken_reason})"
    if is_later(system.rests_until) and system.rests_until is not None:
        return f"had trouble, rests until {moment(system.rests_until)}"
    return "in use"


def _style(system: System) -> str:
    return "bold red" if system.broken_at is not None else ""


def _connection(page: Page, connection: ConnectionState) -> None:
    on = "on" if connection.active else "off"
    page.pair(
        "connection", f"{connection.name}: {connection.kind} from {connection.source} to {connection.target}, {on}"
    )
    page.pair("", by_state(connection.counts) or "no transfers yet")


def _alarm(page: Page, alarm: Alarm) -> None:
    since = f"{alarm.system}, since {moment(alarm.first_at)}, {many(alarm.count, 'time')}"
    page.pair("ALARM", f"{alarm.code} ({since}): {alarm.detail}".removesuffix(": "), style="bold red")
