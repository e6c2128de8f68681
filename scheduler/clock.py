"""When what is due. A server that is away delays a job; it never ends the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from dramatiq.errors import BrokerError

from shared.store.database import DatabaseDown

log = structlog.get_logger()


@dataclass
class Job:
    """`run` returns how much there was to do, for the log, and raises BrokerError or DatabaseDown."""

    name: str
    every: float
    run: Callable[[], int]
    #: On the monotonic clock.
    due: float = 0.0
    is_away: bool = field(default=False, repr=False)


class Clock:
    def __init__(self, jobs: Sequence[Job], stop: threading.Event, leads: Callable[[], bool]) -> None:
        """`leads`: whether it is this scheduler that has to do them now."""
        self._jobs = jobs
        self._stop = stop
        self._leads = leads

    def run(self, tick_seconds: float) -> None:
        """Until `stop` is set."""
        while not self._stop.is_set():
            if self._leads():
                self.tick(time.monotonic())
            self._stop.wait(tick_seconds)

    def tick(self, now: float) -> None:
        for job in self._jobs:
            if job.due <= now:
                self._do(job, now)

    def _do(self, job: Job, now: float) -> None:
        try:
            count = job.run()
        except (BrokerError, DatabaseDown) as error:
            if not job.is_away:
                log.warning("job_delayed", job=job.name, problem=str(error) or type(error).__name__)
            job.is_away = True
            return
        except Exception as error:  # nobody would see that a clock has stopped
            log.error("job_failed", job=job.name, kind=type(error).__name__)
            job.due = now + job.every
            return
        job.is_away = False
        job.due = now + job.every
        if count:
            log.info("job_done", job=job.name, count=count)
