"""The client's calls as the tests make them, with a key that is easy to find where it must not be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.base import WebhookSubscription
from connectors.woocommerce.client import WooCommerceClient

KEY, SECRET = "ck_visible", "cs_visible"
SINCE = datetime(2026, 3, 2, 12, 0, 0, 750_000, tzinfo=UTC)


def client(url: str) -> WooCommerceClient:
    return WooCommerceClient(url, KEY, SECRET)


def orders_of(shop: WooCommerceClient) -> list[Any]:
    return [order for page in shop.list_orders(modified_after=SINCE) for order in page.orders]


def create(shop: WooCommerceClient) -> WebhookSubscription:
    return shop.create_webhook(topic="order.created", delivery_url="https://in.example/h", secret="s1")
