"""One order of a WooCommerce shop, with what plugins add to it, as conditions and mappings look at it."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from connectors.registry import webshop
from shared.domain.condition import Condition, Tree
from shared.domain.mapping import Fields, Mapped, Target, mapped
from shared.domain.view import View
from shared.domain.zone_settings import ZoneSettings
from tests.support.orders import woo_order

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TARGETS = (
    Target(name="heading", kind="text", limit=20, description="above the lines"),
    Target(name="text", kind="text", limit=50, lines=True, description="below the lines"),
    Target(name="ean", kind="text", limit=13, description="where public bodies are invoiced"),
    Target(name="delivery_date", kind="date", limit=0, description="when it is delivered"),
    Target(name="weight", kind="number", limit=2, description="in kilograms"),
)
_CONDITION: TypeAdapter[Tree] = TypeAdapter(Condition)
_FIELDS: TypeAdapter[Fields] = TypeAdapter(Fields)

META = {
    "tags": "Wholesale, VIP",
    "ean": " 5790000000005 ",
    "gift": "Til lykke!\r\nKnus fra Mor",
    "weight": "1.255",
    "deliver": "24-12-2026",
    "packed_at": "2026-12-24T23:30:00Z",
    "boxes": 3,
    "nested": {"a": [1, 2]},
}


def viewed(*, billing: dict[str, str] | None = None, **more: Any) -> View:
    """Sold to Denmark; `more` is laid over the shop's body, META its custom fields where that names no others."""
    plugins = [{"id": at, "key": key, "value": value} for at, (key, value) in enumerate(META.items())]
    body = {**woo_order(7), "meta_data": plugins, **more}
    body["billing"] = {**body["billing"], **(billing or {})}
    shop = webshop("woocommerce")
    return View(shop.read_order(shop.decode_order(json.dumps(body).encode())), ZoneSettings())


def condition(written: object) -> Tree:
    """As settings are read. Raises ValidationError."""
    return _CONDITION.validate_json(json.dumps(written), strict=True)


def fields(**written: object) -> Fields:
    """As settings are read. Raises ValidationError."""
    return _FIELDS.validate_json(json.dumps(written), strict=True)


def meta(key: str) -> str:
    """The path of a custom field."""
    return f"meta_data[?key=='{key}'].value | [0]"


def filled(written: object, *, into: str = "text", view: View | None = None) -> Mapped:
    """One field, by its rows."""
    return mapped(fields(**{into: written}), view or viewed(), TARGETS, time_zone=COPENHAGEN)
