"""What an order comes to: lines, taxes and totals as WooCommerce computes and rounds them.

Inside, line amounts have six decimals; the order's totals are the sum of the lines rounded to cents ("round at
subtotal" off), which is why the lines of an order add up to its total in cents and not in six decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

from connectors.woocommerce.sandbox.coupons import Discountable, apply_coupon
from connectors.woocommerce.sandbox.specs import CouponSpec, FeeSpec, LineSpec, OrderSpec, ShippingSpec
from connectors.woocommerce.sandbox.taxes import (
    CENT,
    TaxRate,
    rates_for,
    rounded_sum,
    rounded_tax,
    tax_on_top,
    without_tax,
)

SpecT = TypeVar("SpecT", ShippingSpec, FeeSpec)


@dataclass(slots=True)
class PricedLine:
    spec: LineSpec
    rates: Sequence[TaxRate]
    subtotal: Decimal
    total: Decimal

    @property
    def subtotal_taxes(self) -> dict[int, Decimal]:
        return tax_on_top(self.subtotal, self.rates)

    @property
    def taxes(self) -> dict[int, Decimal]:
        return tax_on_top(self.total, self.rates)


@dataclass(slots=True)
class PricedExtra(Generic[SpecT]):
    """A shipping or a fee line."""

    spec: SpecT
    total: Decimal
    taxes: dict[int, Decimal]


@dataclass(slots=True)
class PricedCoupon:
    spec: CouponSpec
    discount: Decimal
    discount_tax: Decimal


@dataclass(slots=True)
class PricedOrder:
    prices_include_tax: bool
    lines: list[PricedLine]
    shipping: list[PricedExtra[ShippingSpec]]
    fees: list[PricedExtra[FeeSpec]]
    coupons: list[PricedCoupon]
    #: Every rate that some line has, with its sums over lines and fees, and over shipping, in cents.
    rate_totals: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def line_tax(self, taxes: dict[int, Decimal]) -> Decimal:
        return rounded_sum(taxes, prices_include_tax=self.prices_include_tax)

    @property
    def cart_tax(self) -> Decimal:
        return sum((cart for cart, _ in self.rate_totals.values()), Decimal(0))

    @property
    def shipping_tax(self) -> Decimal:
        return sum((shipping for _, shipping in self.rate_totals.values()), Decimal(0))

    @property
    def shipping_total(self) -> Decimal:
        return _cents(extra.total for extra in self.shipping)

    @property
    def discount_total(self) -> Decimal:
        return _cents(line.subtotal for line in self.lines) - _cents(line.total for line in self.lines)

    @property
    def discount_tax(self) -> Decimal:
        before = sum((sum(line.subtotal_taxes.values(), Decimal(0)) for line in self.lines), Decimal(0))
        after = sum((sum(line.taxes.values(), Decimal(0)) for line in self.lines), Decimal(0))
        return rounded_tax(before - after, prices_include_tax=self.prices_include_tax)

    @property
    def total(self) -> Decimal:
        net = _cents(line.total for line in self.lines) + _cents(fee.total for fee in self.fees) + self.shipping_total
        return net + self.cart_tax + self.shipping_tax


@dataclass(frozen=True, slots=True)
class Pricing:
    """The shop's side of the sum. `country` is where the shop is: the tax that its typed prices contain."""

    rates: Sequence[TaxRate]
    country: str
    prices_include_tax: bool

    def price(self, spec: OrderSpec) -> PricedOrder:
        including = self.prices_include_tax if spec.prices_include_tax is None else spec.prices_include_tax
        place = (spec.country or self.country, spec.state)
        lines = [self._line(line, place, including) for line in spec.lines]
        coupons = _discounted(spec.coupons, lines, including)
        shipping = [self._shipping(extra, place) for extra in spec.shipping_lines]
        fees = [self._fee(fee, place, lines, shipping) for fee in spec.fees]
        order = PricedOrder(including, lines, shipping, fees, coupons)
        order.rate_totals = _rate_totals(order)
        return order

    def _line(self, spec: LineSpec, place: tuple[str, str], including: bool) -> PricedLine:
        rates = rates_for(self.rates, *place, spec.tax_class) if spec.taxable else []
        typed = spec.price * spec.quantity
        if including and spec.taxable:
            typed = without_tax(typed, rates_for(self.rates, self.country, "", spec.tax_class))
        subtotal = typed if spec.subtotal is None else spec.subtotal
        return PricedLine(spec, rates, subtotal, subtotal if spec.total is None else spec.total)

    def _shipping(self, spec: ShippingSpec, place: tuple[str, str]) -> PricedExtra[ShippingSpec]:
        rates = [rate for rate in rates_for(self.rates, *place, "") if rate.shipping]
        return PricedExtra(spec, spec.total, tax_on_top(spec.total, rates))

    def _fee(
        self,
        spec: FeeSpec,
        place: tuple[str, str],
        lines: Sequence[PricedLine],
        shipping: Sequence[PricedExtra[ShippingSpec]],
    ) -> PricedExtra[FeeSpec]:
        if not spec.taxable:
            return PricedExtra(spec, spec.total, {})
        if spec.total >= 0:
            return PricedExtra(spec, spec.total, tax_on_top(spec.total, rates_for(self.rates, *place, spec.tax_class)))
        return PricedExtra(spec, spec.total, self._spread(spec.total, place, _class_costs(lines, shipping)))

    def _spread(self, total: Decimal, place: tuple[str, str], costs: dict[str | None, Decimal]) -> dict[int, Decimal]:
        """The tax of a negative fee, in the proportion of what the order's tax classes cost."""
        whole = sum(costs.values(), Decimal(0))
        taxes: dict[int, Decimal] = {}
        for tax_class, cost in costs.items():
            if tax_class is None or not whole:
                continue
            for rate_id, tax in tax_on_top(total * cost / whole, rates_for(self.rates, *place, tax_class)).items():
                taxes[rate_id] = taxes.get(rate_id, Decimal(0)) + tax
        return taxes


