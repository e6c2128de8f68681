"""A line's exact net amount -> quantities and prices of two decimals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from shared.domain.money import CENT, cents


class Role(StrEnum):
    """What a line is for."""

    PRODUCT = "product"
    SHIPPING = "shipping"
    FEE = "fee"
    DISCOUNT = "discount"
    GIFT_CARD = "gift_card"
    #: What brings a document to its totals.
    CLOSING = "closing"
    #: Says something, and costs nothing.
    TEXT = "text"


class Uneven(StrEnum):
    """What becomes of a line whose price times quantity misses its net amount."""

    #: It stays as it is.
    KEPT = "kept"
    #: Some pieces cost a cent more; it is folded where there are too few of them, or some would cost nothing.
    SPLIT = "split"
    #: One piece of the whole sum, with the quantity in its text.
    FOLDED = "folded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A line as it is to come out. `net` is its exact amount after discounts, of all its pieces together.

    `full`: before discounts, where they are to be shown as percent.
    """

    role: Role
    #: The product's number in the books; None for a line of text only.
    product: str | None
    text: str
    quantity: Decimal
    net: Decimal
    full: Decimal | None = None
    #: VAT in percent.
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """As the books take it: quantity and price have two decimals at most."""

    role: Role
    product: str | None
    text: str
    quantity: Decimal
    #: Net.
    unit_price: Decimal
    #: In percent, of two decimals at most.
    discount: Decimal = Decimal(0)
    percent: Decimal

    @property
    def cents(self) -> int:
        """Net, as books round a line; half a cent goes away from zero."""
        return cents(self._exact)

    @property
    def leans(self) -> bool:
        """Whether it is half a cent, of which nobody knows where it goes in the books."""
        return abs(self._exact) * 1000 % 10 == 5

    @property
    def _exact(self) -> Decimal:
        full = self.quantity * self.unit_price
        return full * (100 - self.discount) / 100 if self.discount else full


def priced(line: Wanted, uneven: Uneven, *, is_order: bool) -> list[PricedLine]:
    """One line, or two where they come to its net amount in cents and one alone does not.

    What is taken off has a negative quantity and a positive price, as electronic invoices ask for; in an order a
    negative price, since orders take no negative quantity.
    """
    discounted = _discounted(line)
    pieces = [discounted] if discounted is not None else _pieces(line, uneven)
    return [_signed(piece, is_order=is_order) for piece in pieces]


def _discounted(line: Wanted) -> PricedLine | None:
    """With the discount in percent, where prices and percents of two decimals can say it."""
    if not line.full or line.full == line.net:
        return None
    (whole,) = _pieces(replace(line, net=line.full), Uneven.KEPT)
    percent = ((1 - line.net / line.full) * 100).quantize(CENT, ROUND_HALF_UP)
    found = replace(whole, discount=percent)
    says_it = 0 < percent <= 100 and whole.cents == cents(line.full) and found.cents == cents(line.net)
    return found if says_it and not found.leans else None


def _pieces(line: Wanted, uneven: Uneven) -> Iterator[PricedLine]:
    quantity, text = line.quantity, line.text
    if not quantity or quantity != quantity.quantize(CENT):
        text = f"{quantity.normalize():f} x {text}" if quantity else text
        quantity = Decimal(1)
    whole = PricedLine(
        role=line.role,
        product=line.product,
        text=text,
        quantity=quantity,
        unit_price=(line.net / quantity).quantize(CENT, ROUND_HALF_UP) + 0,
        percent=line.percent,
    )
    missing = cents(line.net) - whole.cents
    if uneven is Uneven.KEPT or (not missing and not whole.leans):
        yield whole
        return
    step = CENT.copy_sign(missing * quantity)
    costs = abs(missing) < abs(quantity) and whole.unit_price and whole.unit_price + step
    if uneven is Uneven.SPLIT and costs and not whole.leans:
        dearer = Decimal(abs(missing)).copy_sign(quantity)
        yield replace(whole, quantity=quantity - dearer)
        yield replace(whole, quantity=dearer, unit_price=whole.unit_price + step)
    else:
        folded = f"{quantity.normalize():f} x {text}"
        yield replace(whole, text=folded, quantity=Decimal(1), unit_price=Decimal(cents(line.net)).scaleb(-2))


def _signed(line: PricedLine, *, is_order: bool) -> PricedLine:
    flips = line.quantity < 0 if is_order else line.unit_price < 0
    return replace(line, quantity=-line.quantity, unit_price=-line.unit_price) if flips else line
