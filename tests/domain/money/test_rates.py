"""Lines, their rates, and the VAT of each rate, where a hair's breadth decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.lines import bill
from shared.domain.order import LineKind, Order
from shared.domain.settings import OrderSettings
from shared.domain.vat import Rates, UnknownRate, by_rate, shared_out
from shared.errors import NeedsUser
from tests.domain.lines.orders import PRODUCTS, fee, order, product

UNSAID: Mapping[int, str | None] = {1: None}
#: 21 % and 9 %, by the ids of their rates.
DUTCH: Mapping[int, str | None] = {2: "21", 3: "9"}


def rate(of: Order, at: int = 0) -> str:
    return f"{Rates(of).of(of.lines[at]):f}"


def fee_parts(of: Order) -> list[tuple[str, str, str]]:
    """Rate, net and tax of each part of the order's fee."""
    (line,) = (line for line in of.lines if line.kind is LineKind.FEE)
    return [
        (f"{percent:f}", f"{part.total:.2f}", f"{sum(tax.amount for tax in part.taxes):.4f}")
        for percent, part in Rates(of).parts(line)
    ]


def vat(of: Order, **settings: Any) -> dict[str, str]:
    target = bill(of, OrderSettings(**PRODUCTS, **settings)).target
    return {f"{percent:f}": str(amount) for percent, amount in target.vat.items()}


@pytest.mark.parametrize(
    ("net", "percent", "found"), [("0.03", "20", "20"), ("0.04", "20", "0"), ("0.50", "1", "1"), ("0.51", "1", "0")]
)
def test_a_tax_that_rounding_took_was_applied(net: str, percent: str, found: str) -> None:
    # Given a line on which a shop states no tax, when that may be the rounding of net and tax, then it has the rate;
    # else it has none
    assert rate(order(product(net, {1: "0.00"}), rates={1: percent})) == found


@pytest.mark.parametrize(
    ("net", "tax", "found"), [("100.00", "1.00", "1"), ("1000.00", "5.00", "0.5"), ("1.00", "0.004", "0.4")]
)
def test_a_low_rate_that_the_shop_does_not_say_is_found(net: str, tax: str, found: str) -> None:
    assert rate(order(product(net, {1: tax}), rates=UNSAID)) == found


def test_a_rate_that_the_shop_does_not_say_has_four_decimals_at_most() -> None:
    # Given New York's 8.875 % and one of 8.8375 %, each on an amount that tells, then they are found; 8.83751 % is no
    # rate, and nothing is guessed
    assert rate(order(product("10000.00", {1: "887.50"}), rates=UNSAID)) == "8.875"
    assert rate(order(product("10000.00", {1: "883.75"}), rates=UNSAID)) == "8.8375"
    with pytest.raises(UnknownRate):
        rate(order(product("1000000.00", {1: "88375.10"}), rates=UNSAID))


def test_a_rate_that_nobody_says_and_nobody_pays_is_none() -> None:
    assert rate(order(product("10.00", {1: "0.00"}), rates=UNSAID)) == "0"


def test_an_unsaid_rate_is_found_by_what_was_taken_back_or_by_a_small_fee() -> None:
    # Given a rate that the shop does not say, when only a negative line, or a fee of less than 1.00, was taxed with
    # it, then it is found all the same
    assert rate(order(product("-10.00", {1: "-2.50"}), rates=UNSAID)) == "25"
    assert rate(order(fee("0.80", {1: "0.20"}), rates=UNSAID)) == "25"


def test_the_parts_of_a_fee_have_the_tax_of_their_rates() -> None:
    # Given 1.00 with 21 % and 1.00 with 9 %, and a fee that takes 1.00 off both, then each part has its own tax
    both = product("1.00", {2: "0.21"}), product("1.00", {3: "0.09"})
    shared = order(*both, fee("-1.00", {2: "-0.105", 3: "-0.045"}), rates=DUTCH)
    assert fee_parts(shared) == [("21", "-0.50", "-0.1050"), ("9", "-0.50", "-0.0450")]


def test_the_parts_of_a_fee_come_to_its_tax_within_a_cent() -> None:
    # Given the same for 100.00 each and -10.00, whose tax of -1.50 the shop states as -1.51, then it is shared, too;
    # stated as -1.52 it is not
    both = product("100.00", {2: "21.00"}), product("100.00", {3: "9.00"})
    near, far = (order(*both, fee("-10.00", {2: tax}), rates=DUTCH) for tax in ("-1.51", "-1.52"))
    assert [percent for percent, _, _ in fee_parts(near)] == ["21", "9"]
    assert [percent for percent, _, _ in fee_parts(far)] == ["21"]


def test_what_is_free_has_no_part_in_a_fee() -> None:
    # Given a fee with nothing but a free product before it, when it was shared out over what comes after, then it is
    both = product("100.00", {2: "21.00"}), product("100.00", {3: "9.00"})
    last = order(product("0.00", {}), *both, fee("-10.00", {2: "-1.50"}), rates=DUTCH)
    free, one, other, off = last.lines
    assert [percent for percent, _, _ in fee_parts(replace(last, lines=(free, off, one, other)))] == ["21", "9"]


def test_a_fee_that_adds_something_is_not_shared() -> None:
    # Given a small fee whose tax would be that of a share of all rates, when it adds to the order, then it stays whole
    both = product("100.00", {2: "21.00"}), product("100.00", {3: "9.00"})
    assert [net for _, net, _ in fee_parts(order(*both, fee("0.90", {2: "0.135"}), rates=DUTCH))] == ["0.90"]


