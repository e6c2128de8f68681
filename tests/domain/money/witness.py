"""From the core's types to the oracle's."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from shared.domain.money import Rounding
from shared.domain.pricing import PricedLine, Role
from shared.domain.totals import Closed, Target
from tests.domain.money.oracle import Books, Line, Sums, add_up


def books(rounding: Rounding) -> Books:
    return Books(rounding.level.value, rounding.ties.value)


def as_lines(lines: Iterable[PricedLine]) -> list[Line]:
    return [Line(line.quantity, line.unit_price, line.percent, line.discount) for line in lines]


def without_closings(closed: Closed) -> list[PricedLine]:
    return [line for line in closed.lines if line.role is not Role.CLOSING]


def books_come_to(closed: Closed, rounding: Rounding) -> Sums:
    return add_up(as_lines(closed.lines), books(rounding))


def wanted_vat(target: Target) -> dict[Decimal, Fraction]:
    return {percent: Fraction(vat) for percent, vat in target.vat.items()}


def total_vat(target: Target) -> Fraction:
    return sum(wanted_vat(target).values(), Fraction(0))
