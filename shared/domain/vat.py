"""The VAT of an order's lines: the rate that the shop applied, and what it comes to by rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from shared.domain.money import CENT, PERCENT, UNIT
from shared.domain.order import Line, LineKind, LineTax, Order
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
        self._taxes = order.taxes
        self._rounds_to = UNIT if order.is_in_whole_units else CENT
        self._percent = {rate.rate_id: rate.percent for rate in order.taxes if rate.percent is not None}
        #: One whose percent the amounts have to say has there what it comes on top of.
        self._compound = {rate.rate_id for rate in order.taxes if rate.compound and rate.rate_id in self._percent}

    def of(self, line: Line) -> Decimal:
        """In percent, of all taxes on the line together. Raises UnknownRate.

        A tax that came to nothing was not applied, whatever its rate says, unless rounding took it.
        """
        charged = [tax.rate_id for tax in line.taxes if tax.amount or self._is_tiny(tax.rate_id, line)]
        if not charged and line.total_tax:
            return _inferred([(line.total, line.total_tax)])
        found = sum((self._rate(rate_id) for rate_id in charged if rate_id not in self._compound), ZERO)
        for rate_id in charged:
            if rate_id in self._compound:
                found += self._rate(rate_id) * (100 + found) / 100
        return found.quantize(1 / Decimal(PERCENT)).normalize() + 0

    def tax(self, line: Line) -> Decimal:
        """On a line, as exact as the shop says it."""
        exact = sum((tax.amount for tax in line.taxes), ZERO)
        return exact if abs(exact - line.total_tax) <= self._rounds_to else line.total_tax

    def parts(self, line: Line) -> Sequence[tuple[Decimal, Line]]:
        """Each rate in percent with what it applies to: the line, or a part of it. Raises UnknownRate.

        A negative fee may be shared out over all that is sold, so that it lessens the VAT of each rate as a discount
        would: WooCommerce does that, in the cart over what comes before the fee, in an order over all.
        """
        percent, tax = self.of(line), self.tax(line)
        is_shared = line.kind is LineKind.FEE and line.total < 0 and not _comes_to([(percent, line)], tax)
        if is_shared:
            for among in (self._lines[: self._lines.index(line)], self._lines):
                parts = self._shared(line, [one for one in among if one.total > 0])
                if _comes_to(parts, tax):
                    return parts
        return [(percent, line)]

    def stated(self, *, shipping: bool) -> dict[Decimal, Decimal]:
        """VAT by rate, as the order's own summary has it: tax by tax, where a line may have several.

        A rate that nobody said, and no line was asked for, is 0.
        """
        percents = (self._percent.get(tax.rate_id, ZERO) for tax in self._taxes)
        amounts = (tax.amount + tax.shipping_amount * shipping for tax in self._taxes)
        return by_rate(zip(percents, amounts, strict=True))

    def _is_tiny(self, rate_id: str, line: Line) -> bool:
        percent = self._rate(rate_id)
        return abs(line.total * percent / 100) <= _rounding(percent)

    def _rate(self, rate_id: str) -> Decimal:
        if rate_id not in self._percent:
            whole = [line for line in self._lines if line.kind is not LineKind.FEE or line.total > 0]
            taxes = [(line.total, tax) for line in whole for tax in line.taxes if tax.rate_id == rate_id]
            taxed = [(net, tax.amount) for net, tax in taxes if tax.amount]
            self._percent[rate_id] = _inferred(taxed) if taxed else ZERO
        return self._percent[rate_id]

    def _shared(self, line: Line, among: Sequence[Line]) -> list[tuple[Decimal, Line]]:
        sold: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        for one in among:
            sold[self.of(one)] += one.total
        whole = sum(sold.values(), ZERO)
        nets = shared_out({percent: line.total * of / whole for percent, of in sold.items()}, line.total)
        return [(percent, _part(line, net, net * percent / 100)) for percent, net in nets.items() if net]


def _part(line: Line, net: Decimal, tax: Decimal) -> Line:
    taxes = (LineTax(rate_id="", amount=tax),)
    return replace(line, subtotal=net, subtotal_tax=tax, total=net, total_tax=tax, taxes=taxes)


def _comes_to(parts: Sequence[tuple[Decimal, Line]], tax: Decimal) -> bool:
    return abs(sum((part.total * percent / 100 for percent, part in parts), ZERO) - tax) <= CENT


def _rounding(percent: Decimal) -> Decimal:
    """How far a tax in cents may be from what its net amount in cents comes to: half a cent each."""
    return CENT / 2 * (1 + percent / 100)


def _inferred(taxed: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """The plainest rate that these net amounts and their taxes come to. Raises UnknownRate."""
    net, tax = sum((of for of, _ in taxed), ZERO), sum((of for _, of in taxed), ZERO)
    if net:
        for decimals in DECIMALS:
            percent = (tax / net * 100).quantize(Decimal(1).scaleb(-decimals))
            if percent > 0 and all(abs(of * percent / 100 - its) <= _rounding(percent) for of, its in taxed):
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
