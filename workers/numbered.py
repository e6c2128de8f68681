"""Orders of a shop by the numbers that people see: most shops list orders only by an id of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from connectors.base import Webshop, WebshopClient
from shared.errors import Retry, Skip
from workers.answering import ask_whether_it_answers
from workers.hand import PutBack
from workers.sightings import Body

#: Numbers that are looked up at once: each that the shop does not list costs a request of its own.
AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Numbered:
    found: Sequence[Body]
    #: Numbers that are not there.
    missing: Sequence[str]
    #: Orders that the shop cannot tell of, by id: the number.
    untold: Mapping[str, str]


def portions(shop: Webshop, numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    size = min(shop.most_by_id or AT_ONCE, AT_ONCE)
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def numbered(
    shop: Webshop, client: WebshopClient, numbers: Sequence[str], known_by: Mapping[str, Set[str]]
) -> Numbered:
    """`known_by`: number -> ids, as far as we know them. Any other number is taken for an id, and its order only where
    the shop shows it under that number: a shop may number its orders otherwise. Raises fates.
    """
    asked = {source: {number} for number in numbers for source in known_by.get(number, ())}
    for number in numbers:
        if number not in known_by:
            asked.setdefault(number, set()).add(number)
    found: list[Body] = []
    untold: dict[str, str] = {}
    left = set(numbers)
    for one, order in _orders(shop, client, list(asked)):
        if order is None:
            untold[one] = min(asked[one])
            left -= asked[one]
            continue
        notice = shop.notice_of(order)
        source = notice.source_id or ""
        its = {
            number
            for number in asked.get(source, ())
            if source in known_by.get(number, ()) or (number not in known_by and notice.source_number in (number, None))
        }
        if its:
            found.append(order)
            left -= its
    return Numbered(found, [number for number in numbers if number in left], untold)


def _orders(shop: Webshop, client: WebshopClient, ids: Sequence[str]) -> Iterator[tuple[str, Body | None]]:
    """Each that is there, by its id; None for one that the shop cannot tell of."""
    listed: set[str] = set()
    if shop.most_by_id:
        for page in client.list_orders_by_id(ids):
            for order in page.orders:
                one = shop.notice_of(order).source_id or ""
                listed.add(one)
                yield one, order
    # Who is not listed may have changed its place meanwhile.
    for one in ids:
        if one not in listed:
            with contextlib.suppress(Skip):
                yield one, _alone(client, one)


def _alone(client: WebshopClient, one: str) -> Body | None:
    try:
        return client.get_order(one)
    except PutBack:
        raise
    except Retry:
        ask_whether_it_answers(client)
        return None
