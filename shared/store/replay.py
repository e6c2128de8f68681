"""What is replayed: events of a shop, and messages that nobody could handle. Runs inside an account; times are UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.rows import dict_row

from shared.store.sql import query

R = TypeVar("R")

#: Events that are read at a time.
PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    id: int
    received_at: datetime
    #: The webshop's id, and what kind of one it is ("woocommerce").
    system: int
    system_kind: str
    origin: str
    kind: str
    topic: str
    delivery_id: str
    #: None where it names nothing.
    source_type: str | None
    source_id: str | None
    source_number: str | None
    source_modified_at: datetime | None
    reason: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Events by when they came, from `since` until before `before`, and by the order's number or id; None: all."""

    since: datetime | None = None
    before: datetime | None = None
    numbers: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A transfer of what an event told of; `state` and `reason` as the table has them."""

    id: int
    connection: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that nobody could handle, as the store marked it; `words` are its ids and names."""

    id: str
    queue: str
    words: Mapping[str, Any]
    error: str
    died_at: datetime
    transfer: int | None


def events_of_shop(connection: Connection, system: int, which: Which, *, after: int) -> list[StoredEvent]:
    """The next ones behind the event of that id, at most PAGE of them; none behind the last."""
    values = {
        "system": system,
        "since": which.since,
        "before": which.before,
        "numbers": list(which.numbers) if which.numbers is not None else None,
        "after": after,
        "most": PAGE,
    }
    return _all(connection, "events_of_shop", StoredEvent, values)


def event(connection: Connection, event: int) -> StoredEvent | None:
    found = _all(connection, "event", StoredEvent, {"event": event})
    return found[0] if found else None


def transfers_of(connection: Connection, event: StoredEvent) -> list[Raised]:
    return _all(connection, "transfers_of_event", Raised, _source(event))


def replay(connection: Connection, event: StoredEvent, *, is_fresh: bool, detail: str) -> list[Raised]:
    """What the event told of goes once more: with what is stored of it, or, `is_fresh`, as the shop has it now.

    Where no connection had it yet, each that moves its kind takes it up; the shop is asked then, whatever was wished.
    `detail`: who replays, and what, for the transfer's history. Empty where no connection moves it.
    """
    if not transfers_of(connection, event):
        values = {**_source(event), "event": event.id, "source_number": event.source_number}
        connection.execute(query("raise_from_event"), values)
    return _all(connection, "replay_source", Raised, {**_source(event), "is_fresh": is_fresh, "detail": detail})


def told_by_shop(connection: Connection, system: int, ids: Sequence[str]) -> set[str]:
    """Which of the orders with these ids the shop told of itself."""
    rows = connection.execute(query("told_by_shop"), {"system": system, "ids": list(ids)})
    return {str(source_id) for (source_id,) in rows}


def dead_letters(
    connection: Connection, *, queue: str | None = None, ids: Sequence[str] | None = None, most: int | None = None
) -> list[DeadLetter]:
    """Those that died last first, at most so many; one message may have died several times."""
    values = {"queue": queue, "ids": list(ids) if ids is not None else None, "most": most}
    return _all(connection, "dead_letters", DeadLetter, values)


def revive(connection: Connection, transfers: Sequence[int]) -> int:
    """Those that failed because nobody could handle their message wait again; how many that were."""
    return connection.execute(query("revive_dead"), {"transfers": list(transfers)}).rowcount


def _source(event: StoredEvent) -> Mapping[str, Any]:
    return {"system": event.system, "source_type": event.source_type, "source_id": event.source_id}


def _all(connection: Connection, name: str, kind: type[R], values: Mapping[str, Any]) -> list[R]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query(name), values).fetchall()
    return [kind(**{key: _in_utc(value) for key, value in row.items()}) for row in rows]


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
