"""What books come to, worked out again: slowly, in fractions, and from docs/money.md alone, never from the core."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

CENTS = 100
HALF = Fraction(1, 2)


class Line(NamedTuple):
    quantity: Decimal
    #: Net.
    unit_price: Decimal
    #: Of VAT.
    percent: Decimal
    #: In percent.
    discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Books:
    """How they round VAT: per `line`, `rate` or `document`; and where half a cent goes: `away` or to `even`."""

    level: str
    halves: str
    #: The same for the net amount of a line, which is rounded to cents before.
    halves_of_lines: str = "away"


@dataclass(frozen=True)
class Sums:
    net: Fraction
    vat: Fraction
    #: Rate in percent -> VAT; None where the books round once per document and so do not know it.
    by_rate: Mapping[Decimal, Fraction] | None

    @property
    def gross(self) -> Fraction:
        return self.net + self.vat


def rounded(amount: Fraction, halves: str) -> Fraction:
    """To whole cents."""
    in_cents = abs(amount) * CENTS
    below = math.floor(in_cents)
    rest = in_cents - below
    goes_up = rest > HALF or (rest == HALF and (halves == "away" or below % 2 == 1))
    nearest = Fraction(below + 1 if goes_up else below, CENTS)
    return nearest if amount >= 0 else -nearest


def net_of(line: Line, books: Books) -> Fraction:
    full = Fraction(line.quantity) * Fraction(line.unit_price)
    return rounded(full * (1 - Fraction(line.discount) / 100), books.halves_of_lines)


def add_up(lines: Sequence[Line], books: Books) -> Sums:
    net = sum((net_of(line, books) for line in lines), Fraction(0))
    if books.level == "document":
        return Sums(net, sum((rounded(vat, books.halves) for _, vat in _parts(lines, books)), Fraction(0)), None)
    by_rate: dict[Decimal, Fraction] = {}
    for percent, vat in _parts(lines, books):
        by_rate[percent] = by_rate.get(percent, Fraction(0)) + rounded(vat, books.halves)
    return Sums(net, sum(by_rate.values(), Fraction(0)), by_rate)


def _parts(lines: Sequence[Line], books: Books) -> list[tuple[Decimal, Fraction]]:
    """The amounts of VAT that are rounded, exactly, with their rates (of the document: none)."""
    exact = [(line.percent, net_of(line, books) * Fraction(line.percent) / 100) for line in lines]
    if books.level == "line":
        return exact
    if books.level == "document":
        return [(Decimal(0), sum((vat for _, vat in exact), Fraction(0)))]
    assert books.level == "rate"
    rates = dict.fromkeys(percent for percent, _ in exact)
    return [(rate, sum((vat for percent, vat in exact if percent == rate), Fraction(0))) for rate in rates]


def leans(lines: Sequence[Line], books: Books) -> bool:
    """Whether half a cent is rounded anywhere, so that their VAT may depend on where it goes."""
    return any((vat * CENTS) % 1 == HALF for _, vat in _parts(lines, books))


def meets(sums: Sums, gross: Fraction, vat: Mapping[Decimal, Fraction]) -> bool:
    """Gross, VAT and so net; and the VAT of each rate, where the books know it."""
    if sums.gross != gross or sums.vat != sum(vat.values(), Fraction(0)):
        return False
    return sums.by_rate is None or all(
        sums.by_rate.get(percent, 0) == vat.get(percent, 0) for percent in {*sums.by_rate, *vat}
    )
