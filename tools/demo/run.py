"""One run of the demo: the shop is connected, orders come in, and what became of each is told."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.store.database import DatabaseDown
from tools.cli.place import Place
from tools.demo.outside import Outside
from tools.demo.placed import Kind, Placed, amount, placed_of
from tools.demo.story import Story
from tools.demo.telling import Teller
from tools.demo.verdict import Claim, ShopOrder, Verdict, judge, totals_told
from tools.demo.watch import UNDER_WAY, News, Watch

#: States in which the demo's owner lets orders go into the books.
ALLOWED = ("processing", "completed")
LOOK_EVERY = 0.05
#: Seconds after the last order in which all of them must have come to an end.
SETTLES_WITHIN = 60.0
#: The same after Ctrl-C.
LAST_WITHIN = 5.0
#: Seconds that a PostgreSQL that was killed may take to come back for the verdict.
BACK_WITHIN = 10.0


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
        self.story = Story(outside)
        self._watch = Watch(place.database, account)
        self._teller = teller
        #: By the shop's id: the story's orders, when they were placed, and those that somebody placed by hand.
        self._placed: dict[str, Placed] = {}
        self._since: dict[str, datetime] = {}
        self._by_hand: dict[str, Placed] = {}
        #: Those of which no webhook told.
        self._unheard: set[str] = set()
        self._ended: set[str] = set()
        self._claims: Mapping[str, Claim] = {}
        self._silent: list[str] = []
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
        bodies = self._outside.orders()
        with contextlib.suppress(TimeoutError):
            self._outside.shop.drain(LAST_WITHIN)
        self._read_claims()
        self._tell()
        return self._result(bodies)

    def _result(self, bodies: Mapping[str, Mapping[str, object]]) -> Result:
        """`bodies`: the shop's orders, read before what is said of them."""
        totals = totals_told(self._outside.shop.journal.entries())
        for key, body in bodies.items():
            if (total := amount(body.get("total"))) is not None:
                totals.setdefault(key, set()).add(total)
        verdict = judge(self._orders(bodies), totals, self._outside.books.documents(), self._claims)
        return Result(verdict, time.monotonic() - self._began, self._first_document)

    def _orders(self, bodies: Mapping[str, Mapping[str, object]]) -> dict[str, ShopOrder]:
        """What the shop has, and what it had when shopledger heard of it: that may be deleted by now."""
        there = {
            key: ShopOrder(str(body.get("number") or key), body.get("status") in ALLOWED)
            for key, body in bodies.items()
        }
        gone = {key: ShopOrder(self._known(key).number, is_due=False) for key in self._claims if key not in there}
        return there | gone

    def _read_claims(self) -> None:
        """For the verdict: a PostgreSQL that is away is waited for; one that stays away has said what it has said."""
        give_up = time.monotonic() + BACK_WITHIN
        while True:
            try:
                self._claims = self._watch.claims()
                return
            except DatabaseDown:
                if time.monotonic() > give_up:
                    self._teller.out_of_date()
                    return
                time.sleep(LOOK_EVERY)

    def _place(self) -> None:
        since = datetime.now(UTC)
        placed = self.story.place()
        self._placed[placed.id], self._since[placed.id] = placed, since
        if placed.kind is Kind.UNHEARD:
            self._unheard.add(placed.id)
            with contextlib.suppress(DatabaseDown):  # the next poll comes by itself
                self._watch.ask_for_poll()

    def _look_for(self, seconds: float, ended: threading.Event) -> None:
        until = time.monotonic() + seconds
        while True:
            self._tell()
            left = until - time.monotonic()
            if left <= 0 or ended.wait(min(left, LOOK_EVERY)):
                return

    def _tell(self) -> None:
        silent = self._outside.silent_webhooks()
        if silent != self._silent:
            self._silent = silent
            if silent:
                self._teller.silent(silent)
        with contextlib.suppress(DatabaseDown):  # somebody tries what happens then
            for one in self._watch.news():
                self._tell_of(one)

    def _tell_of(self, one: News) -> None:
        key = one.transfer.source_id
        if one.transfer.state == "done" and self._first_document is None:
            self._first_document = time.monotonic() - self._began
        is_first, since = key not in self._ended, self._since.get(key)
        self._ended.add(key)
        took = one.transfer.updated_at - since if is_first and since is not None else None
        self._teller.order(self._known(key, one), one, took, is_first=is_first)
        if one.transfer.state == "done":
            self.story.transferred(key)

    def _known(self, key: str, news: News | None = None) -> Placed:
        """An order of the story as it was placed; another one as the shop has it now, or had it last."""
        if key in self._placed:
            return self._placed[key]
        body = self._outside.order(key)
        if body is not None:
            self._by_hand[key] = placed_of(body, Kind.BY_HAND)
        number = news.transfer.source_number if news is not None else None
        return self._by_hand.get(key, Placed(key, number or key, Kind.BY_HAND))

    def _is_settled(self) -> bool:
        """Nothing more is due in the shop, every webhook is out, what they did not tell was found, and no transfer is
        under way.

        A webhook is answered when its order is taken in: who is not among the claims by then never will be.
        """
        if not self._outside.is_told():
            return False
        try:
            self._claims = self._watch.claims()
        except DatabaseDown:
            return False
        done = [key for key, claim in self._claims.items() if claim.state == "done"]
        is_all_heard = self._unheard <= self._claims.keys()
        return (
            is_all_heard
            and not self.story.goes_on_with(done)
            and all(claim.state not in UNDER_WAY for claim in self._claims.values())
        )
