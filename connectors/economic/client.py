"""e-conomic's REST API: documents, customers and products of one agreement."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel

from connectors.accounting import Updated, VatZone
from connectors.economic import filters, read
from connectors.economic.check import check
from connectors.economic.chosen import check_chosen, is_usable
from connectors.economic.credentials import Credentials
from connectors.economic.customers import Customers
from connectors.economic.errors import unexpected
from connectors.economic.lookups import Lookup, Lookups, rows
from connectors.economic.open_days import open_day
from connectors.economic.products import Products
from connectors.economic.read import Shelf
from connectors.economic.refused_booking import explain
from connectors.economic.rest import Answer, Rest
from connectors.economic.settings import as_settings
from connectors.economic.vat_rates import new_product_rate, vat_rates
from connectors.economic.write import is_reference, write_booking
from connectors.pace import UNHURRIED, Pace
from shared.domain.contact import Contact
from shared.domain.document import Customer, CustomerKey, DocumentKind, FoundDocument, Place, Product, SendBy
from shared.domain.findings import Finding
from shared.errors import NeedsUser, Skip

T = TypeVar("T")


class EconomicClient:
    """Talks to one agreement, not for several threads at once. Raises fates only, the checks none."""

    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        self._rest = Rest(credentials, pace)
        self.lookups = Lookups(self._rest)
        self.customers = Customers(self._rest)
        self.products = Products(self._rest)

    def __enter__(self) -> EconomicClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._rest.close()

    def check(self) -> Sequence[Finding]:
        """Whether the tokens open the agreement and may read what documents need: see `check.py`. Raises nothing."""
        return check(self._rest)

    def fill_settings(self, settings: BaseModel) -> BaseModel:
        return self.lookups.fill(as_settings(settings))

    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        return check_chosen(self._rest, as_settings(settings))

    def is_usable(self, setting: str, value: str) -> bool:
        return is_usable(self.lookups, setting, value)

    # Documents.

    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        """In the order in which documents move: one that moves meanwhile may be seen twice, but is never missed."""
        if not is_reference(reference):
            return []
        clause = {"filter": filters.first_token("references.other", reference)}
        return [
            _found(read.document(shelf, row), write=False)
            for shelf in Shelf
            for row in rows(self._rest, shelf.path, clause)
            if read.is_ours(row, reference)
        ]

    def get_document(self, kind: DocumentKind, place: Place, number: str) -> FoundDocument:
        shelf = Shelf.of(kind, place)
        return _found(read.document(shelf, self._get_document(shelf, number)), write=False)

    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        shelf = Shelf.of(kind, Place.DRAFT)
        return _made(self._rest.post(shelf.path, request, key=key), lambda row: read.document(shelf, row))

    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        """e-conomic makes a draft under a number that it does not have, so one that goes away after it was read comes
        back: that is OutcomeUnknown, since ours may stand elsewhere by then."""
        shelf = Shelf.of(kind, Place.DRAFT)
        self._get_ours(shelf, number, reference)
        answer = self._rest.put(f"{shelf.path}/{number}", request, key=key)
        replaced = _made(answer, lambda row: read.document(shelf, row) if read.is_ours(row, reference) else None)
        if answer.created or replaced.number != number:
            raise unexpected(write=True)
        return replaced

    def delete_draft(self, kind: DocumentKind, number: str, *, reference: str, key: str) -> None:
        shelf = Shelf.of(kind, Place.DRAFT)
        self._get_ours(shelf, number, reference)
        answer = self._rest.delete(f"{shelf.path}/{number}", key=key)
        if not read.says_deleted(answer.value):
            raise unexpected(write=True)

    def book(
        self,
        number: str,
        *,
        reference: str,
        key: str,
        send_by: SendBy = SendBy.NONE,
        with_number: int | None = None,
    ) -> FoundDocument:
        """A draft of another reference that was booked all the same, because it took the number in between, is
        OutcomeUnknown. What e-conomic refuses in vague words is looked into: see `refused_booking.py`."""
        draft = self._get_ours(Shelf.INVOICE_DRAFTS, number, reference)
        request = write_booking(number, send_by, with_number)
        try:
            answer = self._rest.post(Shelf.INVOICES_BOOKED.path, request, key=key)
        except NeedsUser as refusal:
            raise explain(refusal, self, draft, send_by, with_number) from None
        return _made(
            answer,
            lambda row: read.document(Shelf.INVOICES_BOOKED, row) if read.is_ours(row, reference) else None,
        )

    def open_day(self, day: date, *, within: int) -> date | None:
        return open_day(self.lookups, day, within)

    def _get_ours(self, shelf: Shelf, number: str, reference: str) -> Mapping[str, Any]:
        row = self._get_document(shelf, number)
        if not read.is_ours(row, reference):
            raise Skip("document_gone", "The draft with this number in e-conomic is another one.")
        return row

    def _get_document(self, shelf: Shelf, number: str) -> Mapping[str, Any]:
        if not re.fullmatch("[1-9][0-9]{0,8}", number):
            raise Skip("document_gone", "e-conomic has no such document: its numbers are whole.")
        row = self._rest.get(f"{shelf.path}/{number}").value
        if not isinstance(row, dict) or str(row.get(shelf.number)) != number:
            raise unexpected(write=False)
        return row

    # Customers.

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        return self.customers.find(key, value, home)

    def get_customer(self, number: str) -> Customer:
        return self.customers.get(number)

    def next_customer_number(self, first: int, last: int) -> str | None:
        return self.customers.next_number(first, last)

    def create_customer(self, request: bytes, *, key: str) -> Customer:
        return self.customers.create(request, key=key)

    def update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        return self.customers.update(number, contact, fields)

    def would_update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        return self.customers.would_update(number, contact, fields)

    # Products.

    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return self.products.find(numbers)

    def forget(self) -> None:
        self.lookups.forget()
        self.products.forget()

    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        return vat_rates(self.lookups, self.products, numbers, zone)

    def vat_zones(self) -> Sequence[VatZone]:
        return [VatZone(entry.id, entry.name) for entry in self.lookups.entries(Lookup.VAT_ZONES)]

    def new_product_rate(self, settings: BaseModel, zone: str) -> Decimal:
        return new_product_rate(self.lookups, as_settings(settings), zone)

    def create_product(self, request: bytes, *, key: str) -> Product:
        """e-conomic's word for a number that is taken is not known: one that it refuses is looked up."""
        try:
            return _made(self._rest.post("products", request, key=key), read.product)
        except NeedsUser as refusal:
            number = read.product_number_of(request) if refusal.code == "product_number" else ""
            if not number or self.products.get(number) is None:
                raise
        raise Skip("product_exists", "e-conomic has a product with this number.")


def _found(value: T | None, *, write: bool) -> T:
    if value is None:
        raise unexpected(write=write)
    return value


def _made(answer: Answer, reader: Callable[[Mapping[str, Any]], T | None]) -> T:
    """What a write made. An answer that does not say so leaves open whether it was made."""
    return _found(_if_object(answer, reader), write=True)


def _if_object(answer: Answer, reader: Callable[[Mapping[str, Any]], T | None]) -> T | None:
    return reader(answer.value) if isinstance(answer.value, dict) else None
