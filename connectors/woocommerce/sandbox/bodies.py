"""Order bodies in the shape WooCommerce sends: every key, in its order. Amounts are Decimals, as `amounts.py` says."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from connectors.woocommerce.sandbox.amounts import Rounding
from connectors.woocommerce.sandbox.php import number, unit_price
from connectors.woocommerce.sandbox.pricing import PricedExtra, PricedLine, PricedOrder
from connectors.woocommerce.sandbox.specs import FeeSpec, OrderSpec, ShippingSpec, Via
from connectors.woocommerce.sandbox.taxes import TaxRate

ADDRESS_FIELDS = (
    "first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country",
)  # fmt: skip
CURRENCY_SYMBOLS = {"DKK": "kr.", "SEK": "kr", "NOK": "kr", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
CREATED_VIA = {Via.REST: "rest-api", Via.CLASSIC: "checkout", Via.BLOCK: "store-api", Via.ADMIN: "admin"}

NextId = Callable[[], int]


def order_body(
    order_id: int, spec: OrderSpec, priced: PricedOrder, rates: Mapping[int, TaxRate], next_id: NextId, currency: str
) -> dict[str, Any]:
    """A whole body except what time and status decide (`life.py` fills that in)."""
    lines = [_line(line, priced.rounding, next_id()) for line in priced.lines]
    shipping_lines = [_shipping(extra, priced.rounding, next_id()) for extra in priced.shipping]
    fee_lines = [_fee(fee, priced.rounding, next_id()) for fee in priced.fees]
    tax_lines = [_tax_line(rates[rate_id], sums, next_id()) for rate_id, sums in priced.rate_totals.items()]
    return {
        "id": order_id,
        "parent_id": 0,
        "status": spec.status,
        "currency": currency,
        "version": "10.5.2",
        "prices_include_tax": priced.rounding.prices_include_tax,
        "date_created": None,
        "date_modified": None,
        "discount_total": priced.discount_total,
        "discount_tax": priced.discount_tax,
        "shipping_total": priced.shipping_total,
        "shipping_tax": priced.shipping_tax,
        "cart_tax": priced.cart_tax,
        "total": priced.total,
        "total_tax": priced.cart_tax + priced.shipping_tax,
        "customer_id": spec.customer_id,
        "order_key": f"wc_order_{secrets.token_hex(7)[:13]}",
        "billing": address(spec.billing, "email", "phone"),
        "shipping": address(spec.shipping, "phone"),
        "payment_method": spec.payment_method,
        "payment_method_title": spec.payment_method_title,
        "transaction_id": spec.transaction_id,
        "customer_ip_address": "" if spec.via is Via.REST else "127.0.0.1",
        "customer_user_agent": "",
        "created_via": CREATED_VIA[spec.via],
        "customer_note": spec.customer_note,
        "date_completed": None,
        "date_paid": None,
        "cart_hash": "",
        "number": spec.number or str(order_id),
        "meta_data": [{"id": next_id(), "key": key, "value": value} for key, value in sorted(spec.meta.items())],
        "line_items": lines,
        "tax_lines": tax_lines,
        "shipping_lines": shipping_lines,
        "fee_lines": fee_lines,
        "coupon_lines": _coupon_lines(priced, next_id),
        "refunds": [],
        "payment_url": "",
        "is_editable": False,
        "needs_payment": False,
        "needs_processing": any(line.spec.product_id for line in priced.lines),
        "date_created_gmt": None,
        "date_modified_gmt": None,
        "date_completed_gmt": None,
        "date_paid_gmt": None,
        "currency_symbol": CURRENCY_SYMBOLS.get(currency, currency),
    }


def address(given: Mapping[str, str], *more: str) -> dict[str, str]:
    """All fields of an address, empty where nothing is known (a guest may leave all of them empty)."""
    return {name: given.get(name, "") for name in (*ADDRESS_FIELDS, *more)}


def links(url: str, order_id: int, customer_id: int = 0) -> dict[str, Any]:
    orders = f"{url}/wp-json/wc/v3/orders"
    found: dict[str, Any] = {
        "self": [{"href": f"{orders}/{order_id}", "targetHints": {"allow": ["GET", "POST", "PUT", "PATCH", "DELETE"]}}],
        "collection": [{"href": orders}],
        "email_templates": [{"embeddable": True, "href": f"{orders}/{order_id}/actions/email_templates"}],
    }
    if customer_id:
        found["customer"] = [{"href": f"{url}/wp-json/wc/v3/customers/{customer_id}"}]
    return found


def _line(line: PricedLine, rounding: Rounding, line_id: int) -> dict[str, Any]:
    spec, before, after = line.spec, line.subtotal_taxes, line.taxes
    return {
        "id": line_id,
        "name": spec.name,
        "product_id": spec.product_id,
        "variation_id": spec.variation_id,
        "quantity": spec.quantity,
        "tax_class": spec.tax_class,
        "subtotal": line.subtotal,
        "subtotal_tax": rounding.line_tax(before),
        "total": line.total,
        "total_tax": rounding.line_tax(after),
        "taxes": [{"id": rate_id, "total": after[rate_id], "subtotal": before[rate_id]} for rate_id in after],
        "meta_data": [],
        "sku": spec.sku,
        "global_unique_id": None if spec.sku is None else "",
        "price": unit_price(line.total, spec.quantity),
        "image": {"id": 0 if spec.sku is None else "", "src": ""},
        "parent_name": None,
    }


def _shipping(extra: PricedExtra[ShippingSpec], rounding: Rounding, line_id: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "method_title": extra.spec.title,
        "method_id": extra.spec.method_id,
        "instance_id": extra.spec.instance_id,
        "total": extra.total,
        "total_tax": rounding.line_tax(extra.taxes),
        "taxes": _taxes(extra.taxes),
        "tax_status": "taxable",
        "meta_data": [],
    }


def _fee(fee: PricedExtra[FeeSpec], rounding: Rounding, line_id: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "name": fee.spec.name,
        "tax_class": fee.spec.tax_class,
        "tax_status": "taxable" if fee.spec.taxable else "none",
        "amount": "",
        "total": fee.total,
        "total_tax": rounding.line_tax(fee.taxes),
        "taxes": _taxes(fee.taxes),
        "meta_data": [],
    }


def _taxes(taxes: Mapping[int, Decimal]) -> list[dict[str, Any]]:
    """Taxes of a line that has no subtotal: an empty text in its place."""
    return [{"id": rate_id, "total": tax, "subtotal": ""} for rate_id, tax in taxes.items()]


def _tax_line(rate: TaxRate, sums: tuple[Decimal, Decimal], line_id: int) -> dict[str, Any]:
    return {
        "id": line_id,
        "rate_code": rate.code,
        "rate_id": rate.id,
        "label": rate.label,
        "compound": rate.compound,
        "tax_total": sums[0],
        "shipping_tax_total": sums[1],
        "rate_percent": number(rate.percent),
        "meta_data": [],
    }


def _coupon_lines(priced: PricedOrder, next_id: NextId) -> list[dict[str, Any]]:
    return [
        {
            "id": next_id(),
            "code": coupon.spec.code,
            "discount": _unpadded(coupon.discount),
            "discount_tax": _unpadded(coupon.discount_tax),
            "meta_data": [],
            "discount_type": coupon.spec.discount_type,
            "nominal_amount": number(coupon.spec.amount),
            "free_shipping": False,
        }
        for coupon in priced.coupons
    ]


def _unpadded(amount: Decimal) -> str:
    """Discounts of coupons are texts that the shop rounded once, without trailing zeros: "79.2", "40"."""
    return f"{amount.normalize():f}"
