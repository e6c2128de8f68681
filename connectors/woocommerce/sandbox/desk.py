"""The shop put together: what the REST API and the controls work on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.woocommerce.sandbox.delivery import Runner, Sender
from connectors.woocommerce.sandbox.orders import Orders
from connectors.woocommerce.sandbox.refunds import Refunds
from connectors.woocommerce.sandbox.state import Shop, Webhook
from connectors.woocommerce.sandbox.webhooks import DeliveryQueue, Webhooks
from shared.sandbox.journal import Journal


class Desk:
    def __init__(self, shop: Shop, journal: Journal) -> None:
        self.shop = shop
        self.queue = DeliveryQueue()
        self.webhooks = Webhooks(shop, self.queue)
        self.orders = Orders(shop, self.webhooks)
        self.refunds = Refunds(shop, self.orders, self.webhooks)
        self.sender = Sender(shop, self.orders, self.webhooks, journal)
        self.runner = Runner(shop, self.queue, self.sender)

    def change_order(self, order_id: int, changes: Mapping[str, Any], **how: bool) -> dict[str, Any]:
        """As `Orders.change`; an order set to `refunded` is paid back by one refund without lines."""
        with self.shop.lock:
            self.orders.change(order_id, changes, **how)
            if changes.get("status") == "refunded":
                self.refunds.create_full(order_id)
            return self.orders.shown(order_id)

    def create_webhook(self, wanted: Mapping[str, Any]) -> Webhook:
        """The webhook is made and active whether or not its ping is answered."""
        webhook = self.webhooks.create(wanted)
        self.sender.ping(webhook)
        return webhook

    def start(self) -> None:
        self.runner.start()

    def stop(self) -> None:
        self.runner.stop()
        self.sender.close()
