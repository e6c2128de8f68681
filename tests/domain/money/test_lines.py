"""Nothing that was bought is lost between the order and the lines, and the books can take every line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil

from hypothesis import given

from shared.domain.money import Rounding
from shared.domain.pricing import PricedLine, Uneven, Wanted, priced
from shared.domain.totals import Closed, Rules, close
from tests.domain.money.oracle import Line, net_of, rounded
from tests.domain.money.orders import CENT, any_order, roundings, rules
from tests.domain.money.shop import Bought
from tests.domain.money.witness import as_lines, books, without_closings

HALF_A_CENT = Fraction(1, 200)


def pieces(order: Bought, rounding: Rounding, choice: Rules) -> list[tuple[Wanted, list[PricedLine]]]:
    """What became of each line; empty where the order is refused."""
    found = close(order.wanted, order.target, rounding, choice)
    if not isinstance(found, Closed):
        return []
    lines = without_closings(found)
    became = [(wanted, [line for line in lines if line.text.endswith(wanted.text)]) for wanted in order.wanted]
    assert [line for _, of in became for line in of] == lines, "lines in another order, or of nobody"
    return became


def is_folded(wanted: Wanted, became: Sequence[PricedLine]) -> bool:
    """Whether its quantity went into its text."""
    return became[0].text != wanted.text


@given(any_order, roundings, rules())
def test_every_line_is_there_with_its_quantity(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when it is closed, then each of its lines is there, in its place, once or in two parts, with its
    # role, its product and its rate; and its quantity is kept, or named in the text of one piece
    for wanted, became in pieces(order, rounding, choice):
        assert len(became) in (1, 2)
        assert {(one.role, one.product, one.percent) for one in became} == {
            (wanted.role, wanted.product, wanted.percent)
        }
        if is_folded(wanted, became):
            assert [abs(one.quantity) for one in became] == [1]
            quantity, _, text = became[0].text.partition(" x ")
            assert (Decimal(quantity), text) == (wanted.quantity, wanted.text)
        else:
            assert abs(sum(one.quantity for one in became)) == abs(wanted.quantity)


@given(any_order, roundings, rules())
def test_a_line_comes_to_its_net_amount(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when its lines are split, then each comes to its net amount to the cent; else to half a cent
    # apiece, and half a cent for the line
    for wanted, became in pieces(order, rounding, choice):
        comes_to = sum((net_of(line, books(rounding)) for line in as_lines(became)), Fraction(0))
        if choice.split or any(one.discount for one in became):
            assert comes_to == rounded(Fraction(wanted.net), "away")
        else:
            apiece = HALF_A_CENT * (1 if is_folded(wanted, became) else abs(Fraction(wanted.quantity)))
            assert abs(comes_to - Fraction(wanted.net)) <= apiece + HALF_A_CENT


@given(any_order, roundings, rules())
def test_the_books_can_take_every_line(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when it is closed, then prices, quantities and discounts have two decimals at most; an invoice
    # has no negative price, an order no negative quantity, and neither has a quantity of none
    found = close(order.wanted, order.target, rounding, choice)
    for line in found.lines if isinstance(found, Closed) else ():
        assert line.quantity == line.quantity.quantize(CENT) != 0
        assert line.unit_price == line.unit_price.quantize(CENT)
        assert 0 <= line.discount == line.discount.quantize(CENT) <= 100
        assert (line.quantity if choice.is_order else line.unit_price) >= 0


@given(any_order, roundings, rules())
def test_a_line_is_split_only_where_one_price_cannot_carry_it(order: Bought, rounding: Rounding, choice: Rules) -> None:
    # Given any order, when a line is in two parts, then their prices are one cent apart, and one price for all of it
    # would not have come to its net amount
    for wanted, became in pieces(order, rounding, choice):
        if len(became) == 2:
            low, high = sorted(one.unit_price for one in became)
            assert choice.split
            assert low + CENT == high
            assert low * high > 0
            assert rounded(Fraction(wanted.net), "away") not in {
                net_of(Line(wanted.quantity, price * sign, wanted.percent), books(rounding))
                for price in (low, high)
                for sign in (1, -1)
            }


@given(any_order, roundings)
def test_a_quantity_goes_into_the_text_only_where_two_parts_cannot_carry_it(order: Bought, rounding: Rounding) -> None:
    # Given lines whose quantity the books can take, when one is folded, then no two prices a cent apart carry it, or it
    # was half a cent, of which nobody knows where it goes
    for wanted in order.wanted:
        became = priced(wanted, Uneven.SPLIT, is_order=False)
        if is_folded(wanted, became) and wanted.quantity == wanted.quantity.quantize(CENT):
            assert _is_half_a_cent(wanted) or not _carried_by_two(wanted, rounding)


def _is_half_a_cent(wanted: Wanted) -> bool:
    quantity, net = Fraction(wanted.quantity), Fraction(wanted.net)
    return (abs(quantity * rounded(net / quantity, "away")) * 1000) % 10 == 5


def _carried_by_two(wanted: Wanted, rounding: Rounding) -> bool:
    """Tried with every price around the exact one, and every whole number of dearer pieces."""
    quantity, net = abs(wanted.quantity), rounded(abs(Fraction(wanted.net)), "away")
    around = (abs(wanted.net) / quantity).quantize(CENT)
    return any(
        sum(net_of(Line(pieces, each, wanted.percent), books(rounding)) for pieces, each in two) == net
        for price in (around - CENT, around)
        for dearer in map(Decimal, range(1, ceil(quantity)))
        if price > 0
        for two in [((quantity - dearer, price), (dearer, price + CENT))]
    )
