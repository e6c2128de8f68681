"""Which product of the books a line goes on, and what the owner reads where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import NeedsUser
from tests.domain.lines.orders import PRODUCTS, Line, fee, freight, order, priced, product

BY_CODE = {"shipping_products": {"local_pickup": "PICKUP"}}
BY_NAME = {"fee_products": {"Tip": "TIP", "Rounding & such": "CASH"}}


def by_rate(kind: str, **numbers: str) -> dict[str, Any]:
    """`percent_25="X"`: the product X for 25 %; closing ones stay."""
    products = {name.removeprefix("percent_"): number for name, number in numbers.items()}
    return {"products_by_rate": {**PRODUCTS["products_by_rate"], kind: products}}


@pytest.mark.parametrize(
    ("line", "settings", "expected"),
    [
        pytest.param(freight("10.00"), {}, "FREIGHT", id="shipping"),
        pytest.param(freight("10.00", method="local_pickup"), BY_CODE, "PICKUP", id="shipping by its method"),
        pytest.param(freight("10.00", method="flat_rate"), BY_CODE, "FREIGHT", id="another method"),
        pytest.param(freight("10.00", method=""), BY_CODE, "FREIGHT", id="no method"),
        pytest.param(
            freight("10.00", method="local_pickup"),
            {**BY_CODE, **by_rate("shipping", percent_25="FREIGHT25")},
            "FREIGHT25",
            id="the rate goes before the method",
        ),
        pytest.param(
            freight("10.00", {}), by_rate("shipping", percent_25="FREIGHT25"), "FREIGHT", id="shipping of another rate"
        ),
        pytest.param(
            freight("10.00", {}), by_rate("shipping", percent_0="FREIGHT0"), "FREIGHT0", id="shipping without VAT"
        ),
        pytest.param(fee("10.00", name="Wrapping"), BY_NAME, "FEE", id="a fee"),
        pytest.param(fee("10.00", {}, name="Tip"), BY_NAME, "TIP", id="a tip"),
        pytest.param(fee("-0.02", {}, name="Rounding &amp; such"), BY_NAME, "CASH", id="cash rounding"),
        pytest.param(
            fee("10.00", name="Tip"), {**BY_NAME, **by_rate("fee", percent_25="FEE25")}, "FEE25", id="a fee by its rate"
        ),
        pytest.param(
            fee("-50.00", {}, name="Gift card ABC"),
            {"fee_products": {"Gift card ABC": "CARD"}},
            "CARD",
            id="a gift card that a plugin takes off as a fee",
        ),
        pytest.param(product("8.00", sku=""), {"unnumbered_product": "OTHER"}, "OTHER", id="a product without number"),
        pytest.param(
            product("8.00", sku=None, product_id=0),
            {"unnumbered_product": "OTHER", "products_by_rate": {"product": {"25": "OTHER25"}}},
            "OTHER25",
            id="a deleted product, by its rate",
        ),
    ],
)
def test_a_line_goes_on_the_product_that_the_owner_chose(line: Line, settings: dict[str, Any], expected: str) -> None:
    # Given an order with that line, when it is billed, then the line has that product
    found = priced(order(product("100.00"), line), **settings)
    assert found.lines[1].product == expected


@pytest.mark.parametrize(
    ("line", "settings", "code", "says"),
    [
        pytest.param(product("8.00", sku=""), {}, "missing_product_number", "Line 2 (Mug)", id="a product"),
        pytest.param(
            product("8.00", sku=None, product_id=0, name="Deleted"),
            {},
            "missing_product_number",
            "Line 2 (Deleted)",
            id="a deleted product",
        ),
        pytest.param(
            freight("8.00"), {"shipping_product": None}, "missing_shipping_product", "shipping_product", id="shipping"
        ),
        pytest.param(
            freight("8.00"),
            {"shipping_product": None, **BY_CODE},
            "missing_shipping_product",
            "shipping_product",
            id="shipping by a method that has none",
        ),
        pytest.param(fee("8.00"), {"fee_product": None}, "missing_fee_product", "fee_product", id="a fee"),
        pytest.param(
            fee("8.00"), {"fee_product": None, **BY_NAME}, "missing_fee_product", "fee_product", id="a fee by its name"
        ),
        pytest.param(
            product("8.00", before="10.00"),
            {"discounts": "line", "discount_product": None},
            "missing_discount_product",
            "discount with 25 % VAT",
            id="a discount",
        ),
        pytest.param(
            product("8.00", {}, sku="", meta_data=[{"id": 1, "key": "wc_gc_giftcard_amount", "value": "8"}]),
            {"gift_card_product": None},
            "missing_gift_card_product",
            "gift_card_product",
            id="a gift card that is sold",
        ),
    ],
)
def test_a_product_that_is_missing_is_named_with_its_setting(
    line: Line, settings: dict[str, Any], code: str, says: str
) -> None:
    # Given a line whose product nobody named, when the order is billed, then the owner reads the kind and the setting
    with pytest.raises(NeedsUser) as refusal:
        priced(order(product("100.00"), line), **settings)
    assert refusal.value.code == code
    assert says in str(refusal.value)


def test_a_used_gift_card_needs_its_product_where_it_is_a_line() -> None:
    # Given an order paid with a gift card, when there is no product for it, then that is said only where it is a line
    bought = order(product("100.00"), gift_cards=[{"id": 2, "code": "ABC", "amount": "50"}], total="75.00")
    priced(bought, gift_card_product=None)
    with pytest.raises(NeedsUser, match="gift_card_product"):
        priced(bought, gift_card_product=None, gift_cards_used="line")


def test_what_closes_a_document_needs_its_product() -> None:
    # Given 9.02 with VAT, which two decimals cannot carry, when there is no product for what closes it, then the owner
    # reads that; and with one for all rates but his, gross alone is closed
    bought = order(product("7.22", {1: "1.80"}), total="9.02", total_tax="1.80")
    with pytest.raises(NeedsUser) as refusal:
        priced(bought, closing_product=None)
    assert refusal.value.code == "missing_closing_product"
    assert priced(bought, products_by_rate={"closing": {"12": "ROUND12"}}).is_gross_only
    assert not priced(bought).is_gross_only


def test_a_product_that_nothing_needs_need_not_be_named() -> None:
    # Given an order of one product, when no other product is named in the settings, then it goes
    nobody: dict[str, Any] = dict.fromkeys(PRODUCTS) | {"products_by_rate": {}}
    assert priced(order(product("100.00")), **nobody).closings == ()
