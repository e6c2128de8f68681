"""What a document comes to, as e-conomic computes it.

On which level it rounds VAT, and where half a cent goes, is unknown: a knob each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")


class Rounding(StrEnum):
    """On which level VAT is rounded to two decimals."""

    LINE = "line"
    RATE = "rate"
    DOCUMENT = "document"


class Ties(StrEnum):
    """Where exactly half a cent goes, of VAT and of a line's net amount."""

    #: Away from zero.
    AWAY = "away"
    #: To the even cent.
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Totals:
    """In the document's currency."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def to_cents(amount: Decimal, ties: Ties = Ties.AWAY) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP if ties is Ties.AWAY else ROUND_HALF_EVEN)


def line_net(quantity: Decimal, unit_price: Decimal, discount: Decimal, ties: Ties = Ties.AWAY) -> Decimal:
    """Rounded per line (recorded: 1.23 x 1.12 is 1.38). `discount` in percent."""
    return to_cents(quantity * unit_price * (1 - discount / 100), ties)


def vat_of(net: Decimal, rate: Decimal, ties: Ties = Ties.AWAY) -> Decimal:
    return to_cents(net * rate / 100, ties)


def add_up(lines: Sequence[tuple[Decimal, Decimal]], rounding: Rounding, ties: Ties = Ties.AWAY) -> Totals:
    """From each line's net amount and its rate in percent."""
    net = sum((amount for amount, _ in lines), Decimal("0.00"))
    if rounding is Rounding.LINE:
        vat = sum((vat_of(amount, rate, ties) for amount, rate in lines), Decimal("0.00"))
    elif rounding is Rounding.RATE:
        by_rate: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        for amount, rate in lines:
            by_rate[rate] += amount
        vat = sum((vat_of(amount, rate, ties) for rate, amount in by_rate.items()), Decimal("0.00"))
    else:
        vat = to_cents(sum((amount * rate / 100 for amount, rate in lines), Decimal(0)), ties)
    return Totals(net, vat)
