"""What an order comes to: lines, taxes and totals as WooCommerce computes and rounds them.

Inside, line amounts have six decimals; the order's totals are the sum of the lines rounded to the shop's decimals
("round at subtotal" off), which is why the lines of an order add up to its total as shown and not in six decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

from connectors.woocommerce.sandbox.amounts import Rounding
from connectors.woocommerce.sandbox.coupons import Discountable, apply_coupon
from connectors.woocommerce.sandbox.specs import CHECKOUTS, CouponSpec, FeeSpec, LineSpec, OrderSpec, ShippingSpec, Via
from connectors.woocommerce.sandbox.taxes import TaxRate, rates_for, tax_on_top, without_tax

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
    rounding: Rounding
    lines: list[PricedLine]
    shipping: list[PricedExtra[ShippingSpec]]
    fees: list[PricedExtra[FeeSpec]]
    coupons: list[PricedCoupon]
    #: Every rate that some line has, with its sums over lines and fees, and over shipping, rounded.
    rate_totals: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)

    @property
    def cart_tax(self) -> Decimal:
        return sum((cart for cart, _ in self.rate_totals.values()), Decimal(0))

    @property
    def shipping_tax(self) -> Decimal:
        return sum((shipping for _, shipping in self.rate_totals.values()), Decimal(0))

    @property
    def shipping_total(self) -> Decimal:
        return self.rounding.sum_of(extra.total for extra in self.shipping)

    @property
    def discount_total(self) -> Decimal:
        before, after = (line.subtotal for line in self.lines), (line.total for line in self.lines)
        return self.rounding.sum_of(before) - self.rounding.sum_of(after)

    @property
    def discount_tax(self) -> Decimal:
        before = sum((sum(line.subtotal_taxes.values(), Decimal(0)) for line in self.lines), Decimal(0))
        after = sum((sum(line.taxes.values(), Decimal(0)) for line in self.lines), Decimal(0))
        return self.rounding.tax(before - after)

    @property
    def total(self) -> Decimal:
        nets = (*(line.total for line in self.lines), *(fee.total for fee in self.fees))
        return self.rounding.sum_of(nets) + self.shipping_total + self.cart_tax + self.shipping_tax


@dataclass(frozen=True, slots=True)
class Pricing:
    """The shop's side of the sum. `country` is where the shop is: the tax that its typed prices contain."""

    rates: Sequence[TaxRate]
    country: str
    prices_include_tax: bool
    decimals: int

    def price(self, spec: OrderSpec) -> PricedOrder:
        including = self.prices_include_tax if spec.prices_include_tax is None else spec.prices_include_tax
        rounding = Rounding(self.decimals, including)
        place = (spec.country or self.country, spec.state)
        lines = [self._line(line, place, including) for line in spec.lines]
        coupons = _discounted(spec.coupons, lines, rounding)
        shipping = [self._shipping(extra, place, spec.via, rounding) for extra in spec.shipping_lines]
        fees = [self._fee(fee, place, lines, shipping) for fee in spec.fees]
        order = PricedOrder(rounding, lines, shipping, fees, coupons)
        order.rate_totals = _rate_totals(order)
        return order

    def _line(self, spec: LineSpec, place: tuple[str, str], including: bool) -> PricedLine:
        rates = rates_for(self.rates, *place, spec.tax_class) if spec.taxable else []
        typed = spec.price * spec.quantity
        if including and spec.taxable:
            typed = without_tax(typed, rates_for(self.rates, self.country, "", spec.tax_class))
        subtotal = typed if spec.subtotal is None else spec.subtotal
        return PricedLine(spec, rates, subtotal, subtotal if spec.total is None else spec.total)

    def _shipping(
        self, spec: ShippingSpec, place: tuple[str, str], via: Via, rounding: Rounding
    ) -> PricedExtra[ShippingSpec]:
        """A checkout keeps the net of shipping as rounded as it shows it, and its taxes of what it was before."""
        rates = [rate for rate in rates_for(self.rates, *place, "") if rate.shipping]
        total = rounding.amount(spec.total) if via in CHECKOUTS else spec.total
        return PricedExtra(spec, total, tax_on_top(spec.total, rates))

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


def _discounted(coupons: Sequence[CouponSpec], lines: Sequence[PricedLine], rounding: Rounding) -> list[PricedCoupon]:
    """Takes the coupons off the lines; in a shop that types prices with tax, discounts have tax in them, too."""
    including, cent = rounding.prices_include_tax, rounding.unit
    items = [Discountable(_typed(line, including) / cent, line.spec.quantity) for line in lines]
    priced = []
    for coupon in coupons:
        nets, typed = Decimal(0), Decimal(0)
        for line, taken in zip(lines, apply_coupon(coupon, items, cent), strict=True):
            net = without_tax(taken, line.rates) if including else taken
            line.total = max(Decimal(0), line.total - net)
            nets += rounding.amount(net)
            typed += taken if including else net + sum(tax_on_top(net, line.rates).values())
        priced.append(PricedCoupon(coupon, nets, rounding.amount(typed - nets)))
    return priced


def _typed(line: PricedLine, including: bool) -> Decimal:
    return line.subtotal + (sum(line.subtotal_taxes.values(), Decimal(0)) if including else 0)


def _rate_totals(order: PricedOrder) -> dict[int, tuple[Decimal, Decimal]]:
    totals: dict[int, tuple[Decimal, Decimal]] = {}

    def add(taxes: dict[int, Decimal], *, shipping: bool) -> None:
        for rate_id, tax in taxes.items():
            rounded = order.rounding.tax(tax)
            cart, ship = totals.get(rate_id, (Decimal(0), Decimal(0)))
            totals[rate_id] = (cart, ship + rounded) if shipping else (cart + rounded, ship)

    for line in order.lines:
        add(line.taxes, shipping=False)
    for fee in order.fees:
        add(fee.taxes, shipping=False)
    for extra in order.shipping:
        add(extra.taxes, shipping=True)
    return totals
