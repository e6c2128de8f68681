"""What people do in the books without the API: a draft made by hand, an order moved on, a customer put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox import bodies, furniture
from connectors.economic.sandbox.booking import check_bookable
from connectors.economic.sandbox.documents import Documents, Record, SandboxDocument
from connectors.economic.sandbox.drafts import compose
from connectors.economic.sandbox.furniture import Employee, Project
from connectors.economic.sandbox.master import put_customer, put_product
from connectors.economic.sandbox.problems import ApiError
from connectors.economic.sandbox.shapes import read_body
from connectors.economic.sandbox.state import Books
from shared.domain.document import DocumentKind, Place

#: The product on a stranger's draft, put in with the first one.
STRANGERS_PRODUCT = "BY-HAND"


class Hand:
    """Takes the lock of the books for each act. What the books refuse is a ValueError."""

    def __init__(self, books: Books, documents: Documents) -> None:
        self._books = books
        self._documents = documents

    def customer(self, number: int | None, fields: Mapping[str, Any], *, barred: bool = False) -> int:
        """Any fields of a customer, over what every customer has; a number that is taken is replaced."""
        usual = {
            "currency": furniture.BASE_CURRENCY,
            "customerGroup": {"customerGroupNumber": 1},
            "vatZone": {"vatZoneNumber": furniture.DOMESTIC},
            "paymentTerms": {"paymentTermsNumber": 1},
        }
        with self._books.lock, _refusals():
            body = read_body(bodies.CUSTOMER_REPLACED, {**usual, "barred": barred, **fields})
            return int(put_customer(self._books, body, number)["customerNumber"])

    def product(self, number: str, name: str, group: int, *, barred: bool) -> None:
        body = {"productNumber": number, "name": name, "productGroup": {"productGroupNumber": group}, "barred": barred}
        with self._books.lock, _refusals():
            put_product(self._books, read_body(bodies.PRODUCT, body), number)

    def employee(self, number: int, name: str) -> None:
        with self._books.lock:
            self._books.employees[number] = Employee(number, name)

    def project(self, number: int) -> None:
        with self._books.lock:
            self._books.projects[number] = Project(number)

    def product_group(self, number: int, rates: Mapping[int, Decimal], name: str) -> None:
        with self._books.lock:
            self._books.put_product_group(number, name, rates)

    def change_vat_rate(self, code: str, rate: Decimal) -> None:
        with self._books.lock:
            self._books.chart.change_rate(code, rate)

    def delete_product(self, number: str) -> None:
        with self._books.lock:
            self._books.products.remove(number.lower())

    def bar_product(self, number: str, *, barred: bool) -> None:
        with self._books.lock:
            known = self._books.products.get(number.lower())
            if known is None:
                raise ValueError(f"there is no product {number!r}")
            rest = {name: value for name, value in known.items() if name != "barred"}
            self._books.products.put(number.lower(), {**rest, "barred": True} if barred else rest)

    def draft(
        self,
        kind: DocumentKind,
        *,
        reference: str,
        customer: int | None = None,
        currency: str = "DKK",
        day: date | None = None,
        lines: Sequence[tuple[str, Decimal, Decimal]] | None = None,
        ean: str | None = None,
    ) -> int:
        """Lines are (product, quantity, net price); without them one product for 100. `ean`: the recipient's."""
        with self._books.lock, _refusals():
            if lines is None:
                lines = [(self._strangers_product(), Decimal(1), Decimal(100))]
            body = {
                "date": (day or self._books.clock.today()).isoformat(),
                "currency": currency,
                "layout": {"layoutNumber": 19},
                "paymentTerms": {"paymentTermsNumber": 1},
                "customer": {"customerNumber": customer or self._somebody()},
                "recipient": {
                    "name": "Lampeland Handel",
                    "vatZone": {"vatZoneNumber": 1},
                    **({} if ean is None else {"ean": ean}),
                },
                "references": {"other": reference},
                "lines": [_line(*line) for line in lines],
            }
            return self._documents.create(kind, compose(self._books, read_body(bodies.DRAFT, body))).number

    def delete(self, kind: DocumentKind, number: int) -> None:
        with self._books.lock:
            self._documents.remove(self._known(kind, Place.DRAFT, number))

    def change(
        self, kind: DocumentKind, number: int, line: int, *, price: Decimal | None = None, text: str | None = None
    ) -> None:
        """Another net price, or another text, in one line of a draft; lines are counted from 1."""
        with self._books.lock:
            record = self._known(kind, Place.DRAFT, number)
            lines = list(record.draft.lines)
            if not 1 <= line <= len(lines):
                raise ValueError(f"the draft has {len(lines)} lines, and none is number {line}")
            old = lines[line - 1]
            lines[line - 1] = replace(
                old,
                unit_price=old.unit_price if price is None else price,
                description=old.description if text is None else text,
            )
            self._documents.replace(record, record.draft.with_lines(lines, self._books.settings))

    def book(self, number: int, *, with_number: int | None = None) -> int:
        """A draft invoice, sent to nobody; returns the invoice's number."""
        with self._books.lock, _refusals():
            record = self._known(DocumentKind.INVOICE, Place.DRAFT, number)
            if with_number is not None and self._documents.get(DocumentKind.INVOICE, Place.BOOKED, with_number):
                raise ValueError(f"the number {with_number} is taken")
            check_bookable(self._books, record.draft, number)
            return self._documents.book(record, with_number).number

    def credit(self, number: int, *, reference: str | None = None) -> int:
        """Takes a booked invoice back as a whole; returns the credit note's number.

        e-conomic links the two by nothing but what people write: the copy keeps the invoice's reference, or has
        another one. It is of today.
        """
        with self._books.lock, _refusals():
            invoice = self._known(DocumentKind.INVOICE, Place.BOOKED, number).draft
            texts = dict(invoice.texts)
            if reference is not None:
                texts["references"] = {**texts.get("references", {}), "other": reference}
            today = self._books.clock.today()
            back = replace(invoice, day=today, due=today, texts=texts).with_lines(
                [replace(line, quantity=-line.quantity) for line in invoice.lines], self._books.settings
            )
            check_bookable(self._books, back, number)
            return self._documents.book(self._documents.create(DocumentKind.INVOICE, back)).number

    def move(self, number: int, place: Place) -> None:
        with self._books.lock:
            places = (Place.DRAFT, Place.SENT, Place.ARCHIVED)
            if place not in places:
                raise ValueError(f"an order cannot be {place}")
            found = [self._documents.get(DocumentKind.ORDER, where, number) for where in places]
            record = next((record for record in found if record is not None), None)
            if record is None:
                raise ValueError(f"there is no order {number}")
            self._documents.move(record, place)

    def summaries(self) -> list[SandboxDocument]:
        with self._books.lock:
            return [record.summary() for record in self._documents.all()]

    def _known(self, kind: DocumentKind, place: Place, number: int) -> Record:
        record = self._documents.get(kind, place, number)
        if record is None:
            raise ValueError(f"there is no {kind} {number} in {place}")
        return record

    def _somebody(self) -> int:
        """A customer who may buy; one is put in where there is none."""
        for entity in self._books.customers.all():
            if not entity.get("barred"):
                return int(entity["customerNumber"])
        return self.customer(None, {"name": "Lampeland Handel"})

    def _strangers_product(self) -> str:
        if STRANGERS_PRODUCT.lower() not in self._books.products:
            self.product(STRANGERS_PRODUCT, "Efter aftale", 1, barred=False)
        return STRANGERS_PRODUCT


def _line(product: str, quantity: Decimal, price: Decimal) -> dict[str, Any]:
    return {"product": {"productNumber": product}, "quantity": quantity, "unitNetPrice": price}


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        raise ValueError(f"the books refuse it: {error.body}") from None
