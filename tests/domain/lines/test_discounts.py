"""What lessens an order: coupons, fees that take something off, gift cards that were used."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.document import DocumentKind
from shared.domain.order import Order
from tests.domain.lines.orders import comes_to, fee, freight, order, priced, product, shown

COUPONS = [
    {"id": 1, "code": "summer&amp;sun", "discount": "20.00", "discount_tax": "5.00"},
    {"id": 2, "code": "VIP", "discount": "4.00", "discount_tax": "0.48"},
]


def discounted(**more: Any) -> Order:
    """Three mugs for 200.00, less 10 %, and a book with 12 % for 40.00, less 4.00."""
    return order(
        product("180.00", before="200.00", quantity=3),
        product("36.00", {2: "4.32"}, before="40.00", sku="BOOK", name="Book"),
        freight("39.20"),
        rates={1: "25", 2: "12"},
        **more,
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        pytest.param({}, ["3 x 60.00 MUG Mug, 25 %", "1 x 36.00 BOOK Book, 12 %"], id="in the price"),
        pytest.param(
            # 3 x 66.67 is not 200.00, so the mugs cannot say it
            {"discounts": "percent"},
            ["3 x 60.00 MUG Mug, 25 %", "1 x 40.00 less 10 % BOOK Book, 12 %"],
            id="in percent, where two decimals can say it",
        ),
        pytest.param(
            {"discounts": "line", "split_lines": False},
            [
                "3 x 66.67 MUG Mug, 25 %",
                "1 x 40.00 BOOK Book, 12 %",
                "-1 x 20.00 LESS Discount (summer&sun, VIP), 25 %",
                "-1 x 4.00 LESS Discount (summer&sun, VIP), 12 %",
            ],
            id="a line of its own for each rate",
        ),
        pytest.param(
            {"discounts": "line", "discount_text": "Rabat", "products_by_rate": {"discount": {"12": "LESS12"}}},
            [
                "1 x 66.66 MUG Mug, 25 %",
                "2 x 66.67 MUG Mug, 25 %",
                "1 x 40.00 BOOK Book, 12 %",
                "-1 x 20.00 LESS Rabat (summer&sun, VIP), 25 %",
                "-1 x 4.00 LESS12 Rabat (summer&sun, VIP), 12 %",
            ],
            id="on the products by rate",
        ),
    ],
)
def test_a_discount_is_shown_as_the_owner_wishes(settings: dict[str, Any], expected: list[str]) -> None:
    # Given an order with two coupons, when it is billed, then its discount is where the owner wants it, and the books
    # come to what was paid
    found = priced(discounted(coupon_lines=COUPONS), **settings)
    lines = [line for line in shown(found) if "FREIGHT" not in line and "ROUND" not in line]
    assert sorted(lines) == sorted(expected)
    assert comes_to(found) == "255.20 + 59.12 = 314.32"


def test_a_discount_without_a_coupon_has_no_codes() -> None:
    found = priced(discounted(), discounts="line")
    assert {line.text for line in found.lines if line.product == "LESS"} == {"Discount"}


def test_a_rate_that_nothing_was_taken_off_has_no_discount() -> None:
    found = priced(order(product("72.00", before="80.00"), product("40.00", {})), discounts="line")
    assert shown(found)[2:] == ["-1 x 8.00 LESS Discount, 25 %"]


def test_a_coupon_that_takes_everything_leaves_the_lines_and_their_discount() -> None:
    # Given a coupon of 100 %, when discounts are lines, then the mug is there at its price, and the discount takes it
    # off; else it is a line of nothing, which stays where it is the only one: books take no document without a line
    bought = order(product("0.00", before="80.00"))
    assert shown(priced(bought, discounts="line", zero_lines="dropped")) == [
        "1 x 80.00 MUG Mug, 25 %",
        "-1 x 80.00 LESS Discount, 25 %",
    ]
    assert shown(priced(bought)) == ["1 x 0.00 MUG Mug, 25 %"]
    assert shown(priced(bought, discounts="percent")) == ["1 x 80.00 less 100 % MUG Mug, 25 %"]
    assert shown(priced(bought, zero_lines="dropped")) == ["1 x 0.00 MUG Mug, 25 %"]


@pytest.mark.parametrize("kind", list(DocumentKind)[:2])
@pytest.mark.parametrize("discounts", ["in_price", "percent", "line"])
def test_however_a_discount_is_shown_the_books_come_to_the_same(kind: DocumentKind, discounts: str) -> None:
    # Given 3 x 33.33 with VAT, less 15 % and less 10.00, when it is billed, then the books come to 74.99
    bought = order(product("59.99", {1: "15.00"}, before="79.99", quantity=3), total="74.99", total_tax="15.00")
    assert comes_to(priced(bought, kind=kind, discounts=discounts)) == "59.99 + 15.00 = 74.99"


def test_a_dearer_line_is_a_discount_the_other_way() -> None:
    # Given a price that was put up by hand after the order, when discounts are lines, then that is a line, too
    found = priced(order(product("100.00", before="80.00")), discounts="line", discount_text="Changed")
    assert shown(found) == ["1 x 80.00 MUG Mug, 25 %", "1 x 20.00 LESS Changed, 25 %"]


def paid_with_cards() -> Order:
    cards = [{"id": 2, "code": "SU9F &amp; co", "amount": "50"}, {"id": 4, "code": "", "amount": 5}]
    return order(product("100.00"), gift_cards=cards, total="70.00")


def test_a_used_gift_card_is_a_way_to_pay() -> None:
    # Given 125.00 of which gift cards paid 55.00, when they are payments, then the document comes to what was bought
    assert comes_to(priced(paid_with_cards())) == "100.00 + 25.00 = 125.00"


def test_a_used_gift_card_is_a_line_that_takes_it_off() -> None:
    # Given the same, when they are lines, then the document comes to what is still owed, with all of the VAT
    found = priced(paid_with_cards(), gift_cards_used="line", gift_card_text="Gavekort")
    assert shown(found) == [
        "1 x 100.00 MUG Mug, 25 %",
        "-1 x 50.00 CARD Gavekort SU9F & co, 0 %",
        "-1 x 5.00 CARD Gavekort, 0 %",
    ]
    assert comes_to(found) == "45.00 + 25.00 = 70.00"


def test_a_negative_fee_lessens_what_it_was_taxed_with() -> None:
    # Given a fee of -20.00 with 25 %, and one without VAT, when they are billed, then each lessens its own
    found = priced(order(product("100.00"), fee("-20.00", name="Loyal"), fee("-5.00", {}, name="Voucher")))
    assert shown(found)[1:] == ["-1 x 20.00 FEE Loyal, 25 %", "-1 x 5.00 FEE Voucher, 0 %"]
    assert comes_to(found) == "75.00 + 20.00 = 95.00"
