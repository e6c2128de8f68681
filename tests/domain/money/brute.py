"""The best closing of a small document, found by trying all that there are: two lines at most."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from itertools import combinations

from tests.domain.money.oracle import CENTS, Books, Line, add_up, leans, meets

NO_VAT = Decimal(0)

#: Cents net, and the rate in percent.
Addition = tuple[int, Decimal]


class Kind(IntEnum):
    """The first that does it is taken."""

    NOTHING = 1
    WITHOUT_VAT = 2
    WITH_VAT = 3
    SEVERAL = 4


@dataclass(frozen=True, order=True)
class Effort:
    """The smaller the better, in the order of docs/money.md: which kind of closing, and of how many cents in all."""

    kind: Kind
    cents: int


def effort(added: Sequence[Addition]) -> Effort:
    cents = sum(abs(net) for net, _ in added)
    if len(added) == 1:
        return Effort(Kind.WITH_VAT if added[0][1] else Kind.WITHOUT_VAT, cents)
    return Effort(Kind.SEVERAL if added else Kind.NOTHING, cents)


def best(
    lines: Sequence[Line],
    gross: Fraction,
    vat: Mapping[Decimal, Fraction],
    books: Books,
    *,
    rates: Collection[Decimal],
    limit: int,
) -> Effort | None:
    """`limit` in cents; `rates` that a closing line may have. None where no closing of two lines does it."""
    net = gross - sum(vat.values()) - add_up(lines, books).net
    found = [
        effort(added)
        for added in _additions(sorted({NO_VAT, *rates}), limit)
        if sum(cents for cents, _ in added) == net * CENTS
        and _may_be(added, books)
        and _meets(lines, added, gross, vat, books)
    ]
    return min(found, default=None)


def _additions(rates: Sequence[Decimal], limit: int) -> Iterator[list[Addition]]:
    yield []
    amounts = [cents for cents in range(-limit, limit + 1) if cents]
    for rate in rates:
        yield from ([(cents, rate)] for cents in amounts)
    for one, other in combinations(rates, 2):
        yield from ([(a, one), (b, other)] for a in amounts for b in amounts if abs(a) + abs(b) <= limit)


def _may_be(added: Sequence[Addition], books: Books) -> bool:
    """Books that round once per document get one line with VAT at most."""
    return books.level != "document" or sum(percent != NO_VAT for _, percent in added) <= 1


def _meets(
    lines: Sequence[Line], added: Sequence[Addition], gross: Fraction, vat: Mapping[Decimal, Fraction], books: Books
) -> bool:
    more = [as_line(one) for one in added]
    return meets(add_up([*lines, *more], books), gross, vat) and not closing_leans(lines, more, books)


def closing_leans(lines: Sequence[Line], added: Sequence[Line], books: Books) -> bool:
    """Whether the VAT of what is added may depend on where half a cent goes, be it away from zero, even or down.

    Where each line is rounded that is theirs alone; else that of all lines of their rates, or of the document.
    """
    of_rates = {line.percent for line in added if line.percent != NO_VAT}
    if books.level == "line" or not of_rates:
        return leans(added, books)
    if books.level == "rate":
        return leans([line for line in (*lines, *added) if line.percent in of_rates], books)
    return leans([*lines, *added], books)


def as_line(addition: Addition) -> Line:
    cents, percent = addition
    return Line(Decimal(1), Decimal(cents) / CENTS, percent)
