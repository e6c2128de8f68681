"""Coupons spread over lines the way WooCommerce does it: in cents, rounded down, what is left cent by cent.

A cent is the smallest amount that the shop shows: one of the currency in a shop without decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from connectors.woocommerce.sandbox.specs import CouponSpec


@dataclass(slots=True)
class Discountable:
    """A line as coupons see it: cents in the shop's way of typing prices, fractions of a cent included."""

    price: Decimal
    quantity: int
    discount: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.price - self.discount

    def take(self, cents: Decimal) -> Decimal:
        """Discounts as much of it as there is left; returns how much that was."""
        taken = min(self.left, cents)
        self.discount += taken
        return taken


def apply_coupon(coupon: CouponSpec, items: Sequence[Discountable], cent: Decimal) -> list[Decimal]:
    """Discounts the items; returns what this coupon took from each, in money."""
    before = [item.discount for item in items]
    dearest_first = sorted(items, key=lambda item: item.price / item.quantity, reverse=True)
    if coupon.discount_type == "percent":
        _percent(coupon.amount, dearest_first)
    else:
        _fixed_cart(coupon.amount / cent, dearest_first)
    return [(item.discount - was) * cent for item, was in zip(items, before, strict=True)]


def _percent(percent: Decimal, items: Sequence[Discountable]) -> None:
    whole = sum((item.left for item in items), Decimal(0)) * percent / 100
    taken = sum(
        (item.take((item.left * percent / 100).quantize(Decimal(1), ROUND_FLOOR)) for item in items), Decimal(0)
    )
    _remainder(whole.quantize(Decimal(1), ROUND_HALF_UP) - taken, items)


def _fixed_cart(cents: Decimal, items: Sequence[Discountable]) -> None:
    items = [item for item in items if item.left > 0]
    pieces = sum(item.quantity for item in items)
    if not pieces or cents <= 0:
        return
    each = (cents / pieces).quantize(Decimal(1), ROUND_FLOOR)
    if each == 0:
        _remainder(cents, items)
        return
    taken = sum((item.take(each * item.quantity) for item in items), Decimal(0))
    if taken > 0:
        _fixed_cart(cents - taken, items)


def _remainder(cents: Decimal, items: Sequence[Discountable]) -> None:
    for item in items:
        for _ in range(item.quantity):
            if cents <= 0:
                return
            cents -= item.take(min(cents, Decimal(1)))
