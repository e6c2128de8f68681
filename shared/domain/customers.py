"""Who bought, as the books may hold it, and by what the customer is found there."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from shared.domain.addresses import country_name, customer_name, street
from shared.domain.contact import Contact
from shared.domain.customer_settings import CONTACT_TARGETS, NUMBER_TARGET
from shared.domain.document import CustomerKey
from shared.domain.filling import filled
from shared.domain.phones import normalised
from shared.domain.settings import OrderSettings
from shared.domain.vat_numbers import VatNumber
from shared.domain.view import View


@dataclass(frozen=True, slots=True)
class Buyer:
    contact: Contact
    #: The customer's number in the books, where the order says it.
    number: str | None
    #: For the log: what was too long.
    cut: tuple[str, ...] = ()

    def value(self, key: CustomerKey, country: str) -> str:
        """By which the customer is found; empty where the order does not say it. `country`: of a phone without one."""
        match key:
            case CustomerKey.EMAIL:
                return self.contact.email
            case CustomerKey.NUMBER:
                return self.number or ""
            case CustomerKey.COMPANY_NUMBER:
                return self.contact.company_number
            case CustomerKey.PHONE:
                return normalised(self.contact.phone, country) or ""


def buyer(view: View, settings: OrderSettings) -> Buyer:
    """Of an order, with what the owner's rows say over it. Raises NeedsUser where one of these cannot be filled."""
    billing = view.order.billing
    number = view.sale.number if view.sale is not None else None
    own = Contact(
        name=customer_name(billing) or billing.email.strip(),
        email=billing.email.strip(),
        phone=billing.phone.strip(),
        address=street(billing),
        postcode=billing.postcode,
        city=billing.city,
        country=country_name(billing.country, settings.language),
        company_number=_company_number(number, settings.home_country) if isinstance(number, VatNumber) else "",
    )
    values, cut = filled(settings.customer_fields, view, CONTACT_TARGETS, settings.time_zone)
    texts = {name: str(value) for name, value in values.items()}
    emptied = {name: "" for name, rows in settings.customer_fields.items() if rows is None}
    given, cut_number = filled(
        {NUMBER_TARGET.name: settings.customer_number}, view, [NUMBER_TARGET], settings.time_zone
    )
    of_books = given.get(NUMBER_TARGET.name)
    return Buyer(replace(own, **emptied, **texts), None if of_books is None else str(of_books), cut + cut_number)


def _company_number(number: VatNumber, home: str) -> str:
    """As the books of the shop's country write it: their own without the prefix."""
    return number.number.removeprefix(number.country) if number.country == home else number.number


def only(contact: Contact, wanted: frozenset[str] | None) -> Contact:
    """With the name and these fields of it alone; all of it where nobody said which."""
    if wanted is None:
        return contact
    return replace(contact, **{field.name: "" for field in fields(contact) if field.name not in wanted | {"name"}})
