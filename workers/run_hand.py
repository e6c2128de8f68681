"""A bulk run in a worker's hand: the orders it feeds to the line, and when it waits for them or makes room."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import Connection

from shared.domain.bulk import Outcome
from shared.store import run_work
from shared.store.database import Database
from shared.store.run_work import BulkRun, Feeding
from workers.hand import LeaseLost, PutBack, now
from workers.long_hand import LEASE, LongHand

#: Items that may be unfinished at once: what of them is in flight is the relay's to say.
FED_AHEAD = 100
#: Seconds between two looks at them, after which a run of which nothing moves makes room, and until it comes again.
LOOK_EVERY = 0.1
STALLED_AFTER = 2.0
REST = 5.0


class MakesRoom(Exception):
    """The run has more to do, and comes again after `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Stopped(Exception):
    """The run was paused or cancelled."""


class RunHand(LongHand):
    """Its calls raise Stopped, too, as `keep` does."""

    run: BulkRun

    def __init__(self, database: Database, run: BulkRun, *, since: float, stopping: threading.Event) -> None:
        super().__init__(since=since, stopping=stopping)
        self.run = run
        self.cursor: Mapping[str, Any] = run.cursor
        self._database = database

    def keep(self, cursor: Mapping[str, Any] | None = None, *, is_whole: bool = False) -> int:
        """Writes down how far it has come; how many of its items are unfinished. Raises LeaseLost, Stopped.

        What the cursor passes must be items of the run.
        """
        since = now()
        verdict, unfinished = run_work.keep(self._database, self.run, lease=LEASE, cursor=cursor, is_whole=is_whole)
        if verdict == "lost":
            raise LeaseLost
        self.cursor = self.cursor if cursor is None else cursor
        if verdict == "stopped":
            raise Stopped
        self._lasts_from(since)
        return unfinished

    def feed(self, transfers: Sequence[int], how: Feeding) -> None:
        """Returns when all of them are items of the run; `keep_page` is to follow.

        Raises MakesRoom, Stopped, PutBack, LeaseLost and DatabaseDown.
        """
        left = list(transfers)
        while left:
            with self._database.account(self.account) as c:
                taken = run_work.feed(c, self.run, left, how, most=FED_AHEAD)
            if left := [one for one in left if one not in taken]:
                self._wait_for_room()

    def feed_new(self, take: Callable[[Connection], int | None], how: Feeding) -> bool:
        """`take` makes a transfer, or raises one, and becomes an item in the same commit. False where it made none.

        It is asked again while there is no room; `keep_page` is to follow. Raises as `feed`.
        """
        while True:
            with self._database.account(self.account) as c:
                transfer = take(c)
                if transfer is None:
                    return False
                is_taken = bool(run_work.feed(c, self.run, [transfer], how, most=FED_AHEAD))
                if not is_taken:
                    raise psycopg.Rollback
            if is_taken:
                return True
            self._wait_for_room()

    def note(self, sources: Mapping[str, str], outcome: Outcome, reason: str) -> None:
        """Items that have ended already: the shop's id -> the number that people see."""
        if sources:
            run_work.note(self._database, self.run, sources, outcome, reason)

    def note_untold(self, untold: Mapping[str, str]) -> None:
        """Orders that the shop cannot tell of, as `note` has them."""
        self.note(untold, "failed", "unreadable_order")

    def note_not_found(self, numbers: Iterable[str]) -> None:
        """They are no ids: an order may have such a number as its id, and be an item, too."""
        self.note({f"number {number}": number for number in numbers}, "failed", "number_not_found")

    def keep_page(self, cursor: Mapping[str, Any]) -> None:
        """As `keep`; a run that worked for long enough makes room, unless it would begin the same page again."""
        has_moved = cursor != self.cursor
        self.keep(cursor)
        if has_moved and self.is_to_make_room:
            raise MakesRoom(0.0)

    def settle(self) -> None:
        """No more items will come: returns when all of them have ended. Raises as `feed`."""
        self.keep(is_whole=True)
        self._wait_until(lambda unfinished: unfinished == 0)

    def _wait_for_room(self) -> None:
        self._wait_until(lambda unfinished: unfinished < FED_AHEAD)

    def _wait_until(self, is_so: Callable[[int], bool]) -> None:
        unfinished, moved = self.keep(), now()
        while not is_so(unfinished):
            if self._stopping.wait(LOOK_EVERY):
                raise PutBack("stopping")
            before, unfinished = unfinished, self.keep()
            moved = now() if unfinished != before else moved
            if now() > moved + STALLED_AFTER:
                raise MakesRoom(REST)
            if self.is_to_make_room:
                raise MakesRoom(0.0)
