"""Refunds, webhooks, products, the states of orders and of the system, of the REST API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request

from connectors.woocommerce.sandbox.batch import batch
from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.errors import RestError, invalid_id
from connectors.woocommerce.sandbox.frame import API, answer, demand, json_body, parsed
from connectors.woocommerce.sandbox.listing import Page, link_header, read_dp, read_query
from connectors.woocommerce.sandbox.php import query_pairs, query_values
from connectors.woocommerce.sandbox.specs import RefundSpec
from connectors.woocommerce.sandbox.state import VERSION, WORDPRESS_VERSION


def register_refunds(api: Blueprint, desk: Desk) -> None:
    @api.get("/orders/<int:order_id>/refunds")
    def list_refunds(order_id: int) -> Response:
        dp = _dp(desk)
        demand("list")
        return _paged(desk, desk.refunds.of_order(order_id, dp), f"/orders/{order_id}/refunds")

    @api.post("/orders/<int:order_id>/refunds")
    def create_refund(order_id: int) -> Response:
        spec = parsed(RefundSpec, json_body())
        demand("create")
        refund = desk.refunds.create(order_id, spec)
        return answer(refund, 201, {"Location": refund["_links"]["self"][0]["href"]})

    @api.get("/orders/<int:order_id>/refunds/<int:refund_id>")
    def get_refund(order_id: int, refund_id: int) -> Response:
        dp = _dp(desk)
        demand("view")
        return answer(desk.refunds.shown(order_id, refund_id, dp))

    @api.delete("/orders/<int:order_id>/refunds/<int:refund_id>")
    def delete_refund(order_id: int, refund_id: int) -> Response:
        """With or without force: a refund has no trash."""
        demand("delete")
        return answer(desk.refunds.delete(order_id, refund_id))

    @api.get("/refunds")
    def list_all_refunds() -> Response:
        dp = _dp(desk)
        demand("list")
        with desk.shop.lock:
            found = [
                {"parent_id": refund["parent_id"], **desk.refunds.shown(refund["parent_id"], refund_id, dp)}
                for refund_id, refund in sorted(desk.shop.kept_refunds.items(), reverse=True)
            ]
        return _paged(desk, found, "/refunds")


def register_webhooks(api: Blueprint, desk: Desk) -> None:
    @api.get("/webhooks")
    def list_webhooks() -> Response:
        demand("list")
        status = request.args.get("status", "all")
        newest_first = request.args.get("order", "desc") == "desc"
        with desk.shop.lock:
            found = [
                desk.webhooks.shown(webhook)
                for _, webhook in sorted(desk.shop.webhooks.items(), reverse=newest_first)
                if status in ("all", webhook.status)
            ]
        return _paged(desk, found, "/webhooks")

    @api.post("/webhooks")
    def create_webhook() -> Response:
        given = json_body()
        demand("create")
        shown = desk.webhooks.shown(desk.create_webhook(given))
        return answer(shown, 201, {"Location": shown["_links"]["self"][0]["href"]})

    @api.route("/webhooks/batch", methods=["POST", "PUT", "PATCH"])
    def batch_webhooks() -> Response:
        return batch(lambda verb, webhook_id, row: _batched(desk, verb, webhook_id, row))

    @api.get("/webhooks/<int:webhook_id>")
    def get_webhook(webhook_id: int) -> Response:
        demand("view")
        return answer(desk.webhooks.shown(desk.webhooks.find(webhook_id)))

    @api.route("/webhooks/<int:webhook_id>", methods=["PUT", "POST", "PATCH"])
    def change_webhook(webhook_id: int) -> Response:
        given = json_body()
        demand("edit")
        return answer(desk.webhooks.shown(desk.webhooks.change(webhook_id, given)))

    @api.delete("/webhooks/<int:webhook_id>")
    def delete_webhook(webhook_id: int) -> Response:
        demand("delete")
        if request.args.get("force", "").lower() not in ("true", "1"):
            raise RestError("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
        return answer(desk.webhooks.shown(desk.webhooks.delete(webhook_id)))


def _batched(desk: Desk, verb: str, webhook_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    if verb == "create":
        return desk.webhooks.shown(desk.create_webhook(row))
    if verb == "delete":
        return desk.webhooks.shown(desk.webhooks.delete(webhook_id))
    return desk.webhooks.shown(desk.webhooks.change(webhook_id, row))


def register_rest(api: Blueprint, desk: Desk) -> None:
    @api.get("/products")
    def list_products() -> Response:
        demand("list")
        sku = request.args.get("sku")
        with desk.shop.lock:
            found = [product for _, product in sorted(desk.shop.products.items(), reverse=True)]
        return _paged(desk, [product for product in found if sku in (None, product["sku"])], "/products")

    @api.get("/products/<int:product_id>")
    def get_product(product_id: int) -> Response:
        demand("view")
        with desk.shop.lock:
            if product_id not in desk.shop.products:
                raise invalid_id("product")
            return answer(desk.shop.products[product_id])

    @api.get("/reports/orders/totals")
    def order_totals() -> Response:
        """WooCommerce takes "wc-" out of a state's name wherever it stands, and not only before it."""
        demand("list")
        with desk.shop.lock:
            totals = Counter(order["status"] for order in desk.shop.kept_orders.values())
            return answer(
                [
                    {"slug": name.replace("wc-", ""), "name": title, "total": totals[name]}
                    for name, title in desk.shop.order_states.items()
                ]
            )

    @api.get("/system_status")
    def system_status() -> Response:
        demand("list")
        settings = desk.shop.settings
        environment = {
            "home_url": desk.shop.url,
            "site_url": desk.shop.url,
            "version": VERSION,
            "wp_version": WORDPRESS_VERSION,
            "language": "en_US",
            "default_timezone": "UTC",
        }
        facts = {
            "currency": settings.currency,
            "number_of_decimals": settings.price_decimals,
            "HPOS_enabled": True,
            "HPOS_sync_enabled": False,
        }
        return answer({"environment": environment, "active_plugins": [], "settings": facts})

    @api.get("")
    @api.get("/")
    def index() -> Response:
        return answer({"namespace": "wc/v3", "routes": {}})


def _dp(desk: Desk) -> int:
    return read_dp(request.args, desk.shop.settings.price_decimals)


def _paged(desk: Desk, found: Sequence[dict[str, Any]], path: str) -> Response:
    """One page of a list that is sorted already."""
    given = query_pairs(parse_qsl(request.query_string.decode("ascii", "replace"), keep_blank_values=True))
    paging = {name: value for name, value in query_values(given).items() if name in ("page", "per_page")}
    shop = desk.shop
    query = read_query(paging, shop.clock.zone, shop.order_statuses, shop.settings.price_decimals)
    start = (query.page - 1) * query.per_page
    rows = list(found[start : start + query.per_page])
    beyond = bool(found) and not rows
    page = Page(rows, 0 if beyond else len(found), 0 if beyond else -(-len(found) // query.per_page))
    headers = {"X-WP-Total": str(page.total), "X-WP-TotalPages": str(page.pages)}
    link = link_header(f"{shop.url}{API}{path}", given, query, page)
    return answer(rows, headers=headers | ({"Link": link} if link else {}))
