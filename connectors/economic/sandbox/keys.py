"""Idempotency keys: one hour, by the sandbox's clock, in which a key stands for one request and its answer.

Whatever was answered is kept, refusals too: see README.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.economic.sandbox.problems import key_reused
from connectors.economic.sandbox.state import Books, KeyPolicy

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    location: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """`address`: method, path and query."""

    address: str
    body: bytes


@dataclass(slots=True)
class _Kept:
    request: Request
    since: datetime
    answer: Answer | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Keys:
    """Thread-safe. Works without `books.lock`: a request that waits for another must not hold it."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def answer(
        self, key: str, request: Request, hold: Callable[[], None], work: Callable[[], Answer]
    ) -> tuple[Answer, bool]:
        """The answer, and whether it was kept from before. Raises ApiError 400 for another request with the same key.

        `hold` comes between the look at the key and the work.
        """
        while True:
            kept, is_mine = self._take(key, request)
            if is_mine:
                return self._carry_out(key, kept, hold, work), False
            _check_same(kept.request, request)
            kept.done.wait()
            if kept.answer is not None:
                return kept.answer, True

    def forget(self) -> None:
        """Everything, as if the hour were over."""
        with self._lock:
            self._kept.clear()

    def _take(self, key: str, request: Request) -> tuple[_Kept, bool]:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and not self._is_over(kept):
                return kept, False
            mine = _Kept(request, self._books.clock.now())
            self._kept.pop(key, None)
            if self._books.settings.keys is KeyPolicy.ARRIVAL:
                self._kept[key] = mine
            return mine, True

    def _carry_out(self, key: str, mine: _Kept, hold: Callable[[], None], work: Callable[[], Answer]) -> Answer:
        """A server error is not kept. Of two that were carried out at the same time the first to end is."""
        try:
            hold()
            answer = work()
            if answer.status < 500:
                mine.answer, mine.since = answer, self._books.clock.now()
            return answer
        finally:
            with self._lock:
                if mine.answer is not None:
                    self._kept.setdefault(key, mine)
                elif self._kept.get(key) is mine:
                    del self._kept[key]
            mine.done.set()

    def _is_over(self, kept: _Kept) -> bool:
        """A request that is still under way keeps its key, however long it takes."""
        return kept.answer is not None and self._books.clock.now() - kept.since >= LIFETIME


def _check_same(kept: Request, request: Request) -> None:
    if kept.address != request.address:
        raise key_reused("URL")
    if kept.body != request.body:
        raise key_reused("Payload")
