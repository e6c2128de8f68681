"""Walks orders by their modification without a gap, while orders change under the walk.

Page 2 of a list sorted by modification skips an order whenever one of page 1 changes meanwhile: it moves to the end and
all others move up (observed 23). So only page 1 is asked for, each time from the last second seen on: the next window
begins at that second again, because further orders may share it, and what came already is left out.

Where more orders share one second than a page holds, that cannot move on, and the pages of the second are walked, in
the shop's stable order of ties: forward to find its end, then back to page 1. Orders of a past second can only leave
it, so others only move to lower pages, which the way back still comes to. It is gone again until it brings nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.woocommerce.values import parse_gmt
from shared.errors import NeedsUser, Retry

_SECOND = timedelta(seconds=1)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """One page of what changed after a moment, oldest change first."""

    rows: Sequence[Row]
    is_last: bool


#: (naive UTC, page from 1) -> the orders modified strictly after that moment.
Ask = Callable[[datetime, int], Window]


def walk(since: datetime, ask: Ask) -> Iterator[Sequence[Row]]:
    """All orders modified strictly after `since` (naive UTC, whole seconds), page by page, none twice unchanged.

    Raises Retry("paging_stuck") for a shop that answers every page alike (a page cache), NeedsUser("filter_ignored")
    for one that does not filter by modification (before WooCommerce 5.8), and whatever `ask` raises.
    """
    seen = _Seen()
    while True:
        window = ask(since, 1)
        if fresh := seen.fresh(window.rows):
            yield fresh
        if window.is_last:
            return
        newest = _newest(window.rows)
        if newest <= since:
            raise NeedsUser("filter_ignored", "The shop cannot list orders by their change: WooCommerce is too old.")
        if newest == since + _SECOND:
            yield from _walk_second(since, window, seen, ask)
            since = newest
        else:
            since = newest - _SECOND
        seen.forget_before(newest)


def _walk_second(since: datetime, first: Window, seen: _Seen, ask: Ask) -> Iterator[Sequence[Row]]:
    """The pages of the one second after `since`, page 1 of which is known. What follows it is asked for later."""
    second, page, window = since + _SECOND, 1, first
    while not window.is_last and _newest(window.rows) == second:
        previous, page = window, page + 1
        window = ask(since, page)
        if window.rows and {_key(row) for row in window.rows} == {_key(row) for row in previous.rows}:
            raise Retry(
                "paging_stuck", "The shop answers each page of its orders alike: a cache stands before its API."
            )
        if fresh := seen.fresh(_until(second, window.rows)):
            yield fresh
    something_new = True
    while something_new:
        something_new = False
        for back in range(page, 0, -1):
            if fresh := seen.fresh(_until(second, ask(since, back).rows)):
                yield fresh
                something_new = True


def _until(second: datetime, rows: Sequence[Row]) -> list[Row]:
    """Without later changes: they come in their turn, so that a caller may remember how far it came."""
    return [row for row in rows if (_moment(row) or second) <= second]


class _Seen:
    """What was handed out, by id and modification, as far back as it can come again."""

    def __init__(self) -> None:
        self._moments: dict[tuple[str, str], datetime | None] = {}

    def fresh(self, rows: Sequence[Row]) -> list[Row]:
        fresh = {_key(row): row for row in rows if _key(row) not in self._moments}
        self._moments.update((key, _moment(row)) for key, row in fresh.items())
        return list(fresh.values())

    def forget_before(self, moment: datetime) -> None:
        self._moments = {key: at for key, at in self._moments.items() if at is not None and at >= moment}


def _key(row: Row) -> tuple[str, str]:
    return str(row.get("id")), str(row.get("date_modified_gmt"))


def _newest(rows: Sequence[Row]) -> datetime:
    """The newest change on a page. A row without a readable date is handed out, but cannot lead on."""
    moments = [moment for row in rows if (moment := _moment(row)) is not None]
    if not moments:
        raise Retry("unexpected_answer", "The shop answered with orders that have no date of change.")
    return max(moments)


def _moment(row: Row) -> datetime | None:
    """Naive UTC in whole seconds, as the filter wants it."""
    moment = parse_gmt(row.get("date_modified_gmt"))
    return moment and moment.replace(microsecond=0, tzinfo=None)
