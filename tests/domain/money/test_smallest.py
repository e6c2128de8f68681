"""Mistakes that were found once, each by its smallest example."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from shared.domain.money import Rounding, Ties
from shared.domain.pricing import Uneven, priced
from shared.domain.totals import Closed, Refused, Strictness, Target, close
from tests.domain.money.oracle import Books, add_up
from tests.domain.money.small import (
    BY_DOCUMENT,
    BY_LINE,
    BY_RATE,
    CROSSED,
    CROSSED_TARGET,
    added,
    rules,
    target,
    wanted,
)
from tests.domain.money.witness import as_lines


@pytest.mark.parametrize("rounding", [BY_LINE, BY_RATE])
def test_vat_that_is_wrong_on_each_rate_and_right_in_all_is_not_met(rounding: Rounding) -> None:
    # Given books that know the VAT of each rate, and 5.20 too much on one and too little on the other, when the order
    # is closed, then it is refused: that is more than the limit
    assert isinstance(close(CROSSED, CROSSED_TARGET, rounding, rules("0.10")), Refused)


def test_a_cent_on_the_wrong_rate_is_named() -> None:
    # Given a cent too much with 25 % and one too little with 6 %, which would take 20 cents to close
    lines = [wanted("1.00", "25"), wanted("1.00", "6")]
    found = close(lines, target("2.31", {"25": "0.24", "6": "0.07"}), BY_LINE, rules("0.10"))
    # Then it is sent, and it is said that VAT is not met
    assert isinstance(found, Closed)
    assert found.is_gross_only


def test_a_refusal_says_what_it_would_have_taken() -> None:
    found = close(CROSSED, CROSSED_TARGET, BY_LINE, rules(strictness=Strictness.EXACT))
    assert isinstance(found, Refused)
    assert found.needed > 0


def test_vat_on_a_line_without_vat_is_not_met() -> None:
    # Given a shop that states 0.05 VAT at 0 %, when that has to be exact, then it is refused
    stated = target("1.05", {"0": "0.05"})
    assert isinstance(close([wanted("1.00", "0")], stated, BY_LINE, rules(strictness=Strictness.EXACT)), Refused)


def test_equal_orders_are_closed_equally() -> None:
    # Given 0.01 with 25 % and 0.01 with 12 % for which 0.02 with VAT are missing, at either rate; and the same, with
    # its VAT listed the other way round
    lines = [wanted("0.01", "25"), wanted("0.01", "12")]
    one = target("0.05", {"25": "0.01", "12": "0.00"})
    other = Target(gross=one.gross, vat=dict(reversed(list(one.vat.items()))))
    assert one == other
    # Then both are closed at the same rate
    assert added(close(lines, one, BY_DOCUMENT, rules())) == added(close(lines, other, BY_DOCUMENT, rules()))


def test_two_lines_are_not_three() -> None:
    # Given a cent more of VAT on each of two rates, and 9 cents net: 0.04 with 25 % and 0.05 with 12 %
    lines = [wanted("1.00", "25"), wanted("1.00", "12")]
    found = close(lines, target("2.48", {"25": "0.26", "12": "0.13"}), BY_LINE, rules())
    # Then those two do it; no third of 0.01 is needed
    assert len(added(found)) == 2


def test_no_price_is_a_negative_nothing() -> None:
    # Given a tenth of a cent that was taken off, when it is priced for an invoice, then it is 0.00, not -0.00
    (line,) = priced(wanted("-0.001", "25"), Uneven.KEPT, is_order=False)
    assert str(line.unit_price) == "0.00"


@pytest.mark.parametrize(("full", "net"), [("1.00", "1.10"), ("1.00", "-0.10")])
def test_a_discount_is_between_nothing_and_all(full: str, net: str) -> None:
    # Given a surcharge, or more taken off than there was, when it is priced, then not as a discount of -10 or 110 %
    (line,) = priced(wanted(net, "25", full=full), Uneven.SPLIT, is_order=False)
    assert 0 <= line.discount <= 100


def test_books_that_round_halves_to_even_do_so_for_lines_too() -> None:
    # Given 1.5 for 3.03 each, 4.545 net, in books that round half a cent to the even one: 4.54, and 1.14 with 25 %
    lines, rounding = [wanted("4.545", "25", "1.5")], Rounding(BY_DOCUMENT.level, Ties.EVEN)
    found = close(lines, target("5.69", {"25": "1.14"}), rounding, rules())
    assert isinstance(found, Closed)
    in_the_books = add_up(as_lines(found.lines), Books("document", "even", halves_of_lines="even"))
    assert in_the_books.gross == Fraction(found.sums.gross)


def test_a_limit_below_a_cent_allows_no_cent() -> None:
    found = close(
        [wanted("1.00", "0")], target("1.01", {"0": "0.00"}), BY_LINE, replace(rules(), limit=Decimal("0.005"))
    )
    assert isinstance(found, Refused)
