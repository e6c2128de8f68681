"""Which documents of the books are an order's, by its owner's word: this one is, or those are no more.

Each word is one transaction inside an account, with the order's row locked: a worker comes before it or after it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from shared.domain.document import FoundDocument, Place
from shared.store import routes
from shared.store.sql import query

R = TypeVar("R")


class Obstacle(StrEnum):
    WORKING = "working"
    #: It has a document, or may have one.
    LIVING = "living"
    #: The document is another order's, or paid for another one that was sent again.
    TAKEN = "taken"
    #: The order has a document through another connection of its shop.
    ELSEWHERE = "elsewhere"
    #: Somebody did something about its documents since they were looked at.
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was changed."""

    obstacle: Obstacle
    #: The order in whose hands the document is.
    order: str = ""
    #: The connection through which the order has another one.
    connection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingDocument:
    """In the books, or perhaps; `number` and `place` are known unless it is planned."""

    id: int
    kind: str
    state: Literal["planned", "draft", "booked"]
    place: str | None
    number: str | None
    reference: str
    updated_at: datetime
    #: How long ago it, or its booking, went out last; None for one that somebody else made.
    last_sent: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order without a document."""

    id: int
    #: What people call it.
    number: str
    source_id: str
    #: The kind of its webshop.
    shop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestWords:
    """The newest body that the shop sent, and the order as a try read it last, each if there is one."""

    body: bytes | None
    normalised: bytes | None
    #: The normalised order is the newer one.
    is_newer: bool | None


def living_documents(connection: Connection, transfer: int) -> list[LivingDocument]:
    """Oldest first; several only while one takes the place of another."""
    return _all(connection, "living_documents", LivingDocument, {"transfer": transfer})


def without_document(connection: Connection, through: int, *, since: datetime | None) -> list[Candidate]:
    """The orders of a connection, oldest first, that changed in the shop since then; not those in a worker's hand, nor
    those that are to be left alone. None of them has a document through another connection of the shop.
    """
    return _all(connection, "without_document", Candidate, {"connection": through, "since": since})


def newest_words(connection: Connection, transfer: int) -> NewestWords:
    """Raises LookupError where there is no such order."""
    found = _all(connection, "newest_words", NewestWords, {"transfer": transfer})
    if not found:
        raise LookupError(f"there is no transfer {transfer} here")
    return found[0]


def taken_by(connection: Connection, transfer: int, books: int, found: FoundDocument) -> str | None:
    """The other order that this document of the books belongs to, as "1001 of Orders"; `books`: the system's id."""
    row = connection.execute(query("whose_document"), _where(transfer, books, found)).fetchone()
    return f"{row[0]} of {row[1]}" if row is not None else None


def link(
    connection: Connection, transfer: int, found: FoundDocument, *, origin: Literal["linked", "adopted"], detail: str
) -> Refusal | None:
    """That document of the order's books is the order's, which is done with that. Why not, where that cannot be.

    `detail` stands beside the act. Its worth is taken as it was found. Raises LookupError where there is no such order.
    """
    is_worked_at, books = _locked(connection, transfer)
    if is_worked_at:
        return Refusal(Obstacle.WORKING)
    if living_documents(connection, transfer):
        return Refusal(Obstacle.LIVING)
    other = taken_by(connection, transfer, books, found)
    if other is not None:
        return Refusal(Obstacle.TAKEN, other)
    goes_by = routes.take(connection, transfer)
    if goes_by is not None:
        return Refusal(Obstacle.ELSEWHERE, connection=goes_by)
    values = {
        "act": "link" if origin == "linked" else "adopt",
        "detail": detail,
        "state": "draft" if found.place is Place.DRAFT else "booked",
        "key": f"{origin}-{uuid.uuid4()}",
        "currency": found.currency,
        "total": found.total,
        "origin": origin,
    }
    connection.execute(query("forget_unsent"), {"transfer": transfer})
    connection.execute(query("link"), _where(transfer, books, found) | values)
    return None


def give_up(
    connection: Connection, transfer: int, gone: Sequence[LivingDocument], *, rests_on: str, credit: str | None = None
) -> Refusal | None:
    """All the order's documents, proven gone or credited, are no more, and it goes again, whatever the rules say.

    `gone`: as `living_documents` gave them before they were looked for in the books. `credit`: the number of the
    credit note, which serves one order only. Raises LookupError where there is no such order.
    """
    is_worked_at, books = _locked(connection, transfer)
    if is_worked_at:
        return Refusal(Obstacle.WORKING)
    if _marks(living_documents(connection, transfer)) != _marks(gone):
        return Refusal(Obstacle.CHANGED)
    detail = rests_on
    if credit is not None:
        row = connection.execute(query("credited_before"), {"books": books, "credit": credit}).fetchone()
        if row is not None:
            return Refusal(Obstacle.TAKEN, row[0])
        detail = f"{rests_on}, credited by {credit}"
    connection.execute(query("give_up"), {"transfer": transfer, "detail": detail})
    return None


def _locked(connection: Connection, transfer: int) -> tuple[bool, int]:
    """(whether a worker has the order, its books), both kept as they are until the transaction ends."""
    row = connection.execute(query("lock_order"), {"transfer": transfer}).fetchone()
    if row is None:
        raise LookupError(f"there is no transfer {transfer} here")
    connection.execute(query("lock_books"), {"books": row[1]})
    return row[0], row[1]


def _where(transfer: int, books: int, found: FoundDocument) -> dict[str, Any]:
    return {
        "transfer": transfer,
        "books": books,
        "kind": found.kind,
        "place": found.place,
        "number": found.number,
        "reference": found.reference,
    }


def _marks(documents: Sequence[LivingDocument]) -> list[tuple[int, datetime]]:
    return [(one.id, one.updated_at) for one in documents]


def _all(connection: Connection, name: str, kind: type[R], values: dict[str, Any]) -> list[R]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(query(name), values).fetchall()