def _class_costs(
    lines: Sequence[PricedLine], shipping: Sequence[PricedExtra[ShippingSpec]]
) -> dict[str | None, Decimal]:
    costs: dict[str | None, Decimal] = {}
    for line in lines:
        tax_class = line.spec.tax_class if line.spec.taxable else None
        costs[tax_class] = costs.get(tax_class, Decimal(0)) + line.total
    for extra in shipping:
        costs[""] = costs.get("", Decimal(0)) + extra.total
    return costs


def _discounted(coupons: Sequence[CouponSpec], lines: Sequence[PricedLine], including: bool) -> list[PricedCoupon]:
    """Takes the coupons off the lines; in a shop that types prices with tax, discounts have tax in them, too."""
    items = [Discountable(_typed(line, including) * 100, line.spec.quantity) for line in lines]
    priced = []
    for coupon in coupons:
        nets, typed = Decimal(0), Decimal(0)
        for line, taken in zip(lines, apply_coupon(coupon, items), strict=True):
            net = without_tax(taken, line.rates) if including else taken
            line.total = max(Decimal(0), line.total - net)
            nets += net.quantize(CENT, ROUND_HALF_UP)
            typed += taken if including else net + sum(tax_on_top(net, line.rates).values())
        priced.append(PricedCoupon(coupon, nets, typed - nets))
    return priced


def _typed(line: PricedLine, including: bool) -> Decimal:
    return line.subtotal + (sum(line.subtotal_taxes.values(), Decimal(0)) if including else 0)


def _rate_totals(order: PricedOrder) -> dict[int, tuple[Decimal, Decimal]]:
    totals: dict[int, tuple[Decimal, Decimal]] = {}

    def add(taxes: dict[int, Decimal], *, shipping: bool) -> None:
        for rate_id, tax in taxes.items():
            cents = rounded_tax(tax, prices_include_tax=order.prices_include_tax)
            cart, ship = totals.get(rate_id, (Decimal(0), Decimal(0)))
            totals[rate_id] = (cart, ship + cents) if shipping else (cart + cents, ship)

    for line in order.lines:
        add(line.taxes, shipping=False)
    for fee in order.fees:
        add(fee.taxes, shipping=False)
    for extra in order.shipping:
        add(extra.taxes, shipping=True)
    return totals


def _cents(amounts: Iterable[Decimal]) -> Decimal:
    return sum((amount.quantize(CENT, ROUND_HALF_UP) for amount in amounts), Decimal(0))
