"""A WooCommerce shop for the conformance suite."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from unittest.mock import patch

import httpx
from pydantic import BaseModel

from connectors.base import WebhookRequest, Webshop
from connectors.woocommerce import WooCommerce, rest
from connectors.woocommerce.sandbox import OrderSpec, WooCommerceSandbox
from tests.connectors.conformance.rig import ZONE, Placed, ShopRig, VendorError
from tests.connectors.woocommerce.examples import webhook
from tests.connectors.woocommerce.vendor_errors import VENDOR_ERRORS

#: Two tax rates, odd amounts, freight and a discount that divides badly.
SPEC: Mapping[str, Any] = {
    "lines": [
        {"name": "Kaffekrus & fad", "price": "125.35", "quantity": 3, "sku": "MUG"},
        {"name": "Kogebog", "price": "99.95", "tax_class": "reduced-rate"},
    ],
    "shipping_lines": [{"total": "39.20"}],
    "coupons": [{"code": "syv", "amount": "7"}],
    "country": "DE",
    "customer_note": "Blåbærgrød, tak",
}
#: Seconds of patience where a test waits for its end.
PATIENCE = 0.25


class WooCommerceRig(ShopRig):
    connector: ClassVar[Webshop] = WooCommerce()
    page_size: ClassVar[int] = 100
    proof_header: ClassVar[str] = "x-wc-webhook-signature"
    some_order_id: ClassVar[str] = "56"
    some_webhook_id: ClassVar[str] = "7"
    topic_created: ClassVar[str] = "order.created"
    topic_updated: ClassVar[str] = "order.updated"
    topic_deleted: ClassVar[str] = "order.deleted"
    vendor_errors: ClassVar[Sequence[VendorError]] = VENDOR_ERRORS
    sandbox: WooCommerceSandbox

    def __init__(self, *, zone: str = ZONE) -> None:
        self.sandbox = WooCommerceSandbox(zone=zone)

    @property
    def credentials(self) -> BaseModel:
        shop = self.sandbox
        return self.connector.Credentials.model_validate(
            {"url": shop.url, "consumer_key": shop.consumer_key, "consumer_secret": shop.consumer_secret}
        )

    @property
    def secrets(self) -> Sequence[str]:
        key, secret = self.sandbox.consumer_key, self.sandbox.consumer_secret
        return key, secret, base64.b64encode(f"{key}:{secret}".encode()).decode(), "oauth_signature="

    def impatient(self) -> AbstractContextManager[object]:
        return patch.object(rest, "TIMEOUT", httpx.Timeout(PATIENCE))

    def put_order(self, *, status: str | None = None) -> Placed:
        return _placed(self.sandbox.put_order(OrderSpec.model_validate({**SPEC, "status": status or "processing"})))

    def put_order_in_whole_units(self, typed: Sequence[Decimal]) -> Placed:
        self.sandbox.shop.settings.price_decimals = 0
        lines = [{"name": "Kaffekrus", "price": price} for price in typed]
        return _placed(self.sandbox.put_order(lines=lines, country="DK"))

    def put_orders(self, count: int) -> list[str]:
        lines = [{"name": "Kaffekrus", "price": "125"}]
        return [str(self.sandbox.put_order(lines=lines)["id"]) for _ in range(count)]

    def change_order(self, order_id: str, *, status: str) -> None:
        self.sandbox.change_order(int(order_id), status=status)

    def put_note(self, order_id: str, text: str) -> None:
        self.sandbox.put_note(int(order_id), text)

    def own_notes(self, order_id: str) -> list[str]:
        notes = [str(note["note"]) for note in self.sandbox.notes(int(order_id))]
        return [note.removeprefix("shopledger: ") for note in notes if note.startswith("shopledger: ")]

    def mailed_notes(self, order_id: str) -> list[str]:
        return [note["note"] for note in self.sandbox.notes(int(order_id)) if note["customer_note"]]

    def put_field(self, order_id: str, key: str, value: str) -> None:
        self.sandbox.change_order(int(order_id), meta_data=[{"key": key, "value": value}])

    def field(self, order_id: str, key: str) -> list[object]:
        return [row["value"] for row in self.sandbox.order(int(order_id))["meta_data"] if row["key"] == key]

    def own_fields(self, order_id: str) -> list[str]:
        rows = self.sandbox.order(int(order_id))["meta_data"]
        return [row["value"] for row in rows if row["key"].startswith("_shopledger_document")]

    def trash(self, order_id: str) -> None:
        self.sandbox.trash(int(order_id))

    def delete(self, order_id: str) -> None:
        self.sandbox.delete(int(order_id))

    def date_order(self, order_id: str, moment: datetime) -> None:
        self.sandbox.date_order(int(order_id), moment)

    def set_clock(self, moment: datetime) -> None:
        self.sandbox.set_clock(moment)

    def tick(self, seconds: float = 1.0) -> None:
        self.sandbox.advance_clock(seconds)

    def put_order_state(self, name: str, title: str) -> None:
        self.sandbox.put_order_state(name, title)

    @property
    def order_states(self) -> Mapping[str, str]:
        return dict(self.sandbox.shop.order_states)

    def register_webhook(self, *, topic: str, delivery_url: str, secret: str) -> None:
        self.sandbox.put_webhook(topic=topic, delivery_url=delivery_url, secret=secret)

    def webhooks_to(self, delivery_url: str) -> int:
        return sum(webhook.delivery_url == delivery_url for webhook in self.sandbox.shop.webhooks.values())

    def signed(self, body: bytes, *, topic: str, secret: str) -> WebhookRequest:
        return webhook(topic, body, secret=secret)

    def hold_deliveries(self) -> None:
        self.sandbox.pause_deliveries()

    def drain(self) -> None:
        self.sandbox.drain()

    def demote_webhook_owner(self) -> None:
        self.sandbox.shop.settings.owner = "demoted"

    def refuse_credentials(self) -> None:
        self.sandbox.shop.keys.clear()

    def let_read_only(self) -> None:
        keys = self.sandbox.shop.keys
        keys.update({name: replace(key, permissions="read") for name, key in keys.items()})

    def contents(self) -> object:
        shop = self.sandbox.shop
        return deepcopy((shop.kept_orders, shop.kept_refunds, shop.notes, shop.products, shop.coupons, shop.webhooks))

    def put_clock_forward(self, seconds: float) -> None:
        self.sandbox.shop.settings.clock_ahead = seconds

    def throttle(self, after: timedelta, *, count: int | None = None) -> None:
        """WooCommerce has no limit of its own; hosts and proxies before it have."""
        seconds = str(int(after.total_seconds()))
        self.sandbox.add_fault(kind="answer", status=429, headers={"Retry-After": seconds}, count=count)


def _placed(body: Mapping[str, Any]) -> Placed:
    lines = [line for kind in ("line_items", "shipping_lines", "fee_lines") for line in body[kind]]
    return Placed(
        id=str(body["id"]),
        number=body["number"],
        status=body["status"],
        currency=body["currency"],
        total=Decimal(body["total"]),
        total_tax=Decimal(body["total_tax"]),
        discount_total=Decimal(body["discount_total"]),
        shipping_total=Decimal(body["shipping_total"]),
        lines=tuple(sorted((Decimal(line["total"]), Decimal(line["total_tax"])) for line in lines)),
        modified_at=datetime.fromisoformat(body["date_modified_gmt"]).replace(tzinfo=UTC),
    )
