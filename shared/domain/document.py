"""The normalised document: one shape for what every accounting system keeps.

Prices are net `Decimal`s in the document's currency; `total` is gross. Texts are as the shop decoded them: a connector
cuts them to the system's limits when it writes the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.domain.contact import Contact


class DocumentKind(StrEnum):
    ORDER = "order"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Place(StrEnum):
    """Where the books keep a document. Only a draft may still be changed or deleted; an order has no booking."""

    DRAFT = "draft"
    SENT = "sent"
    ARCHIVED = "archived"
    BOOKED = "booked"


class SendBy(StrEnum):
    """How the books send an invoice to the customer when they book it."""

    NONE = "none"
    EMAIL = "email"
    EAN = "ean"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who is billed. Where the books have no place for a part of it, a connector writes it where a letter would."""

    name: str
    #: The person at a company, in the owner's words ("Att. Mette Holm"): a line before the street.
    attention: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    #: The state, where letters name it: a word behind the city.
    region: str = ""
    #: Its name, in the owner's language.
    country: str = ""
    #: The number to which electronic invoices are sent, 13 digits.
    ean: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where the goods go: an address that is not the recipient's, or terms or a day alone."""

    #: Who gets them, where that is not the recipient: a line before the street.
    name: str = ""
    #: As `Recipient.attention`.
    attention: str = ""
    address: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    terms: str = ""
    day: date | None = None


#: What a field of a document holds.
FieldValue = str | Decimal | date


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    #: The product's number in the books; None for a line of text only.
    product: str | None
    text: str
    quantity: Decimal
    #: Net, per unit, before `discount`.
    unit_price: Decimal
    #: In percent, of two decimals at most.
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPlan:
    """What is to stand in the books, before a connector writes it in the system's own words."""

    kind: DocumentKind
    #: By which the document is found again; unique per generation of one order of one connection.
    reference: str
    date: date
    currency: str
    #: The customer's number in the books.
    customer: str
    recipient: Recipient
    #: None where the goods go to the recipient.
    delivery: Delivery | None = None
    #: By the names that the connector declares (`Accounting.document_fields`); each wins over what else the plan has.
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    lines: tuple[DocumentLine, ...]
    #: Gross: what the books must come to.
    total: Decimal
    #: The VAT zone of the books; None for the settings' own.
    vat_zone: str | None = None
    #: What 100 units of the document's currency cost in the books' own; None for the books' rate of its day.
    exchange_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """A document as the books state it."""

    kind: DocumentKind
    place: Place
    #: The system's own number. A draft's number is given to another draft after it was deleted.
    number: str
    reference: str
    customer: str
    currency: str
    #: Gross, and the tax in it, as the books computed them.
    total: Decimal
    total_tax: Decimal

    def bears(self, reference: str) -> bool:
        """Whether it is the document of that reference; the owner's own words may follow it."""
        return reference in (self.reference, self.reference.split(" ", 1)[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer (debtor) as the books state it."""

    number: str
    name: str
    email: str
    barred: bool
    #: As they are written there, both without what is empty.
    phones: tuple[str, ...] = ()
    company_number: str = ""
    #: What is the customer's own, as the books call it; None where they state none, here and below.
    vat_zone: str | None = None
    payment_terms: str | None = None
    layout: str | None = None
    group: str | None = None


class CustomerKey(StrEnum):
    """By what a customer is found in the books."""

    EMAIL = "email"
    NUMBER = "number"
    COMPANY_NUMBER = "company_number"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    contact: Contact
    currency: str
    #: None for the one of the settings.
    vat_zone: str | None = None
    #: None for the one that the books give.
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as the books state it."""

    number: str
    name: str
    barred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    number: str
    name: str
