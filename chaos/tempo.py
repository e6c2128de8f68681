"""The times of the line, shortened by one factor, so that a storm of seconds shows what one of hours would.

With a lease of 40 seconds all is as it runs in earnest, but for this: the waits between tries, and the rests of a
system that was not up to its calls, end at half a minute, since a storm is to be over within one; a minute between
polls is a quarter of a lease, and a poll's lost message is missed as soon as that of an order.
"""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType

import psycopg

from scheduler import bulk, emitting, jobs, leader
from shared.domain import backoff, rhythm
from workers import document_steps, endings, hand, job_hand, long_hand, make_once, orders, run_hand, runs, writing
from workers import jobs as worker_jobs

#: Seconds of a lease in earnest.
IN_EARNEST = hand.LEASE
#: Of a lease.
MINUTE = 0.25
#: Seconds between two tries, and of a system's rest, at most.
LONGEST_WAIT = 30.0
#: The same in the store: function -> how it counts seconds, the first of them and the last.
IN_THE_STORE = {
    "note_trouble": "least({} * 2 ^ least(b.troubles - 4, 6), {})",
    "free_expired": "least({} * 2 ^ least(t.lost_in_a_row - 3, 6), {})",
}
WAITS_THERE = {"note_trouble": (5, 300), "free_expired": (60, 3600)}
#: What must not become shorter than this many seconds, however short the lease is.
SHORTEST = {"REST": 1.0, "LOST_AFTER": 2.0, "CALL_AT_MOST": 1.0, "PING_WITHIN": 0.5, "SILENT_AT_MOST": 1.0}

#: Every name under which a time of the worker is known to those who use it.
_WORKER: tuple[tuple[ModuleType, str], ...] = (
    *((module, "LEASE") for module in (document_steps, hand, make_once, orders, writing)),
    (hand, "CALL_AT_MOST"),
    (hand, "SPARE"),
    (worker_jobs, "LEASE"),
    *((module, "LEASE") for module in (job_hand, run_hand, runs)),
    *((long_hand, name) for name in ("LEASE", "CALL_AT_MOST", "SPARE", "SLICE")),
    *((run_hand, name) for name in ("STALLED_AFTER", "REST")),
    (make_once, "REST"),
    (endings, "REST"),
)
_SCHEDULER: tuple[tuple[ModuleType, str], ...] = (
    *((jobs, name) for name in ("WAKE_EVERY", "SWEEP_EVERY", "LOST_AFTER", "LOST_AFTER_IN_A_CROWD")),
    *((jobs, name) for name in ("EMIT_EVERY", "REMIND_EVERY")),
    *((leader, name) for name in ("PING_EVERY", "PING_WITHIN", "SILENT_AT_MOST")),
)


def hasten(lease: float) -> None:
    """For the start of a process: its lease lasts so many seconds, and all else follows."""
    for module, name in (*_WORKER, *_SCHEDULER):
        setattr(module, name, max(getattr(module, name) * lease / IN_EARNEST, SHORTEST.get(name, 0.0)))
    emitting.FORGOTTEN_AFTER = bulk.FORGOTTEN_AFTER = jobs.LOST_AFTER_IN_A_CROWD
    rhythm._UNITS["m"] = timedelta(seconds=max(1, round(lease * MINUTE)))
    backoff.WAITS = tuple(min(wait, LONGEST_WAIT) * lease / IN_EARNEST for wait in backoff.WAITS)  # type: ignore[assignment]


def hasten_store(admin_url: str, lease: float) -> None:
    """Some waits are written in SQL. Raises when they are written otherwise by now."""
    scale = lease / IN_EARNEST
    with psycopg.connect(admin_url) as connection:
        for name, waits in IN_THE_STORE.items():
            row = connection.execute("select pg_get_functiondef(%s::regproc)", [f"shopledger.{name}"]).fetchone()
            assert row is not None
            first, last = WAITS_THERE[name]
            now = waits.format(first, last)
            wanted = waits.format(first * scale, min(last, LONGEST_WAIT) * scale)
            assert now in row[0] or wanted in row[0], f"{name} waits otherwise now"
            connection.execute(row[0].replace(now, wanted))


def rest(lease: float) -> float:
    """Seconds within which a request without an answer may still be carried out."""
    return max(15.0 * lease / IN_EARNEST, SHORTEST["REST"])
