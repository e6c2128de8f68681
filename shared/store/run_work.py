"""Bulk runs as the scheduler and a worker see them: what is due, and a run in hand. Times are seconds.

Each call has a commit of its own and may be repeated when its answer is lost, and all raise DatabaseDown.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from shared.domain.bulk import Outcome, RunKind
from shared.store.claims import System
from shared.store.database import Database
from shared.store.sql import query

#: Nothing: somebody else has it, or it is not to go. Off, resting: it waits.
NotBegun = Literal["nothing", "off", "resting"]
#: Stopped: it was paused or cancelled.
Verdict = Literal["kept", "stopped", "lost"]


@dataclass(frozen=True, slots=True)
class DueRun:
    run_id: int
    account_id: int
    connection_id: int
    kind: RunKind
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """A run in hand, with all that its work needs."""

    account: int
    id: int
    token: uuid.UUID
    kind: RunKind
    what: str
    filter: Mapping[str, Any]
    #: As the run was left; empty for one that begins.
    cursor: Mapping[str, Any]
    #: Times in a row that it came to nothing.
    failures: int
    connection: int
    connection_name: str
    settings: Mapping[str, Any] = field(repr=False)
    source: System
    #: One of its two systems was not up to its last call.
    is_troubled: bool

    @property
    def held_by(self) -> dict[str, Any]:
        return {"account": self.account, "run": self.id, "token": self.token}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeding:
    """How transfers become items of a run."""

    #: The shop is asked for the order.
    fetch: bool = False
    #: The owner's word that it may go once more, as for one order.
    owner_asked: bool = False
    #: The connection's start date does not count.
    is_imported: bool = False
    #: One that has its document ends as `already`, and is not looked at.
    unless_sent: bool = False


def due(database: Database, *, older: float, most: int) -> Sequence[DueRun]:
    """Runs to be rung for; also those whose message came to nothing for `older` seconds, or whose worker was lost."""
    values = {"older": older, "most": most}
    return database.run(
        lambda c: c.cursor(row_factory=class_row(DueRun)).execute(query("due_bulk_runs"), values).fetchall()
    )


def unring(database: Database, runs: Sequence[int]) -> None:
    """Their messages surely did not arrive."""
    database.one("unring_bulk_runs", {"runs": list(runs)})


def begin(database: Database, account: int, run: int, *, lease: float) -> BulkRun | NotBegun:
    token = uuid.uuid4()
    values = {"account": account, "run": run, "token": token, "lease": lease}

    def ask(connection: Connection) -> dict[str, Any]:
        with connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(query("begin_bulk_run"), values).fetchone()
            assert row is not None
            return row

    row = database.run(ask)
    if row["verdict"] != "begun":
        verdict: NotBegun = row["verdict"]
        return verdict
    return BulkRun(
        account=account,
        id=run,
        token=token,
        kind=row["kind"],
        what=row["what"],
        filter=row["filter"],
        cursor=row["cursor"],
        failures=row["failures"],
        connection=row["connection_id"],
        connection_name=row["connection_name"],
        settings=row["settings"],
        source=System(id=row["source_system"], kind=row["source_kind"], credentials=row["source_credentials"]),
        is_troubled=row["is_troubled"],
    )


def keep(
    database: Database, run: BulkRun, *, lease: float, cursor: Mapping[str, Any] | None = None, is_whole: bool = False
) -> tuple[Verdict, int]:
    """Settles what has ended, and makes the lease last; with how many items are unfinished.

    `is_whole`: no more items will come.
    """
    values = {"lease": lease, "cursor": Jsonb(cursor) if cursor is not None else None, "is_whole": is_whole}
    verdict, unfinished = database.one("keep_bulk_run", run.held_by | values)
    return verdict, unfinished or 0


def feed(connection: Connection, run: BulkRun, transfers: Sequence[int], how: Feeding, *, most: int) -> set[int]:
    """Which of them are items now: the others had no room beside `most` that are unfinished, or the run is not ours."""
    values = {
        "transfers": list(transfers),
        "most": most,
        "fetch": how.fetch,
        "owner_asked": how.owner_asked,
        "is_imported": how.is_imported,
        "unless_sent": how.unless_sent,
    }
    return {of for (of,) in connection.execute(query("feed_run"), run.held_by | values)}


def note(database: Database, run: BulkRun, sources: Mapping[str, str], outcome: Outcome, reason: str) -> int:
    """Items that have ended already, by the shop's id of them, with their numbers; how many of them are new."""
    values = {
        "sources": list(sources),
        "numbers": list(sources.values()),
        "outcome": outcome,
        "reason": reason,
    }
    return int(database.one("note_run_items", run.held_by | values)[0])


def there_are(connection: Connection, run: BulkRun, sources: Sequence[str]) -> set[str]:
    """Which of these orders are items of the run; inside an account."""
    values = {"run": run.id, "sources": list(sources)}
    return {of for (of,) in connection.execute(query("items_there_are"), values)}


def transfers_of(connection: Connection, through: int, sources: Sequence[str]) -> dict[str, int]:
    """The connection's transfers of these orders, by the shop's id; inside an account."""
    values = {"connection": through, "sources": list(sources)}
    return {source: of for of, source in connection.execute(query("transfers_of_sources"), values)}


def sources_of(connection: Connection, through: int, numbers: Sequence[str]) -> dict[str, set[str]]:
    """Ids of the orders that the connection knows by these numbers; inside an account."""
    found: dict[str, set[str]] = {}
    for number, source in connection.execute(
        query("sources_of_numbers"), {"connection": through, "numbers": list(numbers)}
    ):
        found.setdefault(number, set()).add(source)
    return found


def end(
    database: Database,
    run: BulkRun,
    *,
    state: Literal["done", "failed"] | None,
    wait: float = 0.0,
    failures: int = 0,
    problem: str = "",
) -> bool:
    """`state` None: it comes again after `wait` seconds. False for who lost the lease."""
    values = {"state": state, "wait": wait, "failures": failures, "problem": problem}
    return bool(database.one("end_bulk_run", run.held_by | values)[0])
