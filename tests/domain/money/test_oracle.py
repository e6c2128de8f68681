"""The oracle itself: against figures worked out by hand, and against the arithmetic of the e-conomic sandbox."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.economic.sandbox import totals as sandbox
from tests.domain.money.brute import Effort, Kind, best
from tests.domain.money.oracle import Books, Line, add_up, leans, rounded
from tests.domain.money.orders import RATES

LEVELS = ("line", "rate", "document")
#: A line whose VAT is half a cent.
HALF = Line(Decimal(1), Decimal("0.02"), Decimal(25))


def line(price: str, percent: str, quantity: str = "1") -> Line:
    return Line(Decimal(quantity), Decimal(price), Decimal(percent))


@pytest.mark.parametrize(
    ("amount", "away", "even"),
    [
        ("0.005", "0.01", "0.00"),
        ("0.015", "0.02", "0.02"),
        ("-0.005", "-0.01", "0.00"),
        ("-0.025", "-0.03", "-0.02"),
        ("0.00499", "0.00", "0.00"),
        ("-0.00501", "-0.01", "-0.01"),
    ],
)
def test_half_a_cent_goes_away_from_zero_or_to_the_even_one(amount: str, away: str, even: str) -> None:
    assert (rounded(Fraction(amount), "away"), rounded(Fraction(amount), "even")) == (Fraction(away), Fraction(even))


@pytest.mark.parametrize(("level", "vat"), [("line", "0.06"), ("rate", "0.05"), ("document", "0.04")])
def test_each_level_rounds_elsewhere(level: str, vat: str) -> None:
    # Given four times 0.0075 with 25 %, and 0.0054 each with 9 % and with 6 %: 0.0408 in all
    lines = [*[line("0.03", "25")] * 4, line("0.06", "9"), line("0.09", "6")]
    # Then it is a cent for each of six lines; three, one and one for the rates; four for the document
    assert add_up(lines, Books(level, "away")).vat == Fraction(vat)


def test_a_line_is_rounded_to_cents_before() -> None:
    assert add_up([line("1.12", "0", quantity="1.23")], Books("document", "away")).net == Fraction("1.38")


def test_it_says_when_half_a_cent_decides() -> None:
    # Given 0.02 with 25 %: half a cent; two of them: one whole cent, unless each is rounded
    assert leans([HALF], Books("document", "away"))
    assert not leans([HALF] * 2, Books("rate", "away"))
    assert leans([HALF] * 2, Books("line", "away"))


@pytest.mark.parametrize(("level", "cents"), [("document", 2), ("rate", 2), ("line", 6)])
def test_the_best_closing_of_a_known_case(level: str, cents: int) -> None:
    # Given 7.22 net for 9.02 with 25 %, then the best is what docs/money.md says of it
    vat = {Decimal(25): Fraction("1.80")}
    found = best([line("7.22", "25")], Fraction("9.02"), vat, Books(level, "away"), rates=[Decimal(25)], limit=10)
    assert found == Effort(Kind.SEVERAL, cents)


@given(
    lines=st.lists(
        st.builds(
            Line,
            st.integers(-1000, 1000).map(lambda of: Decimal(of) / 100),
            st.integers(0, 50_000).map(lambda of: Decimal(of) / 100),
            st.sampled_from(RATES),
            st.integers(0, 10_000).map(lambda of: Decimal(of) / 100),
        ),
        max_size=20,
    ),
    level=st.sampled_from(LEVELS),
)
def test_the_sandbox_comes_to_the_same(lines: list[Line], level: str) -> None:
    # Given any lines, when both add them up, then they agree
    ours = add_up(lines, Books(level, "away"))
    nets = [(sandbox.line_net(one.quantity, one.unit_price, one.discount), one.percent) for one in lines]
    theirs = sandbox.add_up(nets, sandbox.Rounding(level))
    assert (ours.net, ours.vat, ours.gross) == tuple(map(Fraction, (theirs.net, theirs.vat, theirs.gross)))
