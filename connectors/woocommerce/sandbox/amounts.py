"""How the shop rounds amounts, and how it writes them.

Orders and refunds are kept as WooCommerce keeps them, and what is a Decimal in a body is an amount. Lines and the taxes
on them have six decimals; sums, the `total_tax` of a line too, are made of amounts rounded one by one to the decimals
that the shop shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

#: Decimals that WooCommerce keeps inside, whatever it shows.
DECIMALS_INSIDE = 6


@dataclass(frozen=True, slots=True)
class Rounding:
    """To the shop's decimals: half goes up; half of a tax goes down where prices include tax."""

    decimals: int
    prices_include_tax: bool

    @property
    def unit(self) -> Decimal:
        """The smallest amount that the shop shows: a cent with two decimals."""
        return Decimal(1).scaleb(-self.decimals)

    def amount(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.unit, ROUND_HALF_UP)

    def sum_of(self, amounts: Iterable[Decimal]) -> Decimal:
        return sum(map(self.amount, amounts), Decimal(0))

    def tax(self, tax: Decimal) -> Decimal:
        return tax.quantize(self.unit, ROUND_HALF_DOWN if self.prices_include_tax else ROUND_HALF_UP)

    def line_tax(self, taxes: Mapping[int, Decimal]) -> Decimal:
        """The tax of a line: its taxes rounded one by one."""
        return sum(map(self.tax, taxes.values()), Decimal(0))


def inside(amount: Decimal) -> Decimal:
    """As exact as the shop keeps it."""
    return rounded(amount, DECIMALS_INSIDE)


def rounded(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def stated(kept: Any, decimals: int) -> Any:
    """A copy of a kept body as it goes out, its amounts with that many decimals. A text stays as it was put in."""
    if isinstance(kept, dict):
        return {name: stated(value, decimals) for name, value in kept.items()}
    if isinstance(kept, list):
        return [stated(value, decimals) for value in kept]
    return written(kept, decimals) if isinstance(kept, Decimal) else kept


def written(amount: Decimal, decimals: int) -> str:
    """Nothing has no minus."""
    return f"{rounded(amount, min(decimals, DECIMALS_INSIDE)) + 0:.{decimals}f}"
