"""An order -> the lines that its document is to have, and what that must come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.line_settings import LineSettings
from shared.domain.money import CENT
from shared.domain.order import Line, LineKind, Order
from shared.domain.pricing import Role, Wanted
from shared.domain.reasons import needs_user
from shared.domain.totals import Target
from shared.domain.vat import Rates, UnknownRate, by_rate, shared_out

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    lines: tuple[Wanted, ...]
    target: Target


@dataclass(frozen=True, slots=True)
class _Taxed:
    """A line of the order, counted from 1, or the part of it that has this VAT in percent."""

    at: int
    line: Line
    percent: Decimal


def bill(order: Order, settings: LineSettings) -> Bill:
    """Raises NeedsUser where a line has no product, or no VAT rate, and for a total that is not in whole cents."""
    rates = Rates(order)
    going = [
        (at, line)
        for at, line in enumerate(order.lines, start=1)
        if settings.shipping or line.kind is not LineKind.SHIPPING
    ]
    taxed = [one for at, line in going for one in _taxed(at, line, rates)]
    # Books take no document without a line.
    kept = [one for one in taxed if not _is_left_out(one.line, settings)] or taxed
    lines = [
        *(_wanted(one, settings) for one in kept),
        *_discounts(order, taxed, settings),
        *_gift_cards(order, settings),
    ]
    return Bill(lines=tuple(lines), target=_target(order, rates, taxed, settings))


def _taxed(at: int, line: Line, rates: Rates) -> list[_Taxed]:
    try:
        return [_Taxed(at, part, percent) for percent, part in rates.parts(line)]
    except UnknownRate:
        raise needs_user("vat_rate_unknown", line=at, text=line.name) from None


def _is_part(line: Line) -> bool:
    """Of a bundle that has the price."""
    return line.bundle_id is not None and not line.total and not line.subtotal


def _is_left_out(line: Line, settings: LineSettings) -> bool:
    if _is_part(line):
        return settings.bundle_parts == "hidden"
    is_free = not line.total and not (settings.discounts == "line" and line.subtotal)
    return is_free and (settings.zero_lines == "dropped" or not line.quantity)


def _wanted(taxed: _Taxed, settings: LineSettings) -> Wanted:
    line = taxed.line
    if _is_part(line) and settings.bundle_parts == "text":
        text = f"{line.quantity.normalize():f} x {line.name}"
        return Wanted(role=Role.TEXT, product=None, text=text, quantity=Decimal(1), net=ZERO, percent=ZERO)
    role, product = _product(taxed, settings)
    return Wanted(
        role=role,
        product=product,
        text=line.name or product,
        quantity=line.quantity,
        net=line.subtotal if settings.discounts == "line" else line.total,
        full=line.subtotal if settings.discounts == "percent" else None,
        percent=taxed.percent,
    )


def _product(taxed: _Taxed, settings: LineSettings) -> tuple[Role, str]:
    line = taxed.line
    if line.kind is LineKind.PRODUCT and line.sku:
        return Role.PRODUCT, line.sku
    if line.kind is LineKind.PRODUCT and not line.is_gift_card:
        product = settings.product_for(Role.PRODUCT, taxed.percent)
        if product is None:
            raise needs_user("missing_product_number", line=taxed.at, text=line.name)
        return Role.PRODUCT, product
    role, name = {
        LineKind.PRODUCT: (Role.GIFT_CARD, ""),
        LineKind.SHIPPING: (Role.SHIPPING, line.code),
        LineKind.FEE: (Role.FEE, line.name),
    }[line.kind]
    return role, product_of(role, taxed.percent, settings, name=name)


def product_of(role: Role, percent: Decimal, settings: LineSettings, *, name: str = "") -> str:
    """The product of a line that is none of the shop's own. Raises NeedsUser that names the kind and the setting."""
    product = settings.product_for(role, percent, name=name)
    if product is None:
        raise needs_user(f"missing_{role}_product", percent=f"{percent.normalize():f}")
    return product


def _discounts(order: Order, taxed: Sequence[_Taxed], settings: LineSettings) -> Iterator[Wanted]:
    """One line for each rate."""
    if settings.discounts != "line":
        return
    off: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for one in taxed:
        off[one.percent] += one.line.total - one.line.subtotal
    codes = ", ".join(coupon.code for coupon in order.coupons)
    text = f"{settings.discount_text} ({codes})" if codes else settings.discount_text
    for percent, net in off.items():
        if net:
            product = product_of(Role.DISCOUNT, percent, settings)
            yield Wanted(role=Role.DISCOUNT, product=product, text=text, quantity=Decimal(1), net=net, percent=percent)


def _gift_cards(order: Order, settings: LineSettings) -> Iterator[Wanted]:
    """Those that were used, where they are lines."""
    if settings.gift_cards_used != "line":
        return
    for card in order.gift_cards:
        yield Wanted(
            role=Role.GIFT_CARD,
            product=product_of(Role.GIFT_CARD, ZERO, settings),
            text=f"{settings.gift_card_text} {card.code}".strip(),
            quantity=Decimal(1),
            net=-card.amount,
            percent=ZERO,
        )


def gross_of(order: Order, settings: LineSettings) -> Decimal:
    """What the order's document must come to: its total, but for what is left out and what was paid by gift cards."""
    gross = order.total
    if settings.gift_cards_used == "payment":
        gross += sum((card.amount for card in order.gift_cards), ZERO)
    return gross if settings.shipping else gross - order.shipping_total - order.shipping_tax


def _target(order: Order, rates: Rates, taxed: Sequence[_Taxed], settings: LineSettings) -> Target:
    gross = gross_of(order, settings)
    tax = order.total_tax if settings.shipping else order.total_tax - order.shipping_tax
    if gross != gross.quantize(CENT) or tax != tax.quantize(CENT):
        raise needs_user("total_not_in_cents", total=f"{order.total.normalize():f}", currency=order.currency)
    amounts = by_rate((one.percent, rates.tax(one.line)) for one in taxed)
    if order.is_in_whole_units:
        return Target(gross=gross.quantize(CENT), vat=shared_out(amounts, sum(amounts.values(), ZERO).quantize(CENT)))
    stated = rates.stated(shipping=settings.shipping)
    if amounts.keys() == stated.keys() and all(abs(stated[of] - amounts[of]) <= CENT * len(taxed) for of in stated):
        amounts = stated
    return Target(gross=gross.quantize(CENT), vat=shared_out(amounts, tax.quantize(CENT)))
