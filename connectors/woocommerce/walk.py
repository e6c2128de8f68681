"""Walks orders by a date of theirs without a gap, while orders change, come and go under the walk.

Page 2 of a list sorted by modification skips an order whenever one of page 1 changes meanwhile: it moves to the end and
all others move up (observed 23). So only page 1 is asked for, each time from the last second seen on: the next window
begins at that second again, because further orders may share it, and what came already is left out.

Where more orders share one second than a page holds, that cannot move on, and the second is walked in the shop's stable
order of ties, by pages that overlap. A page is taken only if it begins with an order that was seen: then nothing lies
between it and the page before, whatever left or came in ahead of it. Else the walk goes back until one does, to page 1
if need be. Pages of several sizes overlap, since the API counts pages, not orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.woocommerce.values import parse_gmt
from shared.errors import NeedsUser, Retry

#: The date fields that a list can be sorted by.
MODIFIED, CREATED = "date_modified_gmt", "date_created_gmt"
#: The largest page that the API allows; 101 is a 400.
PER_PAGE = 100
#: So many pages in a row may bring nothing new (orders were put in ahead of them); more, and they fit no second.
MAX_IDLE_PAGES = 10

_SECOND = timedelta(seconds=1)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """One page of what has its date after a moment, oldest first."""

    rows: Sequence[Row]
    is_last: bool


#: (naive UTC, page from 1, its size) -> the orders whose date is strictly after that moment.
Ask = Callable[[datetime, int, int], Window]


def walk(since: datetime, ask: Ask, *, by: str = MODIFIED, per_page: int = PER_PAGE) -> Iterator[Sequence[Row]]:
    """All orders dated strictly after `since` (naive UTC, whole seconds), page by page, none twice with one date.

    None is missing that was in the list with the same date from the first answer to the last. Raises
    Retry("paging_stuck") for a shop whose pages do not fit together (a page cache), NeedsUser("filter_ignored") for one
    that does not filter by the date (by modification: before WooCommerce 5.8), and whatever `ask` raises.
    """
    seen = _Seen(by)
    while True:
        window = ask(since, 1, per_page)
        if fresh := seen.fresh(window.rows):
            yield fresh
        if window.is_last:
            return
        newest = seen.newest(window.rows)
        if newest <= since:
            raise NeedsUser("filter_ignored", "The shop cannot list orders by their dates: WooCommerce is too old.")
        if newest == since + _SECOND:
            yield from _walk_second(since, seen, ask, per_page)
            since = newest
        else:
            since = newest - _SECOND
        seen.forget_before(newest)


def _walk_second(since: datetime, seen: _Seen, ask: Ask, most: int) -> Iterator[Sequence[Row]]:
    """The rest of the one second after `since`, page 1 of which was seen. What follows it is asked for later."""
    second, reached, idle = since + _SECOND, most, 0
    while idle <= MAX_IDLE_PAGES:
        page, per_page = _overlapping(reached, most)
        window = ask(since, page, per_page)
        if page > 1 and not (window.rows and seen.holds(window.rows[0])):
            reached = (page - 1) * per_page
            continue
        fresh = seen.fresh(seen.until(second, window.rows))
        if fresh:
            yield fresh
        if window.is_last or seen.newest(window.rows) > second:
            return
        reached, idle = page * per_page, 0 if fresh else idle + 1
    raise Retry(
        "paging_stuck", "The shop's pages of orders do not fit together: perhaps a cache stands before its API."
    )


def _overlapping(reached: int, most: int) -> tuple[int, int]:
    """Number and size of the page that begins within the first `reached` orders and ends farthest behind them."""
    per_page = max(range(most // 2 + 1, most + 1), key=lambda size: -(-reached // size) * size)
    return -(-reached // per_page), per_page


class _Seen:
    """What was handed out, by id and date, as far back as it can come again."""

    def __init__(self, by: str) -> None:
        self._by = by
        self._moments: dict[tuple[str, str], datetime | None] = {}

    def fresh(self, rows: Sequence[Row]) -> list[Row]:
        fresh = {self._key(row): row for row in rows if not self.holds(row)}
        self._moments.update((key, self._moment(row)) for key, row in fresh.items())
        return list(fresh.values())

    def holds(self, row: Row) -> bool:
        return self._key(row) in self._moments

    def forget_before(self, moment: datetime) -> None:
        self._moments = {key: at for key, at in self._moments.items() if at is not None and at >= moment}

    def until(self, second: datetime, rows: Sequence[Row]) -> list[Row]:
        """Without later ones: they come in their turn, so that a caller may remember how far it came."""
        return [row for row in rows if (self._moment(row) or second) <= second]

    def newest(self, rows: Sequence[Row]) -> datetime:
        """The newest date on a page. A row without a readable one is handed out, but cannot lead on."""
        moments = [moment for row in rows if (moment := self._moment(row)) is not None]
        if not moments:
            raise Retry("unexpected_answer", "The shop answered with orders that have no date.")
        return max(moments)

    def _key(self, row: Row) -> tuple[str, str]:
        return str(row.get("id")), str(row.get(self._by))

    def _moment(self, row: Row) -> datetime | None:
        """Naive UTC in whole seconds, as the filter wants it."""
        moment = parse_gmt(row.get(self._by))
        return moment and moment.replace(microsecond=0, tzinfo=None)
