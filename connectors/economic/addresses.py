"""Who is billed and where the goods go, as a draft of e-conomic holds them.

It has no place for a person at a company but the number of a contact, none for a state, and none for who gets the
goods: they stand as lines of the address, and behind the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.economic.body import filled
from connectors.economic.texts import Cutter, fits
from shared.domain.document import Delivery, Recipient
from shared.errors import NeedsUser

EAN = 13


def recipient_json(recipient: Recipient, zone: int, own: Mapping[str, Any], cutter: Cutter) -> Mapping[str, Any]:
    """`own`: what fields say besides, or instead. Raises NeedsUser."""
    name = cutter("recipient.name", recipient.name, 250)
    if not name:
        raise NeedsUser("customer_name", "e-conomic asks for the customer's name: enter it in the order.")
    said = filled(
        name=name,
        address=cutter("recipient.address", _lines(recipient.attention, recipient.address), 250),
        zip=cutter("recipient.postcode", recipient.postcode, 50),
        city=cutter("recipient.city", _city(recipient.city, recipient.region), 250),
        country=cutter("recipient.country", recipient.country, 50),
        ean=own.get("ean") or ean_number(recipient.ean),
    )
    return {**said, **own, "vatZone": {"vatZoneNumber": zone}}


def delivery_json(delivery: Delivery | None, own: Mapping[str, Any], cutter: Cutter) -> Mapping[str, Any]:
    """`own`: what fields say instead."""
    if delivery is None:
        return own
    said = filled(
        address=cutter("delivery.address", _lines(delivery.name, delivery.attention, delivery.address), 255),
        zip=cutter("delivery.postcode", delivery.postcode, 30),
        city=cutter("delivery.city", _city(delivery.city, delivery.region), 50),
        country=cutter("delivery.country", delivery.country, 50),
        deliveryTerms=own.get("deliveryTerms") or cutter("delivery.terms", delivery.terms, 100),
        deliveryDate="" if delivery.day is None else delivery.day.isoformat(),
    )
    return {**said, **own}


def ean_number(text: str) -> str:
    """Without the blanks that people write into it; never cut, since an invoice goes there. Raises NeedsUser."""
    number = "".join(text.split())
    if number and not fits(number, EAN):
        raise NeedsUser("ean", f"The EAN number is longer than {EAN} digits: correct it where the shop keeps it.")
    return number


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line.strip())


def _city(city: str, region: str) -> str:
    return ", ".join(part for part in (city.strip(), region.strip()) if part)
