"""What happens to orders, and which webhooks each of it raises (observed, see README)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from connectors.woocommerce.sandbox.bodies import links, order_body
from connectors.woocommerce.sandbox.errors import RestError, invalid_id
from connectors.woocommerce.sandbox.life import begin, enter, into_trash, out_of_trash, touch
from connectors.woocommerce.sandbox.specs import CouponSpec, OrderSpec, Via
from connectors.woocommerce.sandbox.state import Shop
from connectors.woocommerce.sandbox.webhooks import Webhooks

#: Ways of making an order where the shop says "updated" before it says "created".
UPDATED_FIRST = frozenset({Via.BLOCK, Via.ADMIN})


class Orders:
    def __init__(self, shop: Shop, webhooks: Webhooks) -> None:
        self._shop = shop
        self._webhooks = webhooks

    def create(self, spec: OrderSpec) -> int:
        """Places an order; returns its id. A coupon the shop does not know leaves a draft, announced like an order."""
        shop = self._shop
        with shop.lock:
            unknown = [coupon for coupon in spec.coupons if coupon.code not in shop.coupons and coupon.amount == 0]
            if unknown:
                self._create(spec.model_copy(update={"coupons": [], "status": "checkout-draft"}))
                raise unknown_coupon(unknown[0])
            coupons = [shop.coupons.get(coupon.code, coupon) for coupon in spec.coupons]
            return self._create(spec.model_copy(update={"coupons": coupons}))

    def _create(self, spec: OrderSpec) -> int:
        shop = self._shop
        currency = spec.currency or shop.settings.currency
        priced = shop.pricing.price(spec)
        body = order_body(shop.next_id(), spec, priced, shop.rates_by_id, shop.next_item_id, currency)
        begin(shop, body)
        shop.kept_orders[body["id"]] = body
        self._announce_new(body, spec.via)
        return int(body["id"])

    def put_raw(self, body: Mapping[str, Any], *, via: Via = Via.REST, announce: bool = True) -> int:
        """Puts a body in as it is (ids, dates and all); what it lacks of id and dates is filled in.

        An amount that is a Decimal is kept and stated like the shop's own, a text stays that text.
        """
        shop = self._shop
        with shop.lock:
            raw = copy.deepcopy(dict(body))
            raw.pop("_links", None)
            raw.setdefault("id", shop.next_id())
            now = shop.clock.now()
            for field in ("date_created", "date_modified"):
                if raw.get(f"{field}_gmt") is None:
                    raw.update(shop.clock.stamps(field, now))
            shop.kept_orders[raw["id"]] = raw
            if announce:
                self._announce_new(raw, via)
            return int(raw["id"])

    def change(
        self, order_id: int, changes: Mapping[str, Any], *, announce: bool = True, touched: bool = True
    ) -> dict[str, Any]:
        """Merges fields into an order. Every change, an empty one too, moves date_modified and says order.updated."""
        shop = self._shop
        with shop.lock:
            body = self.find(order_id, missing=400)
            was = body["status"]
            status = changes.get("status", was)
            _merge(shop, body, changes)
            if touched:
                touch(shop, body)
            if was == "trash":
                if status != "trash":
                    out_of_trash(shop, body, status)
                return self.shown(order_id)
            if status != was:
                enter(shop, body, status)
            if announce:
                if status != was:
                    self._webhooks.fire(f"woocommerce_order_status_{status}", order_id)
                self._webhooks.announce("order.updated", order_id)
            return self.shown(order_id)

    def trash(self, order_id: int) -> dict[str, Any]:
        with self._shop.lock:
            body = self.find(order_id)
            if body["status"] == "trash":
                raise RestError("woocommerce_rest_already_trashed", "The shop_order has already been deleted.", 410)
            into_trash(self._shop, body)
            self._webhooks.announce("order.deleted", order_id)
            return self.shown(order_id)

    def restore(self, order_id: int) -> dict[str, Any]:
        """What "Restore" in wp-admin does."""
        with self._shop.lock:
            body = self.find(order_id)
            if body["status"] == "trash":
                out_of_trash(self._shop, body)
                self._webhooks.announce("order.restored", order_id)
            return self.shown(order_id)

    def delete(self, order_id: int) -> dict[str, Any]:
        """For good, and without a word to anybody."""
        shop = self._shop
        with shop.lock:
            last = self.shown(order_id)
            del shop.kept_orders[order_id]
            shop.trashed.pop(order_id, None)
            shop.notes.pop(order_id, None)
            refunds = shop.kept_refunds.items()
            shop.kept_refunds = {key: refund for key, refund in refunds if refund["parent_id"] != order_id}
            return last

    def find(self, order_id: int, *, missing: int = 404) -> dict[str, Any]:
        """The stored body itself. Raises RestError with the status WooCommerce gives a missing order here."""
        try:
            return self._shop.kept_orders[order_id]
        except KeyError:
            raise invalid_id("shop_order", missing) from None

    def shown(self, order_id: int, dp: int | None = None) -> dict[str, Any]:
        """A copy of the body as WooCommerce shows it, links included; `dp` None: with the shop's decimals."""
        with self._shop.lock:
            body = self._shop.stated(self.find(order_id), dp)
            body["_links"] = links(self._shop.url, order_id, body.get("customer_id") or 0)
            return body

    def _announce_new(self, body: Mapping[str, Any], via: Via) -> None:
        order_id = body["id"]
        if via is Via.BLOCK and body["status"] == "checkout-draft":
            topics = ["order.updated"]
        elif via in UPDATED_FIRST:
            topics = ["order.updated", "order.created"]
        else:
            topics = ["order.created", "order.updated"]
        self._webhooks.fire("woocommerce_new_order", order_id)
        self._webhooks.fire(f"woocommerce_order_status_{body['status']}", order_id)
        for topic in topics:
            self._webhooks.announce(topic, order_id)


def unknown_coupon(coupon: CouponSpec) -> RestError:
    message = f"Coupon &quot;{coupon.code}&quot; cannot be applied because it does not exist."
    return RestError("woocommerce_rest_invalid_coupon", message, 400)


def _set_meta(shop: Shop, body: dict[str, Any], given: Mapping[str, Any]) -> None:
    """A row by its id; without one, the first of its key, and the others of that key go. An id that is none is new."""
    rows, key = body["meta_data"], given["key"]
    there = [row for row in rows if (row["id"] == given["id"] if given.get("id") else row["key"] == key)]
    changed = {"id": there[0]["id"] if there else shop.next_item_id(), "key": key, "value": given.get("value")}
    by_id = bool(there and given.get("id"))
    kept = [row for row in rows if row["id"] != changed["id"] and (by_id or row["key"] != key)]
    body["meta_data"] = sorted([*kept, changed], key=lambda row: str(row["key"]))


def _merge(shop: Shop, body: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for field, value in changes.items():
        if field in ("billing", "shipping") and isinstance(value, Mapping):
            body[field] = {**body[field], **value}
        elif field == "meta_data":
            for meta in value:
                _set_meta(shop, body, meta)
        elif field not in ("id", "status", "_links"):
            body[field] = value
