"""What an accounting system's connector declares, and what its client can do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Protocol

from pydantic import BaseModel

from connectors.base import Connector
from connectors.pace import UNHURRIED, Pace
from shared.domain.contact import Contact
from shared.domain.document import (
    Customer,
    CustomerKey,
    DocumentKind,
    DocumentPlan,
    FoundDocument,
    NewCustomer,
    NewProduct,
    Place,
    Product,
    SendBy,
)
from shared.domain.findings import Finding
from shared.domain.mapping import Target
from shared.domain.money import Rounding


@dataclass(frozen=True, slots=True)
class VatZone:
    """`number`: as the books call it, and as settings name it. `name` is for people, and may be empty."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out, as it is. `cut`: the names of the texts that were too long for the books, and lost their ends."""

    body: bytes
    cut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Updated:
    """`changed`: the names of the contact's fields that were written; `cut`: those of them that lost their ends."""

    customer: Customer
    changed: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()


class AccountingClient(Protocol):
    """Talks to one agreement. Every method but the checks raises a fate of `shared.errors`, and nothing of the HTTP
    library.

    A writing method sends the given bytes as they are, with `key` as the idempotency key where the system knows one,
    and raises OutcomeUnknown wherever the answer leaves open whether it was carried out. The same bytes with the same
    key may be sent again; other bytes never. Not for several threads at once.
    """

    def check(self) -> Sequence[Finding]:
        """Whether the credentials reach the books and may do what is needed there. Changes nothing, and never raises.

        Its OK line about the credentials names the agreement. FAILING where no draft could be made, or something could
        not be found out; WARNING where one of the kinds cannot be made. No finding tells a secret, or who bought.
        """
        ...

    def fill_settings(self, settings: BaseModel) -> BaseModel:
        """The owner's settings with what he left open taken from the books' own defaults. Kept for some minutes.

        Raises NeedsUser where the books have no default either.
        """
        ...

    def check_settings(self, settings: BaseModel) -> Sequence[Finding]:
        """Whether the books have what the owner chose there, and a shop's documents may use it.

        Changes nothing, and never raises. FAILING, about "settings" and beginning with the setting's name, for each
        choice that the first order would be refused for, and where something could not be found out; nothing for what
        is well, or was left open. Asks anew each time.
        """
        ...

    def is_usable(self, setting: str, value: str) -> bool:
        """Whether the books take a document with this value, a customer's own, of this one of the settings.

        `setting`: one that `Customer` has, too. Kept for some minutes.
        """
        ...

    def find_by_reference(self, reference: str) -> Sequence[FoundDocument]:
        """Every document whose reference is exactly this one (case matters), in every place it can be."""
        ...

    def get_document(self, kind: DocumentKind, place: Place, number: str) -> FoundDocument:
        """One document by its number. Raises Skip("document_gone") when the books have none there."""
        ...

    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        """Makes a draft, and returns it with the totals that the books computed."""
        ...

    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        """Gives a draft another content, the whole of it, if its reference is exactly this one.

        `request` is what `write_document` wrote, with the same reference. Returns the draft with the totals that the
        books computed anew. Raises Skip("document_gone") as `delete_draft` does, and OutcomeUnknown where the draft
        went away at that very moment, so that the books made another one.
        """
        ...

    def delete_draft(self, kind: DocumentKind, number: str, *, reference: str, key: str) -> None:
        """Deletes a draft if its reference is exactly this one; numbers are reused, so a stranger's draft may bear it.

        Raises Skip("document_gone") when there is none, or another one, under that number.
        """
        ...

    def book(
        self,
        number: str,
        *,
        reference: str,
        key: str,
        send_by: SendBy = SendBy.NONE,
        with_number: int | None = None,
    ) -> FoundDocument:
        """Books a draft invoice if its reference is exactly this one. It cannot be undone.

        The books send it to the customer as `send_by` says. It gets the next number of their series, or `with_number`.
        Raises Skip("document_gone") as `delete_draft` does, and NeedsUser("booked_number_taken") where another invoice
        has that number. A message reads on behind "Draft 1042 was made, and booking it failed: ".
        """
        ...

    def open_day(self, day: date, *, within: int) -> date | None:
        """The first day from `day` on, at most `within` days later, on which the books take a document.

        With `within` 0 that is the day alone. None where there is none: the periods, or the years, are closed or
        missing. What the books say of them is kept for a minute at most. Raises NeedsUser where the books let nobody
        look.
        """
        ...

    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        """Product number as asked for -> the rate in percent that the books will apply to a line with that product, in
        a document of that VAT zone. At most eight decimals; 0 where there is no VAT.

        Numbers that the books do not have are left out. What the books say is kept for some minutes at most, so that
        products that were asked for just now cost no request. Raises NeedsUser where a line could not be booked in that
        zone, where it can be no zone of these books, and, as NeedsUser("rates_hidden"), where they let nobody look.
        """
        ...

    def vat_zones(self) -> Sequence[VatZone]:
        """All in which a customer, and so a document, can stand. Kept for some minutes."""
        ...

    def new_product_rate(self, settings: BaseModel, zone: str) -> Decimal:
        """As `vat_rates`, for a product that `write_product` would make with these settings, which are filled."""
        ...

    def forget(self) -> None:
        """What was kept of the books is asked for anew: somebody says that he has changed something there."""
        ...

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        """All customers that have it, each once; barred ones too.

        An e-mail address case aside; a number exactly; a company number with or without its country's prefix, and a
        phone as `shared.domain.phones.normalised` gives it, both however they are written in the books. What is written
        there without a country's code or prefix is a number of `home`, one of `shared.domain.regions.PLACES`. None for
        a value that can be nobody's.
        """
        ...

    def get_customer(self, number: str) -> Customer:
        """Raises Skip("customer_gone")."""
        ...

    def next_customer_number(self, first: int, last: int) -> str | None:
        """The number behind the highest that a customer has from `first` to `last`; None where that is `last`."""
        ...

    def create_customer(self, request: bytes, *, key: str) -> Customer:
        """Raises Skip("customer_exists") when the number that the request asks for is taken."""
        ...

    def update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        """Makes the named fields what the contact says, where it says something; all else of the customer stays.

        `fields`: of `shared.domain.contact.FIELDS`. Writes nothing where nothing differs. Wherever the outcome is
        unknown it is simply done again. Raises Skip("customer_gone"), and NeedsUser for what the books refuse, naming
        the field.
        """
        ...

    def would_update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        """What `update_customer` would do, without doing it; raises as it does for what is known beforehand."""
        ...

    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        """Those of the numbers that the books have, each spelt as the books spell it; barred ones too."""
        ...

    def create_product(self, request: bytes, *, key: str) -> Product:
        """Raises Skip("product_exists") when the number is taken."""
        ...

    def close(self) -> None: ...


