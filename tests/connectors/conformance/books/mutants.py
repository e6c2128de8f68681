"""Accounting connectors with one mistake each, of the kind that people make: here in what is made, found and ended."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from connectors.accounting import AccountingClient
from connectors.economic import Economic, read
from connectors.economic.client import EconomicClient
from connectors.economic.credentials import Credentials
from connectors.economic.read import Shelf
from connectors.pace import UNHURRIED, Pace
from shared.domain.document import Customer, CustomerKey, DocumentKind, FoundDocument, Place, Product
from shared.errors import NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.conformance.books.rig import BooksRig
from tests.connectors.economic.rig import EconomicRig


def of(connector: Economic) -> type[BooksRig]:
    """A rig for a connector with a mistake."""
    return type(type(connector).__name__, (EconomicRig,), {"connector": connector})


def talking(client: type[EconomicClient]) -> type[BooksRig]:
    """A rig for a connector whose client has a mistake."""

    class Connector(Economic):
        def connect(self, credentials: BaseModel, pace: Pace = UNHURRIED) -> AccountingClient:
            if not isinstance(credentials, Credentials):
                raise TypeError("credentials of another connector")
            return client(credentials, pace)

    return type(client.__name__, (EconomicRig,), {"connector": Connector()})


class TakesAKeyOfItsOwn(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        return super().create_document(kind, request, key=uuid4().hex)

    def create_customer(self, request: bytes, *, key: str) -> Customer:
        return super().create_customer(request, key=uuid4().hex)

    def create_product(self, request: bytes, *, key: str) -> Product:
        return super().create_product(request, key=uuid4().hex)


class TakesOneKeyForAll(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        return super().create_document(kind, request, key="shopledger")


class KnocksAgain(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        try:
            return super().create_document(kind, request, key=key)
        except NeedsUser as refusal:
            raise Retry(refusal.code, refusal.message) from None


class HopesItWasNotMade(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        try:
            return super().create_document(kind, request, key=key)
        except OutcomeUnknown as unknown:
            raise Retry(unknown.code, unknown.message) from None


class MakesTwo(EconomicClient):
    """Tries again by itself, and with a key of its own to be sure."""

    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        try:
            return super().create_document(kind, request, key=key)
        except OutcomeUnknown:
            return super().create_document(kind, request, key=f"{key} again")


class ComputesInFloats(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        made = super().create_document(kind, request, key=key)
        return replace(made, total=Decimal(float(made.total)))


class TakesNetForGross(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        made = super().create_document(kind, request, key=key)
        return replace(made, total=made.total - made.total_tax)


class TakesAlikeForEqual(EconomicClient):
    """As the books compare: case aside."""

    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        return [*super().find_by_reference(reference), *super().find_by_reference(reference.swapcase())]


class AsksUnescaped(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        clause = {"filter": f"references.other$eq:{reference}", "pagesize": "1000"}
        return _read(self, clause, reference)

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        rows = self._rest.get("customers", {"filter": f"email$eq:{value}"}).value["collection"]
        return [customer for row in rows if (customer := read.customer(row)) is not None]


class ReadsTheFirstPage(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        escaped = reference.replace("$", "$$").replace(")", "$)")
        return _read(self, {"filter": f"references.other$eq:{escaped}", "pagesize": "1000"}, reference)


class AsksForTheBookedFirst(EconomicClient):
    """And misses what is booked before it comes to the drafts."""

    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        return _read(self, {"filter": f"references.other$eq:{reference}"}, reference, reversed(Shelf))


def _read(
    client: EconomicClient, clause: dict[str, str], reference: str, shelves: Iterable[Shelf] = Shelf
) -> list[FoundDocument]:
    found = []
    for shelf in shelves:
        answer = client._rest.get(shelf.path, clause).value
        if not isinstance(answer, dict):
            raise Retry("unexpected", "That is no list.")
        documents = [read.document(shelf, row) for row in answer["collection"]]
        found += [one for one in documents if one is not None and one.reference == reference]
    return found


class ExpectsToFind(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        found = super().find_by_reference(reference)
        if not found:
            raise Skip("document_gone", "There is no such document.")
        return found


class LooksEverywhere(EconomicClient):
    """For an order that is asked for as a draft, too."""

    def get_document(self, kind: DocumentKind, place: Place, number: str) -> FoundDocument:
        for other in (place, Place.SENT, Place.ARCHIVED, Place.BOOKED):
            with suppress(Skip):
                return super().get_document(kind, other, number)
        raise Skip("document_gone", "It is nowhere.")


class LooksAmongDraftsOnly(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        return [found for found in super().find_by_reference(reference) if found.place is Place.DRAFT]


class OverlooksTheArchive(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        return [found for found in super().find_by_reference(reference) if found.place is not Place.ARCHIVED]


class IsContentWithOne(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        return super().find_by_reference(reference)[:1]

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        return super().find_customers(key, value, home)[:1]


class FindsNothingInABadHour(EconomicClient):
    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        try:
            return super().find_by_reference(reference)
        except Retry:
            return []


class TrustsTheNumber(EconomicClient):
    """Deletes and books whatever bears the number."""

    def delete_draft(self, kind: DocumentKind, number: str, *, reference: str, key: str) -> None:
        stated = self.get_document(kind, Place.DRAFT, number).reference
        self._rest.delete(f"{Shelf.of(kind, Place.DRAFT).path}/{number}", key=f"{key}{stated}")

    def book(self, number: str, *, reference: str, key: str, **how: Any) -> FoundDocument:
        stated = self.get_document(DocumentKind.INVOICE, Place.DRAFT, number).reference
        return super().book(number, reference=stated or reference, key=key, **how)


class DeletesWithoutLooking(EconomicClient):
    """The server will say so if there is none: but without a number it deletes them all."""

    def delete_draft(self, kind: DocumentKind, number: str, *, reference: str, key: str) -> None:
        path = Shelf.of(kind, Place.DRAFT).path
        self._rest._http.delete(f"{self._rest._base}/{path}/{number}", headers={"Idempotency-Key": key})


class DeletesThemAll(EconomicClient):
    """What its address means without a number."""

    def delete_draft(self, kind: DocumentKind, number: str, *, reference: str, key: str) -> None:
        path = Shelf.of(kind, Place.DRAFT).path
        self._rest._http.delete(f"{self._rest._base}/{path}", headers={"Idempotency-Key": key})


class TakesGoneForDone(EconomicClient):
    def delete_draft(self, kind: DocumentKind, number: str, *, reference: str, key: str) -> None:
        with suppress(Skip):
            super().delete_draft(kind, number, reference=reference, key=key)


class KeepsTheDraftsNumber(EconomicClient):
    def book(self, number: str, *, reference: str, key: str, **how: Any) -> FoundDocument:
        request = {"draftInvoice": {"draftInvoiceNumber": int(number)}, "bookWithNumber": int(number)}
        self._rest.post(Shelf.INVOICES_BOOKED.path, json.dumps(request).encode(), key=key)
        return self.get_document(DocumentKind.INVOICE, Place.BOOKED, number)


class KnocksAtAClosedPeriod(EconomicClient):
    def book(self, number: str, *, reference: str, key: str, **how: Any) -> FoundDocument:
        try:
            return super().book(number, reference=reference, key=key, **how)
        except NeedsUser as refusal:
            raise Retry(refusal.code, refusal.message) from None


class WritesAddressesAsTyped(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        return [customer for customer in super().find_customers(key, value, home) if customer.email == value]


class PassesOverTheBarred(EconomicClient):
    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return [product for product in super().find_products(numbers) if not product.barred]

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        return [customer for customer in super().find_customers(key, value, home) if not customer.barred]


class AsksForTheFirstOnes(EconomicClient):
    """As many as one question holds."""

    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return super().find_products(list(numbers)[:200])


class AsksForEachAlone(EconomicClient):
    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        ask = super().find_products
        return [product for number in numbers for product in ask([number])]


class AsksEvenForNothing(EconomicClient):
    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return super().find_products(numbers or ["0"])


class DropsOddLetters(EconomicClient):
    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return super().find_products({re.sub(r"\W", "", number) for number in numbers})


class WritesNumbersAsAsked(EconomicClient):
    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return [product for product in super().find_products(numbers) if product.number in numbers]


class CannotAskForCommas(EconomicClient):
    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        return super().find_products([number for number in numbers if "," not in number])


class StumblesOverWhatIsThere(EconomicClient):
    def create_product(self, request: bytes, *, key: str) -> Product:
        try:
            return super().create_product(request, key=key)
        except Skip as there:
            raise NeedsUser(there.code, there.message) from None