def test_the_parts_of_a_fee_are_what_they_are_before_discounts_too() -> None:
    # Given a shared fee, when discounts are lines of their own, then the fee has none
    both = product("60.00", {2: "12.60"}), product("40.00", {3: "3.60"})
    lines = bill(
        order(*both, fee("-10.00", {2: "-1.26", 3: "-0.36"}), rates=DUTCH), OrderSettings(**PRODUCTS, discounts="line")
    ).lines
    assert [str(line.net) for line in lines] == ["60.00", "40.00", "-6.00", "-4.00"]


def test_what_a_coupon_made_free_is_a_line_where_discounts_are_lines() -> None:
    # Given a mug, and a book for 5.00 that a coupon made free, when lines of nothing are dropped, then the book stays
    # where its discount is a line, and goes where it is in the price; a book that was free before goes in both
    mug, book, free = product("10.00"), product("0.00", before="5.00"), product("0.00")

    def nets(of: Order, discounts: str) -> list[str]:
        settings = OrderSettings(**{**PRODUCTS, "zero_lines": "dropped", "discounts": discounts})
        return [str(line.net) for line in bill(of, settings).lines]

    assert nets(order(mug, book), "line") == ["10.00", "5.00", "-5.00"]
    assert nets(order(mug, book), "in_price") == ["10.00"]
    assert nets(order(mug, free), "line") == nets(order(mug, free), "in_price") == ["10.00"]


def test_cents_that_rounding_left_over_go_where_most_was_cut_off() -> None:
    # Given three rates with 1.9, 1.9 and 1.6 cents of VAT, and 5 cents in all, then the first two have two
    shares = {Decimal(9): Decimal("0.016"), Decimal(25): Decimal("0.019"), Decimal(12): Decimal("0.019")}
    assert shared_out(shares, Decimal("0.05")) == {
        Decimal(9): Decimal("0.01"),
        Decimal(25): Decimal("0.02"),
        Decimal(12): Decimal("0.02"),
    }


def test_what_is_more_than_rounding_goes_to_the_largest_amount() -> None:
    # Given VAT of 1.00 with 25 % and 9.00 with 12 %, and 10.05 in all, then 12 % have what is more than a cent each
    shares = {Decimal(25): Decimal("1.00"), Decimal(12): Decimal("9.00")}
    assert shared_out(shares, Decimal("10.05")) == {Decimal(25): Decimal("1.01"), Decimal(12): Decimal("9.04")}


def test_a_rate_whose_vat_came_to_nothing_is_stated_and_what_has_no_vat_is_not() -> None:
    lines = [(Decimal(25), Decimal("0.00")), (Decimal(0), Decimal("0.00")), (Decimal(12), Decimal("0.12"))]
    assert by_rate(lines) == {Decimal(25): Decimal("0.00"), Decimal(12): Decimal("0.12")}


@pytest.mark.parametrize(
    ("stated", "found"), [("2.12", {"21": "2.12", "9": "0.90"}), ("2.13", {"21": "2.12", "9": "0.91"})]
)
def test_the_orders_own_vat_by_rate_is_believed_within_a_cent_a_line(stated: str, found: dict[str, str]) -> None:
    # Given two lines with VAT of 2.10 and 0.90, and an order that says two cents more of the first, then it is
    # believed; three cents more are shared out over both
    lines = product("10.00", {2: "2.10"}), product("10.00", {3: "0.90"})
    summary = [
        {"rate_id": of, "label": "VAT", "compound": False, "tax_total": tax, "shipping_tax_total": "0.00"}
        | {"rate_code": f"NL-{of}", "rate_percent": percent}
        for of, tax, percent in ((2, stated, 21), (3, "0.90", 9))
    ]
    tax = Decimal(stated) + Decimal("0.90")
    assert vat(order(*lines, tax_lines=summary, total_tax=str(tax), total=str(20 + tax))) == found


@pytest.mark.parametrize(
    ("taxes", "line_says", "found"),
    [
        # 15.3 and 5.4 cents of VAT: the one of which more was cut off has the cent that is left
        ({1: "0.051", 2: "0.102"}, "0.15", {"15": "0.15", "5": "0.06"}),
        # The line may say a cent less than its taxes
        ({1: "0.06", 2: "0.10"}, "0.15", {"15": "0.16", "5": "0.05"}),
        # Two cents less, and the line is believed
        ({1: "0.07", 2: "0.10"}, "0.15", {"15": "0.15", "5": "0.06"}),
    ],
)
def test_the_vat_of_a_line_is_as_exact_as_its_taxes_say(
    taxes: dict[int, str], line_says: str, found: dict[str, str]
) -> None:
    # Given a line with taxes of 5 and 10 %, and one with 5 %, which the order's own summary cannot tell apart
    lines = product("1.02", taxes, total_tax=line_says), product("1.08", {1: "0.054"})
    assert vat(order(*lines, rates={1: "5", 2: "10"}, total_tax="0.21", total="2.31")) == found


def test_a_total_that_is_not_in_cents_is_named() -> None:
    with pytest.raises(NeedsUser, match=r"12\.505"):
        bill(order(product("10.00"), total="12.505", total_tax="2.50"), OrderSettings(**PRODUCTS))