class Accounting(Connector):
    #: What the owner chooses for documents in these books; all of it may be left out.
    Settings: ClassVar[type[BaseModel]]
    document_kinds: ClassVar[frozenset[DocumentKind]]
    #: What a document can hold besides what an order fills by itself; `DocumentPlan.fields` goes by their names.
    document_fields: ClassVar[tuple[Target, ...]]
    #: How the books round VAT; None where nobody knows.
    rounding: ClassVar[Rounding | None]

    @abstractmethod
    def connect(self, credentials: BaseModel, pace: Pace = UNHURRIED) -> AccountingClient:
        """Opens no connection yet. Raises TypeError for another connector's credentials."""

    @abstractmethod
    def own_zone(self, settings: BaseModel) -> str:
        """The VAT zone of a document whose plan names none."""

    @abstractmethod
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        """The exact request that makes the draft, from filled settings. The same plan gives the same bytes.

        Texts that are too long are cut, and named: "recipient.address", "delivery.city", a field by its own name,
        "line 2" as the document counts its lines. The plan's reference never is: it stands first where it is found,
        before a blank and the field `reference`. Raises NeedsUser for what the books cannot hold (a product number that
        is too long, an amount with three decimals, a VAT zone that is none, a field that is not declared or of another
        kind).
        """

    @abstractmethod
    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        """The exact request that makes the customer, from filled settings. The same customer gives the same bytes.

        `Request.cut` names fields of the contact. Raises NeedsUser for what the books cannot hold; an address or a
        number by which somebody is found or reached is never cut.
        """

    @abstractmethod
    def customer_number_of(self, request: bytes) -> str | None:
        """The number that a request of `write_customer` asks for; None where the books are to give one."""

    @abstractmethod
    def write_product(self, product: NewProduct, settings: BaseModel) -> bytes: ...
