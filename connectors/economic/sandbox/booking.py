"""Booking a draft invoice: the step that cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.economic.sandbox.documents import Documents, Record
from connectors.economic.sandbox.problems import Code, Problems, cannot_book, not_found
from connectors.economic.sandbox.state import Books
from shared.domain.document import DocumentKind, Place


def book(books: Books, documents: Documents, body: Mapping[str, Any]) -> Record:
    """From a body that has the shape of a booking. Raises ApiError; the draft stays then."""
    number = _draft_number(body["draftInvoice"])
    record = documents.get(DocumentKind.INVOICE, Place.DRAFT, number)
    if record is None:
        raise not_found()
    wanted = body.get("bookWithNumber")
    if wanted is not None and documents.get(DocumentKind.INVOICE, Place.BOOKED, wanted) is not None:
        raise cannot_book(number, f"The number {wanted} is taken.")
    _check(books, record)
    return documents.book(record, wanted)


def _draft_number(reference: Mapping[str, Any]) -> int:
    if isinstance(given := reference.get("draftInvoiceNumber"), int):
        return given
    last = str(reference.get("self", "")).rpartition("/")[2]
    if last.isdecimal():
        return int(last)
    problems = Problems()
    problems.add(("draftInvoice",), "A draft invoice must have an identifier.", Code.NO_IDENTIFIER)
    problems.raise_any()
    raise AssertionError


def _check(books: Books, record: Record) -> None:
    """What may have changed since the draft was made is looked at again."""
    draft, number = record.draft, record.number
    if not books.periods.takes(draft.day):
        day = draft.day.strftime("%d.%m.%Y")
        raise cannot_book(number, f"The invoice date {day} lies within a barred period.", Code.BARRED_PERIOD)
    if all(line.product is None for line in draft.lines):
        raise cannot_book(number, "The invoice has no line with a product.")
    customer = books.customers.get(draft.customer)
    if customer is not None and customer.get("barred"):
        raise cannot_book(number, f"Customer '{draft.customer}' is barred.", Code.BARRED_CUSTOMER)
    for line in draft.lines:
        product = books.products.get(line.product.lower()) if line.product is not None else None
        if product is not None and product.get("barred"):
            raise cannot_book(number, f"Product '{line.product}' is barred.", Code.BARRED_PRODUCT)
