"""The shop put together: what the REST API and the controls work on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from itertools import count
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
        self._lists = count(1)

    def change_order(self, order_id: int, changes: Mapping[str, Any], **how: bool) -> dict[str, Any]:
        """As `Orders.change`; an order set to `refunded` is paid back by one refund without lines."""
        with self.shop.lock:
            self.orders.change(order_id, changes, **how)
            if changes.get("status") == "refunded":
                self.refunds.create_full(order_id)
            return self.orders.shown(order_id)

    def date_order(self, order_id: int, created: datetime) -> dict[str, Any]:
        """The date of creation, set by hand: a change like any other."""
        return self.change_order(order_id, self.shop.clock.stamps("date_created", created))

    def stir(self) -> None:
        """As many orders as `Settings.unrest` says are saved as they are, which moves them to the end of a list."""
        with self.shop.lock:
            settings, orders = self.shop.settings, self.shop.kept_orders
            there = [order_id for order_id in sorted(orders) if orders[order_id]["status"] != "trash"]
            dice = random.Random(f"{settings.seed} {next(self._lists)}")  # noqa: S311 - repeatable
            for order_id in dice.sample(there, min(settings.unrest, len(there))):
                self.orders.change(order_id, {})

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
