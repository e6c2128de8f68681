"""Keeps a process running: whatever ends it, and whatever it leaves behind, the next one starts."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from tools.servers.process import Child

#: Seconds between two looks.
LOOK_EVERY = 0.1
#: Seconds until the next start of a process that ended at once: at first, then twice as long, and at most.
BREATHE = 0.5
LONGEST = 30.0
#: Seconds that a process must have lived to be started again without that.
AT_ONCE = 5.0
#: Seconds that a process has for its SIGTERM: a worker's call to the outside may take 20.
PATIENCE = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Manners:
    """How fast it is looked at and started again, in seconds."""

    look_every: float = LOOK_EVERY
    breathe: float = BREATHE
    longest: float = LONGEST
    at_once: float = AT_ONCE


class Supervised:
    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        log: Path | None = None,
        manners: Manners = Manners(),
    ) -> None:
        """Starts at once. `log`: where its output goes; None: where ours does."""
        self.name = name
        self._command = command
        self._environment = dict(environment)
        self._log = log
        self._manners = manners
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=name)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The leader of its process group; 0 while there is none."""
        with self._lock:
            return self._child.pid if self._child is not None else 0

    def send(self, number: signal.Signals) -> bool:
        """To its whole group; False when nothing was running."""
        # Under the lock nobody buries the child meanwhile: its number cannot be another's.
        with self._lock:
            if self._child is None or self._child.has_ended():
                return False
            os.killpg(self._child.pid, number)
            return True

    def stop(self, *, patience: float = PATIENCE) -> None:
        """For good: SIGTERM for the leader, SIGKILL for whoever is left after `patience` seconds."""
        self.begin_to_stop()
        give_up = time.monotonic() + patience
        while self._is_there() and time.monotonic() < give_up:
            time.sleep(self._manners.look_every)
        with self._lock:
            if self._child is not None:
                self._child.end_group()
                self._child = None
        self._thread.join()

    def begin_to_stop(self) -> None:
        """Several may be told before the first is waited for."""
        self._ending.set()
        with self._lock:
            if self._child is not None and not self._child.has_ended():
                self._child.send(signal.SIGTERM)

    def _is_there(self) -> bool:
        with self._lock:
            return self._child is not None and not self._child.has_ended()

    def _supervise(self) -> None:
        breathe = 0.0
        while not self._ending.wait(breathe):
            since = time.monotonic()
            with self._lock:
                if self._ending.is_set():
                    return
                self._child = child = Child(
                    self._command, log=self._log, env=self._environment, orphaned=signal.SIGTERM
                )
            while not child.has_ended():
                if self._ending.wait(self._manners.look_every):
                    return  # `stop` buries it
            if self._ending.is_set():
                return
            with self._lock:
                code = child.end_group()
                self._child = None
            lived = time.monotonic() - since
            breathe = (
                0.0
                if lived >= self._manners.at_once
                else min(max(self._manners.breathe, breathe * 2), self._manners.longest)
            )
            log.warning("service_ended", service=self.name, code=code, lived=round(lived, 1), again_in=breathe)
