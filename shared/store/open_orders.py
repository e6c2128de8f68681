"""What a recheck asks of the store: which orders are open, which were sent, which are known. Runs inside an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

from shared.domain.recheck import BELIEVED_GONE, SETTLED, SHARES, Window
from shared.store.sql import query


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """`id` is its transfer's. `total`, gross in `currency`: what the books answered with; None where they did not."""

    id: int
    source_id: str
    number: str
    total: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class SeenOrder:
    #: When the shop said that it was made; None where it never did.
    made_at: datetime | None
    is_believed_gone: bool


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """One that is not in the books and may still go. `last_reason`, `says`: of its last try that came to an end."""

    connection: str
    number: str
    state: str
    reason: str
    #: When it was made, as far as the shop said; else since when it is known.
    since: datetime
    last_reason: str
    says: str


@dataclass(frozen=True, slots=True)
class LastRecheck:
    began_at: datetime | None
    ended_at: datetime | None
    #: Why it did not come to its end; empty where it did.
    problem: str
    report: Mapping[str, Any] | None
    is_going: bool | None


def to_recheck(
    connection: Connection,
    of: int,
    *,
    since: datetime,
    until: datetime,
    start: datetime | None,
    after: int = 0,
    most: int,
) -> list[StoredOrder]:
    """Open orders that were first heard of in [since, until) and made since `start`; behind the transfer `after`."""
    values = {
        "connection": of,
        "since": since,
        "until": until,
        "start": start,
        "after": after,
        "most": most,
        "settled": list(SETTLED),
    }
    with connection.cursor(row_factory=class_row(StoredOrder)) as cursor:
        return cursor.execute(query("orders_to_recheck"), values).fetchall()


def sent(
    connection: Connection, of: int, *, since: datetime, until: datetime, after: int = 0, most: int
) -> list[StoredOrder]:
    """Orders whose document was made in [since, until) and that are not believed gone; those behind `after`."""
    values = {
        "connection": of,
        "since": since,
        "until": until,
        "after": after,
        "most": most,
        "gone": list(BELIEVED_GONE),
    }
    with connection.cursor(row_factory=class_row(StoredOrder)) as cursor:
        return cursor.execute(query("sent_to_recheck"), values).fetchall()


def settled(
    connection: Connection, of: int, made: Window, *, sent_since: datetime, share: int, after: int, most: int
) -> list[StoredOrder]:
    """One of `SHARES` of the orders made in the window that are neither open, nor on their way, nor sent since."""
    values = {
        "connection": of,
        "made_after": made.after,
        "made_before": made.before,
        "sent_since": sent_since,
        "shares": SHARES,
        "share": share % SHARES,
        "after": after,
        "most": most,
        "gone": list(BELIEVED_GONE),
        "settled": list(SETTLED),
    }
    with connection.cursor(row_factory=class_row(StoredOrder)) as cursor:
        return cursor.execute(query("settled_to_verify"), values).fetchall()


def made(
    connection: Connection, of: int, window: Window, *, just_gone: Sequence[str], just_back: Sequence[str]
) -> set[str]:
    """The ids of those that were made in the window and are not believed gone.

    `just_gone`, `just_back`: found out a moment ago, and perhaps not handled by the line yet.
    """
    values = {
        "connection": of,
        "after": window.after,
        "before": window.before,
        "just_gone": list(just_gone),
        "just_back": list(just_back),
        "gone": list(BELIEVED_GONE),
    }
    return {source_id for (source_id,) in connection.execute(query("orders_made"), values)}


def seen(connection: Connection, of: int, ids: Sequence[str]) -> Mapping[str, SeenOrder]:
    """Those of the ids that the connection knows."""
    values = {"connection": of, "ids": list(ids), "gone": list(BELIEVED_GONE)}
    return {source_id: SeenOrder(*rest) for source_id, *rest in connection.execute(query("seen_orders"), values)}


def date(connection: Connection, of: int, made_at: Mapping[str, datetime]) -> None:
    """By id: when these orders of the connection's shop were made."""
    values = {"connection": of, "ids": list(made_at), "moments": list(made_at.values())}
    connection.execute(query("date_orders"), values)


def by_end(connection: Connection, of: int, ids: Sequence[str]) -> Mapping[str, int]:
    """How many of them are "in_books", and of the others how many have which reason."""
    rows = connection.execute(query("orders_by_end"), {"connection": of, "ids": list(ids)})
    return {str(end): int(count) for end, count in rows}


def start(connection: Connection, of: int) -> tuple[int, datetime] | None:
    """Makes the recheck due now: (schedule, due); None while one goes on, or is about to, elsewhere."""
    row = connection.execute(query("start_recheck"), {"connection": of}).fetchone()
    return (int(row[0]), row[1]) if row is not None else None


def last(connection: Connection, of: int) -> LastRecheck | None:
    """None for a connection that has no rechecks."""
    with connection.cursor(row_factory=class_row(LastRecheck)) as cursor:
        return cursor.execute(query("last_recheck"), {"connection": of}).fetchone()


def listed(connection: Connection, through: str | None, *, most: int) -> tuple[list[OpenOrder], Mapping[str, int]]:
    """Open orders, those that came first first, at most so many; and how many there are in all by reason.

    `through`: the name of their connection; None: all there are.
    """
    values = {"connection": through, "most": most, "settled": list(SETTLED)}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("open_orders"), values).fetchall()
    counts: Mapping[str, int] = rows[0]["counts"] if rows else {}
    return [OpenOrder(**{name: row[name] for name in row if name != "counts"}) for row in rows], counts
