"""`/orders` of the REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from connectors.woocommerce.sandbox.batch import batch
from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.errors import RestError, invalid_params
from connectors.woocommerce.sandbox.frame import API, answer, demand, json_body, parsed
from connectors.woocommerce.sandbox.life import UNPAID
from connectors.woocommerce.sandbox.listing import link_header, page_of, read_dp, read_query
from connectors.woocommerce.sandbox.php import query_pairs, query_values
from connectors.woocommerce.sandbox.specs import OrderSpec

#: Fields of an order that PUT changes here; lines stay as they were placed.
CHANGEABLE = frozenset({
    "status", "currency", "customer_id", "customer_note", "billing", "shipping", "payment_method",
    "payment_method_title", "transaction_id", "meta_data",
})  # fmt: skip
LINE_LISTS = ("line_items", "shipping_lines", "fee_lines", "coupon_lines")


def register(api: Blueprint, desk: Desk) -> None:
    @api.get("/orders")
    def list_orders() -> Response:
        given = query_pairs(parse_qsl(request.query_string.decode("ascii", "replace"), keep_blank_values=True))
        shop = desk.shop
        query = read_query(query_values(given), shop.clock.zone, shop.order_statuses, shop.settings.price_decimals)
        demand("list")
        with shop.lock:
            page = page_of(list(shop.kept_orders.values()), query)
            bodies = [_listed(desk.orders.shown(body["id"], query.dp)) for body in page.bodies]
            desk.stir()
        headers = {"X-WP-Total": str(page.total), "X-WP-TotalPages": str(page.pages)}
        link = link_header(f"{shop.url}{API}/orders", given, query, page)
        return answer(bodies, headers=headers | ({"Link": link} if link else {}))

    @api.post("/orders")
    def create_order() -> Response:
        given = json_body()
        check_order(desk, given)
        demand("create")
        order_id = desk.orders.create(order_spec(desk, given))
        location = {"Location": f"{desk.shop.url}{API}/orders/{order_id}"}
        return answer(desk.orders.shown(order_id), 201, location)

    @api.get("/orders/<int:order_id>")
    def get_order(order_id: int) -> Response:
        dp = read_dp(request.args, desk.shop.settings.price_decimals)
        demand("view")
        return answer(desk.orders.shown(order_id, dp))

    @api.route("/orders/<int:order_id>", methods=["PUT", "POST", "PATCH"])
    def change_order(order_id: int) -> Response:
        given = json_body()
        check_order(desk, given)
        demand("edit")
        return answer(update_order(desk, order_id, given))

    @api.delete("/orders/<int:order_id>")
    def delete_order(order_id: int) -> Response:
        demand("delete")
        force = request.args.get("force", "").lower() in ("true", "1")
        return answer(desk.orders.delete(order_id) if force else desk.orders.trash(order_id))

    @api.route("/orders/batch", methods=["POST", "PUT", "PATCH"])
    def batch_orders() -> Response:
        return batch(lambda verb, order_id, row: _batched(desk, verb, order_id, row))


def _listed(body: dict[str, Any]) -> dict[str, Any]:
    """In a list, custom fields come as they were made; in a single order and in webhooks by their keys (recorded)."""
    rows = body.get("meta_data", [])
    if rows and all("id" in row for row in rows):
        body["meta_data"] = sorted(rows, key=lambda row: int(row["id"]))
    return body


def _batched(desk: Desk, verb: str, order_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    if verb == "create":
        return desk.orders.shown(desk.orders.create(order_spec(desk, row)))
    return desk.orders.trash(order_id) if verb == "delete" else update_order(desk, order_id, row)


def check_order(desk: Desk, given: Mapping[str, Any]) -> None:
    """Raises RestError 400 for what the schema of an order refuses."""
    problems = {}
    statuses = desk.shop.order_statuses
    if "status" in given and given["status"] not in statuses:
        allowed = f"{', '.join(statuses[:-1])}, and {statuses[-1]}"
        problems["status"] = ("rest_not_in_enum", f"status is not one of {allowed}.")
    email = given.get("billing", {}).get("email", "")
    if email and "@" not in email:
        problems["billing"] = ("rest_invalid_email", "Invalid email address.")
    if problems:
        raise invalid_params(problems)


def update_order(desk: Desk, order_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    with desk.shop.lock:
        body = desk.orders.find(order_id, missing=400)
        known = {line["id"] for name in LINE_LISTS for line in body.get(name, [])}
        wanted = {line["id"] for name in LINE_LISTS for line in given.get(name, []) if "id" in line}
        if not wanted <= known:
            message = "Order item ID provided is not associated with order."
            raise RestError("woocommerce_rest_invalid_item_id", message, 400)
        changes = {name: value for name, value in given.items() if name in CHANGEABLE}
        if given.get("set_paid") and body["status"] in UNPAID | {"on-hold"}:
            changes.setdefault("status", "processing")
        return desk.change_order(order_id, changes)


def order_spec(desk: Desk, given: Mapping[str, Any]) -> OrderSpec:
    """A POSTed order as a description. Raises RestError 400."""
    billing = dict(given.get("billing", {}))
    simple = ("currency", "customer_id", "customer_note", "payment_method", "payment_method_title", "transaction_id")
    return parsed(
        OrderSpec,
        {
            "payment_method": "",
            "payment_method_title": "",
            **{name: given[name] for name in simple if name in given},
            "status": given.get("status") or ("processing" if given.get("set_paid") else "pending"),
            "country": given.get("shipping", {}).get("country") or billing.get("country") or None,
            "state": billing.get("state", ""),
            "billing": billing,
            "shipping": dict(given.get("shipping", {})),
            "meta": {meta["key"]: meta.get("value") for meta in given.get("meta_data", [])},
            "lines": [_line(desk, line) for line in given.get("line_items", [])],
            "shipping_lines": [
                {
                    "title": line.get("method_title", ""),
                    "method_id": line.get("method_id", ""),
                    "total": line.get("total", "0"),
                }
                for line in given.get("shipping_lines", [])
            ],
            "fees": [
                {
                    "name": line.get("name", ""),
                    "total": line.get("total", "0"),
                    "tax_class": line.get("tax_class", ""),
                    "taxable": line.get("tax_status", "taxable") == "taxable",
                }
                for line in given.get("fee_lines", [])
            ],
            "coupons": [{"code": line["code"], "amount": "0"} for line in given.get("coupon_lines", [])],
        },
    )


def _line(desk: Desk, given: Mapping[str, Any]) -> dict[str, Any]:
    """A line with its product's price and name; a product nobody knows becomes a nameless line worth nothing."""
    if not given.get("product_id") and not given.get("sku"):
        raise RestError("woocommerce_rest_required_product_reference", "Product ID or SKU is required.", 400)
    product = _product(desk, given)
    line: dict[str, Any] = {
        "name": given.get("name", product.get("name", "")),
        "price": product.get("price", "0"),
        "quantity": given.get("quantity", 1),
        "sku": product.get("sku"),
        "product_id": product.get("id", 0),
        "variation_id": given.get("variation_id", 0),
        "tax_class": product.get("tax_class", ""),
        "taxable": product.get("tax_status", "taxable") == "taxable",
    }
    return line | {name: given[name] for name in ("subtotal", "total") if name in given}


def _product(desk: Desk, given: Mapping[str, Any]) -> Mapping[str, Any]:
    products = desk.shop.products
    if given.get("product_id"):
        return products.get(int(given["product_id"]), {})
    return next((product for product in products.values() if product["sku"] == given.get("sku")), {})
