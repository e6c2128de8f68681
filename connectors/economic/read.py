"""e-conomic's JSON -> documents, customers and products. None for what is not what it should be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from shared.domain.document import Customer, DocumentKind, FoundDocument, Place, Product
from shared.errors import Skip


class Shelf(Enum):
    """Where documents stand, in the order in which they move: kind, place, path, and the property of their number."""

    ORDER_DRAFTS = (DocumentKind.ORDER, Place.DRAFT, "orders/drafts", "orderNumber")
    ORDERS_SENT = (DocumentKind.ORDER, Place.SENT, "orders/sent", "orderNumber")
    ORDERS_ARCHIVED = (DocumentKind.ORDER, Place.ARCHIVED, "orders/archived", "orderNumber")
    INVOICE_DRAFTS = (DocumentKind.INVOICE, Place.DRAFT, "invoices/drafts", "draftInvoiceNumber")
    INVOICES_BOOKED = (DocumentKind.INVOICE, Place.BOOKED, "invoices/booked", "bookedInvoiceNumber")

    def __init__(self, kind: DocumentKind, place: Place, path: str, number: str) -> None:
        self.kind = kind
        self.place = place
        self.path = path
        self.number = number

    @classmethod
    def of(cls, kind: DocumentKind, place: Place) -> Shelf:
        """Raises Skip("document_gone") for a place that such documents are never in."""
        for shelf in cls:
            if (shelf.kind, shelf.place) == (kind, place):
                return shelf
        raise Skip("document_gone", "e-conomic keeps no such documents there.")


def is_ours(row: Mapping[str, Any], reference: str) -> bool:
    """Whether the document's reference is exactly this one; the owner may write more behind it, after a space."""
    stated = _reference(row)
    return bool(reference) and (stated == reference or stated.startswith(f"{reference} "))


def document(shelf: Shelf, row: Mapping[str, Any]) -> FoundDocument | None:
    """From a list, or as a whole: both state the totals."""
    number, currency = row.get(shelf.number), row.get("currency")
    debtor = row.get("customer")
    customer = debtor.get("customerNumber") if isinstance(debtor, dict) else None
    total, tax = _amount(row.get("grossAmount")), _amount(row.get("vatAmount"))
    if type(number) is not int or type(customer) is not int or not isinstance(currency, str):
        return None
    if total is None or tax is None:
        return None
    return FoundDocument(
        kind=shelf.kind,
        place=shelf.place,
        number=str(number),
        reference=_reference(row),
        customer=str(customer),
        currency=currency,
        total=total,
        total_tax=tax,
    )


def products_on(row: Mapping[str, Any]) -> Sequence[str]:
    """The numbers of the products on a document that was read as a whole; lists show no lines."""
    lines = row.get("lines")
    products = [line.get("product") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return [number for one in products if isinstance(one, dict) and (number := _text(one.get("productNumber")))]


def has_ean(row: Mapping[str, Any]) -> bool:
    recipient = row.get("recipient")
    return isinstance(recipient, dict) and bool(_text(recipient.get("ean")))


def customer(row: Mapping[str, Any]) -> Customer | None:
    number = row.get("customerNumber")
    if type(number) is not int:
        return None
    return Customer(
        number=str(number),
        name=_text(row.get("name")),
        email=_text(row.get("email")),
        barred=row.get("barred") is True,
        phones=tuple(filter(None, (_text(row.get("telephoneAndFaxNumber")), _text(row.get("mobilePhone"))))),
        company_number=_text(row.get("corporateIdentificationNumber")),
        vat_zone=_number_in(row, "vatZone"),
        payment_terms=_number_in(row, "paymentTerms"),
        layout=_number_in(row, "layout"),
        group=_number_in(row, "customerGroup"),
    )


def product(row: Mapping[str, Any]) -> Product | None:
    number = row.get("productNumber")
    if not isinstance(number, str) or not number:
        return None
    return Product(number=number, name=_text(row.get("name")), barred=row.get("barred") is True)


def group_of(row: Mapping[str, Any]) -> int | None:
    """The number of a product's group."""
    number = _number_in(row, "productGroup")
    return None if number is None else int(number)


def says_deleted(value: object) -> bool:
    """A draft's deletion is answered with the count of what was deleted, or, as other deletions are, with nothing."""
    return value is None or (isinstance(value, dict) and value.get("deletedCount") == 1)


def product_number_of(request: bytes) -> str:
    """The number in a request that `write_product` wrote."""
    return str(json.loads(request)["productNumber"])


def customer_number_of(request: bytes) -> str | None:
    """The number in a request that `write_customer` wrote, where it asks for one."""
    number = json.loads(request).get("customerNumber")
    return None if number is None else str(number)


def _reference(row: Mapping[str, Any]) -> str:
    references = row.get("references")
    return _text(references.get("other")) if isinstance(references, dict) else ""


def _number_in(row: Mapping[str, Any], name: str) -> str | None:
    """The number that a row refers to: {"layout": {"layoutNumber": 19}}."""
    reference = row.get(name)
    number = reference.get(f"{name}Number") if isinstance(reference, dict) else None
    return str(number) if type(number) is int else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _amount(value: object) -> Decimal | None:
    if isinstance(value, Decimal) or type(value) is int:
        return Decimal(value)
    return None
