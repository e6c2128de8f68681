"""When jobs come, as who owns the shop sees it and has it changed. All of it runs inside an account; times are UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from shared.store.schedules import Due
from shared.store.sql import query

#: Seconds after which somebody should long have come: schedulers look every second, workers take over within minutes.
LATE = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`name` is the connection's, or the system's for a job about all of it."""

    #: What the scheduler plans it by.
    plan: Due
    name: str
    system: str
    is_running: bool
    #: Of the latest run; None where there was none, and as long as it goes on.
    began_at: datetime | None
    ended_at: datetime | None
    found: int
    sent: int
    skipped: int
    failed: int
    #: Why it did not come to its end, and since when none did.
    problem: str
    troubled_since: datetime | None
    report: Mapping[str, Any] | None = field(repr=False)
    paused_at: datetime | None
    paused_why: str | None
    #: It is late, since no scheduler leads, or since no worker takes its message.
    nobody_emits: bool
    nobody_takes: bool


def listed(connection: Connection) -> Sequence[Listed]:
    """Every job of the account, those about all of a shop before those of its connections."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("look_schedules"), {"late": LATE}).fetchall()
    return [_listed(row) for row in rows]


def at_once(connection: Connection, schedule: int) -> bool:
    """It is due now. False for one that is paused."""
    return _found(connection, "schedule_now", {"schedule": schedule})


def pause(connection: Connection, schedule: int, why: str) -> None:
    """A run that is going comes to its next stop; none is begun until it is resumed, nor by a message under way."""
    connection.execute(query("pause_schedule"), {"schedule": schedule, "why": why})


def resume(connection: Connection, schedule: int) -> bool:
    """It is planned anew, and what was put down goes on at once. False for one that is not paused."""
    return _found(connection, "resume_schedule", {"schedule": schedule})


def _found(connection: Connection, name: str, values: Mapping[str, Any]) -> bool:
    return connection.execute(query(name), values).fetchone() is not None


def _listed(row: Mapping[str, Any]) -> Listed:
    plan = {one.name for one in fields(Due)}
    values: dict[str, Any] = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.items()
    }
    values["is_running"] = bool(values["is_running"])
    return Listed(
        plan=Due(**{name: values[name] for name in plan}),
        **{name: value for name, value in values.items() if name not in plan},
    )
