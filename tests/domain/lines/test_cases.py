"""Cases from real life by their numbers, from the shop's order to the lines in the books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from shared.domain.money import Level, Rounding
from shared.domain.order import Order
from shared.domain.vat import rate_differences
from shared.domain.zones import zone
from shared.errors import NeedsUser
from tests.domain.lines.orders import Line, Taxes, comes_to, fee, freight, order, priced, product, shown
from tests.domain.zones.orders import GERMAN, by_map
from tests.support.orders import woo_order

ROUNDINGS = list(map(Rounding, Level))


def mug(gross: str, net: str, vat: str, quantity: int = 1) -> Order:
    """Typed with VAT, so that gross is what the customer saw."""
    return order(
        product(net, {1: vat}, quantity=quantity), prices_include_tax=True, total=gross, total_tax=vat, cart_tax=vat
    )


@pytest.mark.parametrize(
    ("rounding", "closings"),
    [
        (ROUNDINGS[0], ["-1 x 0.03 ROUND25 Rounding, 25 %", "1 x 0.03 ROUND Rounding, 0 %"]),
        (ROUNDINGS[1], ["-1 x 0.01 ROUND25 Rounding, 25 %", "1 x 0.01 ROUND Rounding, 0 %"]),
        (ROUNDINGS[2], ["-1 x 0.01 ROUND25 Rounding, 25 %", "1 x 0.01 ROUND Rounding, 0 %"]),
    ],
)
def test_case_1_902_is_closed_with_and_without_vat(rounding: Rounding, closings: list[str]) -> None:
    found = priced(mug("9.02", "7.22", "1.80"), rounding=rounding)
    assert shown(found) == ["1 x 7.22 MUG Mug, 25 %", *closings]
    assert comes_to(found, rounding) == "7.22 + 1.80 = 9.02"


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_case_1_above_the_limit_nothing_is_sent_and_all_sums_are_named(rounding: Rounding) -> None:
    with pytest.raises(
        NeedsUser, match=r"9\.03 \(7\.22 net and 1\.81 VAT\).*9\.02 \(7\.22 net and 1\.80 VAT\)"
    ) as told:
        priced(mug("9.02", "7.22", "1.80"), rounding=rounding, closing_limit="0.00")
    assert told.value.code == "totals_not_closed"
    assert "closing_limit" in str(told.value)


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        (mug("599.97", "479.98", "119.99", 3), "479.98 + 119.99 = 599.97"),
        (mug("13.93", "11.14", "2.79", 7), "11.14 + 2.79 = 13.93"),
        (mug("1.00", "0.80", "0.20", 100), "0.80 + 0.20 = 1.00"),
    ],
    ids=["3 x 199.99", "7 x 1.99", "100 x 0.01"],
)
def test_case_2_prices_that_quantities_multiply(bought: Order, expected: str, rounding: Rounding) -> None:
    # Given a price whose net amount two decimals cannot carry, when lines may be split, then the books come to the
    # receipt
    assert comes_to(priced(bought, rounding=rounding), rounding) == expected


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_case_2_a_hundred_for_a_cent_must_stop_where_lines_are_not_split(rounding: Rounding) -> None:
    # Given 100 x 0.01, 0.80 net, when lines may not be split, then 1.25 is a quarter too much, and nothing is sent
    with pytest.raises(NeedsUser, match=r"1\.25.*1\.00.*0\.25 DKK"):
        priced(mug("1.00", "0.80", "0.20", 100), rounding=rounding, split_lines=False)


BOOK = product("80.00", {}, sku="BOOK", name="Book")


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize(
    ("lines", "more", "settings", "expected"),
    [
        pytest.param([product("80.00"), BOOK], {}, {}, "160.00 + 20.00 = 180.00", id="25 and 0 %"),
        pytest.param(
            [product("80.00"), freight("49.00", {})], {}, {}, "129.00 + 20.00 = 149.00", id="freight without VAT"
        ),
        pytest.param(
            [product("80.00")],
            {"gift_cards": [{"id": 1, "code": "ABC", "amount": "50.00"}], "total": "50.00"},
            {},
            "80.00 + 20.00 = 100.00",
            id="a gift card as payment",
        ),
        pytest.param(
            [product("80.00")],
            {"gift_cards": [{"id": 1, "code": "ABC", "amount": "50.00"}], "total": "50.00"},
            {"gift_cards_used": "line"},
            "30.00 + 20.00 = 50.00",
            id="a gift card as a line",
        ),
        pytest.param(
            [product("59.99", {1: "15.00"}, before="79.99", quantity=3)],
            {"total": "74.99"},
            {"discounts": "line"},
            "59.99 + 15.00 = 74.99",
            id="3 x 33.33 less 15 % and 10.00",
        ),
        pytest.param(
            [product("80.00"), product("0.00", quantity=2)], {}, {}, "80.00 + 20.00 = 100.00", id="a free item"
        ),
        pytest.param([product("80.00"), fee("-16.00")], {}, {}, "64.00 + 16.00 = 80.00", id="a negative line"),
    ],
)
def test_case_3_lines_of_all_kinds(
    lines: list[Line], more: dict[str, Any], settings: dict[str, Any], expected: str, rounding: Rounding
) -> None:
    # Given an order with such lines, when it is billed, then the books come to what is owed, and nothing is added but
    # where prices of two decimals cannot carry it
    found = priced(order(*lines, **more), rounding=rounding, **settings)
    assert comes_to(found, rounding) == expected
    assert not found.is_gross_only


def test_case_3_a_line_of_no_pieces_is_dropped() -> None:
    found = priced(order(product("80.00"), product("0.00", quantity=0, name="Taken out")), zero_lines="kept")
    assert shown(found) == ["1 x 80.00 MUG Mug, 25 %"]


#: Zone -> what the books tax a mug with there: at home, reverse charge, the world, OSS in Germany and Finland.
BOOKS = {"1": "25", "2": "0", "3": "0", "8": "19", "9": "24"}


def sent(country: str, taxes: Taxes, percent: str = "25", *, postcode: str = "", number: str = "") -> Order:
    """A mug for 400.00 net, sent there, with what the shop charged."""
    rates: dict[int, str | None] = dict.fromkeys(taxes, percent)
    place = {**woo_order(7)["shipping"], "country": country, "postcode": postcode}
    return order(
        product("400.00", taxes),
        rates=rates,
        shipping=place,
        billing={**woo_order(7)["billing"], **place},
        meta_data=[{"id": 1, "key": "_billing_vat_number", "value": number}],
    )


def differences(bought: Order) -> list[str]:
    """What stops the order: the rate of its zone in the books beside the shop's."""
    chosen = zone(bought, by_map(), customers_own=None).zone
    return list(map(str, rate_differences(priced(bought).lines, {"MUG": Decimal(BOOKS[chosen or "1"])})))


