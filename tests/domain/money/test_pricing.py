"""Prices and quantities of single lines, each by an example."""

from __future__ import annotations

import pytest

from shared.domain.pricing import PricedLine, Uneven, Wanted, priced
from tests.domain.money.small import wanted


def line(net: str, quantity: str = "1", *, full: str | None = None) -> Wanted:
    return wanted(net, "25", quantity, full=full)


def on_paper(lines: list[PricedLine]) -> list[str]:
    return [
        f"{one.quantity} {one.text}, {one.unit_price}" + (f" -{one.discount} %" if one.discount else "")
        for one in lines
    ]


def as_invoice(of: Wanted, uneven: Uneven = Uneven.SPLIT) -> list[str]:
    return on_paper(priced(of, uneven, is_order=False))


@pytest.mark.parametrize(
    ("net", "full", "quantity", "shown"),
    [
        ("85.00", "100.00", "1", "1 Mug, 100.00 -15.00 %"),
        ("74.99", "99.99", "3", "3 Mug, 33.33 -25.00 %"),
        ("99.50", "100.00", "1", "1 Mug, 100.00 -0.50 %"),
        # All of it, by a coupon
        ("0.00", "10.00", "2", "2 Mug, 5.00 -100.00 %"),
        # 12.525 %
        ("8.7475", "10.00", "1", "1 Mug, 10.00 -12.53 %"),
        # Taken back
        ("-85.00", "-100.00", "-1", "-1 Mug, 100.00 -15.00 %"),
    ],
)
def test_a_discount_is_shown_in_percent(net: str, full: str, quantity: str, shown: str) -> None:
    # Given a line that was cheaper than its full price, when it is priced, then the price is the full one, and the
    # discount is said in percent
    assert as_invoice(line(net, quantity, full=full)) == [shown]


@pytest.mark.parametrize(
    ("net", "full", "quantity", "shown"),
    [
        ("100.00", "100.00", "1", ["1 Mug, 100.00"]),
        # Nothing was to be paid before
        ("1.00", "0.00", "1", ["1 Mug, 1.00"]),
        # 101 % of it, and 1 % more
        ("-0.01", "1.00", "1", ["-1 Mug, 0.01"]),
        ("1.01", "1.00", "1", ["1 Mug, 1.01"]),
        # No price carries 11.14 for seven
        ("5.57", "11.14", "7", ["4 Mug, 0.80", "3 Mug, 0.79"]),
        # A cent of 1,000.00 is less than a hundredth of a percent
        ("999.97", "1000.00", "1", ["1 Mug, 999.97"]),
        # 50 % of 0.03 are one and a half cents
        ("0.015", "0.03", "1", ["1 Mug, 0.02"]),
    ],
)
def test_a_discount_that_two_decimals_cannot_say_is_in_the_price(
    net: str, full: str, quantity: str, shown: list[str]
) -> None:
    assert as_invoice(line(net, quantity, full=full)) == shown


@pytest.mark.parametrize(
    ("net", "quantity", "shown"),
    [
        # More decimals than books take, and none that say nothing
        ("1.25", "0.1250", "1 0.125 x Mug, 1.25"),
        ("4.00", "1000.125", "1 1000.125 x Mug, 4.00"),
        # What was taken back
        ("-1.25", "-0.125", "-1 -0.125 x Mug, 1.25"),
        # No quantity at all, which a fee may have
        ("5.00", "0", "1 Mug, 5.00"),
        # Two of these would be a cent too much or too little, and one of the two would be free
        ("0.01", "2", "1 2 x Mug, 0.01"),
        ("0.01", "20", "1 20 x Mug, 0.01"),
        # 0.5 for 0.33 each is half a cent, of which nobody knows where it goes
        ("0.165", "0.50", "1 0.5 x Mug, 0.17"),
        # There is no whole piece that could be dearer
        ("0.17", "0.50", "0.50 Mug, 0.34"),
    ],
)
def test_what_no_quantity_and_price_can_say_goes_into_the_text(net: str, quantity: str, shown: str) -> None:
    assert as_invoice(line(net, quantity)) == [shown]


@pytest.mark.parametrize(
    ("net", "quantity", "shown"),
    [
        ("11.14", "7", ["6 Mug, 1.59", "1 Mug, 1.60"]),
        ("11.12", "7", ["6 Mug, 1.59", "1 Mug, 1.58"]),
        ("-11.14", "-7", ["-6 Mug, 1.59", "-1 Mug, 1.60"]),
        ("5.01", "2.50", ["1.50 Mug, 2.00", "1 Mug, 2.01"]),
    ],
)
def test_pieces_that_do_not_come_to_the_same_are_split(net: str, quantity: str, shown: list[str]) -> None:
    # Given pieces of which no price comes to the line, when they may be split, then as few as can be cost a cent more
    # or less
    assert as_invoice(line(net, quantity)) == shown


@pytest.mark.parametrize(("net", "quantity", "price"), [("11.14", "7", "1.59"), ("0.05", "2", "0.03")])
def test_pieces_that_may_not_be_split_have_the_nearest_price(net: str, quantity: str, price: str) -> None:
    # Given pieces that no price comes to, when they may not be split, then it is the nearest; half a cent goes up
    assert as_invoice(line(net, quantity), Uneven.KEPT) == [f"{quantity} Mug, {price}"]


def test_pieces_that_may_be_folded_are_one_of_their_sum() -> None:
    assert as_invoice(line("11.14", "7"), Uneven.FOLDED) == ["1 7 x Mug, 11.14"]
    assert as_invoice(line("11.13", "7"), Uneven.FOLDED) == ["7 Mug, 1.59"]


def in_order(of: Wanted) -> list[str]:
    return on_paper(priced(of, Uneven.SPLIT, is_order=True))


def test_what_is_taken_off_has_a_negative_price_in_an_order() -> None:
    # Given a line that takes 5.00 off, and one that takes two pieces back, when they stand in an order, which takes no
    # negative quantity, then their prices are negative; in an invoice their quantities are
    off, back = line("-5.00"), line("-8.00", "-2")
    assert [in_order(of) for of in (off, back)] == [["1 Mug, -5.00"], ["2 Mug, -4.00"]]
    assert [as_invoice(of) for of in (off, back)] == [["-1 Mug, 5.00"], ["-2 Mug, 4.00"]]


def test_half_a_metre_stays_what_it_is_in_an_order() -> None:
    assert in_order(line("0.17", "0.50")) == ["0.50 Mug, 0.34"]
