"""What an operator reads of an account: its transfers, the whole story of one order, and the state of its systems.

All of it runs inside an account and changes nothing. Times are UTC, totals gross in the currency beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.rows import dict_row

from shared.store.sql import query

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """None lets everything through. `order` is the number that people see, the shop's own id where there is none."""

    connection: str | None = None
    order: str | None = None
    states: Sequence[str] | None = None
    reason: str | None = None
    #: Changed then or later.
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One line of the list, with the document that lives, if there is one."""

    id: int
    connection: str
    source_type: str
    source_id: str
    source_number: str | None
    state: str
    reason: str
    updated_at: datetime
    document_kind: str | None
    document_state: str | None
    document_place: str | None
    document_number: str | None
    document_sent: bool
    #: Of the document.
    currency: str | None
    total: Decimal | None
    #: The order as it was read last; only where there is no document.
    normalised: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order on its way through one connection, with what may be in its way."""

    id: int
    connection: str
    source_id: str
    source_number: str | None
    #: What was asked for is its number; else it is only the shop's id of it.
    by_number: bool
    state: str
    reason: str
    version: int
    handled_version: int
    owner_asked: bool
    #: He wants it to go, whatever the rules say.
    is_waived: bool
    #: In his words; None where he does not want it left alone.
    ignored_why: str | None
    failures: int
    next_attempt_at: datetime | None
    created_at: datetime
    updated_at: datetime
    source_modified_at: datetime | None
    is_on: bool
    was_on: bool
    #: The connection that it was routed by, where its shop has several; None before that.
    goes_by: str | None
    source_system: int
    source: str
    source_kind: str
    source_is_on: bool
    #: The code of what broke it.
    source_broken: str | None
    source_rests_until: datetime | None
    target_system: int
    target: str
    target_kind: str
    target_is_on: bool
    target_broken: str | None
    target_rests_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    id: int
    kind: str
    state: str
    place: str | None
    number: str | None
    reference: str
    generation: int
    #: Who made it: "sent" by us; by somebody else, and then "linked" or "adopted".
    origin: str
    is_to_be_booked: bool
    #: The document whose place it takes.
    supersedes: int | None
    currency: str | None
    #: What the order says, and what the books came to.
    total: Decimal | None
    answered_total: Decimal | None
    first_sent_at: datetime | None
    last_sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A word of the owner, `act` as the table names it; or a bulk run that it was part of, with `act` "run"."""

    at: datetime
    act: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One thing that happened in a try; the last one is `ended`. An original without a body is its event's."""

    stage: str
    at: datetime
    event_id: int | None
    outcome: str | None
    reason: str | None
    #: In bytes.
    size: int | None
    #: None, too, where bodies were not asked for; those of `normalised` and `ended` always come.
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    id: int
    started_at: datetime
    version: int
    settings_version: int
    stages: Sequence[Stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: int
    received_at: datetime
    origin: str
    kind: str
    topic: str
    delivery_id: str
    source_number: str | None
    source_modified_at: datetime | None
    reason: str
    size: int
    body: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    id: int
    name: str
    kind: str
    role: str
    active: bool
    broken_reason: str | None
    broken_at: datetime | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState:
    name: str
    kind: str
    source: str
    target: str
    active: bool
    active_since: datetime | None
    settings_version: int
    #: How many transfers are in each state.
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    system: str
    code: str
    detail: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Names:
    """What a filter can name in an account."""

    connections: Sequence[str]
    reasons: Sequence[str]


def transfers(connection: Connection, wanted: Filter, *, most: int) -> tuple[list[Transfer], Mapping[str, int]]:
    """At most so many, those that changed last first; and how many the filter leaves in each state."""
    values = {
        "connection": wanted.connection,
        "order": wanted.order,
        "states": list(wanted.states) if wanted.states else None,
        "reason": wanted.reason,
        "since": wanted.since,
        "most": most,
    }
    rows = _rows(connection, "look_transfers", values)
    counts: Mapping[str, int] = rows[0]["counts"] if rows else {}
    return [Transfer(**{key: row[key] for key in row if key != "counts"}) for row in rows], counts


def orders(connection: Connection, order: str, *, through: str | None = None) -> list[Order]:
    """By number or by the shop's id, in every connection, or in the one of that name."""
    return _all(connection, "look_order", Order, {"order": order, "connection": through})


def documents(connection: Connection, transfer: int) -> list[Document]:
    return _all(connection, "look_documents", Document, {"transfer": transfer})


def said(connection: Connection, transfer: int) -> list[Said]:
    return _all(connection, "look_acts", Said, {"transfer": transfer})


def attempts(connection: Connection, transfer: int, *, bodies: bool) -> list[Attempt]:
    """Oldest first, each with its stages as they happened."""
    rows = _rows(connection, "look_attempts", {"transfer": transfer, "bodies": bodies})
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["attempt"], []).append(row)
    return [_attempt(of_one) for of_one in found.values()]


def events(connection: Connection, order: Order, *, bodies: bool) -> list[Event]:
    values = {"system": order.source_system, "source_id": order.source_id, "bodies": bodies}
    return _all(connection, "look_events", Event, values)


def systems(connection: Connection) -> list[System]:
    return _all(connection, "look_systems", System)


def connections(connection: Connection) -> list[ConnectionState]:
    return _all(connection, "look_connections", ConnectionState)


def alarms(connection: Connection) -> list[Alarm]:
    return _all(connection, "look_alarms", Alarm)


def names(connection: Connection) -> Names:
    return _all(connection, "look_names", Names)[0]


def _attempt(rows: Sequence[Mapping[str, Any]]) -> Attempt:
    first = rows[0]
    fields = ("stage", "at", "event_id", "outcome", "reason", "size", "body")
    return Attempt(
        id=first["attempt"],
        started_at=first["started_at"],
        version=first["version"],
        settings_version=first["settings_version"],
        stages=[Stage(**{name: row[name] for name in fields}) for row in rows if row["stage"] is not None],
    )


def _all(connection: Connection, name: str, kind: type[R], values: Mapping[str, Any] | None = None) -> list[R]:
    return [kind(**row) for row in _rows(connection, name, values)]


def _rows(connection: Connection, name: str, values: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query(name), values).fetchall()
    return [{key: _in_utc(value) for key, value in row.items()} for row in rows]


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
