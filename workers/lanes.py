"""No outside system takes all threads of a worker: each has a lane, and some threads stay free for the others."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from workers.hand import PutBack

#: Of a worker's threads, the part that one system never gets.
KEPT_FREE = 4
#: Seconds until a transfer that found its lane full comes again, at least and at most.
COMES_AGAIN = (1.0, 3.0)


class Lanes:
    def __init__(self, threads: int) -> None:
        self.width = max(1, threads - max(1, threads // KEPT_FREE))
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def on(self, origin: str) -> Iterator[None]:
        """Where that origin's requests go ("https://host"). Raises PutBack when its lane is full."""
        with self._lock:
            if self._busy[origin] >= self.width:
                raise PutBack("others_first", wait=random.uniform(*COMES_AGAIN))  # noqa: S311
            self._busy[origin] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[origin] -= 1
                if not self._busy[origin]:
                    del self._busy[origin]
