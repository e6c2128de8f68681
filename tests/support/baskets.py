"""What is sold at prices that are hard to come to in the books, and what a shop makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.support.orders import woo_order

CENT = Decimal("0.01")
#: Percent -> the product with that VAT.
PRODUCTS = {25: "MUG", 12: "TEA"}


@dataclass(frozen=True, slots=True)
class Sold:
    """`net` and `vat` as the shop computed them, of all pieces together; `full` is `net` before a discount."""

    quantity: int
    percent: int
    net: Decimal
    vat: Decimal
    full: Decimal
    is_shipping: bool = False
    #: None: the product of that rate.
    sku: str | None = None


def with_vat(
    price: str | Decimal,
    quantity: int = 1,
    percent: int = 25,
    *,
    full: str | Decimal = "",
    is_shipping: bool = False,
    sku: str | None = None,
) -> Sold:
    """Of a shop whose prices include VAT; `full`: the price before a discount."""
    net, vat = _parts(Decimal(price) * quantity, percent)
    before, _ = _parts(Decimal(full or price) * quantity, percent)
    return Sold(quantity, percent, net, vat, before, is_shipping, sku)


def without_vat(price: str, quantity: int = 1, percent: int = 25) -> Sold:
    """Of a shop whose prices do not, and that rounds VAT once for the order."""
    net = Decimal(price) * quantity
    return Sold(quantity, percent, net, net * percent / 100, net)


def _parts(gross: Decimal, percent: int) -> tuple[Decimal, Decimal]:
    net = (gross * 100 / (100 + percent)).quantize(CENT)
    return net, gross - net


#: As they are called in the tests.
BASKETS: Mapping[str, Sequence[Sold]] = {
    "100.00": (without_vat("100.00"),),
    "120.00": (without_vat("120.00"),),
    "125.00 with 12 %": (with_vat("125.00", percent=12),),
    "9.02": (with_vat("9.02"),),
    "7 x 1.99": (with_vat("1.99", 7),),
    "100 x 0.01": (with_vat("0.01", 100),),
    "9.94 with 12 %": (with_vat("9.94", percent=12),),
    "9.02 and 3 x 4.53": (with_vat("9.02"), with_vat("4.53", 3)),
    "9.02 and 4.99 with 12 %": (with_vat("9.02"), with_vat("4.99", percent=12)),
    "twice 0.10 net": (without_vat("0.10"), without_vat("0.10")),
    "9.02 and shipping": (with_vat("9.02"), with_vat("39.03", is_shipping=True)),
    "17.97 for 19.97": (with_vat("17.97", full="19.97"),),
}


def order_of(number: int, basket: Sequence[Sold], **more: Any) -> dict[str, Any]:
    """`more`: see `woo_order`."""
    lines = [(at, sold) for at, sold in enumerate(basket, start=1)]
    goods = sum((sold.vat for sold in basket if not sold.is_shipping), Decimal(0)).quantize(CENT)
    freight = sum((sold.vat for sold in basket if sold.is_shipping), Decimal(0)).quantize(CENT)
    net = sum((sold.net for sold in basket), Decimal(0))
    freight_net = sum((sold.net for sold in basket if sold.is_shipping), Decimal("0.00"))
    body = woo_order(number, **more)
    (usual,), (tax,) = body["line_items"], body["tax_lines"]
    return {
        **body,
        "total": str(net + goods + freight),
        "total_tax": str(goods + freight),
        "cart_tax": str(goods),
        "shipping_total": str(freight_net),
        "shipping_tax": str(freight),
        "line_items": [{**usual, **_item(at, sold)} for at, sold in lines if not sold.is_shipping],
        "shipping_lines": [_freight(at, sold) for at, sold in lines if sold.is_shipping],
        "tax_lines": [
            {
                **tax,
                "id": 100 + percent,
                "rate_id": percent,
                "rate_percent": percent,
                "tax_total": _vat(basket, percent, is_shipping=False),
                "shipping_tax_total": _vat(basket, percent, is_shipping=True),
            }
            for percent in dict.fromkeys(sold.percent for sold in basket)
        ],
    }


def _item(at: int, sold: Sold) -> dict[str, Any]:
    vat, before = str(sold.vat), str(sold.full * sold.percent / 100)
    return {
        "id": at,
        "sku": sold.sku or PRODUCTS[sold.percent],
        "quantity": sold.quantity,
        "subtotal": str(sold.full),
        "subtotal_tax": before,
        "total": str(sold.net),
        "total_tax": vat,
        "taxes": [{"id": sold.percent, "total": vat, "subtotal": before}],
        "price": float(sold.net / sold.quantity),
    }


def _freight(at: int, sold: Sold) -> dict[str, Any]:
    return {
        "id": at,
        "method_title": "GLS",
        "method_id": "flat_rate",
        "total": str(sold.net),
        "total_tax": str(sold.vat),
        "taxes": [{"id": sold.percent, "total": str(sold.vat), "subtotal": ""}],
        "meta_data": [],
    }


def _vat(basket: Sequence[Sold], percent: int, *, is_shipping: bool) -> str:
    found = (sold.vat for sold in basket if sold.percent == percent and sold.is_shipping is is_shipping)
    return str(sum(found, Decimal(0)).quantize(CENT))
