"""Every kind of line that an order can have, from the shop's body to the line in the books."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.document import DocumentKind
from shared.domain.pricing import Role
from tests.domain.lines.orders import Line, comes_to, fee, freight, order, priced, product, shown

KIT = product("80.00", id=1, name="Kit", sku="KIT")
SPOON = product("0.00", id=2, name="Spoon", sku="SPOON", bundled_by="1", quantity=2)
LENS = product("0.00", id=3, name="Lens", sku="LENS", composite_parent="1")
GIFT_CARD = product("500.00", {}, name="Gift card", sku="")
SOLD_CARD = {"meta_data": [{"id": 1, "key": "pw_gift_card_to", "value": "mette@lampeland.example"}]}

KINDS = [
    pytest.param([product("80.00")], {}, ["1 x 80.00 MUG Mug, 25 %"], id="a product"),
    pytest.param([product("240.00", quantity=3)], {}, ["3 x 80.00 MUG Mug, 25 %"], id="three of them"),
    pytest.param(
        [product("80.00", name="Cup &amp; saucer &quot;Blue&quot;")],
        {},
        ['1 x 80.00 MUG Cup & saucer "Blue", 25 %'],
        id="a name with entities",
    ),
    pytest.param([product("80.00", name="")], {}, ["1 x 80.00 MUG MUG, 25 %"], id="a name that is missing"),
    pytest.param(
        [product("80.00"), freight("39.20")],
        {},
        ["1 x 80.00 MUG Mug, 25 %", "1 x 39.20 FREIGHT Parcel, 25 %"],
        id="shipping",
    ),
    pytest.param(
        [product("80.00"), freight("39.20"), freight("0.00", method="local_pickup", method_title="Pickup")],
        {},
        ["1 x 80.00 MUG Mug, 25 %", "1 x 39.20 FREIGHT Parcel, 25 %", "1 x 0.00 FREIGHT Pickup, 25 %"],
        id="two ways of shipping, one of them free",
    ),
    pytest.param(
        [product("80.00"), freight("39.20")], {"shipping": False}, ["1 x 80.00 MUG Mug, 25 %"], id="shipping left out"
    ),
    pytest.param([fee("20.00", name="Wrapping")], {}, ["1 x 20.00 FEE Wrapping, 25 %"], id="a fee"),
    pytest.param([fee("-8.00", name="Thanks")], {}, ["-1 x 8.00 FEE Thanks, 25 %"], id="a negative fee"),
    pytest.param([product("-80.00", quantity=-2)], {}, ["-2 x 40.00 MUG Mug, 25 %"], id="what is taken back"),
    pytest.param([GIFT_CARD], {}, ["1 x 500.00 CARD Gift card, 0 %"], id="a gift card sold without a number"),
    pytest.param(
        [product("500.00", {}, name="Gift card", sku="GIFT-500")],
        {},
        ["1 x 500.00 GIFT-500 Gift card, 0 %"],
        id="a gift card sold that has a number",
    ),
    pytest.param(
        [KIT, SPOON, LENS],
        {},
        ["1 x 80.00 KIT Kit, 25 %", "2 x 0.00 SPOON Spoon, 25 %", "1 x 0.00 LENS Lens, 25 %"],
        id="a bundle",
    ),
    pytest.param(
        [KIT, SPOON, LENS],
        {"bundle_parts": "text"},
        ["1 x 80.00 KIT Kit, 25 %", "1 x 0.00 None 2 x Spoon, 0 %", "1 x 0.00 None 1 x Lens, 0 %"],
        id="a bundle whose parts are text",
    ),
    pytest.param(
        [KIT, SPOON, LENS],
        {"bundle_parts": "hidden"},
        ["1 x 80.00 KIT Kit, 25 %"],
        id="a bundle whose parts are hidden",
    ),
    pytest.param(
        [KIT, product("16.00", id=2, name="Bowl", sku="BOWL", bundled_by="1")],
        {"bundle_parts": "hidden"},
        ["1 x 80.00 KIT Kit, 25 %", "1 x 16.00 BOWL Bowl, 25 %"],
        id="a part of a bundle that costs something",
    ),
    pytest.param(
        [KIT, SPOON],
        {"zero_lines": "dropped"},
        ["1 x 80.00 KIT Kit, 25 %", "2 x 0.00 SPOON Spoon, 25 %"],
        id="parts of a bundle are not other lines of nothing",
    ),
    pytest.param(
        [product("80.00"), product("0.00", name="Sample")],
        {},
        ["1 x 80.00 MUG Mug, 25 %", "1 x 0.00 MUG Sample, 25 %"],
        id="something free",
    ),
    pytest.param(
        [product("80.00"), product("0.00", name="Sample"), freight("0.00")],
        {"zero_lines": "dropped"},
        ["1 x 80.00 MUG Mug, 25 %"],
        id="what is free, dropped",
    ),
    pytest.param(
        [product("80.00"), product("0.00", quantity=0, name="Taken out")],
        {},
        ["1 x 80.00 MUG Mug, 25 %"],
        id="nothing of something",
    ),
    pytest.param(
        [product("80.00", quantity=0, name="Deposit")], {}, ["1 x 80.00 MUG Deposit, 25 %"], id="nothing, at a price"
    ),
    pytest.param(
        [product("60.00", quantity="1.5", name="Fabric")],
        {},
        ["1.5 x 40.00 MUG Fabric, 25 %"],
        id="a quantity that the books can take",
    ),
    pytest.param(
        [product("15.00", quantity="0.375", name="Fabric")],
        {},
        ["1 x 15.00 MUG 0.375 x Fabric, 25 %"],
        id="a quantity of three decimals",
    ),
    pytest.param(
        [product("11.14", {1: "2.79"}, quantity=7)],
        {},
        ["6 x 1.59 MUG Mug, 25 %", "1 x 1.60 MUG Mug, 25 %"],
        id="a price that two decimals cannot carry",
    ),
]


@pytest.mark.parametrize(("lines", "settings", "expected"), KINDS)
def test_each_kind_of_line(lines: list[Line], settings: dict[str, Any], expected: list[str]) -> None:
    # Given an order with such lines
    bought = order(*(_told(line) for line in lines))
    # When it is billed
    found = priced(bought, **settings)
    # Then the books get these, and nothing had to be added
    assert shown(found) == expected
    assert found.sums == found.target


def _told(line: Line) -> Line:
    return Line(line.of, {**line.body, **SOLD_CARD}) if line == GIFT_CARD else line


def test_shipping_that_is_left_out_is_off_the_total() -> None:
    # Given 80.00 and shipping for 39.20, when shipping does not go along, then the document comes to the rest
    bought = order(product("80.00"), freight("39.20"))
    assert comes_to(priced(bought)) == "119.20 + 29.80 = 149.00"
    assert comes_to(priced(bought, shipping=False)) == "80.00 + 20.00 = 100.00"


def test_shipping_that_is_left_out_needs_neither_product_nor_rate() -> None:
    # Given shipping whose tax nobody can explain, when shipping does not go along, then that stops nothing
    bought = order(product("80.00"), freight("0.00", {9: "3.00"}), rates={1: "25", 9: None})
    assert shown(priced(bought, shipping=False, shipping_product=None)) == ["1 x 80.00 MUG Mug, 25 %"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (fee("-8.00"), "1 x -8.00 FEE Fee, 25 %"),
        (product("-80.00", quantity=-2), "2 x -40.00 MUG Mug, 25 %"),
    ],
)
def test_an_order_has_no_negative_quantity(line: Line, expected: str) -> None:
    # Given something taken off, when an order of the books is made of it, then its price is negative, since orders
    # refuse negative quantities
    found = priced(order(product("100.00"), line), kind=DocumentKind.ORDER)
    assert shown(found)[1] == expected


def test_a_part_that_a_coupon_made_free_is_not_hidden_from_its_discount() -> None:
    # Given a part of a bundle with a price of its own, of which a coupon took everything
    bought = order(KIT, product("0.00", before="16.00", name="Bowl", sku="BOWL", bundled_by="1"))
    # When parts of nothing are hidden and discounts are lines, then the part is there, as its discount is
    assert shown(priced(bought, bundle_parts="hidden", discounts="line")) == [
        "1 x 80.00 KIT Kit, 25 %",
        "1 x 16.00 BOWL Bowl, 25 %",
        "-1 x 16.00 LESS Discount, 25 %",
    ]


def test_a_text_has_no_product_and_costs_nothing() -> None:
    found = priced(order(KIT, SPOON), bundle_parts="text")
    assert [line.role for line in found.lines] == [Role.PRODUCT, Role.TEXT]
