"""The states of orders, those of plugins too, as the shop lists them."""

from __future__ import annotations

import httpx

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.samples import MUG, recorded, recorded_headers

TOTALS = "/reports/orders/totals"


def test_a_new_shop_has_the_recorded_states(api: httpx.Client) -> None:
    # Given the totals of a real shop
    real = recorded("rest/misc/reports_orders_totals.json")
    # When they are asked for here
    response = api.get(TOTALS)
    # Then states, titles, keys and headers are the same
    assert response.json() == [{**row, "total": 0} for row in real]
    assert [list(row) for row in response.json()] == [list(row) for row in real]
    headers = recorded_headers("rest/misc/reports_orders_totals.headers.json")
    assert {name.lower() for name in headers} - {"transfer-encoding"} == set(response.headers) - {"content-length"}
    assert response.headers["Allow"] == headers["Allow"]


def test_totals_are_of_its_own_orders_without_the_trash(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given
    for status in ("processing", "processing", "completed", "on-hold"):
        order_id = shop.put_order(lines=[MUG], status=status)["id"]
    shop.trash(order_id)
    # Then
    totals = {row["slug"]: row["total"] for row in api.get(TOTALS).json()}
    assert {name: total for name, total in totals.items() if total} == {"processing": 2, "completed": 1}
    assert "trash" not in totals


def test_a_state_of_a_plugin_comes_and_goes_by_hand(
    api: httpx.Client, control: httpx.Client, shop: WooCommerceSandbox
) -> None:
    # Given a state that nobody knows
    assert api.post("/orders", json={"status": "packed"}).status_code == 400
    assert api.get("/orders", params={"status": "packed"}).status_code == 400
    # When a plugin brings it
    assert control.put("/order-states/packed", json={"title": "Pakket"}).status_code == 200
    # Then it is listed, and orders are made with it and found by it
    order_id = api.post("/orders", json={"status": "packed"}).json()["id"]
    assert api.get(TOTALS).json()[-1] == {"slug": "packed", "name": "Pakket", "total": 1}
    assert [order["id"] for order in api.get("/orders", params={"status": "packed"}).json()] == [order_id]
    # And without the plugin it is gone, but for the orders that have it
    control.delete("/order-states/packed")
    assert "packed" not in {row["slug"] for row in api.get(TOTALS).json()}
    assert shop.order(order_id)["status"] == "packed"


def test_totals_are_for_those_with_a_key(shop: WooCommerceSandbox) -> None:
    response = httpx.get(f"{shop.url}/wp-json/wc/v3{TOTALS}", trust_env=False)
    assert (response.status_code, response.json()["code"]) == (401, "woocommerce_rest_cannot_view")
