"""The actors of jobs: each takes a run in hand, does a job's work, and writes down how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

import dramatiq
import structlog

from shared.domain.reasons import REASONS
from shared.errors import Fate
from shared.queue import Queue
from shared.store import schedules
from shared.store.database import DatabaseDown
from shared.store.schedules import JobName
from workers.endings import asked_for, tell_about_system
from workers.hand import LeaseLost, PutBack, now
from workers.job_hand import JobHand
from workers.long_hand import LEASE
from workers.metrics import ENDED
from workers.mistakes import told_safely
from workers.polling import poll
from workers.rechecking import recheck
from workers.tools import Tools
from workers.watching import watch

#: What a job does; it returns whether there is more to do.
JOBS: Mapping[JobName, Callable[[Tools, JobHand], bool]] = {"poll": poll, "recheck": recheck, "webhooks": watch}

#: Milliseconds after which a run is interrupted: whoever makes room does so long before. Below the half hour in which
#: RabbitMQ wants a message to be dealt with.
TIME_LIMIT_MS = 1_200_000

log = structlog.get_logger()


def add_jobs(broker: dramatiq.Broker, tools: Tools, stopping: threading.Event) -> None:
    for queue in (Queue.POLLS, Queue.RECHECK):

        def job(account: int, schedule: int, due: str, queue: Queue = queue, **_words: object) -> None:
            """Job, system and connection are for whoever reads the message."""
            try_run(tools, queue, account, schedule, datetime.fromisoformat(due), stopping)

        dramatiq.actor(broker=broker, queue_name=queue, actor_name=queue, time_limit=TIME_LIMIT_MS)(job)


def try_run(tools: Tools, queue: Queue, account: int, schedule: int, due: datetime, stopping: threading.Event) -> None:
    """Never raises: what becomes of the run stands in its row. One that nobody could write is rung for again when its
    lease, or the message's time, has run out.
    """
    try:
        since = now()
        run = schedules.begin(tools.database, account, schedule, due, lease=LEASE)
        if isinstance(run, str):
            ENDED.labels(queue, run).inc()
            log.debug("not_begun", verdict=run)
            return
        _work(tools, queue, JobHand(tools.database, run, since=since, stopping=stopping))
    except (LeaseLost, DatabaseDown) as error:
        ENDED.labels(queue, "let_go").inc()
        log.warning("let_go", because=type(error).__name__)
    except Exception as error:
        ENDED.labels(queue, "let_go").inc()
        log.error("mistake", where=told_safely(error))


def _work(tools: Tools, queue: Queue, hand: JobHand) -> None:
    """Raises LeaseLost and DatabaseDown."""
    run, problem = hand.run, ""
    again: float | None = None
    fate: Fate | None = None
    try:
        again = 0.0 if JOBS[run.job](tools, hand) else None
    except PutBack as put_back:
        fate, again = put_back, asked_for(put_back) or 0.0
    except Fate as met:
        fate, problem = met, met.message
    except (LeaseLost, DatabaseDown):
        raise
    except Exception as error:
        where = told_safely(error)
        log.error("mistake", where=where)
        problem = REASONS["internal_error"].says(error=where)
    if not schedules.end(
        tools.database, run, cursor=hand.cursor, counts=hand.counts, problem=problem, report=hand.report, again=again
    ):
        raise LeaseLost
    ended = "again" if again is not None else "failed" if problem else "done"
    ENDED.labels(queue, ended).inc()
    say = log.warning if problem else log.info
    say("job_ended", job=run.job, outcome=ended, problem=problem or None, **hand.counts.values)
    tell_about_system(tools.database, hand, run.source, fate)
