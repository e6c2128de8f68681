"""All that serves one agreement, and how a view gets hold of it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from connectors.economic.sandbox.documents import Documents
from connectors.economic.sandbox.hand import Hand
from connectors.economic.sandbox.keys import Keys
from connectors.economic.sandbox.meter import Meter
from connectors.economic.sandbox.schemas import Schemas
from connectors.economic.sandbox.state import Books

#: Where a request's environ has its desk.
DESK = "economic.desk"


@dataclass(frozen=True, slots=True)
class Desk:
    books: Books
    documents: Documents
    hand: Hand
    schemas: Schemas
    keys: Keys
    meter: Meter


def new_desk(books: Books, schemas: Schemas) -> Desk:
    documents = Documents(books)
    return Desk(books, documents, Hand(books, documents), schemas, Keys(books), Meter())


def this_desk() -> Desk:
    """The one that the request under way has come to."""
    desk: Desk = request.environ[DESK]
    return desk
