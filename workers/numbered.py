"""Orders of a shop by the numbers that people see: most shops list orders only by an id of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from connectors.base import Webshop, WebshopClient
from shared.errors import Skip
from workers.sightings import Body

#: Numbers that are looked up at once where the shop names no size of its own.
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Numbered:
    found: Sequence[Body]
    #: What is not there: the id that was asked for -> the number.
    missing: Mapping[str, str]


def portions(shop: Webshop, numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    size = shop.most_by_id or AT_ONCE
    return (numbers[start : start + size] for start in range(0, len(numbers), size))


def numbered(
    shop: Webshop, client: WebshopClient, numbers: Sequence[str], known_by: Mapping[str, Set[str]]
) -> Numbered:
    """`known_by`: number -> ids, as far as we know them. Any other number is taken for an id, and its order only where
    the shop shows it under that number: a shop may number its orders otherwise. Raises fates.
    """
    asked = {source: number for number in numbers for source in known_by.get(number, {number})}
    found: list[Body] = []
    missing = dict(asked)
    for order in _orders(shop, client, list(asked)):
        notice = shop.notice_of(order)
        number = asked.get(notice.source_id or "")
        if number is not None and (number in known_by or notice.source_number in (number, None)):
            found.append(order)
            missing.pop(notice.source_id or "", None)
    return Numbered(found, missing)


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
