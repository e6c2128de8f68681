"""Which closing is taken, and which is not, each by its smallest example."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shared.domain.money import Rounding
from shared.domain.totals import Closed, Refused, Strictness, close
from tests.domain.money.small import (
    BY_DOCUMENT,
    BY_LINE,
    BY_RATE,
    CROSSED,
    CROSSED_TARGET,
    added,
    pieces,
    rules,
    target,
    wanted,
)

LEVELS = (BY_LINE, BY_RATE, BY_DOCUMENT)


@pytest.mark.parametrize("rounding", LEVELS)
@pytest.mark.parametrize("cents", ["0.03", "0.04", "0.05"])
def test_one_line_with_vat_is_enough_where_it_brings_net_too(cents: str, rounding: Rounding) -> None:
    # Given a cent of VAT that is missing, and a net amount that has a cent of it, when the order is closed, then by
    # that line alone
    gross = str(Decimal("1.26") + Decimal(cents))
    assert added(close([wanted("1.00", "25")], target(gross, {"25": "0.26"}), rounding, rules())) == [(cents, "25")]


def test_the_rate_that_takes_least_is_closed() -> None:
    # Given a cent of VAT too much in books that round once per document, which -0.03 with 25 % and -0.05 with 12 %
    # would take off, when the order is closed, then with 25 %
    both = [wanted("1.00", "12"), wanted("1.00", "25")]
    found = close(both, target("2.36", {"12": "0.12", "25": "0.24"}), BY_DOCUMENT, rules())
    assert added(found) == [("-0.03", "25"), ("0.03", "0")]


def test_the_highest_rate_is_closed_first() -> None:
    # Given a cent of VAT missing with 25 and with 12 %, and 9 cents net, when the order is closed, then the highest
    # rate comes first and takes what is left of net; where either of them would do it alone, it is the highest
    both = [wanted("1.00", "12"), wanted("1.00", "25")]
    found = close(both, target("2.48", {"12": "0.13", "25": "0.26"}), BY_LINE, rules())
    assert added(found) == [("0.04", "25"), ("0.05", "12")]
    either = [wanted("0.01", "12"), wanted("0.01", "25")]
    found = close(either, target("0.05", {"12": "0.00", "25": "0.01"}), BY_DOCUMENT, rules())
    assert added(found) == [("0.02", "25")]


@pytest.mark.parametrize("rounding", [BY_LINE, BY_RATE])
def test_vat_that_the_shop_does_not_state_is_taken_off(rounding: Rounding) -> None:
    # Given 0.02 with 25 %, half a cent of VAT, that the shop does not even list, when the order is closed, then the
    # books come to no VAT at that rate
    found = close([wanted("0.02", "25")], target("0.02", {}), rounding, rules())
    taken_off = {BY_LINE: "-0.03", BY_RATE: "-0.01"}[rounding]
    assert added(found) == [(taken_off, "25"), (taken_off.removeprefix("-"), "0")]


@pytest.mark.parametrize("rounding", [BY_LINE, BY_RATE])
def test_vat_at_a_rate_that_no_line_has_is_added(rounding: Rounding) -> None:
    # Given a shop that states a cent of VAT with 12 %, and has no line with it, when the order is closed, then the
    # books come to it
    found = close([wanted("1.00", "25")], target("1.26", {"25": "0.25", "12": "0.01"}), rounding, rules())
    assert added(found) == [("0.05", "12"), ("-0.05", "0")]


def test_a_rate_whose_vat_no_line_can_bring_is_not_said_to_be_met() -> None:
    # Given 150 %, by which no net amount in cents has two cents of VAT, and 25 %, each with VAT missing
    lines, rounding = [wanted("1.00", "150"), wanted("1.00", "25")], BY_LINE
    stated = target("3.78", {"150": "1.52", "25": "0.26"})
    every = replace(rules(), with_vat=frozenset(map(Decimal, (150, 25))))
    # When the order is closed, then gross alone, and that is said
    found = close(lines, stated, rounding, every)
    assert isinstance(found, Closed)
    assert (added(found), found.off) == ([("0.03", "0")], Decimal("0.03"))


@pytest.mark.parametrize(("limit", "is_gross_only"), [("0.02", False), ("0.01", True)])
def test_the_limit_itself_is_allowed(limit: str, is_gross_only: bool) -> None:
    # Given 9.02, whose VAT takes two cents to close, when the limit is that, then it is closed; below it gross alone
    found = close([wanted("7.22", "25")], target("9.02", {"25": "1.80"}), BY_DOCUMENT, rules(limit))
    assert isinstance(found, Closed)
    assert found.is_gross_only == is_gross_only


def test_gross_alone_says_what_vat_misses() -> None:
    # Given 40.00 at two rates whose VAT is 5.20 off on each, though right in all, when a limit of 5.20 allows it, then
    # nothing is added, and 5.20 is named; below that nothing is sent, and 5.20 is what it would have taken
    found = close(CROSSED, CROSSED_TARGET, BY_LINE, rules("5.20"))
    assert isinstance(found, Closed)
    assert (added(found), found.off, found.is_gross_only) == ([], Decimal("5.20"), True)
    refused = close(CROSSED, CROSSED_TARGET, BY_LINE, rules("5.19"))
    assert isinstance(refused, Refused)
    assert refused.needed == Decimal("5.20")


#: Two for 0.05 net, 0.03 and 0.02, have a cent of VAT each, where books round by line; 1 of 0.05 has one.
TWO = (wanted("0.05", "25", "2"), target("0.06", {"25": "0.01"}))
#: Seven for 0.08 net, six of 0.01 and one of 0.02, have three cents of VAT there; 1 of 0.08 has two.
SEVEN = wanted("0.08", "25", "7")


@pytest.mark.parametrize("limit", ["0.00", "0.01"])
def test_pieces_are_folded_where_split_ones_would_not_meet_vat(limit: str) -> None:
    # Given two pieces that come to their VAT only as one, when there is no room for a closing, then they are one,
    # rather than refused, and rather than closed for gross alone
    found = close([TWO[0]], TWO[1], BY_LINE, rules(limit))
    assert isinstance(found, Closed)
    assert (pieces(found), found.lines[0].text) == ([("1", "0.05")], "2 x Mug")
    assert (added(found), found.is_gross_only) == ([], False)


def test_pieces_stay_split_where_a_closing_meets_vat() -> None:
    found = close([TWO[0]], TWO[1], BY_LINE, rules("0.10"))
    assert (pieces(found), added(found)) == ([("1", "0.03"), ("1", "0.02")], [("-0.03", "25"), ("0.03", "0")])


@pytest.mark.parametrize(
    ("gross", "vat", "limit", "kept"),
    [
        # A cent off when split, two when folded
        ("0.12", "0.04", "0.01", [("6", "0.01"), ("1", "0.02")]),
        ("0.12", "0.04", "0.02", [("6", "0.01"), ("1", "0.02")]),
        # Two cents off when split, one when folded
        ("0.09", "0.01", "0.01", [("1", "0.08")]),
    ],
)
def test_gross_alone_is_met_by_split_pieces_if_they_can(
    gross: str, vat: str, limit: str, kept: list[tuple[str, str]]
) -> None:
    found = close([SEVEN], target(gross, {"25": vat}), BY_LINE, rules(limit))
    assert isinstance(found, Closed)
    assert (pieces(found), found.is_gross_only) == (kept, True)


def test_a_refusal_names_the_sums_of_split_pieces() -> None:
    found = close([SEVEN], target("0.12", {"25": "0.04"}), BY_LINE, rules("0.00"))
    assert isinstance(found, Refused)
    assert (found.sums.vat, found.needed) == (Decimal("0.03"), Decimal("0.01"))


def test_pieces_that_may_not_be_split_are_not_folded() -> None:
    # Given two pieces, and an owner who wants them as they are, when VAT cannot be met, then it is refused
    assert isinstance(close([TWO[0]], TWO[1], BY_LINE, rules("0.00", split=False)), Refused)


def test_what_was_to_be_met_is_named() -> None:
    # Given 9.02 of which gross alone is met, then the log can say net and VAT of the shop beside those of the books
    found = close([wanted("7.22", "25")], target("9.02", {"25": "1.80"}), BY_LINE, rules(strictness=Strictness.GROSS))
    assert isinstance(found, Closed)
    assert (found.target.net, found.target.vat, found.target.gross) == tuple(map(Decimal, ("7.22", "1.80", "9.02")))
    assert (found.sums.net, found.sums.vat, found.sums.gross) == tuple(map(Decimal, ("7.21", "1.81", "9.02")))


def test_a_closing_says_nothing_and_has_no_product_yet() -> None:
    # Given a cent that is missing, when it is added, then as one piece; its product and its text are the owner's
    found = close([wanted("1.00", "0")], target("1.01", {}), BY_DOCUMENT, rules())
    assert isinstance(found, Closed)
    (closing,) = found.closings
    assert (closing.quantity, closing.unit_price) == (Decimal(1), Decimal("0.01"))
    assert closing.product is None
    assert closing.text == ""
