"""Keeps one process of the line running: whatever ends it, the next one starts at once, as a container's would."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from chaos.part import Part
from tests.support.processes import ROOT
from tools.servers.process import Child

#: Seconds between two looks, and before the next start of a process that ended at once (its database is away).
LOOK_EVERY = 0.02
BREATHE = 0.2
#: Seconds that a process must have lived to be started again without that.
AT_ONCE = 1.0


class Supervised:
    """`stop` ends it for good."""

    def __init__(self, module: str, part: Part, environment: Mapping[str, str], log: Path) -> None:
        self.name = part.name
        self._command = [sys.executable, "-m", module]
        self._environment = {**environment, **part.as_environment(), "PYTHONPATH": str(ROOT)}
        self._log = log
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name=self.name)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The leader of its process group; 0 while there is none."""
        with self._lock:
            return self._child.pid if self._child is not None else 0

    def kill(self) -> bool:
        """The whole group at once; False when nothing was running."""
        return self._send(signal.SIGKILL)

    def suspend(self) -> bool:
        return self._send(signal.SIGSTOP)

    def resume(self) -> bool:
        return self._send(signal.SIGCONT)

    def stop(self) -> None:
        self._ending.set()
        self.kill()
        self._thread.join()

    def _send(self, number: signal.Signals) -> bool:
        # Under the lock nobody waits for the child meanwhile: its number cannot be another's.
        with self._lock:
            if self._child is None or not self._child.running():
                return False
            os.killpg(self._child.pid, number)
            return True

    def _supervise(self) -> None:
        while not self._ending.is_set():
            since = time.monotonic()
            with self._lock:
                self._child = Child(self._command, log=self._log, env=self._environment)
            while self._is_running() and not self._ending.is_set():
                time.sleep(LOOK_EVERY)
            self._bury()
            if time.monotonic() - since < AT_ONCE:
                self._ending.wait(BREATHE)

    def _is_running(self) -> bool:
        with self._lock:
            return self._child is not None and self._child.running()

    def _bury(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            if child.running():
                os.killpg(child.pid, signal.SIGKILL)
            child.end(signal.SIGKILL, BREATHE)
