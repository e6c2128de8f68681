"""What stands on a draft of e-conomic beside its amounts, as the rig tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.table import value_at
from shared.domain.document import Delivery, FieldValue, Recipient
from shared.domain.mapping import Target
from tests.connectors.conformance.books.rig import REFERENCE, Texts

#: Where each field stands.
FIELDS = {
    "heading": "notes.heading",
    "text_1": "notes.textLine1",
    "text_2": "notes.textLine2",
    "delivery_terms": "delivery.deliveryTerms",
    "delivery_date": "delivery.deliveryDate",
    "ean": "recipient.ean",
    "public_entry_number": "recipient.publicEntryNumber",
    "mobile_phone": "recipient.mobilePhone",
    "nemhandel_type": "recipient.nemHandelType",
    "sales_person": "references.salesPerson.employeeNumber",
    "vendor_reference": "references.vendorReference.employeeNumber",
    "project": "project.projectNumber",
}
#: What a field cannot be filled with by letters alone; the numbers as long as they may be, or not to be mixed up.
FULL: Mapping[str, FieldValue] = {
    "ean": "5790000000012",
    "nemhandel_type": "corporateIdentificationNumber",
    "delivery_date": date(2026, 12, 31),
    "sales_person": Decimal(999_999_999),
    "vendor_reference": Decimal(7),
    "project": Decimal(999_999_999),
}


def full(books: EconomicSandbox, target: Target) -> FieldValue:
    for name in ("sales_person", "vendor_reference"):
        books.put_employee(int(str(FULL[name])))
    books.put_project(int(str(FULL["project"])))
    before = len(f"{REFERENCE} ") if target.name == "reference" else 0
    return FULL.get(target.name, "x" * (target.limit - before))


def texts_of(body: Mapping[str, Any]) -> Texts:
    said = body["recipient"]
    return Texts(
        recipient=Recipient(
            name=said.get("name", ""),
            address=said.get("address", ""),
            postcode=said.get("zip", ""),
            city=said.get("city", ""),
            country=said.get("country", ""),
        ),
        delivery=_delivery(body.get("delivery", {})),
        fields=_fields(body),
        lines=tuple(line.get("description", "") for line in body.get("lines", [])),
    )


def _delivery(said: Mapping[str, Any]) -> Delivery | None:
    places = {"address": "address", "zip": "postcode", "city": "city", "country": "country"}
    stated = {ours: said[theirs] for theirs, ours in places.items() if theirs in said}
    return Delivery(**stated) if stated else None


def _fields(body: Mapping[str, Any]) -> Mapping[str, FieldValue]:
    _, _, words = str(value_at(body, "references.other")).partition(" ")
    found = {"reference": words} | {name: value_at(body, path) for name, path in FIELDS.items()}
    return {name: _as_value(name, value) for name, value in found.items() if value}


def _as_value(name: str, value: Any) -> FieldValue:
    if isinstance(value, int):
        return Decimal(value)
    return date.fromisoformat(value) if name == "delivery_date" else str(value)
