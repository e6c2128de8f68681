"""Every recorded order through the core, and what became of it. Others' work, at hand on some machines only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from connectors.base import UnreadableOrder
from connectors.woocommerce.read import read_order
from shared.domain.build import price_lines
from shared.domain.document import DocumentKind
from shared.domain.lines import bill
from shared.domain.money import Level, Rounding
from shared.domain.order import LineKind, Order
from shared.domain.settings import OrderSettings
from shared.domain.totals import Closed
from shared.errors import NeedsUser
from tests.connectors.woocommerce.recordings import orders_in, rest_bodies
from tests.domain.lines.orders import PRODUCTS
from tests.domain.money.shares import Share, share

#: As the books may round, both of which are met.
LEVELS = (Level.DOCUMENT, Level.LINE)
#: Lists that were asked for with more decimals are sets of their own: lines are unrounded there.
SETS: Mapping[str, str] = {
    "live/rest/orders_dp4.json": "live, four decimals",
    "live/rest/orders_dp6.json": "live, six decimals",
}
#: For products without a number, which would stop an order before its amounts are looked at.
STAND_IN = "NONE"


@dataclass(frozen=True)
class Recorded:
    """`order`: None where it cannot be read."""

    of: str
    id: str
    order: Order | None


@dataclass(frozen=True)
class Ended:
    """`amount`: of the closing lines together; with gross only what VAT and net are off by; 0 for a refusal."""

    share: Share
    amount: Decimal = Decimal(0)
    reason: str = ""


@cache
def recorded() -> Sequence[Recorded]:
    """Each order once in a set, however often it was recorded with the same amounts."""
    found = {_key(one): one for one in _all()}
    return tuple(found.values())


def _all() -> Iterator[Recorded]:
    for name, bodies in rest_bodies():
        for body in orders_in(bodies):
            of = SETS.get(name, name.partition("/")[0])
            yield Recorded(of, str(body["id"]), _read(body))


def _read(body: Mapping[str, Any]) -> Order | None:
    try:
        return read_order(body)
    except UnreadableOrder:
        return None


def _key(one: Recorded) -> object:
    order = one.order
    money = order and (order.currency, order.total, order.total_tax, order.lines, order.taxes, order.gift_cards)
    return one.of, one.id, repr(money)


def ended(order: Order | None, level: Level) -> Ended:
    """With the settings' own limits, and a product for every kind of line and every rate."""
    if order is None:
        return Ended(Share.REFUSED, reason="unreadable_order")
    try:
        found = closed(order, level)
    except NeedsUser as refusal:
        return Ended(Share.REFUSED, reason=refusal.code)
    added = sum((abs(line.quantity * line.unit_price) for line in found.closings), Decimal(0))
    return Ended(share(found), found.off or added)


def closed(order: Order, level: Level) -> Closed:
    """Raises NeedsUser."""
    numbered = replace(order, lines=tuple(replace(line, sku=line.sku or STAND_IN) for line in order.lines))
    settings = OrderSettings(**PRODUCTS)
    rates = {line.percent for line in bill(numbered, settings).lines if line.percent}
    every = {"closing": {rate: f"ROUND{rate}" for rate in rates}}
    return price_lines(
        numbered, OrderSettings(**{**PRODUCTS, "products_by_rate": every}), DocumentKind.INVOICE, Rounding(level)
    )


def has_unnumbered(order: Order) -> bool:
    return any(line.kind is LineKind.PRODUCT and not line.sku for line in order.lines)
