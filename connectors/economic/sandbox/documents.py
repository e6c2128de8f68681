"""Orders and invoices in all their places, their numbers, and their way from one place to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox.drafts import Draft
from connectors.economic.sandbox.entities import COLLECTIONS, document_json
from connectors.economic.sandbox.state import Books
from connectors.economic.sandbox.table import Table
from shared.domain.document import DocumentKind, Place, SendBy

#: A sent order has no line below it.
LEAST_SENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxDocument:
    """What a test wants to know of a document. `created_seq` rises with every draft made; booking keeps it."""

    kind: DocumentKind
    place: Place
    number: int
    reference: str
    customer: int
    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    created_seq: int
    #: How a booked invoice was sent, and to which address.
    sent_by: SendBy = SendBy.NONE
    sent_to: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    kind: DocumentKind
    place: Place
    number: int
    seq: int
    draft: Draft
    sent_by: SendBy = SendBy.NONE
    sent_to: str = ""

    def summary(self) -> SandboxDocument:
        draft = self.draft
        return SandboxDocument(
            kind=self.kind,
            place=self.place,
            number=self.number,
            reference=draft.reference,
            customer=draft.customer,
            currency=draft.currency,
            net=draft.totals.net,
            vat=draft.totals.vat,
            gross=draft.totals.gross,
            created_seq=self.seq,
            sent_by=self.sent_by,
            sent_to=self.sent_to,
        )


class Documents:
    """The caller holds `books.lock`. Entities are kept as they are shown."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._tables: dict[tuple[DocumentKind, Place], Table[int]] = {
            where: Table("references.other") for where in COLLECTIONS
        }
        self._records: dict[tuple[DocumentKind, Place, int], Record] = {}
        self._lowest_free = {DocumentKind.ORDER: 1, DocumentKind.INVOICE: 1}
        self._last_booked = 0
        self._last_seq = 0

    def table(self, kind: DocumentKind, place: Place) -> Table[int]:
        return self._tables[kind, place]

    def get(self, kind: DocumentKind, place: Place, number: int) -> Record | None:
        return self._records.get((kind, place, number))

    def entity(self, record: Record) -> dict[str, Any]:
        entity = self._tables[record.kind, record.place].get(record.number)
        assert entity is not None
        return entity

    def all(self) -> list[Record]:
        return sorted(self._records.values(), key=lambda record: record.seq)

    def create(self, kind: DocumentKind, draft: Draft, number: int | None = None) -> Record:
        """A draft under the lowest number that is free, or under that one, which is free."""
        self._last_seq += 1
        record = Record(kind, Place.DRAFT, number or self._free_number(kind), self._last_seq, draft)
        return self._put(record)

    def replace(self, record: Record, draft: Draft) -> Record:
        return self._put(replace(record, draft=draft))

    def remove(self, record: Record) -> None:
        del self._records[record.kind, record.place, record.number]
        self._tables[record.kind, record.place].remove(record.number)
        if record.place is not Place.BOOKED:
            self._lowest_free[record.kind] = min(self._lowest_free[record.kind], record.number)

    def move(self, record: Record, place: Place) -> Record:
        """An order by hand to sent or archived. Raises ValueError for lines that a sent order cannot have."""
        if any(line.product is not None and line.quantity < LEAST_SENT for line in record.draft.lines):
            raise ValueError(f"a sent order has no line with a quantity below {LEAST_SENT}")
        self.remove(record)
        return self._put(replace(record, place=place))

    def book(
        self, record: Record, number: int | None = None, *, send_by: SendBy = SendBy.NONE, send_to: str = ""
    ) -> Record:
        """Under that number, or under the one after the highest. The draft is gone; its number is free."""
        number = number or self._last_booked + 1
        self._last_booked = max(self._last_booked, number)
        self.remove(record)
        return self._put(replace(record, place=Place.BOOKED, number=number, sent_by=send_by, sent_to=send_to))

    def is_taken(self, kind: DocumentKind, number: int) -> bool:
        """Whether a draft cannot have that number: orders keep theirs in every place."""
        places = [place for of, place in COLLECTIONS if of is kind and place is not Place.BOOKED]
        return any((kind, place, number) in self._records for place in places)

    def _free_number(self, kind: DocumentKind) -> int:
        number = self._lowest_free[kind]
        while self.is_taken(kind, number):
            number += 1
        self._lowest_free[kind] = number
        return number

    def _put(self, record: Record) -> Record:
        kind, place, number = record.kind, record.place, record.number
        self._records[kind, place, number] = record
        stamp = self._books.clock.stamp()
        entity = document_json(self._books.url, kind, place, number, record.seq, record.draft, stamp)
        self._tables[kind, place].put(number, entity)
        return record
