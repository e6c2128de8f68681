"""Looks at orders in their shop by their ids, and takes in what is news of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.base import UnreadableOrder, Webshop, WebshopClient
from shared.domain.decide import TRASH
from shared.domain.order import Order
from shared.errors import Retry, Skip
from shared.store.open_orders import StoredOrder
from shared.store.schedules import Counts
from workers.answering import ask_whether_it_answers
from workers.hand import InHand, PutBack
from workers.sightings import Sightings

#: Orders in a row that the shop does not answer for: then it is asked whether it answers at all, and at the most it is
#: the shop, and not an order.
SUSPICIOUS, MOST_TROUBLES = 3, 10

Body = Mapping[str, Any]


@dataclass(slots=True)
class Looked:
    """What came of a look: `orders` that are there, by id, as far as they can be read."""

    counts: Counts = field(default_factory=Counts)
    orders: dict[str, Order] = field(default_factory=dict)
    #: Ids of those that are deleted, or in the bin; and how many of them were not known to be.
    gone: list[str] = field(default_factory=list)
    newly_gone: int = 0
    #: Of those that are there, how many were news.
    news: int = 0
    #: Numbers of those that the shop did not answer for.
    left: list[str] = field(default_factory=list)

    def add(self, more: Looked) -> None:
        self.counts += more.counts
        self.orders |= more.orders
        self.gone += more.gone
        self.newly_gone += more.newly_gone
        self.news += more.news
        self.left += more.left


class Counter(Protocol):
    requests: int


class CountingHand:
    """A run in hand, whose requests are counted."""

    def __init__(self, hand: InHand, counter: Counter) -> None:
        self.answered = hand.answered
        self._hand = hand
        self._counter = counter

    @property
    def account(self) -> int:
        return self._hand.account

    @property
    def is_troubled(self) -> bool:
        return self._hand.is_troubled

    def seconds_for_a_call(self) -> float:
        seconds = self._hand.seconds_for_a_call()
        self._counter.requests += 1
        return seconds


class Look:
    def __init__(self, client: WebshopClient, shop: Webshop, sightings: Sightings) -> None:
        self.client = client
        self._shop = shop
        self._sightings = sightings
        self._troubles = 0

    def at(self, orders: Sequence[StoredOrder], *, by_id: bool, only_gone: bool = False) -> Looked:
        """At each of them as it is now; `by_id`: many a request, as the shop can; `only_gone`: who is listed outside
        the bin is left as it is. Raises fates and DatabaseDown.
        """
        looked, absent = Looked(), {order.source_id: order for order in orders}
        if by_id:
            for page in self.client.list_orders_by_id(list(absent)):
                self._troubles = 0
                looked.add(self.take(page.orders, only_gone=only_gone))
                for body in page.orders:
                    absent.pop(self.id_of(body) or "", None)
        for order in absent.values():
            looked.add(self._alone(order))
        return looked

    def take(self, bodies: Sequence[Body], *, only_gone: bool = False) -> Looked:
        """What the shop listed."""
        orders: dict[str, Order] = {}
        trashed: list[Body] = []
        alive: list[Body] = []
        for body in bodies:
            order = self._read(body)
            if order is not None and order.status == TRASH:
                trashed.append(body)
            elif not only_gone:
                alive.append(body)
                if order is not None:
                    orders[order.id] = order
        binned, there = self._sightings.take(trashed), self._sightings.take(alive)
        gone = [one for body in trashed if (one := self.id_of(body)) is not None]
        return Looked(binned + there, orders, gone, binned.sent, there.sent)

    def id_of(self, body: Body) -> str | None:
        return self._shop.notice_of(body).source_id

    def _read(self, body: Body) -> Order | None:
        try:
            return self._shop.read_order(body)
        except UnreadableOrder:
            return None

    def _alone(self, order: StoredOrder) -> Looked:
        """The trouble of one order keeps no other from being looked at."""
        try:
            body = self.client.get_order(order.source_id)
        except PutBack:
            raise
        except Retry:
            self._troubles += 1
            if self._troubles == SUSPICIOUS:
                ask_whether_it_answers(self.client)
            if self._troubles >= MOST_TROUBLES:
                raise
            return Looked(left=[order.number])
        except Skip as gone:
            if gone.code != "order_gone":
                raise
            self._sightings.gone(order.source_id)
            self._troubles = 0
            return Looked(Counts(found=1, sent=1), gone=[order.source_id], newly_gone=1)
        self._troubles = 0
        return self.take([body])
