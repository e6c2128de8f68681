"""WooCommerce (REST API v3 and its webhooks)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from connectors.base import WebhookRequest, Webshop, WebshopClient
from connectors.pace import UNHURRIED, Pace
from connectors.woocommerce import credentials as access
from connectors.woocommerce import read, webhook
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.content import content
from connectors.woocommerce.walk import PER_PAGE
from shared.domain.notice import Notice
from shared.domain.order import Order


class WooCommerce(Webshop):
    kind: ClassVar[str] = "woocommerce"
    title: ClassVar[str] = "WooCommerce"
    #: order.deleted is the bin only; nothing is sent when an order is deleted for good (observed 10).
    order_topics: ClassVar[tuple[str, ...]] = ("order.created", "order.updated", "order.deleted", "order.restored")
    most_by_id: ClassVar[int | None] = PER_PAGE
    Credentials: ClassVar[type[BaseModel]] = access.Credentials

    def is_ping(self, request: WebhookRequest) -> bool:
        return webhook.is_ping(request)

    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        return webhook.verify(request, secrets)

    def read_notice(self, request: WebhookRequest) -> Notice:
        return webhook.read_notice(request)

    def read_order(self, body: Mapping[str, Any]) -> Order:
        return read.read_order(body)

    def decode_order(self, raw: bytes) -> Mapping[str, Any]:
        return read.decode_order(raw)

    def notice_of(self, body: Mapping[str, Any]) -> Notice:
        return webhook.notice_of(body)

    def content(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return content(body)

    def origin(self, credentials: BaseModel) -> str:
        parts = urlsplit(_ours(credentials).url)
        return f"{parts.scheme}://{parts.netloc}"

    def connect(self, credentials: BaseModel, pace: Pace = UNHURRIED) -> WebshopClient:
        credentials = _ours(credentials)
        return WooCommerceClient(
            credentials.url,
            credentials.consumer_key.get_secret_value(),
            credentials.consumer_secret.get_secret_value(),
            pace,
        )


def _ours(credentials: BaseModel) -> access.Credentials:
    if not isinstance(credentials, access.Credentials):
        raise TypeError("credentials of another connector")
    return credentials
