"""A contact -> the customer's fields in e-conomic; a new customer -> the exact bytes of the request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.accounting import Request
from connectors.economic.body import EMAIL, as_json, chosen, currency_code, customer_number, terms_number, zone_of
from connectors.economic.settings import Settings
from connectors.economic.texts import clean, cut, fits, is_plain
from shared.domain.contact import FIELDS, Contact
from shared.domain.document import NewCustomer
from shared.errors import NeedsUser


@dataclass(frozen=True, slots=True)
class Place:
    """Where e-conomic keeps a field of a contact, and how many UTF-16 units of it."""

    property: str
    limit: int
    #: What people call it, where it is refused rather than cut.
    uncut: str = ""
    shortest: int = 1


@dataclass(frozen=True, slots=True)
class Written:
    """By the contact's field. `cut`: those that lost their ends."""

    texts: Mapping[str, str]
    cut: tuple[str, ...]


PLACES: Mapping[str, Place] = {
    "name": Place("name", 255),
    "email": Place("email", EMAIL, "e-mail address"),
    "phone": Place("telephoneAndFaxNumber", 255),
    "mobile_phone": Place("mobilePhone", 50),
    "address": Place("address", 510),
    "postcode": Place("zip", 30),
    "city": Place("city", 50),
    "country": Place("country", 50),
    "company_number": Place("corporateIdentificationNumber", 40, "company number"),
    "vat_number": Place("vatNumber", 20, "VAT number"),
    "ean": Place("ean", 13, "EAN number"),
    "p_number": Place("pNumber", 10, "P number", shortest=10),
    "public_entry_number": Place("publicEntryNumber", 50, "public entry number"),
    "website": Place("website", 255),
}


def write_customer(customer: NewCustomer, settings: Settings) -> Request:
    """`settings` filled. Raises NeedsUser."""
    written = write_contact(customer.contact, FIELDS)
    if "name" not in written.texts:
        raise NeedsUser("customer_name", "e-conomic asks for the customer's name: enter it in the order.")
    group = chosen(settings.customer_group, "customer_group", "a customer group for new customers")
    body: dict[str, Any] = {
        "currency": currency_code(customer.currency),
        "customerGroup": {"customerGroupNumber": group},
        "vatZone": {"vatZoneNumber": zone_of(customer.vat_zone, settings)},
        "paymentTerms": {"paymentTermsNumber": terms_number(settings)},
        **by_property(written.texts),
    }
    if customer.number is not None:
        body["customerNumber"] = customer_number(customer.number)
    return Request(as_json(body), written.cut)


def write_contact(contact: Contact, fields: Collection[str]) -> Written:
    """The texts of those fields that have one, as they fit. Raises NeedsUser for one that must not be cut."""
    said = {field: getattr(contact, field).strip() for field in FIELDS if field in fields}
    texts = {field: fitting for field, text in said.items() if (fitting := _fitting(field, text))}
    return Written(texts, tuple(field for field, text in texts.items() if text != clean(said[field])))


def by_property(texts: Mapping[str, str]) -> Mapping[str, str]:
    return {PLACES[field].property: text for field, text in texts.items()}


def is_written(field: str, text: str, there: object) -> bool:
    """Whether e-conomic has this text there already, however it breaks lines. An e-mail address may be one of several,
    with blanks between them, and in other letters."""
    if not isinstance(there, str):
        return False
    if field == "email":
        return text.lower() in there.lower().split()
    return cut(there, PLACES[field].limit) == text


def _fitting(field: str, text: str) -> str:
    place = PLACES[field]
    if not place.uncut or not text:
        return cut(text, place.limit)
    if not (is_plain(text) and fits(text, place.limit) and len(text) >= place.shortest):
        raise NeedsUser(
            f"customer_{field}",
            f"The customer's {place.uncut} is none that e-conomic can hold: correct it in the shop.",
        )
    return text
