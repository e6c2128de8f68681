"""Finds orders of a shop that we never heard of, and ours that it does not have: by how many were made in a window,
and by their ids where that differs.
"""

from __future__ import annotations

from datetime import datetime

from connectors.base import OrderGlance
from shared.domain.recheck import MOST_COMPARED, Window
from shared.store import open_orders
from shared.store.database import Database
from shared.store.open_orders import StoredOrder
from shared.store.schedules import Counts
from workers.rechecking_look import Look
from workers.rechecking_progress import Progress, Span

#: Requests of a night after which windows that were not compared are left, and said.
MOST_REQUESTS = 1000


class Comparison:
    """Of one connection with its shop; what it has compared is taken out of `progress.windows`."""

    def __init__(self, database: Database, account: int, connection: int, look: Look, progress: Progress) -> None:
        self._database = database
        self._account = account
        self._connection = connection
        self._look = look
        self._progress = progress

    def begin(self, whole: Window) -> None:
        self._progress.windows = [Span.of(whole)]

    def step(self, *, by_id: bool) -> Counts:
        """The next window: it is right, or parted, or compared; the newest one first. Raises fates and DatabaseDown."""
        progress = self._progress
        assert progress.windows
        window, before = progress.windows.pop().window, progress.requests
        counts = self._compare_or_part(window, progress.windows, by_id=by_id)
        progress.compared_by += progress.requests - before
        if progress.compared_by >= MOST_REQUESTS and progress.windows:
            days = [(span.after, span.before) for span in progress.windows]
            progress.left = progress.left.model_copy(update={"days": days})
            progress.windows = []
        return counts

    def ours(self, window: Window) -> set[str]:
        with self._database.account(self._account) as c:
            return open_orders.made(
                c,
                self._connection,
                window,
                just_gone=self._progress.just_gone,
                just_back=self._progress.just_back,
            )

    def _compare_or_part(self, window: Window, windows: list[Span], *, by_id: bool) -> Counts:
        progress = self._progress
        if not progress.is_counted:
            return self._compare(window, by_id=by_id)
        count = self._look.client.count_orders(after=window.after, before=window.before)
        if count is None:
            progress.is_counted, progress.shop_has = False, 0
            windows[:] = [Span.of(day) for day in window.days()]
            return Counts()
        if progress.shop_has is None:
            progress.shop_has = count
        if count == len(self.ours(window)):
            return Counts()
        if count > MOST_COMPARED and not window.is_a_second:
            windows += [Span.of(half) for half in window.halves()]
            return Counts()
        return self._compare(window, by_id=by_id)

    def _compare(self, window: Window, *, by_id: bool) -> Counts:
        there = self._glances(window)
        if not self._progress.is_counted:
            self._progress.shop_has = (self._progress.shop_has or 0) + len(there)
        with self._database.account(self._account) as c:
            seen = open_orders.seen(c, self._connection, list(there))
        self._date({one: at.created_at for one, at in there.items() if one in seen and at.created_at})
        unseen = [one for one in there if one not in seen]
        back = [one for one in there if one in seen and seen[one].is_believed_gone]
        absent = [one for one in self.ours(window) if one not in there]
        found = self._look.at([_named(there[one]) for one in unseen], by_id=by_id)
        returned = self._look.at([_named(there[one]) for one in back], by_id=by_id)
        lost = self._look.at([StoredOrder(0, one, one) for one in absent], by_id=False)
        self._progress.found += found.news
        self._progress.not_taken_in += self._unknown(set(unseen).difference(found.gone))
        self._progress.back += returned.news
        self._progress.just_back += returned.orders
        for looked in (found, returned, lost):
            self._progress.note(looked)
        return found.counts + returned.counts + lost.counts

    def _unknown(self, ids: set[str]) -> int:
        if not ids:
            return 0
        with self._database.account(self._account) as c:
            return len(ids.difference(open_orders.seen(c, self._connection, list(ids))))

    def _glances(self, window: Window) -> dict[str, OrderGlance]:
        """By id. An order that was given another date meanwhile may be listed all the same."""
        pages = self._look.client.list_order_ids(after=window.after, before=window.before)
        return {glance.id: glance for page in pages for glance in page}

    def _date(self, made_at: dict[str, datetime]) -> None:
        """Orders of which we heard without that, or that were dated anew, are counted where the shop counts them."""
        with self._database.account(self._account) as c:
            open_orders.date(c, self._connection, made_at)


def _named(glance: OrderGlance) -> StoredOrder:
    return StoredOrder(0, glance.id, glance.number)
