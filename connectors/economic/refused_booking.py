"""Why e-conomic refused to book a draft, where its answer does not tell.

A refusal at booking is a sentence in the agreement's language and a code, and of the codes only that of a closed period
was recorded. So what is known to stand in the way is looked at: the number, the customer, the products, the sending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from connectors.accounting import AccountingClient
from connectors.economic import read
from connectors.economic.error_table import BOOKING_REFUSED
from connectors.economic.read import Shelf
from shared.domain.document import DocumentKind, Place, SendBy
from shared.errors import Fate, NeedsUser, Skip

#: Reasons that leave open what has to be put right.
VAGUE = frozenset({BOOKING_REFUSED, "booked_number", "send_by", "customer", "product_barred", "product_missing"})


def explain(
    refusal: NeedsUser, books: AccountingClient, draft: Mapping[str, Any], send_by: SendBy, with_number: int | None
) -> NeedsUser:
    """The refusal in words that say what to do, or as it is. `draft` as e-conomic shows it. Only reads."""
    if refusal.code not in VAGUE:
        return refusal
    with suppress(Fate):
        return next(_obstacles(books, draft, send_by, with_number), refusal)
    return refusal


def _obstacles(
    books: AccountingClient, draft: Mapping[str, Any], send_by: SendBy, with_number: int | None
) -> Iterator[NeedsUser]:
    if with_number is not None and _is_taken(books, with_number):
        yield NeedsUser(
            "booked_number_taken",
            f"e-conomic has an invoice {with_number} already: choose another number, or let it take the next one.",
        )
    stated = read.document(Shelf.INVOICE_DRAFTS, draft)
    if stated is None:
        return
    customer = books.get_customer(stated.customer)
    if customer.barred:
        yield NeedsUser("customer_barred", f"Customer {customer.number} is barred in e-conomic: lift the bar there.")
    for product in books.find_products(read.products_on(draft)):
        if product.barred:
            yield NeedsUser("product_barred", f"Product {product.number} is barred in e-conomic: lift the bar there.")
    if send_by is SendBy.EMAIL and not customer.email:
        yield NeedsUser(
            "email_missing",
            f"Customer {customer.number} has no e-mail address in e-conomic: enter one there, or let invoices be booked"
            " without being sent.",
        )
    if send_by is SendBy.EAN and not read.has_ean(draft):
        yield NeedsUser(
            "ean_missing",
            "The draft has no EAN number in e-conomic: enter one there, or let invoices be booked without being sent.",
        )


def _is_taken(books: AccountingClient, number: int) -> bool:
    """Raises fates for anything but a clear answer."""
    try:
        books.get_document(DocumentKind.INVOICE, Place.BOOKED, str(number))
    except Skip:
        return False
    return True
