"""What the shop holds in memory. One lock guards all of it: take `shop.lock` around every read and change."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from connectors.woocommerce.sandbox.amounts import stated
from connectors.woocommerce.sandbox.clock import ShopClock
from connectors.woocommerce.sandbox.pricing import Pricing
from connectors.woocommerce.sandbox.specs import CouponSpec
from connectors.woocommerce.sandbox.taxes import DEFAULT_RATES, TaxRate

Permissions = Literal["read", "write", "read_write"]
OwnerRights = Literal["full", "demoted", "deleted"]

#: Name -> title of the states that WooCommerce has by itself, in its order.
ORDER_STATES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}

VERSION = "10.5.2"
WORDPRESS_VERSION = "6.9.7"


@dataclass(slots=True)
class Settings:
    """Knobs of the shop; those that a shop owner sets, and those that only a sandbox has."""

    currency: str = "DKK"
    country: str = "DK"
    prices_include_tax: bool = True
    #: WooCommerce's "number of decimals": those of every amount that the shop shows.
    price_decimals: int = 2
    #: WooCommerce takes Basic over https only; a sandbox has no https.
    basic_over_http: bool = False
    #: The user who made the webhooks: "demoted" lost his role, "deleted" is gone.
    owner: OwnerRights = "full"
    #: The keys' user may not list users, as a plugin that divides rights anew can have it.
    customers_hidden: bool = False
    #: Seconds that one delivery may take (WooCommerce: 60).
    delivery_timeout: float = 60.0
    #: Seconds by which the server's clock is wrong: the Date of its answers and OAuth go by it.
    clock_ahead: float = 0.0
    #: Shares of the deliveries that never come, while the shop takes them for delivered, and that come twice.
    lost: float = 0.0
    doubled: float = 0.0
    #: Deliveries overtake each other.
    shuffled: bool = False
    #: Orders that are saved anew after each answered list of orders.
    unrest: int = 0
    #: Makes the four above repeatable.
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ApiKey:
    consumer_key: str
    consumer_secret: str = field(repr=False)
    permissions: Permissions = "read_write"


@dataclass(slots=True)
class Webhook:
    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str = field(repr=False)
    #: The date stamps, both writings, local and UTC.
    created: dict[str, str | None]
    modified: dict[str, str | None]
    status: str = "active"
    failure_count: int = 0
    #: The ping has not been answered with 200 yet.
    pending_delivery: bool = True

    @property
    def resource(self) -> str:
        return self.topic.partition(".")[0]

    @property
    def event(self) -> str:
        return self.topic.partition(".")[2]


class Shop:
    def __init__(self, *, zone: str = "Europe/Copenhagen", first_id: int = 56) -> None:
        self.lock = threading.RLock()
        self.clock = ShopClock(zone)
        self.settings = Settings()
        self.url = ""
        self.rates: list[TaxRate] = list(DEFAULT_RATES)
        self.keys: dict[str, ApiKey] = {}
        #: Bodies of orders by their id, with amounts as exact as the shop keeps them (`amounts.py`).
        self.kept_orders: dict[int, dict[str, Any]] = {}
        #: The same of refunds, each with its `parent_id`.
        self.kept_refunds: dict[int, dict[str, Any]] = {}
        #: Of each order, oldest first.
        self.notes: dict[int, list[dict[str, Any]]] = {}
        #: What an order was before it was put into the trash.
        self.trashed: dict[int, str] = {}
        self.products: dict[int, dict[str, Any]] = {}
        self.customers: dict[int, dict[str, Any]] = {}
        self.coupons: dict[str, CouponSpec] = {}
        self.webhooks: dict[int, Webhook] = {}
        #: Name -> title, those of plugins too.
        self.order_states: dict[str, str] = dict(ORDER_STATES)
        #: Orders, refunds and products share one row of numbers, as they do in WordPress.
        self._ids: Iterator[int] = count(first_id)
        self._item_ids = count(1)
        self._webhook_ids = count(1)
        self._note_ids = count(1)

    def next_id(self) -> int:
        taken = self.kept_orders.keys() | self.kept_refunds.keys() | self.products.keys()
        return next(number for number in self._ids if number not in taken)

    def next_item_id(self) -> int:
        return next(self._item_ids)

    def next_webhook_id(self) -> int:
        return next(self._webhook_ids)

    def next_note_id(self) -> int:
        return next(self._note_ids)

    def add_key(self, permissions: Permissions = "read_write") -> ApiKey:
        key = ApiKey(f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}", permissions)
        self.keys[key.consumer_key] = key
        return key

    @property
    def orders(self) -> dict[int, dict[str, Any]]:
        """Copies of the bodies of all orders, as the shop states them."""
        return {order_id: self.stated(body) for order_id, body in self.kept_orders.items()}

    def stated(self, kept: dict[str, Any], dp: int | None = None) -> dict[str, Any]:
        """A copy of a body with its amounts as they are asked for, or with the shop's decimals."""
        body: dict[str, Any] = stated(kept, self.settings.price_decimals if dp is None else dp)
        return body

    @property
    def order_statuses(self) -> tuple[str, ...]:
        """All that an order may be made with, or asked for by."""
        return ("auto-draft", *self.order_states)

    @property
    def pricing(self) -> Pricing:
        settings = self.settings
        return Pricing(self.rates, settings.country, settings.prices_include_tax, settings.price_decimals)

    @property
    def rates_by_id(self) -> dict[int, TaxRate]:
        return {rate.id: rate for rate in self.rates}
