"""The rate budget: tokens of the last 60 seconds, by the machine's clock."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

WINDOW = 60.0


class Meter:
    """Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._spent: deque[tuple[float, int]] = deque()
        self._used = 0

    def spend(self, cost: int, limit: int) -> tuple[int, int]:
        """Tokens used in the window, and seconds to wait: 0 where the call may go on; else it costs nothing."""
        now = self._clock()
        with self._lock:
            while self._spent and self._spent[0][0] <= now - WINDOW:
                self._used -= self._spent.popleft()[1]
            if self._used + cost > limit:
                return self._used, self._wait(now, cost, limit)
            self._spent.append((now, cost))
            self._used += cost
            return self._used, 0

    def _wait(self, now: float, cost: int, limit: int) -> int:
        """Whole seconds until enough of what was spent is a window ago."""
        left = self._used
        for at, spent in self._spent:
            left -= spent
            if left + cost <= limit:
                return max(1, math.ceil(at + WINDOW - now))
        return math.ceil(WINDOW)
