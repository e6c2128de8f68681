"""Schedules as the scheduler and the actors of jobs see them: what is due, and a run from its beginning to its end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from shared.store.claims import System
from shared.store.database import Database
from shared.store.sql import query

JobName = Literal["poll", "recheck", "webhooks"]
#: Nothing: it was begun already, or is another one by now. Off, resting: it has ended before it began.
NotBegun = Literal["nothing", "off", "resting"]


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule whose time has come, or that is to be planned: then `next_due` lies before all times."""

    schedule_id: int
    account_id: int
    system_id: int
    #: None: a job about all of the system.
    connection_id: int | None
    job: JobName
    next_due: datetime
    is_on: bool
    #: Its latest run was put down, or met a problem, and is to come again.
    is_unfinished: bool
    webhooks_work: bool
    settings: Mapping[str, Any] | None = field(repr=False)
    #: When it was asked for, by the database's clock.
    at: datetime


@dataclass(frozen=True, slots=True)
class Emitted:
    schedule_id: int
    account_id: int
    system_id: int
    connection_id: int | None
    job: JobName
    due: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one run: what the shop listed, what of it went through the door, was known already, could not be read."""

    found: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0

    def __add__(self, more: Counts) -> Counts:
        return Counts(
            self.found + more.found, self.sent + more.sent, self.skipped + more.skipped, self.failed + more.failed
        )

    @property
    def values(self) -> dict[str, int]:
        return {"found": self.found, "sent": self.sent, "skipped": self.skipped, "failed": self.failed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run in hand, with all that its work needs."""

    account: int
    schedule: int
    due: datetime
    token: uuid.UUID
    job: JobName
    connection: int | None
    connection_name: str | None
    #: As its last run, or this one before it was put down, left it.
    cursor: Mapping[str, Any]
    counts: Counts
    #: Of the connection; None for a job about all of the system.
    settings: Mapping[str, Any] | None = field(repr=False)
    active_since: datetime | None
    source: System
    webhooks_work: bool
    is_troubled: bool


def due(database: Database, *, most: int, now: datetime | None = None) -> Sequence[Due]:
    """What is due, longest due first; `now`: the database's own clock where left out. Raises DatabaseDown."""
    values = {"now": now, "most": most}
    return database.run(
        lambda c: c.cursor(row_factory=class_row(Due)).execute(query("due_schedules"), values).fetchall()
    )


def emit(database: Database, planned: Sequence[tuple[Due, datetime, bool]]) -> set[int]:
    """Plans each one's next time, and emits those with True; the ids of those to be rung. Raises DatabaseDown.

    Each due time is emitted once, whoever asks, and not while the run before is still going.
    """
    values = {
        "schedules": [one.schedule_id for one, _, _ in planned],
        "dues": [one.next_due for one, _, _ in planned],
        "nexts": [following for _, following, _ in planned],
        "runs": [runs for _, _, runs in planned],
    }
    return {of for (of,) in database.run(lambda c: c.execute(query("emit_schedules"), values).fetchall(), repeat=False)}


def forgotten(database: Database, *, older: float, most: int) -> Sequence[Emitted]:
    """Runs whose message came to nothing for so many seconds, or whose lease ran out: to be rung once more."""
    values = {"older": older, "most": most}
    return database.run(
        lambda c: c.cursor(row_factory=class_row(Emitted)).execute(query("forgotten_runs"), values).fetchall()
    )


def unring(database: Database, lost: Sequence[Emitted]) -> None:
    """Their messages surely did not arrive: each is due again, unless it was rung for once more meanwhile."""
    values = {"schedules": [one.schedule_id for one in lost], "dues": [one.due for one in lost]}
    database.one("unring_schedules", values)


def begin(database: Database, account: int, schedule: int, due: datetime, *, lease: float) -> Run | NotBegun:
    """The run in hand for `lease` seconds, or why not. Raises DatabaseDown."""
    token = uuid.uuid4()
    values = {"account": account, "schedule": schedule, "due": due, "token": token, "lease": lease}

    def ask(connection: Any) -> dict[str, Any]:
        with connection.cursor(row_factory=dict_row) as cursor:
            row: dict[str, Any] = cursor.execute(query("begin_run"), values).fetchone()
            return row

    row = database.run(ask)
    if row["verdict"] != "begun":
        verdict: NotBegun = row["verdict"]
        return verdict
    return Run(
        account=account,
        schedule=schedule,
        due=due,
        token=token,
        job=row["job"],
        connection=row["connection_id"],
        connection_name=row["connection_name"],
        cursor=row["cursor"],
        counts=Counts(*row["counts"]),
        settings=row["settings"],
        active_since=row["active_since"],
        source=System(id=row["source_system"], kind=row["source_kind"], credentials=row["source_credentials"]),
        webhooks_work=row["webhooks_work"],
        is_troubled=row["is_troubled"],
    )


def keep(database: Database, run: Run, *, lease: float, cursor: Mapping[str, Any], counts: Counts) -> bool:
    """How far it has come; makes the lease last. False for who lost it. Raises DatabaseDown."""
    values = {**_of(run), **counts.values, "lease": lease, "cursor": Jsonb(cursor)}
    return bool(database.one("keep_run", values)[0])


def end(
    database: Database,
    run: Run,
    *,
    cursor: Mapping[str, Any],
    counts: Counts,
    problem: str = "",
    report: Mapping[str, Any] | None = None,
    again: float | None = None,
) -> bool:
    """`problem`: why it did not come to its end. `again`: there is more to do, so that it is due after so many seconds.

    False for who lost the lease. Raises DatabaseDown.
    """
    told = Jsonb(report) if report is not None else None
    values = {**_of(run), **counts.values, "cursor": Jsonb(cursor), "problem": problem, "report": told, "again": again}
    return bool(database.one("end_run", values)[0])


def _of(run: Run) -> dict[str, Any]:
    return {"account": run.account, "schedule": run.schedule, "token": run.token}
