"""Currencies without cents and with three decimals, and shops that state the wrong number of decimals for them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.addresses import Wording
from shared.domain.build import build_document
from shared.domain.document import DocumentKind
from shared.domain.order import Order
from shared.errors import NeedsUser
from tests.domain.lines.orders import Taxes, comes_to, order, priced, product, shown


def sold(currency: str, net: str, taxes: Taxes, percent: str, **more: Any) -> Order:
    return order(product(net, taxes), rates={1: percent}, currency=currency, **more)


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        pytest.param(sold("JPY", "1700", {1: "170"}, "10"), "1700.00 + 170.00 = 1870.00", id="yen"),
        pytest.param(sold("ISK", "1000", {1: "240"}, "24"), "1000.00 + 240.00 = 1240.00", id="Icelandic krónur"),
        pytest.param(sold("JPY", "1700.00", {1: "170.00"}, "10"), "1700.00 + 170.00 = 1870.00", id="yen with zeros"),
        pytest.param(sold("JPY", "1700.50", {1: "170.05"}, "10"), "1700.50 + 170.05 = 1870.55", id="yen with sen"),
        pytest.param(
            sold("KWD", "12.340", {1: "0.617"}, "5", total_tax="0.62", total="12.96"),
            "12.34 + 0.62 = 12.96",
            id="dinars",
        ),
        pytest.param(sold("KWD", "12.35", {}, "5"), "12.35 + 0.00 = 12.35", id="dinars with two decimals"),
    ],
)
def test_whole_cents_go_as_they_are(bought: Order, expected: str) -> None:
    # Given an order in a currency that has no cents, or finer ones, when what the shop states is in whole cents, then
    # the books come to it, with nothing added
    found = priced(bought)
    assert (comes_to(found), found.closings) == (expected, ())


@pytest.mark.parametrize(
    "bought",
    [
        pytest.param(sold("KWD", "12.345", {}, "5"), id="the total"),
        pytest.param(sold("KWD", "12.340", {1: "0.617"}, "5", total_tax="0.617", total="12.957"), id="total and VAT"),
        pytest.param(sold("KWD", "12.343", {1: "0.617"}, "5", total_tax="0.617", total="12.960"), id="the VAT alone"),
        pytest.param(
            sold("DKK", "10.000", {1: "2.505"}, "25", total_tax="2.505", total="12.505"), id="a shop of three"
        ),
    ],
)
def test_a_total_that_is_finer_than_a_cent_is_refused_by_name(bought: Order) -> None:
    # Given three decimals that are not zero, when the order is billed, then it stops before anything is sent, and the
    # owner reads the currency
    with pytest.raises(NeedsUser, match=bought.currency) as refusal:
        priced(bought)
    assert refusal.value.code == "total_not_in_cents"


def test_lines_may_be_finer_than_a_cent() -> None:
    # Given lines of three decimals whose total is in cents, when they are billed, then the total is met
    bought = order(
        product("4.115", {}), product("8.225", {}), currency="KWD", rates={}, total="12.34", total_tax="0.000"
    )
    assert comes_to(priced(bought)) == "12.34 + 0.00 = 12.34"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("0.10", None), ("0.50", "1235.50 + 123.50 = 1359.00"), ("10.00", "1235.00 + 124.00 = 1359.00")],
)
def test_vat_in_whole_yen_is_met_named_or_refused_by_the_limit(limit: str, expected: str | None) -> None:
    # Given 1235 yen with 10 %, of which the shop says 124 and not 123.50
    bought = sold("JPY", "1235", {1: "124"}, "10")
    settings: dict[str, Any] = {"closing_limit": limit, "products_by_rate": {"closing": {"10": "ROUND10"}}}
    # When the owner allows too little, then all sums are named
    if expected is None:
        with pytest.raises(NeedsUser, match=r"1358\.50.*1359\.00.*0\.50 JPY"):
            priced(bought, **settings)
        return
    # Then half a yen closes gross alone, and a few yen VAT as well
    found = priced(bought, **settings)
    assert comes_to(found) == expected
    assert found.is_gross_only == (limit == "0.50")


@pytest.mark.parametrize(("currency", "net", "taxes"), [("EUR", "100.00", {1: "25.00"}), ("JPY", "1700", {1: "425"})])
def test_case_13_a_document_is_in_the_orders_currency_and_not_converted(currency: str, net: str, taxes: Taxes) -> None:
    # Given an order in another currency than the books', when its document is built, then currency, prices and total
    # are the order's own: whether the books have it, and at which rate, is theirs to say
    found = priced(sold(currency, net, taxes, "25"))
    document = build_document(
        sold(currency, net, taxes, "25"),
        found.lines,
        kind=DocumentKind.INVOICE,
        day=date(2026, 3, 2),
        customer="10",
        reference="SL1-7",
        total=found.sums.gross,
        products={},
        fields={},
        wording=Wording(),
    )
    assert (document.currency, document.total) == (currency, Decimal(net) + Decimal(taxes[1]))
    assert [line.unit_price for line in document.lines] == [Decimal(net)]


def test_case_13_the_limit_is_in_the_orders_currency() -> None:
    # Given 9.02 euro with VAT, when it is closed, then the amounts are cents of a euro
    bought = order(product("7.22", {1: "1.80"}), total="9.02", total_tax="1.80", currency="EUR")
    assert shown(priced(bought))[1:] == ["-1 x 0.01 ROUND25 Rounding, 25 %", "1 x 0.01 ROUND Rounding, 0 %"]
