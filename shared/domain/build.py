"""From the shop's order to the document that is to stand in the books.

Simple so far: each line with its net price after discounts, rounded to two decimals per unit. Where that cannot carry
the order's total, `reconcile_totals` says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewCustomer, Recipient
from shared.domain.order import Address, Line, LineKind, Order
from shared.domain.reasons import needs_user
from shared.domain.settings import OrderSettings

CENT = Decimal("0.01")


def reference(connection: int, source_id: str, generation: int) -> str:
    """By which the document is found again: two shops in one agreement may have the same order numbers."""
    again = "" if generation == 1 else f"/{generation}"
    return f"SL{connection}-{quote(source_id, safe='')}{again}"


def is_reference(text: str) -> bool:
    """Whether it begins with one that we gave, of whichever order."""
    return re.match(r"SL[0-9]+-[^ ]", text) is not None


def build_document(
    order: Order,
    settings: OrderSettings,
    *,
    kind: DocumentKind,
    day: date,
    customer: str,
    reference: str,
    products: Mapping[str, str],
) -> DocumentPlan:
    """`day`: of the document, in the books. `products`: the shop's product number -> as the books spell it.

    Raises NeedsUser where a line has no product.
    """
    return DocumentPlan(
        kind=kind,
        reference=reference,
        date=day,
        currency=order.currency,
        customer=customer,
        recipient=recipient(order.billing, fallback=f"Order {order.number}"),
        heading=f"Order {order.number}",
        lines=tuple(
            replace(line, product=products.get(line.product or "", line.product)) for line in _lines(order, settings)
        ),
        total=order.total,
    )


def document_date(order: Order, settings: OrderSettings, now: datetime) -> date:
    """The day that the owner chose, on his own calendar; the order's where it has no such day yet."""
    moment = {
        "order": order.created_at,
        "paid": order.paid_at,
        "fulfilled": order.completed_at,
        "today": now,
    }[settings.document_date]
    return (moment or order.created_at).astimezone(ZoneInfo(settings.time_zone)).date()


def product_numbers(order: Order, settings: OrderSettings) -> dict[str, str]:
    """Every product number the document will name -> a text for it. Raises NeedsUser as `build_document` does."""
    return {line.product: line.text for line in _lines(order, settings) if line.product is not None}


def recipient(address: Address, *, fallback: str) -> Recipient:
    return Recipient(
        name=customer_name(address) or fallback,
        address="\n".join(filter(None, (address.address_1, address.address_2))),
        postcode=address.postcode,
        city=address.city,
        country=address.country,
    )


def customer_name(address: Address) -> str:
    return address.company or " ".join(filter(None, (address.first_name, address.last_name)))


def new_customer(order: Order) -> NewCustomer:
    billing = recipient(order.billing, fallback=order.billing.email)
    return NewCustomer(
        name=billing.name,
        email=order.billing.email.strip(),
        currency=order.currency,
        address=billing.address,
        postcode=billing.postcode,
        city=billing.city,
        country=billing.country,
        phone=order.billing.phone,
    )


def _lines(order: Order, settings: OrderSettings) -> list[DocumentLine]:
    return [_line(at, line, settings) for at, line in enumerate(order.lines, start=1)]


def _line(at: int, line: Line, settings: OrderSettings) -> DocumentLine:
    product = {
        LineKind.PRODUCT: line.sku or None,
        LineKind.SHIPPING: settings.shipping_product,
        LineKind.FEE: settings.fee_product,
    }[line.kind]
    if product is None:
        code = {
            LineKind.PRODUCT: "missing_product_number",
            LineKind.SHIPPING: "missing_shipping_product",
            LineKind.FEE: "missing_fee_product",
        }[line.kind]
        raise needs_user(code, line=at, text=line.name)
    quantity = line.quantity or Decimal(1)
    price = (line.total / quantity).quantize(CENT, ROUND_HALF_UP)
    return DocumentLine(product=product, text=line.name or product, quantity=quantity, unit_price=price)
