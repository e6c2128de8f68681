"""Customers with an account in the shop, one by one: an order names its own by `customer_id`. They announce nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from connectors.woocommerce.sandbox.bodies import address
from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.errors import RestError, refused
from connectors.woocommerce.sandbox.frame import API, answer, demand
from connectors.woocommerce.sandbox.state import Shop

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def put_customer(shop: Shop, given: Mapping[str, Any]) -> dict[str, Any]:
    """Adds a customer, or replaces the one with that `id`; `role` is "customer" where it is left out."""
    with shop.lock:
        customer_id = int(given.get("id") or max(shop.customers, default=1) + 1)
        now = shop.clock.now()
        first, last, email = (str(given.get(name, "")) for name in ("first_name", "last_name", "email"))
        named = {"first_name": first, "last_name": last}
        shop.customers[customer_id] = {
            "id": customer_id,
            **shop.clock.stamps("date_created", now),
            **shop.clock.stamps("date_modified", now),
            "email": email,
            **named,
            "role": "customer",
            "username": email.partition("@")[0],
            "billing": address({**named, "email": email, **given.get("billing", {})}, "email", "phone"),
            "shipping": address({**named, **given.get("shipping", {})}, "phone"),
            "is_paying_customer": False,
            "avatar_url": "",
            "meta_data": [],
            **{name: value for name, value in given.items() if name not in ("id", "billing", "shipping")},
        }
        return shown(shop, customer_id)


def shown(shop: Shop, customer_id: int) -> dict[str, Any]:
    """Raises RestError 404 where there is no such customer."""
    customers = f"{shop.url}{API}/customers"
    with shop.lock:
        if customer_id not in shop.customers:
            raise RestError("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
        links = {
            "self": [{"href": f"{customers}/{customer_id}", "targetHints": {"allow": METHODS}}],
            "collection": [{"href": customers}],
        }
        return {**shop.customers[customer_id], "_links": links}


def register(api: Blueprint, desk: Desk) -> None:
    @api.get("/customers/<int:customer_id>")
    def get_customer(customer_id: int) -> Response:
        demand("view")
        if desk.shop.settings.customers_hidden:
            raise refused("view", 403)
        return answer(shown(desk.shop, customer_id))
