"""Amounts with the decimals that the shop shows, and with those that `dp` asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from connectors.woocommerce.sandbox import OrderSpec, WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.receiver import Receiver
from tests.connectors.woocommerce.sandbox.samples import recorded
from tests.connectors.woocommerce.sandbox.test_prices import CASES, TOTALS, coupon, line

LINES = ("line_items", "shipping_lines", "fee_lines")
OF_A_LINE = ("subtotal", "subtotal_tax", "total", "total_tax", "taxes", "price")
OF_A_TAX = ("tax_total", "shipping_tax_total")
#: 63.20 and 15.80, 79.20 and 19.80: 79 and 99 with 25 % VAT.
TWO_LINES = [line("79"), line("99")]


def amounts(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body says of money, coupons aside, by where it says it."""
    rows: Sequence[tuple[str, Sequence[str]]] = [*((name, OF_A_LINE) for name in LINES), ("tax_lines", OF_A_TAX)]
    found: dict[str, Any] = {name: body[name] for name in TOTALS}
    for name, fields in rows:
        found[name] = [{field: row[field] for field in fields if field in row} for row in body[name]]
    return found


@pytest.mark.parametrize("dp", [4, 6])
@pytest.mark.parametrize(("order_id", "spec"), [pytest.param(i, s, id=f"{i} {t}") for i, t, s in CASES])
def test_an_order_is_asked_for_with_more_decimals_as_recorded(
    shop: WooCommerceSandbox, api: httpx.Client, order_id: int, spec: dict[str, Any], dp: int
) -> None:
    # Given an order that the real shop stated with more decimals
    real = next(order for order in recorded(f"rest/orders_dp{dp}.json") if order["id"] == order_id)
    # When the same is bought here, and asked for so
    built = shop.put_order(OrderSpec.model_validate(spec))
    one, [listed] = (api.get(path, params={"dp": dp}).json() for path in (f"/orders/{built['id']}", "/orders"))
    # Then lines and taxes have them, what was rounded has zeros, and coupons are as ever
    assert amounts(one) == amounts(listed) == amounts(real)
    assert one["coupon_lines"] == listed["coupon_lines"] == built["coupon_lines"]


def test_a_shop_without_decimals_states_whole_units_and_keeps_its_lines_exact(
    shop: WooCommerceSandbox, api: httpx.Client, control: httpx.Client
) -> None:
    # Given a shop that shows no decimals
    control.patch("/shop", json={"price_decimals": 0})
    # When something is bought
    order_id = shop.put_order(lines=TWO_LINES)["id"]
    shown, exact = (api.get(f"/orders/{order_id}", params=how).json() for how in ({}, {"dp": 6}))
    # Then all that it states is whole
    assert (shown["total"], shown["total_tax"], shown["cart_tax"]) == ("178", "36", "36")
    assert [(row["total"], row["total_tax"]) for row in shown["line_items"]] == [("63", "16"), ("79", "20")]
    assert [tax["total"] for row in shown["line_items"] for tax in row["taxes"]] == ["16", "20"]
    # And net and taxes of a line are exact where they are asked for so, and no sum of them is
    assert (exact["total"], exact["total_tax"]) == ("178.000000", "36.000000")
    assert exact["tax_lines"][0]["tax_total"] == "36.000000"
    assert [(row["total"], row["total_tax"], row["taxes"][0]["total"]) for row in exact["line_items"]] == [
        ("63.200000", "16.000000", "15.800000"),
        ("79.200000", "20.000000", "19.800000"),
    ]
    assert (
        [row["price"] for row in shown["line_items"]] == [row["price"] for row in exact["line_items"]] == [63.2, 79.2]
    )
    assert api.get("/system_status").json()["settings"]["number_of_decimals"] == 0


def test_a_webhook_has_the_shops_decimals(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    shop.shop.settings.price_decimals = 0
    shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret="s")
    shop.put_order(lines=TWO_LINES)
    shop.drain()
    [delivery] = receiver.deliveries
    assert json.loads(delivery.body)["total"] == "178"


def test_three_decimals_are_rounded_by_three(shop: WooCommerceSandbox) -> None:
    shop.shop.settings.price_decimals = 3
    order = shop.put_order(lines=[line("1.234", 3)], currency="KWD")
    [row] = order["line_items"]
    assert (row["total"], row["total_tax"], order["total"]) == ("2.962", "0.740", "3.702")


@pytest.mark.parametrize(("includes_tax", "tax"), [(True, "0"), (False, "1")])
def test_half_of_the_smallest_unit_goes_down_where_prices_include_tax(
    shop: WooCommerceSandbox, includes_tax: bool, tax: str
) -> None:
    # Given a tax of 0.50 in a shop of whole units
    shop.shop.settings.price_decimals = 0
    typed = line("2.50" if includes_tax else "2")
    # When it is bought, then
    assert shop.put_order(lines=[typed], prices_include_tax=includes_tax)["total_tax"] == tax


