"""A customer as the API shows it <-> what a shop knows of it, and all else that its owner keeps there."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.domain.contact import Contact
from shared.domain.document import Customer

PROPERTIES: Mapping[str, str] = {
    "name": "name",
    "email": "email",
    "phone": "telephoneAndFaxNumber",
    "mobile_phone": "mobilePhone",
    "address": "address",
    "postcode": "zip",
    "city": "city",
    "country": "country",
    "company_number": "corporateIdentificationNumber",
    "vat_number": "vatNumber",
    "ean": "ean",
    "p_number": "pNumber",
    "public_entry_number": "publicEntryNumber",
    "website": "website",
}
#: What no order knows, and the owner has chosen by hand.
CHOSEN: Mapping[str, Any] = {
    "vatZone": {"vatZoneNumber": 2},
    "paymentTerms": {"paymentTermsNumber": 3},
    "customerGroup": {"customerGroupNumber": 2},
    "layout": {"layoutNumber": 19},
    "currency": "EUR",
    "creditLimit": Decimal("50000.25"),
    "attention": {"customerContactNumber": 4},
    "customerContact": {"customerContactNumber": 5},
    "defaultDeliveryLocation": {"deliveryLocationNumber": 6},
}
COMPUTED = {"lastUpdated"}


def written(contact: Contact) -> Mapping[str, str]:
    return {name: text for field, name in PROPERTIES.items() if (text := getattr(contact, field))}


def contact_of(entity: Mapping[str, Any]) -> Contact:
    return Contact(**{field: entity.get(name, "") for field, name in PROPERTIES.items()})


def rest_of(entity: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in entity.items() if name not in {*PROPERTIES.values(), *COMPUTED}}


def customer_of(entity: Mapping[str, Any]) -> Customer:
    return Customer(
        number=str(entity["customerNumber"]),
        name=entity["name"],
        email=entity.get("email", ""),
        barred=entity.get("barred", False),
        phones=tuple(entity[name] for name in ("telephoneAndFaxNumber", "mobilePhone") if name in entity),
        company_number=entity.get("corporateIdentificationNumber", ""),
        vat_zone=str(entity["vatZone"]["vatZoneNumber"]),
        payment_terms=str(entity["paymentTerms"]["paymentTermsNumber"]),
        layout=str(entity["layout"]["layoutNumber"]) if "layout" in entity else None,
        group=str(entity["customerGroup"]["customerGroupNumber"]),
    )
