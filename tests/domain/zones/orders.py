"""Orders of a WooCommerce shop by where and to whom they are sold."""

from __future__ import annotations

import json
from typing import Any

from connectors.registry import webshop
from shared.domain.order import Order
from shared.domain.zone_settings import ZoneSettings
from tests.support.orders import woo_order

#: Right in form and check digits; stdnum's own examples.
GERMAN, SWEDISH, DANISH, GREEK = "DE136695976", "SE556188840401", "DK25313763", "EL094259216"
SWISS, NORWEGIAN, BRITISH, NORTHERN_IRISH = "CHE107787577MWST", "NO995525828MVA", "GB980780684", "XI980780684"

#: Of a Danish shop that is registered for OSS in Germany and Finland, and not above the limit elsewhere.
DANISH_MAP: list[dict[str, Any]] = [
    {"where": "domestic", "exempt": True, "zone": 4},
    {"where": "domestic", "zone": 1},
    {"where": "eu", "vat_number": "valid", "zone": 2},
    {"where": "DE", "zone": 8},
    {"where": "FI", "zone": 9},
    {"where": "eu", "zone": 1},
    {"where": "world", "zone": 3},
]


def by_map(*rows: dict[str, Any], **more: Any) -> ZoneSettings:
    return ZoneSettings.model_validate({"zone_sources": ["map"], "zone_map": list(rows) or DANISH_MAP, **more})


def sold(
    country: str = "",
    postcode: str = "",
    *,
    state: str = "",
    city: str = "",
    company: str = "",
    number: object = None,
    exempt: bool = False,
    billed: dict[str, str] | None = None,
) -> Order:
    """Sent to that address; `billed`: what is different in the billing address."""
    usual = woo_order(7)
    there = {"country": country, "postcode": postcode, "state": state, "city": city, "company": company}
    sent = woo_order(
        7,
        shipping={**usual["shipping"], **there},
        billing={**usual["billing"], **there, **(billed or {})},
        meta_data=[
            {"id": 1, "key": "is_vat_exempt", "value": "yes" if exempt else "no"},
            *([] if number is None else [{"id": 2, "key": "_billing_vat_number", "value": number}]),
        ],
    )
    shop = webshop("woocommerce")
    return shop.read_order(shop.decode_order(json.dumps(sent).encode()))
