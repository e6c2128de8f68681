"""One run of the demo: the shop is connected, orders come in, and what became of each is told."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.store.database import DatabaseDown
from tools.cli.place import Place
from tools.demo.outside import Outside
from tools.demo.story import Placed, Story
from tools.demo.telling import Teller
from tools.demo.verdict import ShopOrder, Verdict, judge, totals_told
from tools.demo.watch import Watch

#: States in which the demo's owner lets orders go into the books.
ALLOWED = ("processing", "completed")
LOOK_EVERY = 0.05
#: Seconds after the last order in which all of them must have come to an end.
SETTLES_WITHIN = 60.0
#: The same after Ctrl-C.
LAST_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`orders` at first, so many seconds apart; then one every `then` seconds until somebody ends it, or none."""

    orders: int
    every: float
    then: float | None


@dataclass(frozen=True, slots=True)
class Result:
    verdict: Verdict
    #: From the first order to the last one's end.
    seconds: float
    #: From the first order to the first document.
    first_document: float | None


class Run:
    def __init__(self, outside: Outside, place: Place, account: int, teller: Teller) -> None:
        self._outside = outside
        self.story = Story(outside.shop)
        self._watch = Watch(place.database, account)
        self._teller = teller
        self._placed: dict[str, tuple[Placed, datetime]] = {}
        self._ended: set[str] = set()
        self._first_document: float | None = None
        self._began = 0.0

    def first_orders(self, pace: Pace, ended: threading.Event) -> Result:
        """Places them, and returns when each has come to its end, or when `ended` is set."""
        self._began = time.monotonic()
        for _ in range(pace.orders):
            if ended.is_set():
                break
            self._place()
            self._look_for(pace.every, ended)
        self.story.finish()
        return self._settled(LAST_WITHIN if ended.is_set() else SETTLES_WITHIN)

    def now_and_then(self, every: float, ended: threading.Event) -> Result:
        """Until `ended` is set."""
        while not ended.is_set():
            self._place()
            self._look_for(every, ended)
        return self._settled(LAST_WITHIN)

    def _settled(self, within: float) -> Result:
        """When each order has come to its end, or after so many seconds."""
        give_up = time.monotonic() + within
        while not self._is_settled() and time.monotonic() < give_up:
            self._tell()
            time.sleep(LOOK_EVERY)
        self._tell()
        return self._result()

    def _result(self) -> Result:
        self._outside.shop.drain()
        bodies = {placed.id: self._outside.shop.order(placed.id) for placed in self.story.placed}
        verdict = judge(
            {str(key): ShopOrder(str(body["number"]), body["status"] in ALLOWED) for key, body in bodies.items()},
            totals_told(self._outside.shop.journal.entries()),
            self._outside.books.documents(),
            self._watch.claims(),
        )
        return Result(verdict, time.monotonic() - self._began, self._first_document)

    def _place(self) -> None:
        since = datetime.now(UTC)
        placed = self.story.place()
        self._placed[str(placed.id)] = placed, since

    def _look_for(self, seconds: float, ended: threading.Event) -> None:
        until = time.monotonic() + seconds
        while True:
            self._tell()
            left = until - time.monotonic()
            if left <= 0 or ended.wait(min(left, LOOK_EVERY)):
                return

    def _tell(self) -> None:
        try:
            news = self._watch.news()
        except DatabaseDown:  # somebody tries what happens then
            return
        for one in news:
            placed, since = self._placed[one.transfer.source_id]
            if one.transfer.state == "done" and self._first_document is None:
                self._first_document = time.monotonic() - self._began
            is_first = one.transfer.source_id not in self._ended
            self._ended.add(one.transfer.source_id)
            self._teller.order(placed, one, one.transfer.updated_at - since if is_first else None)
            if one.transfer.state == "done":
                self.story.transferred(placed.number)

    def _is_settled(self) -> bool:
        """Nothing more is due in the shop, every webhook is out, and no transfer is under way."""
        if not self.story.is_over or self._outside.shop.desk.queue.waiting():
            return False
        claims = self._watch.claims()
        return len(claims) == len(self._placed) and all(c.state not in ("waiting", "working") for c in claims.values())