def differs(shop: float, books: int) -> list[str]:
    return [f"line 1 (Mug): {shop} % in the shop, {books} % in the books for product MUG"]


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        pytest.param(sent("DK", {1: "100.00"}, postcode="8000"), [], id="at home"),
        pytest.param(sent("FI", {6: "102.00"}, "25.5", postcode="00100"), differs(25.5, 24), id="FI 25.5 and 24"),
        pytest.param(sent("DE", {5: "76.00"}, "19", postcode="10115"), [], id="OSS"),
        pytest.param(sent("DE", {1: "100.00"}, postcode="10115"), differs(25, 19), id="OSS, and the shop at home"),
        pytest.param(sent("SE", {5: "100.00"}, postcode="21119"), [], id="SE below the limit"),
        pytest.param(sent("GL", {}, postcode="3900"), [], id="Greenland is abroad"),
        pytest.param(sent("DK", {1: "100.00"}, postcode="3900"), differs(25, 0), id="Greenland, taxed as Denmark"),
        pytest.param(sent("FO", {}, postcode="100"), [], id="the Faroe Islands are abroad"),
        pytest.param(sent("DE", {}, postcode="10115", number=GERMAN), [], id="business, valid number"),
        pytest.param(
            sent("DE", {}, postcode="10115", number="DE136695977"), differs(0, 19), id="business, wrong number"
        ),
        pytest.param(
            sent("DE", {5: "76.00"}, "19", postcode="10115", number=GERMAN), differs(19, 0), id="taxed all the same"
        ),
    ],
)
def test_case_4_the_zones_rate_is_the_shops_or_nothing_is_sent(bought: Order, expected: list[str]) -> None:
    # Given a Danish shop with OSS in Germany and Finland, when it sells there, then either the books would tax the
    # order as the shop did, or the line is named with both rates
    assert differences(bought) == expected


def test_case_4_a_country_that_no_row_has_is_named() -> None:
    # Given a map without a row for Sweden, when an order goes there, then the owner reads where it was sold
    rows = [{"where": "domestic", "zone": 1}, {"where": "DE", "zone": 8}]
    with pytest.raises(NeedsUser, match="SE, EU; private") as refusal:
        zone(sent("SE", {1: "100.00"}), by_map(*rows), customers_own=None)
    assert refusal.value.code == "no_vat_zone"


@pytest.mark.parametrize(
    ("country", "code"), [("", "country_missing"), ("Danmark", "country_unknown"), ("XX", "country_unknown")]
)
def test_case_4_a_country_that_is_missing_or_unknown_is_told(country: str, code: str) -> None:
    with pytest.raises(NeedsUser) as refusal:
        differences(sent(country, {1: "100.00"}))
    assert refusal.value.code == code
