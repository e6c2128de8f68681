"""Single orders, refunds and webhooks over REST, and errors word for word as recorded."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.samples import BOOK, FREIGHT, LAMP, MUG, recorded, recorded_headers

MISSING = 99999999
ERRORS: list[tuple[str, str, str, Any]] = [
    ("bad_modified_after", "GET", "/orders?modified_after=yesterday", None),
    ("bad_orderby", "GET", "/orders?orderby=total", None),
    ("bad_status_filter", "GET", "/orders?status=nonsense", None),
    ("batch_101", "POST", "/orders/batch", {"update": [{"id": 1}] * 101}),
    ("modified_after_date_only", "GET", "/orders?modified_after=2026-11-22", None),
    ("no_route", "GET", "/nothing", None),
    ("order_id_text", "GET", "/orders/abc", None),
    ("order_missing", "GET", f"/orders/{MISSING}", None),
    ("page_0", "GET", "/orders?page=0", None),
    ("page_beyond", "GET", "/orders?page=999", None),
    ("per_page_0", "GET", "/orders?per_page=0", None),
    ("per_page_101", "GET", "/orders?per_page=101", None),
    ("per_page_neg", "GET", "/orders?per_page=-1", None),
    ("post_bad_email", "POST", "/orders", {"billing": {"email": "nope"}}),
    ("post_bad_status", "POST", "/orders", {"status": "sent"}),
    ("post_line_no_product", "POST", "/orders", {"line_items": [{"name": "x", "quantity": 1, "total": "5"}]}),
    ("put_bad_line_id", "PUT", "/orders/{order}", {"line_items": [{"id": 999999, "quantity": 1}]}),
    ("put_missing_order", "PUT", f"/orders/{MISSING}", {"status": "completed"}),
    ("refund_api_no_gateway", "POST", "/orders/{order}/refunds", {"amount": "1.00", "api_refund": True}),
    ("refund_missing", "GET", "/orders/{order}/refunds/999999", None),
    ("refund_negative", "POST", "/orders/{order}/refunds", {"amount": "-5"}),
    ("refund_no_amount", "POST", "/orders/{order}/refunds", {}),
    ("refund_too_much", "POST", "/orders/{order}/refunds", {"amount": "99999.00"}),
    ("refund_zero", "POST", "/orders/{order}/refunds", {"amount": "0"}),
    ("webhook_bad_topic", "POST", "/webhooks", {"topic": "order.paid", "delivery_url": "http://127.0.0.1:9/x"}),
    ("webhook_bad_url", "POST", "/webhooks", {"topic": "order.created", "delivery_url": "not a url"}),
    ("webhook_ftp", "POST", "/webhooks", {"topic": "order.created", "delivery_url": "ftp://127.0.0.1/x"}),
    ("webhook_no_url", "POST", "/webhooks", {"topic": "order.created"}),
]


@pytest.mark.parametrize(("name", "method", "path", "sent"), [pytest.param(*row, id=row[0]) for row in ERRORS])
def test_observed_24_errors_are_the_recorded_ones(
    api: httpx.Client, shop: WooCommerceSandbox, name: str, method: str, path: str, sent: Any
) -> None:
    # Given a recorded refusal, and an order
    exchange, body = recorded(f"rest/errors/{name}.headers.json"), recorded(f"rest/errors/{name}.json")
    order_id = shop.put_order(lines=[MUG])["id"]
    # When the same is asked for here
    response = api.request(method, path.format(order=order_id), json=sent)
    # Then status, body and the methods allowed are the same
    assert (response.status_code, response.json()) == (exchange["status"], body)
    assert response.headers.get("Allow") == dict(exchange["headers"]).get("Allow")


def test_a_missing_product_is_refused_as_recorded(api: httpx.Client) -> None:
    response = api.get("/products/99999")
    assert (response.status_code, response.json()) == (404, recorded("rest/errors/product_missing.json"))


def test_broken_json_is_named(api: httpx.Client) -> None:
    response = api.post("/orders", content=b'{"status": ')
    assert (response.status_code, response.json()) == (400, recorded("rest/errors/post_bad_json.json"))


def shape(value: Any) -> Any:
    """The keys of a body, in order, lines included; which lines there are does not matter."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in ("meta_data", "_links")}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "null" if value is None else type(value).__name__.replace("float", "number").replace("int", "number")


