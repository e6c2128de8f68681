"""Keeps the store in order: makes the months that events and attempts will need, and lets go those that are past."""

from __future__ import annotations

import time
from collections.abc import Sequence

import dramatiq
import psycopg
import structlog

from shared.queue import Queue
from shared.store.database import Database, Held
from shared.store.sql import query

#: Milliseconds that one upkeep may take: a month of a large installation is read through before it goes.
TIME_LIMIT_MS = 1_200_000
#: Seconds that reading one month may take, and that making room for what is kept of it may.
READ_WITHIN = 600.0
AT_ONCE = 10.0
#: So often a month is to give way to somebody who reads it, with a breath of so many seconds in between.
MOST_TRIES = 20
BREATH = 1.0

log = structlog.get_logger()


def add_upkeep(broker: dramatiq.Broker, database: Database) -> None:
    @dramatiq.actor(broker=broker, queue_name=Queue.UPKEEP, actor_name=Queue.UPKEEP, time_limit=TIME_LIMIT_MS)
    def upkeep(reason: str) -> None:
        made = database.run(lambda c: c.execute(query("ensure_partitions")).fetchall())
        gone = let_go(database)
        log.info("upkeep_done", reason=reason, partitions=[name for (name,) in made], gone=list(gone))


def let_go(database: Database) -> Sequence[str]:
    """Drops the months that no account sees any more, and keeps of them what is still wanted. Returns their names.

    A month that somebody reads for long stays until the next upkeep. Raises DatabaseDown.
    """
    gone: list[str] = []
    with database.held(patience=READ_WITHIN) as held:
        while (thinned := _thin_out(held)) is not None:
            month, wanted = thinned
            goes = _goes(held, month)
            if goes is None:
                log.warning("month_stays", month=month, because="somebody reads it for long")
                break
            if goes:
                log.info("month_gone", month=month, kept=wanted)
                gone.append(month)
        else:
            if gone:
                rows = held.run(lambda c: c.execute(query("trim_past")).fetchone(), within=READ_WITHIN)
                log.info("past_trimmed", rows=rows and rows[0])
    return gone


def _thin_out(held: Held) -> tuple[str, int] | None:
    row = held.run(lambda c: c.execute(query("thin_out_month")).fetchone(), within=READ_WITHIN)
    return (row[0], row[1]) if row is not None and row[0] is not None else None


def _goes(held: Held, month: str) -> bool | None:
    """False where another upkeep let it go, or an account looks back further by now; None where somebody reads it."""
    for _ in range(MOST_TRIES):
        try:
            row = held.run(lambda c: c.execute(query("let_month_go"), {"month": month}).fetchone(), within=AT_ONCE)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            time.sleep(BREATH)
        else:
            return bool(row and row[0])
    return None
