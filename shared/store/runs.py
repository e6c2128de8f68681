"""Bulk runs as a command sees them. All run inside an account; see `shared.store.run_work` for who works on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from shared.domain.bulk import USUAL_SHARE, Outcome, Pace, RunKind, RunState, pace
from shared.store.sql import query

Wish = Literal["pause", "resume", "cancel"]

#: Seconds over which it is measured how fast a run goes.
MEASURED = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    id: int
    connection: str
    kind: RunKind
    what: str
    filter: Mapping[str, Any]
    created_by: str
    created_at: datetime
    state: RunState
    is_dry: bool
    #: What the dry run before it said; None where there was none.
    forecast: Mapping[str, Any] | None = field(repr=False)
    #: Orders that it is about; None as long as nobody knows.
    total: int | None
    #: Those that it has come to so far, and those of them that have ended.
    items: int
    done: int
    already: int
    skipped: int
    failed: int
    cancelled: int
    share: float
    problem: str
    began_at: datetime | None
    ended_at: datetime | None
    #: Each with at, wish and by.
    steered: Sequence[Mapping[str, Any]]
    cursor: Mapping[str, Any] = field(repr=False)
    in_last_minute: int
    #: Since it began.
    seconds: float | None

    @property
    def ended(self) -> int:
        return self.done + self.already + self.skipped + self.failed + self.cancelled

    @property
    def counts(self) -> dict[Outcome, int]:
        return {
            "done": self.done,
            "already": self.already,
            "skipped": self.skipped,
            "failed": self.failed,
            "cancelled": self.cancelled,
        }

    @property
    def pace(self) -> Pace:
        """Over the last minute."""
        seconds = min(MEASURED, self.seconds or 0.0)
        return pace(ended=self.ended, total=self.total, in_last=self.in_last_minute, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An order of a run. `outcome` None: nobody knows yet; `state` is the transfer's now, None where there is none."""

    source_id: str
    number: str
    outcome: Outcome | None
    #: Of the transfer when it ended.
    reason: str
    added_at: datetime
    ended_at: datetime | None
    state: str | None
    reason_now: str | None
    transfer: int | None


def open_run(
    connection: Connection,
    *,
    through: int,
    kind: RunKind,
    what: str,
    filter: Mapping[str, Any],
    by: str,
    share: float = USUAL_SHARE,
    is_dry: bool = False,
) -> int:
    """A run that is being counted, of the connection `through`. Raises psycopg's CheckViolation for an empty filter."""
    values = {"connection": through, "kind": kind, "what": what, "filter": Jsonb(filter), "by": by}
    row = connection.execute(query("open_run"), {**values, "share": share, "is_dry": is_dry}).fetchone()
    assert row is not None
    return int(row[0])


def ready(
    connection: Connection, run: int, *, forecast: Mapping[str, Any] | None = None, total: int | None = None
) -> RunState | None:
    """It was counted: it begins, or has ended where it is dry. None where it is not being counted (any more)."""
    values = {"run": run, "forecast": Jsonb(forecast) if forecast is not None else None, "total": total}
    row = connection.execute(query("ready_run"), values).fetchone()
    return row[0] if row is not None else None


def steer(connection: Connection, run: int, wish: Wish, *, by: str) -> RunState | None:
    """The state that it has now; None where that cannot be: there is none, or it has ended."""
    row = connection.execute(query("steer_run"), {"run": run, "wish": wish, "by": by}).fetchone()
    return row[0] if row is not None else None


def listed(connection: Connection, *, through: str | None = None, most: int = 100) -> list[StoredRun]:
    """Newest first; `through`: only of the connection of that name."""
    return _stored(connection, {"run": None, "connection": through, "most": most})


def stored(connection: Connection, run: int) -> StoredRun | None:
    """As it is now, with what has ended since its worker looked last."""
    connection.execute(query("settle_run"), {"run": run})
    return next(iter(_stored(connection, {"run": run, "connection": None, "most": 1})), None)


def items(connection: Connection, run: int, *, outcome: Outcome | None = None, most: int = 1000) -> list[Item]:
    """In the order in which they came."""
    values = {"run": run, "outcome": outcome, "most": most}
    with connection.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(query("items_of_run"), values).fetchall()


def _stored(connection: Connection, values: Mapping[str, Any]) -> list[StoredRun]:
    with connection.cursor(row_factory=class_row(StoredRun)) as cursor:
        return cursor.execute(query("stored_runs"), values).fetchall()
