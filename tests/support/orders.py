"""Orders as a WooCommerce shop would send them, small and easy to add up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from tests.support.shop import Shop

#: When the first of them was modified.
START = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
VAT = Decimal("1.25")


def modified_at(seconds: int) -> dict[str, str]:
    """For an order that was changed so long after START."""
    return dict.fromkeys(("date_modified", "date_modified_gmt"), _moment(seconds))


def _moment(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def woo_order(
    number: int,
    *,
    net: str = "100.00",
    quantity: int = 1,
    sku: str = "MUG",
    status: str = "processing",
    email: str = "mette@lampeland.example",
    modified: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """One line at 25 % VAT; `net` per unit, `modified` in seconds after START."""
    line, price = Decimal(net) * quantity, Decimal(net)
    tax = (line * VAT).quantize(Decimal("0.01")) - line
    moment = _moment(modified)
    dates = {f"date_{what}{zone}": moment for what in ("created", "modified") for zone in ("", "_gmt")}
    address = {
        "first_name": "Mette",
        "last_name": "Holm",
        "company": "",
        "address_1": "Lampevej 1",
        "address_2": "",
        "city": "Aarhus",
        "state": "",
        "postcode": "8000",
        "country": "DK",
    }
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": "DKK",
        **dates,
        "date_paid_gmt": moment,
        "date_completed_gmt": None,
        "prices_include_tax": False,
        "total": str(line + tax),
        "total_tax": str(tax),
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": "0.00",
        "shipping_tax": "0.00",
        "cart_tax": str(tax),
        "customer_id": 0,
        "customer_note": "",
        "billing": {**address, "email": email, "phone": ""},
        "shipping": {**address, "phone": ""},
        "payment_method": "card",
        "payment_method_title": "Card",
        "transaction_id": "",
        "line_items": [
            {
                "id": 1,
                "name": "Kaffekrus",
                "product_id": 11,
                "variation_id": 0,
                "quantity": quantity,
                "tax_class": "",
                "subtotal": str(line),
                "subtotal_tax": str(tax),
                "total": str(line),
                "total_tax": str(tax),
                "taxes": [{"id": 1, "total": str(tax), "subtotal": str(tax)}],
                "meta_data": [],
                "sku": sku,
                "price": float(price),
            }
        ],
        "tax_lines": [
            {
                "id": 2,
                "rate_code": "DK-MOMS-1",
                "rate_id": 1,
                "label": "Moms",
                "compound": False,
                "tax_total": str(tax),
                "shipping_tax_total": "0.00",
                "rate_percent": 25,
            }
        ],
        "shipping_lines": [],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        "meta_data": [],
        **more,
    }


def tell(shop: Shop, order: Mapping[str, Any], *, delivery: str = "d1", origin: Origin = Origin.WEBHOOK) -> None:
    """What the shop says about it, taken in as ingest does."""
    body = json.dumps(order, default=str).encode()
    notice = Notice(
        kind=NoticeKind.STATE,
        topic="order.updated",
        delivery_id=delivery,
        source_type=SourceType.ORDER,
        source_id=str(order["id"]),
        source_number=str(order.get("number", order["id"])),
        modified_at=datetime.fromisoformat(order["date_modified_gmt"]).replace(tzinfo=UTC),
    )
    sender = Sender(account_id=shop.account, system_id=shop.webshop)
    shop.database.run(lambda c: take_in(c, sender, origin, notice, body))
