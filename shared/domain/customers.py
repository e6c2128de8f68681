"""Who bought, as the books may hold it, and by what the customer is found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from shared.domain import company_numbers, phones
from shared.domain.addresses import country_name, customer_name, street
from shared.domain.company_numbers import read_company_number
from shared.domain.contact import Contact
from shared.domain.customer_settings import CONTACT_TARGETS, NUMBER_TARGET
from shared.domain.document import Customer, CustomerKey
from shared.domain.filling import filled
from shared.domain.order import Order
from shared.domain.regions import place_code, place_of
from shared.domain.settings import OrderSettings
from shared.domain.vat_numbers import VatNumber
from shared.domain.view import View


@dataclass(frozen=True, slots=True)
class Buyer:
    contact: Contact
    #: By which the customer may be found, one spelling for all but an e-mail's capitals; empty where the order does not
    #: say it, or what it says is none.
    keys: Mapping[CustomerKey, str]
    #: For the log: what was too long.
    cut: tuple[str, ...] = ()

    @property
    def number(self) -> str | None:
        """The customer's in the books, where the order says it."""
        return self.keys[CustomerKey.NUMBER] or None


def buyer(view: View, settings: OrderSettings) -> Buyer:
    """Of an order, with what the owner's rows say over it. Raises NeedsUser where one of these cannot be filled."""
    order = view.order
    typed = view.sale.number if view.sale is not None else None
    vat_number = typed if isinstance(typed, VatNumber) else None
    own = _own(order, vat_number, settings)
    values, cut = filled(settings.customer_fields, view, CONTACT_TARGETS, settings.time_zone)
    texts = {name: str(value) for name, value in values.items()}
    emptied = {name: "" for name, rows in settings.customer_fields.items() if rows is None}
    contact = replace(own, **emptied, **texts)
    contact = replace(contact, name=contact.name or contact.email)
    given, _ = filled({NUMBER_TARGET.name: settings.customer_number}, view, [NUMBER_TARGET], settings.time_zone)
    is_vat_number = vat_number is not None and contact.company_number == own.company_number
    company = vat_number.number if vat_number is not None and is_vat_number else contact.company_number
    keys = {
        CustomerKey.EMAIL: contact.email if "@" in contact.email else "",
        CustomerKey.NUMBER: str(given.get(NUMBER_TARGET.name, "")),
        CustomerKey.COMPANY_NUMBER: _company_key(company, order),
        CustomerKey.PHONE: phones.key(contact.phone, _country(order)) or "",
    }
    return Buyer(_unmistakable(contact, keys[CustomerKey.COMPANY_NUMBER], order, settings.home_country), keys, cut)


def has(customer: Customer, key: CustomerKey, value: str, home: str) -> bool:
    """Whether a customer of the books, maybe beside other addresses and phones, has what `Buyer.keys` says.

    `home`: whose numbers are written without a country's code or prefix.
    """
    match key:
        case CustomerKey.EMAIL:
            return value.lower() in customer.email.lower().split()
        case CustomerKey.PHONE:
            return any(phones.is_written(value, written, home) for written in customer.phones)
        case CustomerKey.COMPANY_NUMBER:
            return company_numbers.is_written(value, customer.company_number, home)
        case CustomerKey.NUMBER:
            return customer.number == value


def for_new(contact: Contact, wanted: frozenset[str] | None, key: CustomerKey) -> Contact:
    """What a new customer gets of it: these fields, or all where nobody said which.

    In any case the name, and what the customer is to be found by again.
    """
    if wanted is None:
        return contact
    kept = wanted | {"name", key}
    return replace(contact, **{field.name: "" for field in fields(contact) if field.name not in kept})


def for_known(who: Buyer, there: Customer, home: str) -> Contact:
    """What may take the place of what the books have: not the e-mail address that stands in for a name, and no phone
    or company number that is there in another spelling. `home`: see `has`."""
    contact = who.contact
    company = who.keys[CustomerKey.COMPANY_NUMBER]
    return replace(
        contact,
        name="" if contact.name == contact.email else contact.name,
        phone=_new_phone(contact.phone, there, home),
        mobile_phone=_new_phone(contact.mobile_phone, there, home),
        company_number="" if has(there, CustomerKey.COMPANY_NUMBER, company, home) else contact.company_number,
    )


def _new_phone(phone: str, there: Customer, home: str) -> str:
    known = phones.normalised(phone, home)
    return "" if known is not None and has(there, CustomerKey.PHONE, known, home) else phone


def _own(order: Order, vat_number: VatNumber | None, settings: OrderSettings) -> Contact:
    billing = order.billing
    return Contact(
        name=customer_name(billing),
        email=billing.email.strip(),
        phone=billing.phone.strip(),
        address=street(billing),
        postcode=billing.postcode,
        city=billing.city,
        country=country_name(billing.country, settings.language),
        company_number=_company_number(vat_number, settings.home_country) if vat_number is not None else "",
    )


def _unmistakable(contact: Contact, company: str, order: Order, home: str) -> Contact:
    """With what is to be found again: in the books a number without its country is one of `home`."""
    is_clear = not company or company_numbers.is_written(company, contact.company_number, home)
    return replace(
        contact,
        phone=phones.unmistakable(contact.phone, _country(order), home),
        mobile_phone=phones.unmistakable(contact.mobile_phone, _country(order), home),
        company_number=contact.company_number if is_clear else company,
    )


def _country(order: Order) -> str:
    return place_code(order.billing.country) or ""


def _company_number(number: VatNumber, home: str) -> str:
    """As the books of the shop's country write it: their own as the country gives it (CVR), others with the prefix."""
    if number.country != home:
        return number.number
    read = read_company_number(number.number)
    return number.number if read is None else read.number


def _company_key(text: str, order: Order) -> str:
    """With its country's prefix, so that no company of another country is taken for it; one that has none is of the
    billing address's country. Empty for what is no company's number.
    """
    known = read_company_number(text)
    if known is None:
        return ""
    place = place_of(order.billing)
    if not known.country and place is not None:
        prefixed = read_company_number(f"{place.numbers}{known.number}")
        known = prefixed if prefixed is not None and prefixed.country else known
    return f"{known.country}{known.number}"
