"""Notes on orders: what the shop's people, and whoever has a key, write beside an order. They announce nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.errors import RestError, invalid_params, missing_params
from connectors.woocommerce.sandbox.frame import API, answer, demand, json_body
from connectors.woocommerce.sandbox.state import Shop

#: Who is said to have written what came by REST without `added_by_user`.
AUTHOR = "WooCommerce"
#: What `type` of the list may be, and whether it asks for the notes that the customer got by mail.
TYPES = {"any": (True, False), "customer": (True,), "internal": (False,)}


def add_note(shop: Shop, order_id: int, text: str, *, customer_note: bool = False) -> dict[str, Any]:
    """Raises RestError 404 where there is no such order."""
    with shop.lock:
        if order_id not in shop.kept_orders:
            raise RestError("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)
        note = {
            "id": shop.next_note_id(),
            "author": AUTHOR,
            **shop.clock.stamps("date_created", shop.clock.now()),
            "note": text,
            "customer_note": customer_note,
        }
        shop.notes.setdefault(order_id, []).append(note)
        return note


def register(api: Blueprint, desk: Desk) -> None:
    shop = desk.shop

    @api.get("/orders/<int:order_id>/notes")
    def list_notes(order_id: int) -> Response:
        """All of them: there are no pages. The newest second first, and within it the oldest note."""
        wanted = request.args.get("type", "any")
        if wanted not in TYPES:
            message = "type is not one of any, customer, and internal."
            raise invalid_params({"type": ("rest_not_in_enum", message)})
        demand("list")
        with shop.lock:
            if order_id not in shop.kept_orders:
                raise RestError("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)
            found = [note for note in shop.notes.get(order_id, ()) if note["customer_note"] in TYPES[wanted]]
        newest_first = sorted(found, key=lambda note: str(note["date_created_gmt"]), reverse=True)
        return answer([_shown(shop, order_id, note) for note in newest_first])

    @api.post("/orders/<int:order_id>/notes")
    def create_note(order_id: int) -> Response:
        given = json_body()
        if "note" not in given:
            raise missing_params(["note"])
        demand("create")
        note = add_note(shop, order_id, str(given["note"]), customer_note=given.get("customer_note") is True)
        shown = _shown(shop, order_id, note)
        return answer(shown, 201, {"Location": shown["_links"]["self"][0]["href"]})


def _shown(shop: Shop, order_id: int, note: Mapping[str, Any]) -> dict[str, Any]:
    order = f"{shop.url}{API}/orders/{order_id}"
    return {
        **note,
        "_links": {
            "self": [{"href": f"{order}/notes/{note['id']}", "targetHints": {"allow": ["GET", "DELETE"]}}],
            "collection": [{"href": f"{order}/notes"}],
            "up": [{"href": order}],
        },
    }
