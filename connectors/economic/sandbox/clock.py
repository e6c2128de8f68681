"""The sandbox's clock: the machine's, and as far ahead of it as somebody turned it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta


class BooksClock:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Aware, UTC."""
        with self._lock:
            return datetime.now(UTC) + self._ahead

    def today(self) -> date:
        return self.now().date()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._ahead += timedelta(seconds=seconds)

    def stamp(self) -> str:
        """A moment as e-conomic writes it: whole seconds, Z."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
