"""Webhooks: who is told what, and what waits to be told. Telling is the business of `delivery.py`."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.woocommerce.sandbox.errors import RestError, invalid_id, missing_params
from connectors.woocommerce.sandbox.state import Shop, Webhook

#: WordPress hooks behind each topic, as the REST API lists them.
HOOKS: dict[str, list[str]] = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
}
#: A webhook made without a secret gets one that nobody can read.
SECRET_LENGTH = 50
STATUSES = frozenset({"active", "paused", "disabled"})

Pending = tuple[int, int]


class DeliveryQueue:
    """What waits to be delivered: (webhook id, argument), each pair once, in the order it came."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[Pending, None] = {}
        self._busy = False
        self._paused = False
        self._flushing = False
        self._stopped = False

    def put(self, webhook_id: int, argument: int) -> None:
        with self._changed:
            self._waiting.setdefault((webhook_id, argument))
            self._changed.notify_all()

    def take(self) -> Pending | None:
        """Waits for the next one; None when the queue was stopped. `done` must follow."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or (self._waiting and (self._flushing or not self._paused)))
            if self._stopped:
                return None
            pending = next(iter(self._waiting))
            del self._waiting[pending]
            self._busy = True
            return pending

    def done(self) -> None:
        with self._changed:
            self._busy = False
            self._flushing = self._flushing and bool(self._waiting)
            self._changed.notify_all()

    def forget(self, webhook_id: int) -> None:
        """Drops what waits for a webhook that was deleted."""
        with self._changed:
            self._waiting = {pending: None for pending in self._waiting if pending[0] != webhook_id}
            self._changed.notify_all()

    def pause(self) -> None:
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def waiting(self) -> list[Pending]:
        with self._changed:
            return list(self._waiting)

    @property
    def paused(self) -> bool:
        return self._paused

    def drain(self, timeout: float = 30.0) -> None:
        """Returns when everything that waits has been delivered, a paused queue too. Raises TimeoutError."""
        with self._changed:
            self._flushing = bool(self._waiting)
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._stopped or not (self._waiting or self._busy), timeout):
                raise TimeoutError(f"{len(self._waiting)} webhooks are still waiting after {timeout} s")

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


class Webhooks:
    def __init__(self, shop: Shop, queue: DeliveryQueue) -> None:
        self._shop = shop
        self._queue = queue

    def announce(self, topic: str, argument: int) -> None:
        """An event: queues a delivery for every webhook of that topic that is active at this moment."""
        with self._shop.lock:
            for webhook in self._shop.webhooks.values():
                if webhook.topic == topic and webhook.status == "active":
                    self._queue.put(webhook.id, argument)

    def fire(self, action: str, argument: int) -> None:
        """A WordPress action, for webhooks with the topic `action.<action>`."""
        self.announce(f"action.{action}", argument)

    def create(self, wanted: Mapping[str, Any]) -> Webhook:
        """Raises RestError. The caller pings it afterwards."""
        missing = [name for name in ("topic", "delivery_url") if not wanted.get(name)]
        if "delivery_url" in missing:
            raise missing_params(missing)
        _check(wanted)
        with self._shop.lock:
            now = self._shop.clock.now()
            made = now.astimezone(self._shop.clock.zone)
            webhook = Webhook(
                id=self._shop.next_webhook_id(),
                name=wanted.get("name") or f"Webhook created on {made:%b %d, %Y @ %I:%M %p}",
                topic=wanted["topic"],
                delivery_url=wanted["delivery_url"],
                secret=wanted.get("secret") or _random_secret(),
                status=wanted.get("status", "active"),
                created=self._shop.clock.stamps("date_created", now),
                modified=self._shop.clock.stamps("date_modified", now),
            )
            self._shop.webhooks[webhook.id] = webhook
            return webhook

    def change(self, webhook_id: int, wanted: Mapping[str, Any]) -> Webhook:
        """A new status does not reset the count of failures."""
        with self._shop.lock:
            webhook = self.find(webhook_id, missing=400)
            _check({"topic": webhook.topic, "delivery_url": webhook.delivery_url, **wanted})
            for name in ("name", "topic", "delivery_url", "secret", "status"):
                if name in wanted:
                    setattr(webhook, name, wanted[name])
            self.touch(webhook)
            return webhook

    def delete(self, webhook_id: int) -> Webhook:
        with self._shop.lock:
            webhook = self.find(webhook_id)
            del self._shop.webhooks[webhook_id]
            self._queue.forget(webhook_id)
            return webhook

    def find(self, webhook_id: int, *, missing: int = 404) -> Webhook:
        try:
            return self._shop.webhooks[webhook_id]
        except KeyError:
            raise invalid_id("shop_webhook", missing) from None

    def touch(self, webhook: Webhook) -> None:
        webhook.modified = self._shop.clock.stamps("date_modified", self._shop.clock.now())

    def shown(self, webhook: Webhook) -> dict[str, Any]:
        """Its REST body, which never holds the secret nor the count of failures."""
        collection = f"{self._shop.url}/wp-json/wc/v3/webhooks"
        allow = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return {
            "id": webhook.id,
            "name": webhook.name,
            "status": webhook.status,
            "topic": webhook.topic,
            "resource": webhook.resource,
            "event": webhook.event,
            "hooks": HOOKS.get(webhook.topic, [webhook.event] if webhook.resource == "action" else []),
            "delivery_url": webhook.delivery_url,
            **webhook.created,
            **webhook.modified,
            "_links": {
                "self": [{"href": f"{collection}/{webhook.id}", "targetHints": {"allow": allow}}],
                "collection": [{"href": collection}],
            },
        }


def _check(wanted: Mapping[str, Any]) -> None:
    topic = wanted.get("topic", "")
    is_action = topic.startswith(("action.woocommerce_", "action.wc_"))
    if topic not in HOOKS and topic != "customer.restored" and not is_action:
        message = "Webhook topic is required and must be valid."
        raise RestError("woocommerce_rest_shop_webhook_invalid_topic", message, 400)
    address = urlsplit(wanted["delivery_url"])
    if address.scheme not in ("http", "https") or not address.netloc:
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise RestError("woocommerce_rest_shop_webhook_invalid_delivery_url", message, 400)


def _random_secret() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(SECRET_LENGTH))
