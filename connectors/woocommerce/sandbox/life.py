"""What a status and the clock do to an order's body: dates, flags, the payment link, the trash."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.woocommerce.sandbox.state import Shop

#: Statuses in which an order can still be changed by hand.
EDITABLE = frozenset({"pending", "on-hold", "auto-draft"})
UNPAID = frozenset({"pending", "failed", "checkout-draft"})
TRASH_META = ("_wp_trash_meta_status", "_wp_trash_meta_time")


def begin(shop: Shop, body: dict[str, Any]) -> None:
    """An order comes into being now, with the status it already has."""
    now = shop.clock.now()
    body.update(shop.clock.stamps("date_created", now))
    body["payment_url"] = f"{shop.url}/checkout/order-pay/{body['id']}/?pay_for_order=true&key={body['order_key']}"
    enter(shop, body, body["status"])
    touch(shop, body)


def touch(shop: Shop, body: dict[str, Any]) -> None:
    body.update(shop.clock.stamps("date_modified", shop.clock.now()))


def enter(shop: Shop, body: dict[str, Any], status: str) -> None:
    """Sets a status with all that follows from it. Cash on delivery is paid only when the order is completed."""
    body["status"] = status
    now = shop.clock.now()
    paid = status == "completed" or (status == "processing" and body.get("payment_method") != "cod")
    if paid and body.get("date_paid") is None:
        body.update(shop.clock.stamps("date_paid", now))
    if status == "completed" and body.get("date_completed") is None:
        body.update(shop.clock.stamps("date_completed", now))
    body["is_editable"] = status in EDITABLE
    body["needs_payment"] = status in UNPAID and Decimal(body["total"]) > 0


def into_trash(shop: Shop, body: dict[str, Any]) -> None:
    was = body["status"]
    shop.trashed[body["id"]] = was
    values = (f"wc-{was}", str(int(shop.clock.now().timestamp())))
    body["meta_data"] = [
        *body["meta_data"],
        *(
            {"id": shop.next_item_id(), "key": key, "value": value}
            for key, value in zip(TRASH_META, values, strict=True)
        ),
    ]
    enter(shop, body, "trash")
    touch(shop, body)


def out_of_trash(shop: Shop, body: dict[str, Any], status: str | None = None) -> None:
    """Back to the status before the trash, or to another one."""
    was = shop.trashed.pop(body["id"], "pending")
    body["meta_data"] = [meta for meta in body["meta_data"] if meta["key"] not in TRASH_META]
    enter(shop, body, status or was)
    touch(shop, body)