@pytest.mark.parametrize(
    ("reduction", "discount", "total"),
    [(coupon("ti", "10"), ("14", "4"), "160"), (coupon("fast", "50", "fixed_cart"), ("40", "10"), "128")],
)
def test_coupons_are_spread_in_whole_units(
    shop: WooCommerceSandbox, reduction: dict[str, str], discount: tuple[str, str], total: str
) -> None:
    shop.shop.settings.price_decimals = 0
    order = shop.put_order(lines=TWO_LINES, coupons=[reduction])
    [stated] = order["coupon_lines"]
    assert (stated["discount"], stated["discount_tax"]) == discount
    assert order["total"] == total


@pytest.mark.parametrize(("via", "net"), [("rest", "39.200000"), ("classic", "39.000000"), ("block", "39.000000")])
def test_a_checkout_keeps_shipping_rounded_and_its_taxes_exact(
    shop: WooCommerceSandbox, api: httpx.Client, via: str, net: str
) -> None:
    shop.shop.settings.price_decimals = 0
    order_id = shop.put_order(shipping_lines=[{"total": "39.20"}], via=via)["id"]
    [shipping] = api.get(f"/orders/{order_id}", params={"dp": 6}).json()["shipping_lines"]
    assert (shipping["total"], shipping["taxes"][0]["total"]) == (net, "9.800000")


def test_an_order_that_is_changed_stays_exact(shop: WooCommerceSandbox, api: httpx.Client) -> None:
    shop.shop.settings.price_decimals = 0
    order_id = shop.put_order(lines=TWO_LINES)["id"]
    assert api.put(f"/orders/{order_id}", json={"status": "completed"}).json()["total"] == "178"
    assert api.get(f"/orders/{order_id}", params={"dp": 2}).json()["line_items"][0]["total"] == "63.20"


def test_a_line_is_paid_back_as_exactly_as_it_was_sold(shop: WooCommerceSandbox, api: httpx.Client) -> None:
    # Given an order of a shop of whole units
    shop.shop.settings.price_decimals = 0
    order = shop.put_order(lines=[line("79")])
    [row] = order["line_items"]
    # When its line is paid back to the last decimal
    paid = {"id": row["id"], "quantity": 1, "refund_total": "63.2", "refund_tax": [{"id": 1, "refund_total": "15.8"}]}
    refund = api.post(f"/orders/{order['id']}/refunds", json={"line_items": [paid], "api_refund": False}).json()
    # Then nothing is left, and the refund is as exact as the order
    assert shop.order(order["id"])["status"] == "refunded"
    assert (refund["amount"], refund["line_items"][0]["total"]) == ("79", "-63")
    one = api.get(f"/orders/{order['id']}/refunds/{refund['id']}", params={"dp": 6}).json()
    [listed] = api.get("/refunds", params={"dp": 6}).json()
    assert one["line_items"] == listed["line_items"]
    assert (one["line_items"][0]["total"], one["line_items"][0]["total_tax"]) == ("-63.200000", "-16.000000")
    assert api.get(f"/orders/{order['id']}", params={"dp": 6}).json()["refunds"][0]["total"] == "-79.000000"


@pytest.mark.parametrize("dp", ["six", "", "1.5"])
@pytest.mark.parametrize("path", ["/orders", "/orders/{}"])
def test_decimals_that_are_no_whole_number_are_refused(
    shop: WooCommerceSandbox, api: httpx.Client, path: str, dp: str
) -> None:
    order_id = shop.put_order(lines=TWO_LINES)["id"]
    response = api.get(path.format(order_id), params={"dp": dp})
    assert response.status_code == 400
    assert response.json()["code"] == "rest_invalid_param"
    assert response.json()["data"]["params"] == {"dp": "dp is not of type integer."}


def test_observed_28_the_link_to_the_next_page_repeats_the_shops_decimals(
    shop: WooCommerceSandbox, api: httpx.Client
) -> None:
    shop.shop.settings.price_decimals = 0
    for _ in range(2):
        shop.put_order(lines=TWO_LINES)
    assert "dp=0&" in api.get("/orders", params={"per_page": 1}).headers["Link"]


def test_a_body_put_in_as_it_is_keeps_its_texts(shop: WooCommerceSandbox, api: httpx.Client) -> None:
    raw = {**shop.put_order(lines=TWO_LINES), "id": 900, "total": "178.5"}
    shop.put_raw_order(raw)
    assert [api.get("/orders/900", params=how).json()["total"] for how in ({}, {"dp": 6})] == ["178.5", "178.5"]
