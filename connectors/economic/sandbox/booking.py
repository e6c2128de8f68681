"""Booking a draft invoice: the step that cannot be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.economic.sandbox.documents import Documents, Record
from connectors.economic.sandbox.drafts import Draft
from connectors.economic.sandbox.problems import Code, Problems, cannot_book, not_found
from connectors.economic.sandbox.state import Books
from shared.domain.document import DocumentKind, Place, SendBy

#: As the API spells them.
SENDING = {"none": SendBy.NONE, "Email": SendBy.EMAIL, "EAN": SendBy.EAN}


def book(books: Books, documents: Documents, body: Mapping[str, Any]) -> Record:
    """From a body that has the shape of a booking. Raises ApiError; the draft stays then."""
    number = _draft_number(body["draftInvoice"])
    record = documents.get(DocumentKind.INVOICE, Place.DRAFT, number)
    if record is None:
        raise not_found()
    wanted = body.get("bookWithNumber")
    if wanted is not None and documents.get(DocumentKind.INVOICE, Place.BOOKED, wanted) is not None:
        raise cannot_book(number, f"The number {wanted} is taken.")
    check_bookable(books, record.draft, number)
    send_by = SENDING[body.get("sendBy", "none")]
    return documents.book(record, wanted, send_by=send_by, send_to=_address(books, record, send_by))


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


def _address(books: Books, record: Record, send_by: SendBy) -> str:
    """Where the invoice goes. Raises ApiError where nobody is reached in that way."""
    if send_by is SendBy.EMAIL:
        email = str((books.customers.get(record.draft.customer) or {}).get("email", ""))
        if not email:
            raise cannot_book(record.number, f"Customer '{record.draft.customer}' has no e-mail address.")
        return email
    if send_by is SendBy.EAN:
        ean = str(record.draft.texts["recipient"].get("ean", ""))
        if not ean:
            raise cannot_book(record.number, "The recipient has no EAN.")
        return ean
    return ""


def check_bookable(books: Books, draft: Draft, number: int) -> None:
    """What may have changed since the draft was made is looked at again. Raises ApiError, which names the number."""
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
        if product is None:
            continue
        if product.get("barred"):
            raise cannot_book(number, f"Product '{line.product}' is barred.", Code.BARRED_PRODUCT)
        group = books.group_of(product)
        if draft.zone.number not in group.accounts:
            reason = f"Product group '{group.number}' has no sales account for VAT zone '{draft.zone.number}'."
            raise cannot_book(number, reason)
