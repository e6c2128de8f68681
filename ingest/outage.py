"""Says once that the database went away, and once that it is back, however many webhooks meet it meanwhile."""

from __future__ import annotations

import threading
import time

import structlog

log = structlog.get_logger()


class Outage:
    """One per process; any thread may tell it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: float | None = None
        self._refused = 0

    def began(self, problem: str) -> None:
        with self._lock:
            self._refused += 1
            if self._since is None:
                self._since = time.monotonic()
                log.error("database_down", problem=problem)

    def ended(self) -> None:
        if self._since is None:
            return
        with self._lock:
            if self._since is not None:
                log.info("database_back", after_seconds=round(time.monotonic() - self._since, 1), refused=self._refused)
            self._since, self._refused = None, 0
