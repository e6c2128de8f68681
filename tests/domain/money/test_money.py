"""Half a cent, worked out by hand, and rates as whole numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.domain.money import Level, Rounding, Ties, amount, cents, divided, scaled

#: Ten times the amount in cents -> cents where half a cent goes away from zero, and where it goes to the even one.
TENTHS = [(4, 0, 0), (5, 1, 0), (6, 1, 1), (10, 1, 1), (15, 2, 2), (25, 3, 2), (-4, 0, 0), (-5, -1, 0), (-15, -2, -2)]


@pytest.mark.parametrize(("tenths", "away", "even"), TENTHS)
def test_an_amount_is_rounded_to_cents(tenths: int, away: int, even: int) -> None:
    # Given an amount in tenths of a cent, then it goes to the nearest cent, and half a cent where it is to go
    exact = Decimal(tenths).scaleb(-3)
    assert (cents(exact), cents(exact, Ties.AWAY), cents(exact, Ties.EVEN)) == (away, away, even)
    assert (divided(tenths, 10, Ties.AWAY), divided(tenths, 10, Ties.EVEN)) == (away, even)


@pytest.mark.parametrize(("of_cents", "text"), [(1, "0.01"), (-1, "-0.01"), (100, "1.00"), (0, "0.00")])
def test_cents_are_an_amount_with_two_decimals(of_cents: int, text: str) -> None:
    assert str(amount(of_cents)) == text


def test_a_compound_rate_is_held_exactly() -> None:
    # Given Quebec's 9.975 % on 5 %, 15.47375 %, and one with eight decimals, then no part of it is lost
    assert scaled(Decimal("15.47375")) == 1_547_375_000
    assert scaled(Decimal("0.00000001")) == 1


def test_a_rate_that_would_be_cut_off_is_not_taken() -> None:
    with pytest.raises(ValueError, match=r"0\.123456789 %.* more than eight decimals"):
        scaled(Decimal("0.123456789"))


@pytest.mark.parametrize("level", [Level.LINE, Level.RATE])
def test_the_vat_of_a_rate_is_that_of_all_its_lines(level: Level) -> None:
    # Given two lines with 25 % and one with 12 %, when the books say the VAT of each rate, then the lines of a rate
    # are added up, and no others
    twenty_five, twelve = scaled(Decimal(25)), scaled(Decimal(12))
    lines = [(400, twenty_five), (100, twelve), (800, twenty_five)]
    assert Rounding(level).vat_by_rate(lines) == {twenty_five: 300, twelve: 12}
