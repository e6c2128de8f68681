"""What a replay of many orders would do, told before it does anything: each order as a dry run sees it, or a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from shared.domain.replays import ReplayFilter
from shared.store import replayed
from tools.bulk.forecast import Forecast, rehearsed_ends
from tools.cli.place import Place
from tools.rehearse import dry_run as running
from tools.rehearse.orders import Subject, transfer
from tools.rehearse.through import Through, asked_shop
from workers.replaying import fetched, unseen
from workers.sightings import Body, written


def forecast(
    place: Place, through: Through, wanted: ReplayFilter, *, sample: int, heard: Callable[[int], None]
) -> Forecast:
    """`heard(how many orders were looked at)`. Raises fates of the shop, and Problem where the books are shut."""
    settings = running.settings_of(through.connection.settings, "what is stored of its settings")
    with place.database.account(through.account.id) as c:
        known = replayed.orders(c, through.connection.id, wanted, after=0, most=None)
        not_found = replayed.unknown_numbers(c, through.connection.id, wanted.numbers)
    chosen = [transfer(place, through, one) for one in _spread(known, sample)]
    new, some = _new_to_us(place, through, wanted, sample - len(chosen))
    there_are = len(known) + new
    chosen += [_subject(through, order) for order in some]
    ends = rehearsed_ends(place, through, settings, chosen, lambda told: (told.end, told.rehearsed.reason), heard)
    return Forecast(
        there_are=there_are,
        looked_at=len(chosen),
        is_sample=len(chosen) < there_are,
        ends=ends,
        not_found=not_found,
    )


def _new_to_us(place: Place, through: Through, wanted: ReplayFilter, most: int) -> tuple[int, list[Body]]:
    """How many orders only the shop knows, and some of them, at most so many."""
    if wanted.missing_since is None:
        return 0, []
    account, connection = through.account.id, through.connection.id
    with asked_shop(place, through) as client:
        pages = unseen(place.database, client, account, connection, wanted.missing_since)
        ids = list(dict.fromkeys(chain.from_iterable(page for page, _ in pages)))
        return len(ids), [order for these in fetched(through.webshop, client, ids[:most]) for order in these.found]


def _spread(transfers: Sequence[int], most: int) -> Sequence[int]:
    """At most so many, spread evenly over all of them."""
    return transfers[:: max(1, -(-len(transfers) // most))]


def _subject(through: Through, order: Body) -> Subject:
    notice = through.webshop.notice_of(order)
    return Subject(notice.source_number or notice.source_id or "?", None, written(order))
