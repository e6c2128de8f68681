"""The times of the line, shortened by one factor, so that a storm of seconds shows what one of hours would.

With a lease of 40 seconds all is as it runs in earnest, but for this: the waits between tries, and the rests of a
system that was not up to its calls, end at half a minute, since a storm is to be over within one.
"""

from __future__ import annotations

from types import ModuleType

import psycopg

from scheduler import jobs
from shared.domain import backoff
from workers import document_steps, endings, hand, make_once, orders, writing

#: Seconds of a lease in earnest.
IN_EARNEST = hand.LEASE
#: Seconds between two tries, and of a system's rest, at most.
LONGEST_WAIT = 30.0
#: The same in the store: function -> how it counts seconds, the first of them and the last.
IN_THE_STORE = {
    "note_trouble": "least({} * 2 ^ least(b.troubles - 4, 6), {})",
    "free_expired": "least({} * 2 ^ least(t.lost_in_a_row - 3, 6), {})",
}
WAITS_THERE = {"note_trouble": (5, 300), "free_expired": (60, 3600)}
#: What must not become shorter than this many seconds, however short the lease is.
SHORTEST = {"REST": 1.0, "LOST_AFTER": 2.0, "CALL_AT_MOST": 1.0}

#: Every name under which a time of the worker is known to those who use it.
_WORKER: tuple[tuple[ModuleType, str], ...] = (
    *((module, "LEASE") for module in (document_steps, hand, make_once, orders, writing)),
    (hand, "CALL_AT_MOST"),
    (hand, "SPARE"),
    (make_once, "REST"),
    (endings, "REST"),
)
_SCHEDULER: tuple[tuple[ModuleType, str], ...] = tuple(
    (jobs, name) for name in ("WAKE_EVERY", "SWEEP_EVERY", "LOST_AFTER", "LOST_AFTER_IN_A_CROWD")
)


def hasten(lease: float) -> None:
    """For the start of a process: its lease lasts so many seconds, and all else follows."""
    for module, name in (*_WORKER, *_SCHEDULER):
        setattr(module, name, max(getattr(module, name) * lease / IN_EARNEST, SHORTEST.get(name, 0.0)))
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
            assert now in row[0], f"{name} waits otherwise now"
            connection.execute(row[0].replace(now, waits.format(first * scale, min(last, LONGEST_WAIT) * scale)))


def rest(lease: float) -> float:
    """Seconds within which a request without an answer may still be carried out."""
    return max(15.0 * lease / IN_EARNEST, SHORTEST["REST"])
