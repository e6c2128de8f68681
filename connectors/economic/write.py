"""A plan -> the exact bytes of the request. The same plan gives the same bytes: fields in one order, amounts with two
decimals, no blanks. What the books cannot hold is refused here already, in words that name the line.

e-conomic refuses null, so what is empty is left out. It has no field for VAT: that follows from VAT zone and product.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from connectors.economic.settings import Settings
from connectors.economic.texts import cut, fits, is_plain
from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewCustomer, NewProduct, Recipient, SendBy
from shared.errors import NeedsUser

CENT = Decimal("0.01")
#: Larger amounts are a mistake, and would lose cents where JSON numbers are read as floating point.
MAX_AMOUNT = Decimal(10) ** 12
RATE_DECIMALS = 6
PRODUCT_NUMBER = 25
REFERENCE = 250
EMAIL = 255
BOOKED_NUMBER = 999_999_999

#: In the letters that e-conomic insists on.
SENDING: Mapping[SendBy, str] = {SendBy.NONE: "none", SendBy.EMAIL: "Email", SendBy.EAN: "EAN"}


def write_document(plan: DocumentPlan, settings: Settings) -> bytes:
    """`settings` filled. Raises NeedsUser."""
    if plan.kind not in (DocumentKind.ORDER, DocumentKind.INVOICE):
        raise NeedsUser("document_kind", "e-conomic takes orders and invoices only.")
    if not is_reference(plan.reference):
        raise NeedsUser("reference", "The document's reference is empty or too long for e-conomic: it must not be cut.")
    return _json(
        {
            "date": plan.date.isoformat(),
            "currency": _currency(plan.currency),
            "exchangeRate": _exchange_rate(plan.exchange_rate),
            "layout": {"layoutNumber": _chosen(settings.layout, "layout", "a layout")},
            "paymentTerms": {"paymentTermsNumber": _terms(settings)},
            "customer": {"customerNumber": _customer_number(plan.customer)},
            "recipient": _recipient(plan.recipient, _zone(plan.vat_zone, settings)),
            "notes": _filled(heading=cut(plan.heading, 250)),
            "references": {"other": plan.reference},
            "lines": _lines(plan, settings),
        }
    )


def write_booking(draft: str, send_by: SendBy, with_number: int | None) -> bytes:
    """Books a draft invoice. Without a number of its own it gets the next one of the series."""
    if with_number is not None and not 1 <= with_number <= BOOKED_NUMBER:
        raise NeedsUser("booked_number", "An invoice's number in e-conomic has one to nine digits: choose another one.")
    body: Mapping[str, Any] = {"draftInvoice": {"draftInvoiceNumber": int(draft)}, "sendBy": SENDING[send_by]}
    return _json(body if with_number is None else {**body, "bookWithNumber": with_number})


def write_customer(customer: NewCustomer, settings: Settings) -> bytes:
    """Raises NeedsUser; an e-mail address is never cut, since the customer is found again by it."""
    if not cut(customer.name, 255):
        raise NeedsUser("customer_name", "e-conomic asks for the customer's name: enter it in the order.")
    if customer.email and not is_email(customer.email):
        raise NeedsUser("customer_email", "The customer's e-mail address is none that e-conomic can hold: correct it.")
    group = _chosen(settings.customer_group, "customer_group", "a customer group for new customers")
    return _json(
        {
            "name": cut(customer.name, 255),
            "currency": _currency(customer.currency),
            "customerGroup": {"customerGroupNumber": group},
            "vatZone": {"vatZoneNumber": _zone(customer.vat_zone, settings)},
            "paymentTerms": {"paymentTermsNumber": _terms(settings)},
            "email": customer.email,
            "address": cut(customer.address, 510),
            "zip": cut(customer.postcode, 30),
            "city": cut(customer.city, 50),
            "country": cut(customer.country, 50),
            "telephoneAndFaxNumber": cut(customer.phone, 255),
        }
    )


def write_product(product: NewProduct, settings: Settings) -> bytes:
    _check_product_number(product.number, "")
    group = _chosen(settings.product_group, "product_group", "a product group for new products")
    return _json(
        {
            "productNumber": product.number,
            "name": cut(product.name, 300) or product.number,
            "productGroup": {"productGroupNumber": group},
            "unit": _unit(settings),
        }
    )


def zone_number(zone: str) -> int:
    """Raises NeedsUser."""
    if not _is_number(zone):
        raise NeedsUser("vat_zone", "A VAT zone of e-conomic is a whole number: correct it in the settings.")
    return int(zone)


def is_reference(value: str) -> bool:
    return fits(value, REFERENCE) and is_plain(value)


def is_email(value: str) -> bool:
    """Whether e-conomic can hold it; whether it is one, the shop has seen to."""
    return fits(value, EMAIL) and is_plain(value)


def is_product_number(value: str) -> bool:
    return fits(value, PRODUCT_NUMBER) and is_plain(value)


def _zone(chosen: str | None, settings: Settings) -> int:
    return settings.vat_zone if chosen is None else zone_number(chosen)


def _recipient(recipient: Recipient, zone: int) -> Mapping[str, Any]:
    if not cut(recipient.name, 250):
        raise NeedsUser("customer_name", "e-conomic asks for the customer's name: enter it in the order.")
    return _filled(
        name=cut(recipient.name, 250),
        address=cut(recipient.address, 250),
        zip=cut(recipient.postcode, 50),
        city=cut(recipient.city, 250),
        country=cut(recipient.country, 50),
        vatZone={"vatZoneNumber": zone},
    )


def _lines(plan: DocumentPlan, settings: Settings) -> Sequence[Mapping[str, Any]]:
    """Without the lines that say nothing."""
    telling = [line for line in plan.lines if line.product is not None or line.unit_price or cut(line.text, 2500)]
    return [_line(number, line, plan.kind, settings) for number, line in enumerate(telling, 1)]


def _line(number: int, line: DocumentLine, kind: DocumentKind, settings: Settings) -> Mapping[str, Any]:
    place = f" in line {number}"
    text = cut(line.text, 2500)
    if line.product is None:
        if line.quantity and line.unit_price:
            raise NeedsUser("line_without_product", f"e-conomic takes no price without a product{place}: choose one.")
        return _filled(lineNumber=number, description=text)
    _check_product_number(line.product, place)
    quantity = _amount(line.quantity, "quantity", place)
    price = _amount(line.unit_price, "price", place)
    if kind is DocumentKind.ORDER and line.quantity <= 0:
        raise NeedsUser(
            "order_quantity", f"e-conomic takes no order with a quantity of nothing or less{place}: use invoices."
        )
    return _filled(
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


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", code):
        raise NeedsUser("currency", "The order's currency has no code of three letters: correct it in the shop.")
    return code.upper()


def _customer_number(number: str) -> int:
    if not _is_number(number):
        raise NeedsUser(
            "customer_number", "A customer's number in e-conomic has one to nine digits: choose another one."
        )
    return int(number)


def _is_number(value: str) -> bool:
    return bool(re.fullmatch("[1-9][0-9]{0,8}", value))


def _terms(settings: Settings) -> int:
    return _chosen(settings.payment_terms, "payment_terms", "payment terms")


def _chosen(value: int | None, reason: str, what: str) -> int:
    if value is None:
        raise NeedsUser(reason, f"Choose {what} in the settings of e-conomic.")
    return value


def _unit(settings: Settings) -> Mapping[str, int]:
    return {} if settings.unit is None else {"unitNumber": settings.unit}


def _filled(**fields: Any) -> Mapping[str, Any]:
    return {name: value for name, value in fields.items() if value not in ("", {})}


def _json(body: Mapping[str, Any]) -> bytes:
    return orjson.dumps(_filled(**body))
