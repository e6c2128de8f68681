"""`/orders` and `/invoices`."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from connectors.economic.sandbox import bodies, fields
from connectors.economic.sandbox.booking import book
from connectors.economic.sandbox.desk import Desk, this_desk
from connectors.economic.sandbox.documents import Record
from connectors.economic.sandbox.drafts import compose
from connectors.economic.sandbox.entities import COLLECTIONS, number_field, without_lines
from connectors.economic.sandbox.fields import Fields
from connectors.economic.sandbox.frame import accepted, dump, or_404
from connectors.economic.sandbox.listing import list_page
from connectors.economic.sandbox.problems import not_found
from shared.domain.document import DocumentKind, Place

FIELDS: dict[tuple[DocumentKind, Place], Fields] = {
    (DocumentKind.ORDER, Place.DRAFT): fields.OPEN_ORDERS,
    (DocumentKind.ORDER, Place.SENT): fields.OPEN_ORDERS,
    (DocumentKind.ORDER, Place.ARCHIVED): fields.ARCHIVED_ORDERS,
    (DocumentKind.INVOICE, Place.DRAFT): fields.DRAFT_INVOICES,
    (DocumentKind.INVOICE, Place.BOOKED): fields.BOOKED_INVOICES,
}
NUMBER = "<int:number>"


def register(api: Flask) -> None:
    for kind, place in COLLECTIONS:
        _register_reading(api, kind, place)
    for kind in (DocumentKind.ORDER, DocumentKind.INVOICE):
        _register_writing(api, kind)
        _register_deleting(api, kind)

    @api.post("/invoices/booked")
    def book_invoice() -> Response:
        desk = this_desk()
        return _created(desk, book(desk.books, desk.documents, accepted(bodies.BOOKING, "invoices.booked.post")))


def _register_reading(api: Flask, kind: DocumentKind, place: Place) -> None:
    path = f"/{COLLECTIONS[kind, place]}"
    name = path.strip("/").replace("/", "_")

    def list_documents() -> Response:
        desk = this_desk()
        table, address = desk.documents.table(kind, place), f"{desk.books.url}{path}"
        return dump(list_page(table, FIELDS[kind, place], request.args, address, without_lines))

    def get_document(number: int) -> Response:
        desk = this_desk()
        return dump(desk.documents.entity(_found(desk, kind, place, number)))

    api.add_url_rule(path, f"list_{name}", list_documents)
    api.add_url_rule(f"{path}/{NUMBER}", f"get_{name}", get_document)


def _register_writing(api: Flask, kind: DocumentKind) -> None:
    collection = COLLECTIONS[kind, Place.DRAFT]
    name, schema = collection.replace("/", "_"), collection.replace("/", ".")

    def create() -> Response:
        desk = this_desk()
        draft = compose(desk.books, accepted(bodies.DRAFT, f"{schema}.post"))
        return _created(desk, desk.documents.create(kind, draft))

    def replace(number: int) -> Response:
        """The whole draft; one that is not there is created under that number."""
        desk = this_desk()
        draft = compose(desk.books, accepted(bodies.DRAFT, f"{schema}.{number_field(kind, Place.DRAFT)}.put"))
        record = desk.documents.get(kind, Place.DRAFT, number)
        if record is not None:
            return dump(desk.documents.entity(desk.documents.replace(record, draft)))
        if number == 0 or desk.documents.is_taken(kind, number):
            raise not_found()
        return _created(desk, desk.documents.create(kind, draft, number))

    api.add_url_rule(f"/{collection}", f"create_{name}", create, methods=["POST"])
    api.add_url_rule(f"/{collection}/{NUMBER}", f"replace_{name}", replace, methods=["PUT"])


def _register_deleting(api: Flask, kind: DocumentKind) -> None:
    collection = COLLECTIONS[kind, Place.DRAFT]
    name = collection.replace("/", "_")

    def delete_draft(number: int) -> Response:
        desk = this_desk()
        return _deleted(desk, kind, [_found(desk, kind, Place.DRAFT, number)])

    def wipe() -> Response:
        """Every draft there is: what a client with an empty number does."""
        desk = this_desk()
        records = desk.documents.all()
        return _deleted(desk, kind, [one for one in records if (one.kind, one.place) == (kind, Place.DRAFT)])

    api.add_url_rule(f"/{collection}/{NUMBER}", f"delete_{name}", delete_draft, methods=["DELETE"])
    for path in (f"/{collection}", f"/{collection}/"):
        api.add_url_rule(path, f"wipe_{name}", wipe, methods=["DELETE"])


def _found(desk: Desk, kind: DocumentKind, place: Place, number: int) -> Record:
    return or_404(desk.documents.get(kind, place, number))


def _created(desk: Desk, record: Record) -> Response:
    entity = desk.documents.entity(record)
    return dump(entity, 201, Location=entity["self"])


def _deleted(desk: Desk, kind: DocumentKind, records: list[Record]) -> Response:
    collection, field = COLLECTIONS[kind, Place.DRAFT], number_field(kind, Place.DRAFT)
    items: list[dict[str, Any]] = []
    for record in records:
        desk.documents.remove(record)
        items.append({field: record.number, "self": f"{desk.books.url}/{collection}/{record.number}"})
    plural = "" if len(records) == 1 else "s"
    return dump({"message": f"Deleted {kind}{plural}.", "deletedCount": len(items), "deletedItems": items})
