"""A plan -> the exact bytes of the request. The same plan gives the same bytes: fields in one order, amounts with two
decimals, no blanks. What the books cannot hold is refused here already, in words that name the line.

e-conomic refuses null, so what is empty is left out. It has no field for VAT: that follows from VAT zone and product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from connectors.accounting import Request
from connectors.economic.addresses import delivery_json, recipient_json
from connectors.economic.body import (
    as_json,
    chosen,
    currency_code,
    customer_number,
    filled,
    new_products_group,
    terms_number,
    zone_of,
)
from connectors.economic.document_fields import REFERENCE, sections, with_own_words
from connectors.economic.settings import Settings
from connectors.economic.texts import Cutter, clean, cut, fits, is_plain
from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewProduct, SendBy
from shared.errors import NeedsUser

CENT = Decimal("0.01")
#: Larger amounts are a mistake, and would lose cents where JSON numbers are read as floating point.
MAX_AMOUNT = Decimal(10) ** 12
RATE_DECIMALS = 6
PRODUCT_NUMBER = 25
BOOKED_NUMBER = 999_999_999

#: In the letters that e-conomic insists on.
SENDING: Mapping[SendBy, str] = {SendBy.NONE: "none", SendBy.EMAIL: "Email", SendBy.EAN: "EAN"}


def write_document(plan: DocumentPlan, settings: Settings) -> Request:
    """`settings` filled. Raises NeedsUser."""
    if plan.kind not in (DocumentKind.ORDER, DocumentKind.INVOICE):
        raise NeedsUser("document_kind", "e-conomic takes orders and invoices only.")
    if not is_reference(plan.reference):
        raise NeedsUser("reference", "The document's reference is empty or too long for e-conomic: it must not be cut.")
    cutter = Cutter()
    own = sections(plan.fields, cutter)
    body = {
        "date": plan.date.isoformat(),
        "currency": currency_code(plan.currency),
        "exchangeRate": _exchange_rate(plan.exchange_rate),
        "layout": {"layoutNumber": chosen(settings.layout, "layout", "a layout")},
        "paymentTerms": {"paymentTermsNumber": terms_number(settings)},
        "customer": {"customerNumber": customer_number(plan.customer)},
        "recipient": recipient_json(plan.recipient, zone_of(plan.vat_zone, settings), own["recipient"], cutter),
        "project": own["project"],
        "delivery": delivery_json(plan.delivery, own["delivery"], cutter),
        "notes": own["notes"],
        "references": {**own["references"], "other": with_own_words(plan.reference, plan.fields, cutter)},
        "lines": _lines(plan, settings, cutter),
    }
    return Request(as_json(body), cutter.names)


def write_booking(draft: str, send_by: SendBy, with_number: int | None) -> bytes:
    """Books a draft invoice. Without a number of its own it gets the next one of the series."""
    if with_number is not None and not 1 <= with_number <= BOOKED_NUMBER:
        raise NeedsUser("booked_number", "An invoice's number in e-conomic has one to nine digits: choose another one.")
    body: Mapping[str, Any] = {"draftInvoice": {"draftInvoiceNumber": int(draft)}, "sendBy": SENDING[send_by]}
    return as_json(body if with_number is None else {**body, "bookWithNumber": with_number})


def write_product(product: NewProduct, settings: Settings) -> bytes:
    _check_product_number(product.number, "")
    group = new_products_group(settings)
    return as_json(
        {
            "productNumber": product.number,
            "name": cut(product.name, 300) or product.number,
            "productGroup": {"productGroupNumber": group},
            "unit": _unit(settings),
        }
    )


def is_reference(value: str) -> bool:
    return fits(value, REFERENCE) and is_plain(value)


def is_product_number(value: str) -> bool:
    return fits(value, PRODUCT_NUMBER) and is_plain(value)


def _lines(plan: DocumentPlan, settings: Settings, cutter: Cutter) -> Sequence[Mapping[str, Any]]:
    """Without the lines that say nothing."""
    telling = [line for line in plan.lines if line.product is not None or line.unit_price or clean(line.text)]
    return [_line(number, line, plan.kind, settings, cutter) for number, line in enumerate(telling, 1)]


def _line(number: int, line: DocumentLine, kind: DocumentKind, settings: Settings, cutter: Cutter) -> Mapping[str, Any]:
    place = f" in line {number}"
    text = cutter(f"line {number}", line.text, 2500)
    if line.product is None:
        if line.quantity and line.unit_price:
            raise NeedsUser("line_without_product", f"e-conomic takes no price without a product{place}: choose one.")
        return filled(lineNumber=number, description=text)
    _check_product_number(line.product, place)
    quantity = _amount(line.quantity, "quantity", place)
    price = _amount(line.unit_price, "price", place)
    if kind is DocumentKind.ORDER and line.quantity <= 0:
        raise NeedsUser(
            "order_quantity", f"e-conomic takes no order with a quantity of nothing or less{place}: use invoices."
        )
    return filled(
        lineNumber=number,
        product={"productNumber": line.product},
        description=text or line.product,
        unit=_unit(settings),
        quantity=quantity,
        unitNetPrice=price,
        discountPercentage=_amount(line.discount, "discount", place) if line.discount else "",
    )


def _check_product_number(number: str, place: str) -> None:
    if not number:
        raise NeedsUser("product_number_missing", f"A product has no number{place}: give it one in the shop.")
    if not is_product_number(number):
        raise NeedsUser(
            "product_number",
            f"A product's number has more than {PRODUCT_NUMBER} characters, or odd ones{place}: e-conomic takes no such"
            " number, give the product another one in the shop.",
        )


def _amount(value: Decimal, what: str, place: str) -> orjson.Fragment:
    try:
        exact = abs(value) < MAX_AMOUNT and value == value.quantize(CENT)
    except InvalidOperation:
        exact = False
    if not exact:
        raise NeedsUser("amount", f"The {what}{place} has more than two decimals, or is no amount e-conomic can hold.")
    return orjson.Fragment(f"{value.quantize(CENT) + 0:.2f}")


def _exchange_rate(rate: Decimal | None) -> orjson.Fragment | str:
    """Empty for e-conomic's own."""
    if rate is None:
        return ""
    if not 0 < rate < MAX_AMOUNT or rate != round(rate, RATE_DECIMALS):
        raise NeedsUser("exchange_rate", "An exchange rate in e-conomic has six decimals at most: correct it.")
    return orjson.Fragment(f"{rate:f}")


def _unit(settings: Settings) -> Mapping[str, int]:
    return {} if settings.unit is None else {"unitNumber": settings.unit}
