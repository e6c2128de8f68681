"""The VAT of an order's lines: the rate that the shop applied, and what it comes to by rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from shared.domain.money import CENT
from shared.domain.order import Line, Order
from shared.domain.pricing import PricedLine

ZERO = Decimal(0)
#: Decimals that a rate is looked for with, where the shop says none.
DECIMALS = range(5)


class UnknownRate(ValueError):
    """Nobody can say by which rate a line was taxed."""


class Rates:
    """Of one order."""

    def __init__(self, order: Order) -> None:
        self._lines = order.lines
        self._compound = {rate.rate_id for rate in order.taxes if rate.compound}
        self._percent = {rate.rate_id: rate.percent for rate in order.taxes if rate.percent is not None}

    def of(self, line: Line) -> Decimal:
        """In percent, of all taxes on the line together. Raises UnknownRate.

        A tax that came to nothing was not applied, whatever its rate says, unless it is less than half a cent.
        """
        charged = [tax.rate_id for tax in line.taxes if tax.amount or self._is_tiny(tax.rate_id, line)]
        if not charged and line.total_tax:
            return _inferred([(line.total, line.total_tax)])
        found = sum((self._rate(rate_id) for rate_id in charged if rate_id not in self._compound), ZERO)
        for rate_id in charged:
            if rate_id in self._compound:
                found += self._rate(rate_id) * (100 + found) / 100
        return found.normalize() + 0

    def _is_tiny(self, rate_id: str, line: Line) -> bool:
        return abs(line.total * self._rate(rate_id) / 100) < CENT / 2

    def _rate(self, rate_id: str) -> Decimal:
        if rate_id not in self._percent:
            taxes = [(line.total, tax) for line in self._lines for tax in line.taxes if tax.rate_id == rate_id]
            taxed = [(net, tax.amount) for net, tax in taxes if tax.amount]
            self._percent[rate_id] = _inferred(taxed) if taxed else ZERO
        return self._percent[rate_id]


def _inferred(taxed: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """The plainest rate that these net amounts and their taxes come to, each to half a cent. Raises UnknownRate."""
    net, tax = sum((of for of, _ in taxed), ZERO), sum((of for _, of in taxed), ZERO)
    if net:
        for decimals in DECIMALS:
            percent = (tax / net * 100).quantize(Decimal(1).scaleb(-decimals))
            if percent > 0 and all(abs(of * percent / 100 - its) <= CENT / 2 for of, its in taxed):
                return percent.normalize() + 0
    raise UnknownRate


def shared_out(amounts: Mapping[Decimal, Decimal], total: Decimal) -> dict[Decimal, Decimal]:
    """Exact amounts by rate -> whole cents that come to `total`, which the shop rounded in its own way.

    What rounding leaves over goes where most was cut off; what is more than that, to the largest.
    """
    found = {rate: amount.quantize(CENT, ROUND_FLOOR) for rate, amount in amounts.items()}
    left = int((total - sum(found.values(), ZERO)) / CENT)
    by_rest = sorted(amounts, key=lambda rate: (found[rate] - amounts[rate], -rate))
    for rate in by_rest[: max(left, 0)]:
        found[rate] += CENT
    rest = total - sum(found.values(), ZERO)
    if rest and found:
        found[max(found, key=lambda rate: abs(amounts[rate]))] += rest
    elif rest:
        found[ZERO] = rest
    return found


def by_rate(lines: Iterable[tuple[Decimal, Decimal]]) -> dict[Decimal, Decimal]:
    """(rate, VAT) of each line -> VAT by rate; not of what is without VAT."""
    found: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for percent, tax in lines:
        if percent or tax:
            found[percent] += tax
    return dict(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDifference:
    """`line` counts from 1."""

    line: int
    text: str
    product: str
    shop: Decimal
    books: Decimal

    def __str__(self) -> str:
        """As "line 2 (Mug): 25 % in the shop, 12 % in the books for product MUG"."""
        return (
            f"line {self.line} ({self.text}): {self.shop.normalize():f} % in the shop,"
            f" {self.books.normalize():f} % in the books for product {self.product}"
        )


def rate_differences(lines: Sequence[PricedLine], rates: Mapping[str, Decimal]) -> list[RateDifference]:
    """Where the books would apply another rate; `rates` by product number. Lines that cost nothing do not matter."""
    return [
        RateDifference(line=at, text=line.text, product=line.product or "", shop=line.percent, books=books)
        for at, line in enumerate(lines, start=1)
        if line.cents and (books := rates.get(line.product or "")) is not None and books != line.percent
    ]
