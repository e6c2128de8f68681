"""Amounts that WooCommerce rounds in its own way, by the numbers of its issues, from the order to the books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.domain.money import Level, Rounding, Ties
from shared.domain.order import Order
from tests.domain.lines.orders import comes_to, fee, order, priced, product, shown

WAYS = [Rounding(level, ties) for level in Level for ties in Ties]
BY_DOCUMENT = Rounding()


def issue_25720(vat: str, gross: str) -> Order:
    """35.71 and 3.13 with 12 %: 4.66 where the shop rounds at the end, 4.67 where its interface says so."""
    return order(
        product("35.71", {2: "4.2852"}),
        product("3.13", {2: "0.3756"}),
        rates={2: "12"},
        total_tax=vat,
        total=gross,
    )


@pytest.mark.parametrize("rounding", WAYS)
@pytest.mark.parametrize(("vat", "gross"), [("4.66", "43.50"), ("4.67", "43.51")])
def test_25720_either_vat_is_met(vat: str, gross: str, rounding: Rounding) -> None:
    found = priced(issue_25720(vat, gross), rounding=rounding, closing_limit="0.20")
    assert comes_to(found, rounding) == f"38.84 + {vat} = {gross}"


@pytest.mark.parametrize("rounding", WAYS)
def test_30424_a_tax_of_three_decimals_beside_a_line_of_two(rounding: Rounding) -> None:
    # Given 681.88 with 20 %, whose line says 136.38 and whose taxes say 136.376
    bought = order(product("681.88", {3: "136.376"}, total_tax="136.38"), rates={3: "20"})
    # When it is billed, then nothing has to be added
    found = priced(bought, rounding=rounding)
    assert shown(found) == ["1 x 681.88 MUG Mug, 20 %"]
    assert comes_to(found, rounding) == "681.88 + 136.38 = 818.26"


def test_58351_two_taxes_on_a_fee_that_are_rounded_apart() -> None:
    # Given a fee of 14.70 with 4 and 5 %, 0.588 and 0.735, for which the shop says 0.59 + 0.74
    bought = order(fee("14.70", {4: "0.588", 5: "0.735"}), rates={4: "4", 5: "5"}, total_tax="1.33", total="16.03")
    # When it is billed, then it is one line with 9 %, and a closing with 9 % brings the cent
    found = priced(bought, products_by_rate={"closing": {"9": "ROUND9"}})
    assert shown(found) == ["1 x 14.70 FEE Fee, 9 %", "1 x 0.03 ROUND9 Rounding, 9 %", "-1 x 0.03 ROUND Rounding, 0 %"]
    assert comes_to(found) == "14.70 + 1.33 = 16.03"


@pytest.mark.parametrize("rounding", WAYS)
def test_17397_lines_of_267_in_an_order_of_269(rounding: Rounding) -> None:
    # Given five cheap things with 20 %, whose lines say 2.67 in all and whose order says 2.69
    prices = [
        ("6.17", "1.233333"),
        ("0.42", "0.083333"),
        ("1.67", "0.333333"),
        ("4.87", "0.973333"),
        ("0.32", "0.063333"),
    ]
    bought = order(*(product(net, {3: vat}) for net, vat in prices), rates={3: "20"}, total_tax="2.69", total="16.12")
    # When it is billed, then gross is met, and VAT, or it is named by how much it is not
    found = priced(bought, rounding=rounding)
    assert comes_to(found, rounding).endswith("= 16.12")
    if rounding.level is Level.LINE:
        assert found.is_gross_only
    else:
        assert comes_to(found, rounding) == "13.43 + 2.69 = 16.12"


@pytest.mark.parametrize(("gross", "closings"), [("179.25", ["-1 x 0.01 ROUND Rounding, 0 %"]), ("179.26", [])])
def test_64668_ten_vases_less_a_quarter(gross: str, closings: list[str]) -> None:
    # Given 10 x 23.90 with 20 % less 25 %: 149.38 and 29.88 on the lines, 179.25 to pay, and 179.26 to pay back
    vases = product("149.38", {8: "29.875"}, total_tax="29.88", before="199.17", quantity=10)
    # When either total is to be met, then it is, with the same VAT
    found = priced(order(vases, rates={8: "20"}, total_tax="29.88", total=gross))
    assert [line for line in shown(found) if "ROUND" in line] == closings
    assert comes_to(found).endswith(f"+ 29.88 = {gross}")


def test_17970_65_and_50_that_are_a_cent_too_much() -> None:
    # Given 54.166667 and 41.666667 with 20 %, which were meant to be 65 and 50
    bought = order(
        product("54.166667", {3: "10.833333"}),
        product("41.666667", {3: "8.333333"}),
        rates={3: "20"},
        total_tax="19.17",
        total="115.01",
    )
    # When they are billed, then the books come to what the shop charged, which is 115.01
    assert comes_to(priced(bought)) == "95.84 + 19.17 = 115.01"


@pytest.mark.parametrize("rounding", WAYS)
def test_10121_half_a_cent_goes_down_in_prices_with_tax(rounding: Rounding) -> None:
    # Given 17.25 with 20 % in it, 14.375 and 2.875, for which the shop says 14.38 and 2.87
    bought = order(product("14.38", {3: "2.87"}), rates={3: "20"}, prices_include_tax=True)
    # When it is billed, then the books, where 20 % of 14.38 is 2.88, are brought to that
    assert comes_to(priced(bought, rounding=rounding), rounding) == "14.38 + 2.87 = 17.25"


@pytest.mark.parametrize("vat", ["20", "21"])
def test_8140_and_8328_what_a_shop_without_decimals_rounds_is_closed(vat: str) -> None:
    # Given 83 with 25 %, 20.75, of which a shop without decimals says 21, or 20
    bought = order(product("83", {1: "20.75"}), total_tax=vat, total=str(83 + int(vat)))
    # When it is billed, then the VAT is that of the line, and what the shop rounded is closed without VAT
    off = Decimal(int(vat)) - Decimal("20.75")
    assert comes_to(priced(bought)) == f"{83 + off} + 20.75 = {83 + int(vat)}.00"


@pytest.mark.parametrize("rounding", WAYS)
def test_7652_and_54525_nets_of_two_decimals_that_miss_a_cent(rounding: Rounding) -> None:
    # Given 84.00, 10.00 and 8.50 with 19 % in them, whose nets in cents come to 102.49 with VAT
    prices = [("70.59", "13.41"), ("8.40", "1.60"), ("7.14", "1.36")]
    bought = order(*(product(net, {2: vat}) for net, vat in prices), rates={2: "19"})
    # When they are billed, then the books come to 102.50
    assert comes_to(priced(bought, rounding=rounding), rounding) == "86.13 + 16.37 = 102.50"
