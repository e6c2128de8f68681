"""Orders of a shop by the numbers that people see: most shops list orders only by an id of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from connectors.base import Webshop, WebshopClient
from shared.errors import Skip
from workers.sightings import Body

#: Numbers that are looked up at once: each that the shop does not list costs a request of its own.
AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Numbered:
    found: Sequence[Body]
    #: Numbers that are not there.
    missing: Sequence[str]


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
    left = set(numbers)
    for order in _orders(shop, client, list(asked)):
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
    return Numbered(found, [number for number in numbers if number in left])


def _orders(shop: Webshop, client: WebshopClient, ids: Sequence[str]) -> Iterator[Body]:
    """One that the list leaves out is asked for by itself: it may have changed its place meanwhile."""
    listed: set[str] = set()
    if shop.most_by_id:
        for page in client.list_orders_by_id(ids):
            for order in page.orders:
                listed.add(shop.notice_of(order).source_id or "")
                yield order
    for one in ids:
        if one not in listed:
            try:
                yield client.get_order(one)
            except Skip:
                continue
