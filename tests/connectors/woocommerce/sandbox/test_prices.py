"""The builder computes what the real shop computed: recorded orders, described again, come out to the cent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from connectors.woocommerce.sandbox import OrderSpec, WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.samples import recorded

TOTALS = (
    "discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax",
)  # fmt: skip
FREIGHT_EU = {"title": "DHL EU", "total": "99.00"}
FREIGHT_DK = {"title": "GLS PakkeShop", "total": "39.20"}


def line(price: str, quantity: int = 1, tax_class: str = "", *, taxable: bool = True) -> dict[str, Any]:
    made: dict[str, Any] = {"name": "x", "price": price, "quantity": quantity, "tax_class": tax_class}
    return made | {"taxable": taxable, "product_id": 21}


def coupon(code: str, amount: str, kind: str = "percent") -> dict[str, str]:
    return {"code": code, "amount": amount, "discount_type": kind}


CASES: list[tuple[int, str, dict[str, Any]]] = [
    (56, "two mugs and freight", {"lines": [line("125", 2)], "shipping_lines": [FREIGHT_DK]}),
    (
        70,
        "Netherlands: the price without Danish tax, with Dutch tax; classes without a rate there",
        {
            "country": "NL",
            "lines": [
                line("125", 3),
                line("199", 2, "reduced-rate"),
                line("80", 1, "zero-rate"),
                line("60", taxable=False),
            ],
            "shipping_lines": [FREIGHT_EU],
        },
    ),
    (
        71,
        "Sweden: odd ore of the reduced rate",
        {
            "country": "SE",
            "lines": [line("125"), line("199", 3, "reduced-rate")],
            "shipping_lines": [FREIGHT_EU],
        },
    ),
    (
        74,
        "Quebec: two taxes on a line",
        {
            "country": "CA",
            "state": "QC",
            "lines": [line("125", 2), line("70", taxable=False)],
            "shipping_lines": [{"title": "Airmail", "total": "199"}],
        },
    ),
    (
        75,
        "Nova Scotia: compound tax, half a cent down",
        {
            "country": "CA",
            "state": "NS",
            "lines": [line("149.95", 3)],
            "shipping_lines": [{"title": "Airmail", "total": "199"}],
        },
    ),
    (
        79,
        "prices without tax",
        {
            "country": "NL",
            "prices_include_tax": False,
            "lines": [line("149.95", 3), line("199", 2, "reduced-rate"), line("33.335", 7)],
            "shipping_lines": [FREIGHT_EU],
        },
    ),
    (
        83,
        "ten per cent off",
        {
            "lines": [line("125", 3), line("299")],
            "shipping_lines": [FREIGHT_DK],
            "coupons": [coupon("sommer10", "10")],
        },
    ),
    (
        84,
        "a fixed coupon, cent by cent",
        {
            "lines": [line("125"), line("149.95"), line("0.33")],
            "shipping_lines": [FREIGHT_DK],
            "coupons": [coupon("fast50", "50", "fixed_cart")],
        },
    ),
    (
        87,
        "everything off: free",
        {"lines": [line("125")], "coupons": [coupon("alt100", "100")]},
    ),
    (
        92,
        "fees with and without tax",
        {
            "lines": [line("125")],
            "shipping_lines": [FREIGHT_DK],
            "fees": [{"name": "Gebyr", "total": "40"}, {"name": "Depositum", "total": "10", "taxable": False}],
        },
    ),
    (
        93,
        "a negative fee spreads its tax over the classes",
        {
            "lines": [line("125", 2), line("199", 1, "reduced-rate")],
            "shipping_lines": [FREIGHT_DK],
            "fees": [{"name": "Rabat", "total": "-50"}],
        },
    ),
    (94, "a fee alone", {"fees": [{"name": "Konsulentydelse", "total": "800"}]}),
    (
        128,
        "a third off, three lines, two rates",
        {
            "country": "NL",
            "lines": [line("149.95", 3), line("199", 2, "reduced-rate"), line("33.335", 7)],
            "shipping_lines": [FREIGHT_EU],
            "coupons": [coupon("tredjedel", "33.33")],
        },
    ),
]


@pytest.mark.parametrize(("order_id", "spec"), [pytest.param(i, s, id=f"{i} {t}") for i, t, s in CASES])
def test_observed_29_30_31_a_described_order_comes_to_what_the_shop_made_of_it(
    shop: WooCommerceSandbox, order_id: int, spec: dict[str, Any]
) -> None:
    # Given an order as the real shop computed it
    real = recorded(f"rest/orders/{order_id}.json")
    # When the same is bought in the sandbox
    built = shop.put_order(OrderSpec.model_validate(spec))
    # Then totals, lines and taxes are the same to the cent
    assert {name: built[name] for name in TOTALS} == {name: real[name] for name in TOTALS}
    amounts = ("subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price")
    for name in ("line_items", "shipping_lines", "fee_lines"):
        assert [{key: row[key] for key in amounts if key in row} for row in built[name]] == [
            {key: row[key] for key in amounts if key in row} for row in real[name]
        ]
    tax = ("rate_code", "rate_id", "compound", "tax_total", "shipping_tax_total", "rate_percent")
    assert [{key: row[key] for key in tax} for row in built["tax_lines"]] == [
        {key: row[key] for key in tax} for row in real["tax_lines"]
    ]


@pytest.mark.parametrize("spec", [s for _, _, s in CASES])
def test_observed_29_the_lines_of_an_order_add_up_to_its_total(shop: WooCommerceSandbox, spec: dict[str, Any]) -> None:
    # Given any order
    order = shop.put_order(OrderSpec.model_validate(spec))
    # When its lines are added
    rows = [*order["line_items"], *order["shipping_lines"], *order["fee_lines"]]
    # Then they are its total, and its tax lines its tax
    assert sum(Decimal(row["total"]) + Decimal(row["total_tax"]) for row in rows) == Decimal(order["total"])
    taxes = sum(Decimal(row["tax_total"]) + Decimal(row["shipping_tax_total"]) for row in order["tax_lines"])
    assert taxes == Decimal(order["total_tax"])


def test_observed_30_a_fixed_coupon_is_unpadded_and_split_in_net_and_tax(shop: WooCommerceSandbox) -> None:
    # Given 50 off a cart of three lines
    spec = next(s for i, _, s in CASES if i == 84)
    # When it is bought
    [line] = shop.put_order(OrderSpec.model_validate(spec))["coupon_lines"]
    # Then the coupon says 39.99 + 10.01
    assert (line["discount"], line["discount_tax"]) == ("39.99", "10.01")


def test_observed_33_decimals_are_the_shops_and_not_the_currencys(shop: WooCommerceSandbox) -> None:
    # Given a currency without decimals, When something is bought in it, Then amounts have the shop's two
    order = shop.put_order(currency="JPY", lines=[line("100", 3)])
    assert (order["total"], order["currency_symbol"]) == ("300.00", "¥")
    # And the price alone is a number, with all the digits of a division
    assert order["line_items"][0]["price"] == 80
    assert shop.put_order(lines=[line("250", 1), line("0.33", 3)])["line_items"][1]["price"] == 0.264


def test_many_customers_at_once_get_orders_of_their_own(shop: WooCommerceSandbox) -> None:
    # Given eight customers, When each places five orders
    with ThreadPoolExecutor(8) as customers:
        placed = list(customers.map(lambda _: shop.put_order(lines=[line("125")])["id"], range(40)))
    # Then none of them shares a number
    assert len(set(placed)) == 40
