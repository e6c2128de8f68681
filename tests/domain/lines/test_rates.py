"""The VAT rate of each line: what the shop says, or what its amounts say, or nobody."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_DOWN, Decimal
from typing import Any

import pytest

from shared.domain.money import CENT
from shared.domain.order import LineTax, Order
from shared.domain.vat import Rates, UnknownRate, rate_differences
from shared.errors import NeedsUser
from tests.domain.lines.orders import Line, comes_to, fee, freight, order, priced, product, shown

BOOK = {"sku": "BOOK", "name": "Book"}


def rates(of: Order) -> list[str]:
    """In percent, line by line."""
    known = Rates(of)
    return [f"{known.of(line):f}" for line in of.lines]


SAID = [
    pytest.param([product("80.00")], {}, ["25"], id="one rate"),
    pytest.param(
        [product("22.89", {3: "2.06"}), product("20.66", {2: "4.34"}), freight("4.09", {2: "0.86"})],
        {"rates": {3: "9.0", 2: "21.0"}},
        ["9", "21", "21"],
        id="two rates, and shipping with the higher",
    ),
    pytest.param([product("397.61", {6: "101.39"})], {"rates": {6: "25.5"}}, ["25.5"], id="half a percent"),
    pytest.param([product("80.00"), product("199.00", {})], {}, ["25", "0"], id="a reduced class that has no rate"),
    pytest.param(
        [product("80.00"), product("80.00", {14: "0.00"})], {"rates": {1: "25", 14: "0"}}, ["25", "0"], id="0 %"
    ),
    pytest.param([product("80.00", {}), freight("39.20", {})], {"rates": {}}, ["0", "0"], id="exempt, or exported"),
    pytest.param(
        [product("80.00", {1: "0.00"}), freight("39.20", {1: "0.00"})],
        {},
        ["0", "0"],
        id="exempt, in a shop that states taxes of nothing",
    ),
    pytest.param([product("80.00", {1: "20.00", 7: ""})], {}, ["25"], id="a rate that was not charged"),
    pytest.param(
        [product("200.00", {5: "10.00", 6: "19.95"})],
        {"rates": {5: "5", 6: "9.975"}},
        ["14.975"],
        id="GST and QST, beside each other",
    ),
    pytest.param(
        [product("200.00", {5: "10.00", 6: "19.95"}), product("20.00", {5: "1.00", 6: "0"}, **BOOK)],
        {"rates": {5: "5", 6: "9.975"}},
        ["14.975", "5"],
        id="a book, which Quebec does not tax",
    ),
    pytest.param(
        [product("200.00", {5: "10.00", 6: "19.95"})],
        {"rates": {5: "5", 6: "9.5"}, "compound": {6}},
        ["14.975"],
        id="GST and QST, one on top of the other",
    ),
    pytest.param(
        [product("200.00", {6: "19.95", 5: "10.00"})],
        {"rates": {6: "9.5", 5: "5"}, "compound": {6}},
        ["14.975"],
        id="the other way round",
    ),
    pytest.param(
        [product("1000.00", {5: "71.23", 6: "107.00"})],
        {"rates": {5: "7.1234", 6: "9.9876"}, "compound": {6}},
        ["17.8224567"],
        id="four decimals on top of four, to eight",
    ),
    pytest.param([product("80.00"), product("0.00", {1: "0.00"})], {}, ["25", "25"], id="something free"),
    pytest.param([product("80.00"), product("0.01", {1: "0.00"})], {}, ["25", "25"], id="a cent, of which none is VAT"),
    pytest.param(
        [product("0.02", {1: "0.00"})], {}, ["25"], id="two cents with VAT, of which none is VAT: 0.016 and 0.004"
    ),
    pytest.param([product("80.00"), product("0.03", {1: "0.00"})], {}, ["25", "0"], id="three cents, not taxed"),
]


@pytest.mark.parametrize(("lines", "more", "expected"), SAID)
def test_the_rate_is_what_the_shop_says(lines: list[Line], more: dict[str, Any], expected: list[str]) -> None:
    assert rates(order(*lines, **more)) == expected


UNSAID = [
    pytest.param([product("80.00")], {1: None}, (), ["25"], id="one rate"),
    pytest.param([product("0.79", {1: "0.20"}), product("80.00")], {1: None}, (), ["25", "25"], id="cheap and dear"),
    pytest.param(
        [product("15.00", {75: "1.125"}), product("3.00", {75: "0.225"})],
        {75: None},
        (),
        ["7.5", "7.5"],
        id="unrounded",
    ),
    pytest.param(
        [product("22.89", {3: "2.06"}), product("20.66", {2: "4.34"})],
        {3: None, 2: None},
        (),
        ["9", "21"],
        id="two rates",
    ),
    pytest.param(
        [product("80.00"), product("50.00", {8: "6.00"})], {1: "25"}, (), ["25", "12"], id="one of two is said"
    ),
    pytest.param([product("100.00", {1: "5.50"})], {1: None}, (), ["5.5"], id="half a percent"),
    pytest.param([product("200.00", {5: "10.00", 6: "19.95"})], {5: None, 6: None}, (), ["14.975"], id="GST and QST"),
    pytest.param(
        [product("200.00", {5: "10.00", 6: "19.95"})],
        {5: None, 6: None},
        (6,),
        ["14.975"],
        id="one on top of the other: its amount says it all",
    ),
    pytest.param([product("80.00", {}, total_tax="20.00")], {}, (), ["25"], id="a line that names no rates at all"),
    pytest.param([fee("-20.00"), product("80.00")], {1: None}, (), ["25", "25"], id="with a negative fee"),
]


@pytest.mark.parametrize(("lines", "said", "compound", "expected"), UNSAID)
def test_a_rate_that_the_shop_does_not_say_is_told_from_the_amounts(
    lines: list[Line], said: dict[int, str | None], compound: tuple[int, ...], expected: list[str]
) -> None:
    found = order(*lines, rates=said, compound=compound)
    # Then line by line, in the shop's own order of products and fees
    assert rates(found) == expected


@pytest.mark.parametrize("percent", ["25", "21", "20", "19", "12", "9", "6"])
def test_prices_typed_with_vat_hide_no_rate(percent: str) -> None:
    # Given every price from 5.00 to 50.00 with VAT, of which net and VAT are rounded apart, when the shop says no
    # percent, then a whole rate is told from the two all the same
    rate, unsaid = Decimal(percent), order(product("1.00"), rates={1: None})
    (line,) = unsaid.lines
    for cents in range(500, 5001):
        gross = Decimal(cents) / 100
        vat = (gross * rate / (100 + rate)).quantize(CENT, ROUND_HALF_DOWN)
        taxed = replace(line, total=gross - vat, total_tax=vat, taxes=(LineTax(rate_id="1", amount=vat),))
        assert rates(replace(unsaid, lines=(taxed,))) == [percent], gross


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([product("30.00", {1: "1.20"}), freight("133.00", {1: "0.62"})], id="two lines that disagree"),
        pytest.param([product("0.00", {}, total_tax="0.62")], id="VAT on nothing"),
        pytest.param([product("30.00", {1: "-7.50"})], id="VAT the other way"),
    ],
)
def test_a_rate_that_cannot_be_told_stops_the_order(lines: list[Line]) -> None:
    # Given VAT that no rate explains, when the order is billed, then the line is named, and nothing is guessed
    bought = order(*lines, rates={1: None})
    with pytest.raises(UnknownRate):
        rates(bought)
    with pytest.raises(NeedsUser, match=r"Line 1 \(Mug\) has VAT") as refusal:
        priced(bought)
    assert refusal.value.code == "vat_rate_unknown"


def test_prices_typed_with_and_without_vat_make_the_same_document() -> None:
    # Given one order of two shops, one of which types prices with VAT, when they are billed, then lines are alike: a
    # line's amounts are net in both
    def typed(with_vat: bool) -> list[str]:
        return shown(priced(order(product("80.00"), freight("39.20"), prices_include_tax=with_vat)))

    assert typed(True) == typed(False)


@pytest.mark.parametrize(
    ("lines", "more", "expected"),
    [
        pytest.param(
            [product("22.89", {3: "2.06"}), product("20.66", {2: "4.34"})],
            {"rates": {3: "9", 2: "21"}},
            "43.55 + 6.40 = 49.95",
            id="several rates",
        ),
        pytest.param(
            [product("200.00", {5: "10.00", 6: "19.95"})],
            {"rates": {5: "5", 6: "9.5"}, "compound": {6}},
            "200.00 + 29.95 = 229.95",
            id="compound",
        ),
        pytest.param(
            [product("3992.00", {}), freight("80.00", {})], {"rates": {}}, "4072.00 + 0.00 = 4072.00", id="none"
        ),
    ],
)
def test_the_books_come_to_the_orders_vat(lines: list[Line], more: dict[str, Any], expected: str) -> None:
    assert comes_to(priced(order(*lines, **more))) == expected


def test_a_difference_names_the_line_both_rates_and_the_product() -> None:
    # Given a mug, a book that the shop does not tax, and a sample for nothing, when the books tax all with 25 %, then
    # the book is named
    found = priced(order(product("80.00"), product("40.00", {}, **BOOK), product("0.00", {}, sku="SAMPLE")))
    told = rate_differences(found.lines, dict.fromkeys(("MUG", "BOOK", "SAMPLE"), Decimal("25.00")))
    assert list(map(str, told)) == ["line 2 (Book): 0 % in the shop, 25 % in the books for product BOOK"]


def test_a_rate_that_the_books_do_not_say_is_no_difference() -> None:
    found = priced(order(product("80.00")))
    assert rate_differences(found.lines, {"CUP": Decimal(12)}) == []
    assert rate_differences(found.lines, {"MUG": Decimal("25.0")}) == []


def test_what_closes_a_document_has_a_rate_in_the_books_too() -> None:
    # Given 9.02 with VAT, when the product that closes with 25 % has none in the books, then that is a difference
    found = priced(order(product("7.22", {1: "1.80"}), total="9.02", total_tax="1.80"))
    told = rate_differences(found.lines, {"ROUND25": Decimal(0)})
    assert list(map(str, told)) == ["line 2 (Rounding): 25 % in the shop, 0 % in the books for product ROUND25"]