def test_an_order_has_the_shape_of_a_recorded_one(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given a recorded order of a product and freight
    real = recorded("rest/orders/57.json")
    # When such an order is read here
    order_id = shop.put_order(lines=[MUG, LAMP], shipping_lines=[FREIGHT], status="processing")["id"]
    body = api.get(f"/orders/{order_id}").json()
    # Then it has the same keys in the same order with the same types
    assert list(body) == list(real)
    assert shape(body) == shape(real)


@pytest.mark.parametrize(
    ("recording", "field", "described"),
    [
        ("rest/orders/92.json", "fee_lines", {"fees": [{"name": "x", "total": "40"}]}),
        ("rest/orders/83.json", "coupon_lines", {"coupons": [{"code": "a", "amount": "10"}], "lines": [MUG]}),
    ],
)
def test_extra_lines_have_the_recorded_shape(
    shop: WooCommerceSandbox, recording: str, field: str, described: dict[str, Any]
) -> None:
    real = recorded(recording)[field]
    assert shape(shop.put_order(**described)[field]) == shape(real)


def test_answers_have_the_recorded_headers(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    # Given the headers of a recorded order
    real = recorded_headers("rest/orders/56.headers.json")
    # When an order is read here
    headers = api.get(f"/orders/{shop.put_order(lines=[MUG])['id']}").headers
    # Then all of them are there (the length is said where the real shop sends chunks)
    assert {name.lower() for name in real} - {"transfer-encoding"} == set(headers) - {"content-length"}
    assert headers["Allow"] == real["Allow"]
    assert headers["Content-Type"] == real["Content-Type"]


def test_bodies_are_php_json(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    order_id = shop.put_order(lines=[MUG], billing={"first_name": "Søren", "address_2": "c/o Ægidius"})["id"]
    raw = api.get(f"/orders/{order_id}").content
    assert raw.isascii()
    assert rb'"S\u00f8ren"' in raw
    assert rb'"c\/o \u00c6gidius"' in raw


def test_observed_27_dates_are_ignored_and_the_same_post_twice_is_two_orders(
    api: httpx.Client, shop: WooCommerceSandbox
) -> None:
    shop.put_product(id=21, name="Kaffekrus", price="125", sku="MUG")
    wanted = {"line_items": [{"product_id": 21, "quantity": 2}], "date_created": "2020-01-01T00:00:00"}
    first, second = (api.post("/orders", json=wanted) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
    assert first.json()["total"] == "250.00"
    assert first.json()["date_created"] == "2026-11-22T12:00:00"
    assert first.headers["Location"].endswith(f"/orders/{first.json()['id']}")


def test_observed_24_a_line_with_an_unknown_product_is_accepted(api: httpx.Client) -> None:
    response = api.post("/orders", json={"line_items": [{"product_id": 999999, "quantity": 1}]})
    [line] = response.json()["line_items"]
    [real] = recorded("rest/errors/post_bad_product.json")["line_items"]
    assert response.status_code == 201
    assert {**line, "id": 0, "taxes": []} == {**real, "id": 0, "taxes": []}


def test_observed_9_a_refused_coupon_leaves_a_draft(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    response = api.post("/orders", json={"coupon_lines": [{"code": "nope"}]})
    assert response.status_code == 400
    assert "&quot;nope&quot;" in response.json()["message"]
    assert [order["status"] for order in api.get("/orders").json()] == ["checkout-draft"]


@pytest.mark.parametrize("changes", [{}, {"status": "processing"}, {"customer_note": "hej"}])
def test_observed_13_every_put_moves_the_date(
    api: httpx.Client, shop: WooCommerceSandbox, changes: dict[str, str]
) -> None:
    order_id = shop.put_order(lines=[MUG], status="processing")["id"]
    shop.advance_clock(61)
    changed = api.put(f"/orders/{order_id}", json=changes).json()
    assert changed["date_modified_gmt"] == "2026-11-22T11:01:01"
    assert changed["date_created_gmt"] == "2026-11-22T11:00:00"


def test_a_batch_with_a_bad_row_is_a_success(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    rows = [{"id": order_id, "customer_note": "batch"}, {"id": MISSING, "status": "completed"}]
    response = api.post("/orders/batch", json={"update": rows})
    assert response.status_code == 200
    assert response.json()["update"][0]["customer_note"] == "batch"
    assert response.json()["update"][1] == recorded("rest/errors/batch_mixed.json")["update"][1]


def test_delete_goes_to_the_trash_and_force_is_for_good(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    assert api.delete(f"/orders/{order_id}").json()["status"] == "trash"
    assert api.delete(f"/orders/{order_id}").status_code == 410
    assert api.delete(f"/orders/{order_id}", params={"force": "true"}).status_code == 200
    assert api.get(f"/orders/{order_id}").status_code == 404


def test_observed_32_a_line_refund_has_lines_and_a_refund_by_amount_has_none(
    api: httpx.Client, shop: WooCommerceSandbox
) -> None:
    # Given an order of mugs, books and freight
    order = shop.put_order(lines=[{**MUG, "quantity": 3}, BOOK], shipping_lines=[FREIGHT])
    real = recorded("rest/orders/107_refunds.json")[0]
    # When one mug is paid back, and then an amount
    mug = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 100}
    lines = [{**mug, "refund_tax": [{"id": 1, "refund_total": 25}]}]
    by_line = api.post(
        f"/orders/{order['id']}/refunds", json={"line_items": lines, "api_refund": False, "amount": "125"}
    )
    by_amount = api.post(f"/orders/{order['id']}/refunds", json={"amount": "49", "api_refund": False})
    # Then only the first says what for
    assert (by_line.status_code, shape(by_line.json())) == (201, shape(real))
    amounts = ("quantity", "subtotal", "subtotal_tax", "total", "total_tax", "taxes")
    assert {name: by_line.json()["line_items"][0][name] for name in amounts} == {
        name: real["line_items"][0][name] for name in amounts
    }
    assert (by_amount.json()["amount"], by_amount.json()["line_items"]) == ("49.00", [])
    totals = [refund["total"] for refund in api.get(f"/orders/{order['id']}").json()["refunds"]]
    assert totals == ["-125.00", "-49.00"]
    assert [refund["amount"] for refund in api.get(f"/orders/{order['id']}/refunds").json()] == ["49.00", "125.00"]


def test_observed_32_a_full_refund_by_amount_sets_the_order_refunded(shop: WooCommerceSandbox) -> None:
    order = shop.put_order(lines=[MUG])
    shop.refund(order["id"], amount="125.00")
    assert shop.order(order["id"])["status"] == "refunded"


def test_observed_32_the_status_refunded_makes_a_refund_without_lines(
    api: httpx.Client, shop: WooCommerceSandbox
) -> None:
    order = shop.put_order(lines=[MUG])
    body = api.put(f"/orders/{order['id']}", json={"status": "refunded"}).json()
    assert [(refund["reason"], refund["total"]) for refund in body["refunds"]] == [("Order fully refunded.", "-125.00")]
    [refund] = api.get(f"/orders/{order['id']}/refunds").json()
    assert (refund["line_items"], refund["tax_lines"]) == ([], [])


def test_all_refunds_are_listed_with_their_orders(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    order = shop.put_order(lines=[MUG])
    shop.refund(order["id"], amount="10")
    [refund] = api.get("/refunds").json()
    real = recorded("rest/refunds_all.json")[0]
    assert refund["parent_id"] == order["id"]
    assert set(refund) == set(real)


def test_observed_34_a_free_order_is_paid(shop: WooCommerceSandbox) -> None:
    order = shop.put_order(lines=[MUG], coupons=[{"code": "alt100", "amount": "100"}])
    assert (order["total"], order["needs_payment"]) == ("0.00", False)
    assert order["date_paid"] == "2026-11-22T12:00:00"


def test_cash_on_delivery_is_paid_when_the_order_is_completed(shop: WooCommerceSandbox) -> None:
    order = shop.put_order(lines=[MUG], payment_method="cod")
    assert (order["status"], order["date_paid"]) == ("processing", None)
    assert shop.change_order(order["id"], status="completed")["date_paid"] == "2026-11-22T12:00:00"


def test_system_status_names_the_version(api: httpx.Client) -> None:
    status = api.get("/system_status").json()
    assert status["environment"]["version"] == recorded("rest/misc/system_status.json")["environment"]["version"]


def test_fields_cuts_a_body_down(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    assert api.get("/orders?_fields=id,status").json() == [{"id": order_id, "status": "processing"}]
    assert api.get("/system_status?_fields=environment.version").json() == {"environment": {"version": "10.5.2"}}


def test_a_raw_body_comes_out_as_it_went_in(api: httpx.Client, control: httpx.Client) -> None:
    real = recorded("rest/orders/67.json")
    assert control.post("/orders", json={"raw": real}).status_code == 201
    body = api.get(f"/orders/{real['id']}").json()
    assert {**body, "_links": None} == {**real, "_links": None}
