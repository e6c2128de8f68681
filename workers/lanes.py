"""No outside system takes all threads of a worker: each has a lane, and some threads stay free for the others."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workers.hand import PutBack

#: One in so many of a worker's threads stays free of any one host, and of any one system behind it.
FREE_OF_A_HOST = 4
FREE_OF_A_SYSTEM = 2
#: Seconds that a thread waits for a place in a full lane whose calls come to an end; who is in it for longer is slow.
QUEUES_FOR = 0.5
SLOW = 2.0
#: Seconds until a transfer that found no place comes again, at least and at most.
COMES_AGAIN = (2.0, 8.0)


@dataclass(eq=False)
class _Place:
    origin: str
    system: int
    since: float


class Lanes:
    def __init__(self, threads: int) -> None:
        self._of_a_host = max(1, threads - max(1, threads // FREE_OF_A_HOST))
        self._of_a_system = max(1, threads - max(1, threads // FREE_OF_A_SYSTEM))
        self._taken: set[_Place] = set()
        self._changed = threading.Condition()

    @contextmanager
    def on(self, origin: str, system: int) -> Iterator[None]:
        """`origin`: where the requests go ("https://host"); many systems may be behind one.

        Raises PutBack when the lane is full and stays so.
        """
        place = self._take(origin, system)
        try:
            yield
        finally:
            with self._changed:
                self._taken.discard(place)
                self._changed.notify_all()

    def _take(self, origin: str, system: int) -> _Place:
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(origin, system) or self._is_slow(origin), QUEUES_FOR)
            if not self._has_room(origin, system):
                raise PutBack("others_first", wait=random.uniform(*COMES_AGAIN))  # noqa: S311
            place = _Place(origin, system, since=time.monotonic())
            self._taken.add(place)
            return place

    def _has_room(self, origin: str, system: int) -> bool:
        on_host = [place for place in self._taken if place.origin == origin]
        of_system = sum(place.system == system for place in on_host)
        return len(on_host) < self._of_a_host and of_system < self._of_a_system

    def _is_slow(self, origin: str) -> bool:
        long_ago = time.monotonic() - SLOW
        return any(place.origin == origin and place.since < long_ago for place in self._taken)
