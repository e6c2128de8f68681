"""The field of a run: the processes of the line, what they stand on, and a clock that keeps orders coming."""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.jobs import Jobs
from chaos.kill_log import KillLog
from chaos.outside import Outside
from chaos.servers import Servers
from chaos.supervisor import Supervised
from chaos.till import Till
from chaos.worker import SENDERS

#: Seconds that a strike waits for its moment, at least, and in leases: all that there is may be in dead hands.
PATIENCE, LEASES = 20.0, 3.0
LOOK_EVERY = 0.005
#: A process that was stopped sleeps for so many leases.
OVERSLEPT = 1.3
#: Bytes at the end of the senders' file in which whoever sends now is found.
RECENT = 64 * 1024


@dataclass
class Field:
    servers: Servers
    outside: Outside
    till: Till
    jobs: Jobs
    log: KillLog
    folder: Path
    lease: float
    chance: random.Random
    workers: Sequence[Supervised]
    relays: Sequence[Supervised]
    schedulers: Sequence[Supervised]
    #: Does the work of jobs.
    patient: Supervised
    #: Requests for a draft that were at the books, unanswered, when their worker was killed.
    in_flight: int = 0
    _sleepers: dict[str, threading.Timer] = field(default_factory=dict)

    def until(self, happened: Callable[[], bool], *, within: float | None = None, needs_orders: bool = True) -> bool:
        """Keeps orders coming until it has happened; False if it did not in time."""
        if within is None:
            within = max(PATIENCE, LEASES * self.lease)
        give_up = time.monotonic() + within
        while not happened():
            if time.monotonic() > give_up:
                return False
            self.till.serve(never_idle=needs_orders)
            time.sleep(LOOK_EVERY)
        return True

    @property
    def processes(self) -> Sequence[Supervised]:
        return [*self.workers, *self.relays, *self.schedulers, self.patient]

    @property
    def has_sleepers(self) -> bool:
        return any(timer.is_alive() for timer in self._sleepers.values())

    def wake_later(self, name: str) -> None:
        """The process of that name was stopped now; it goes on when its lease, or its lead, is surely gone."""
        (stopped,) = [one for one in self.processes if one.name == name]
        timer = threading.Timer(self.lease * OVERSLEPT, stopped.resume)
        timer.daemon = True
        self._sleepers[name] = timer
        timer.start()

    def wake_all(self) -> None:
        for timer in self._sleepers.values():
            timer.cancel()
        for process in self.processes:
            process.resume()

    def sender_of(self, reference: str) -> Supervised | None:
        """Whoever was the last to be about to send that document; None if it is gone."""
        file = self.folder / SENDERS
        with file.open("rb") as senders:
            senders.seek(max(0, file.stat().st_size - RECENT))
            recent = senders.read().decode(errors="replace").splitlines()
        pids = [int(pid) for pid, _, about in (line.partition(" ") for line in recent) if about == reference]
        with contextlib.suppress(IndexError, ProcessLookupError):
            group = os.getpgid(pids[-1])
            return next((worker for worker in self.workers if worker.pid == group), None)
        return None
