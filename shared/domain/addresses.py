"""From the shop's addresses to those of a document: who is billed, where the goods go, and how a country is called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import babel

from shared.domain.document import Delivery, Recipient
from shared.domain.order import Address, Order
from shared.domain.regions import COUNTRIES, place_code

#: Where a letter names the state behind the city, by the very code that shops keep of it.
STATES_IN_ADDRESSES = frozenset({"AU", "BR", "CA", "IT", "US"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The owner's own, for what stands in his documents."""

    #: Of the names of countries: "da", "pt_BR".
    language: str = "da"
    #: Before the name of the person at a company.
    attention: str = "Att."


@lru_cache(maxsize=1024)
def country_name(code: str, language: str) -> str:
    """The whole name of a country (ISO 3166-1 alpha-2, any case) in that language; the code where it has none there."""
    plain = code.strip().upper()
    country = place_code(plain)
    try:
        names = babel.Locale.parse(language, sep="-" if "-" in language else "_").territories
    except (babel.UnknownLocaleError, ValueError):
        return plain
    return str(names.get(country, plain)) if country in COUNTRIES else plain


def recipient(address: Address, *, fallback: str, wording: Wording) -> Recipient:
    """Who is billed: the company, with the person on a line of its own, or the person, or the fallback."""
    return Recipient(
        name=customer_name(address) or fallback,
        attention=_attention(address, wording),
        address=street(address),
        postcode=address.postcode,
        city=address.city,
        region=_region(address),
        country=country_name(address.country, wording.language),
    )


def delivery(order: Order, wording: Wording) -> Delivery | None:
    """Where the goods go, if that is another place or somebody else than who is billed; None where nothing is sent."""
    billing, shipping = order.billing, order.shipping
    is_sent = any(text.strip() for text in (street(shipping), shipping.postcode, shipping.city))
    to_another = _is_another(shipping.company, billing.company) or _is_another(_person(shipping), _person(billing))
    if not is_sent or not (to_another or _place(shipping) != _place(billing)):
        return None
    return Delivery(
        name=customer_name(shipping) if to_another else "",
        attention=_attention(shipping, wording) if to_another else "",
        address=street(shipping),
        postcode=shipping.postcode,
        city=shipping.city,
        region=_region(shipping),
        country=country_name(shipping.country, wording.language),
    )


def customer_name(address: Address) -> str:
    return address.company.strip() or _person(address)


def street(address: Address) -> str:
    """Its lines."""
    return "\n".join(filter(None, (address.address_1, address.address_2)))


def _person(address: Address) -> str:
    return f"{address.first_name} {address.last_name}".strip()


def _attention(address: Address, wording: Wording) -> str:
    person = _person(address)
    return f"{wording.attention} {person}".strip() if address.company.strip() and person else ""


def _region(address: Address) -> str:
    return address.state if address.country.strip().upper() in STATES_IN_ADDRESSES else ""


def _place(address: Address) -> tuple[str, ...]:
    return tuple(map(_compared, (street(address), address.postcode, address.city, _region(address), address.country)))


def _is_another(name: str, than: str) -> bool:
    """A name that is not said is nobody else's."""
    return bool(_compared(name)) and _compared(name) != _compared(than)


def _compared(text: str) -> str:
    return " ".join(text.casefold().split())
