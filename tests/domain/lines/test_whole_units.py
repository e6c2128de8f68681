"""Shops that round every amount to whole units: the books have the exact VAT, and the total that was paid."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.money import Level, Rounding
from shared.errors import NeedsUser
from tests.domain.lines.orders import comes_to, order, priced, product, shown
from tests.domain.lines.whole_units import Piece, random_pieces, sold
from tests.domain.money.witness import books_come_to


def test_vat_is_that_of_the_lines_and_not_the_rounded_one() -> None:
    # Given 99 with 25 % in it, of which the shop says 79 and 20, and keeps 79.20 and 19.80
    bought = sold([Piece.of(99, 1, 25, with_vat=True)], at_checkout=True, currency="DKK")
    assert bought.total_tax == 20
    # When it is billed, then the books have 19.80, with nothing added
    found = priced(bought)
    assert (comes_to(found), found.closings) == ("79.20 + 19.80 = 99.00", ())


def test_what_the_shop_rounded_is_a_line_without_vat() -> None:
    # Given 79 and 25 % on top, 98.75, for which the shop took 99
    bought = sold([Piece.of(79, 1, 25, with_vat=False)], at_checkout=True, currency="DKK")
    # When it is billed, then the books come to what was paid, whatever closing_limit says
    found = priced(bought, closing_limit="0")
    assert shown(found) == ["1 x 79.00 MUG Mug, 25 %", "1 x 0.25 ROUND Rounding, 0 %"]
    assert comes_to(found) == "79.25 + 19.75 = 99.00"


def test_more_than_it_can_have_rounded_is_refused() -> None:
    # Given one line of a shop of whole units, and a total that somebody changed by two
    bought = order(product("79", {1: "19.75"}), total_tax="20", total="101")
    # When it is billed, then it is refused, and the owner reads what one line may be off by
    with pytest.raises(NeedsUser, match=r"2\.25 DKK would close that, and 1\.10 is allowed") as refusal:
        priced(bought)
    assert refusal.value.code == "totals_not_closed"


def test_a_shop_of_two_decimals_is_not_taken_for_one() -> None:
    # Given an order that comes to whole crowns, in a shop that says 99.00
    assert not order(product("80.00", {1: "20.00"})).is_in_whole_units
    assert order(product("80", {1: "20"}), total="100", total_tax="20").is_in_whole_units


@given(
    seed=st.integers(min_value=0),
    percents=st.sampled_from([(10,), (10, 8), (25,), (24, 11)]),
    size=st.integers(1, 20),
    at_checkout=st.booleans(),
    rounding=st.sampled_from([Rounding(level) for level in Level]),
)
def test_none_is_refused(
    seed: int, percents: tuple[int, ...], size: int, at_checkout: bool, rounding: Rounding
) -> None:
    # Given any order of such a shop
    bought = sold(random_pieces(Random(seed), percents, size), at_checkout=at_checkout)
    # When it is billed for books that round in any way, then they come to what was paid
    sums = books_come_to(priced(bought, rounding=rounding), rounding)
    assert sums.gross == bought.total
    # And to the VAT that its lines have, to the cent for each of them
    exact = sum((tax.amount for line in bought.lines for tax in line.taxes), Decimal(0))
    assert abs(Decimal(str(float(sums.vat))) - exact) <= Decimal("0.01") * size
