"""The fields of a draft that a shop's order does not fill by itself: what e-conomic has, and where it keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.economic.addresses import EAN, ean_number
from connectors.economic.texts import Cutter, clean, fits, units
from shared.domain.document import FieldValue
from shared.domain.mapping import Target
from shared.errors import NeedsUser

#: Of `references.other`, in which our reference stands first.
REFERENCE = 250
#: The highest that an employee or a project can have.
NUMBER = 999_999_999
#: How an electronic invoice finds its recipient, in the letters that e-conomic insists on.
NEMHANDEL_TYPES = ("ean", "corporateIdentificationNumber", "pNumber", "peppol")


def _text(name: str, limit: int, description: str, *, lines: bool = False, whole: bool = False) -> Target:
    return Target(name=name, kind="text", limit=limit, lines=lines, whole=whole, description=description)


def _number(name: str, description: str) -> Target:
    return Target(name=name, kind="number", limit=0, description=description)


_OWN_REFERENCE = _text("reference", REFERENCE, "Other reference: these words follow the token of shopledger.")
_DELIVERY_DATE = Target(name="delivery_date", kind="date", limit=0, description="The day of delivery.")
#: Each with its place in a draft.
_PLACES: tuple[tuple[Target, tuple[str, ...]], ...] = (
    (_text("heading", 250, "The heading."), ("notes", "heading")),
    (_text("text_1", 1000, "The text below the heading.", lines=True), ("notes", "textLine1")),
    (_text("text_2", 1000, "The text at the foot.", lines=True), ("notes", "textLine2")),
    (_text("delivery_terms", 100, "The terms of delivery."), ("delivery", "deliveryTerms")),
    (_DELIVERY_DATE, ("delivery", "deliveryDate")),
    (_text("ean", EAN, "The number to which electronic invoices are sent.", whole=True), ("recipient", "ean")),
    (_text("public_entry_number", 40, "The public entry number.", whole=True), ("recipient", "publicEntryNumber")),
    (_text("mobile_phone", 50, "The recipient's mobile phone."), ("recipient", "mobilePhone")),
    (_text("nemhandel_type", 29, f"One of {', '.join(NEMHANDEL_TYPES)}.", whole=True), ("recipient", "nemHandelType")),
    (
        _number("sales_person", "The number of the employee who sold it."),
        ("references", "salesPerson", "employeeNumber"),
    ),
    (
        _number("vendor_reference", "The number of a second employee."),
        ("references", "vendorReference", "employeeNumber"),
    ),
    (_number("project", "The number of the project."), ("project", "projectNumber")),
)
DOCUMENT_FIELDS = (*(target for target, _ in _PLACES), _OWN_REFERENCE)


def sections(fields: Mapping[str, FieldValue], cutter: Cutter) -> Mapping[str, Mapping[str, Any]]:
    """The parts of a draft (notes, delivery, recipient, references, project) as far as fields fill them.

    Raises NeedsUser for what no such field can hold.
    """
    if unknown := sorted(fields.keys() - {target.name for target in DOCUMENT_FIELDS}):
        raise _refused(f"e-conomic's documents have no field {unknown[0]}: take it out of the settings.")
    parts: dict[str, dict[str, Any]] = {part: {} for _, (part, *_) in _PLACES}
    for target, (part, *way, last) in _PLACES:
        value = _written(target, fields.get(target.name, ""), cutter)
        if value != "":
            holder = parts[part]
            for name in way:
                holder = holder.setdefault(name, {})
            holder[last] = value
    return parts


def with_own_words(reference: str, fields: Mapping[str, FieldValue], cutter: Cutter) -> str:
    """Our reference, whole, and behind a blank as much of the owner's own words as there is room for."""
    words = _one_line(_as_text(_OWN_REFERENCE, fields.get("reference", "")))
    own = cutter("reference", words, REFERENCE - units(reference) - 1)
    return f"{reference} {own}" if own else reference


def _written(target: Target, value: FieldValue, cutter: Cutter) -> Any:
    """As e-conomic takes it; empty for what is."""
    if value == "":
        return ""
    if target.kind == "number":
        return _whole(target, value)
    if target.kind == "date":
        return _day(target, value)
    text = _as_text(target, value)
    if target.name == "ean":
        return ean_number(text)
    if target.name in ("public_entry_number", "nemhandel_type"):
        return _never_cut(target, _one_line(text))
    return cutter(target.name, text if target.lines else _one_line(text), target.limit)


def _never_cut(target: Target, text: str) -> str:
    """What means something else without its end."""
    if text and not fits(text, target.limit):
        raise _refused(f"The field {target.name} is longer than the {target.limit} characters that e-conomic holds.")
    if text and target.name == "nemhandel_type" and text not in NEMHANDEL_TYPES:
        raise _refused(f"The field nemhandel_type takes one of {', '.join(NEMHANDEL_TYPES)}.")
    return text


def _whole(target: Target, value: FieldValue) -> int:
    if isinstance(value, Decimal) and value.is_finite() and 0 < value <= NUMBER and value == int(value):
        return int(value)
    raise _refused(f"The field {target.name} takes a whole number of one to nine digits.")


def _day(target: Target, value: FieldValue) -> str:
    if type(value) is not date:
        raise _refused(f"The field {target.name} takes a day.")
    return value.isoformat()


def _as_text(target: Target, value: FieldValue) -> str:
    if not isinstance(value, str):
        raise _refused(f"The field {target.name} takes a text.")
    return value


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", clean(text))


def _refused(sentence: str) -> NeedsUser:
    return NeedsUser("document_field", sentence)
