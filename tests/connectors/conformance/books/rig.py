"""What the tests of an accounting system's connector must provide, so that the suite can judge it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient
from connectors.pace import UNHURRIED, Pace
from shared.domain.contact import Contact
from shared.domain.document import (
    Customer,
    Delivery,
    DocumentKind,
    DocumentPlan,
    FieldValue,
    FoundDocument,
    Place,
    Product,
    Recipient,
    SendBy,
)
from shared.domain.findings import Finding
from shared.domain.mapping import Target
from tests.connectors.conformance.rig import SystemCases, SystemRig

#: What a document is found by where a case asks for nothing else.
REFERENCE = "SL1-12"
#: Who buys in every plan; none of it may come out anywhere.
BUYER = Recipient(name="Mette Planted", address="Gemmestien 7", postcode="6971", city="Plantedby", country="DK")
#: Whose phones and company numbers the books write without a country's code or prefix, where it does not matter.
HOME = "DK"
#: What nothing in the books has for a number; some of it is more than a number in an address.
NO_NUMBERS = ("987654321", "", " ", "/", "//", ".", "..", "0", "-1", "1/..", "?", "#", "%", "*", "1?x=1", "9" * 40)
#: As a shell pattern: the methods of requests that change something.
WRITING = "[!G]*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many characters the system keeps. A longer reference or product number is refused, the rest is cut."""

    reference: int
    product_number: int
    recipient_name: int
    recipient_address: int
    recipient_postcode: int
    recipient_city: int
    recipient_country: int
    delivery_address: int
    delivery_postcode: int
    delivery_city: int
    delivery_country: int
    line_text: int
    product_name: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the system itself says stands on a draft."""

    recipient: Recipient
    #: None where it says nothing of it; without terms and day, which are fields.
    delivery: Delivery | None
    #: By the names that the connector declares, those that are filled.
    fields: Mapping[str, FieldValue]
    lines: tuple[str, ...]


class BooksRig(SystemRig):
    """One running agreement: its currencies, settings and years are in order; it has no customers and no documents."""

    connector: ClassVar[Accounting]
    #: Documents that one page of the vendor holds at most.
    page_size: ClassVar[int]
    limits: ClassVar[Limits]
    #: Fields of text that are refused when they are too long, since they mean something else without their ends.
    uncut_fields: ClassVar[frozenset[str]]
    #: By the contact's field, how many characters the system keeps of it; these are cut.
    cut: ClassVar[Mapping[str, int]]
    #: The same of those that are refused rather than cut. Together all fields that the system has a place for.
    uncut: ClassVar[Mapping[str, int]]
    #: Two at least, the books' own first.
    currencies: ClassVar[Sequence[str]]
    #: Two VAT zones at least, that of documents whose plan names none first.
    zones: ClassVar[Sequence[str]]
    #: Numbers that the system takes, as hard to send as it takes them, one as long as it may be.
    odd_products: ClassVar[Sequence[str]]
    #: Each one choice in `connector.Settings` that the books refuse: nothing there, deleted, or not for a shop's order.
    wrong_choices: ClassVar[Sequence[Mapping[str, Any]]]

    @abstractmethod
    def __init__(self) -> None:
        """Makes `sandbox`; it is started by `with`."""

    # Reaching it.

    @property
    @abstractmethod
    def settings(self) -> BaseModel:
        """`connector.Settings` of an owner who chose only what he must for customers and products to be made."""

    @contextmanager
    def client(self, pace: Pace = UNHURRIED) -> Iterator[AccountingClient]:
        client = self.connector.connect(self.credentials, pace)
        try:
            yield client
        finally:
            client.close()

    def check(self) -> Sequence[Finding]:
        with self.client() as client:
            return client.check()

    def contents(self) -> object:
        return list(self.documents()), list(self.customers()), list(self.products())

    @abstractmethod
    def forbid_drafts(self, *kinds: DocumentKind) -> None:
        """From now on the agreement has no such drafts: reading and making them is refused."""

    @abstractmethod
    def throttle(self, after: timedelta, *, method: str = "*") -> None:
        """Turns all requests of such a method away in the vendor's way, asking to wait that long."""

    # Keeping books by hand, not through the connector.

    @abstractmethod
    def plan(self, kind: DocumentKind, *, reference: str = REFERENCE, currency: str | None = None) -> DocumentPlan:
        """A document that is hard to add up, dated today, for `BUYER`, whose customer and products it puts in place.

        Several lines and VAT rates, a line of text, a broken quantity; `total` is worked out by hand.
        """

    @abstractmethod
    def put_customer(self, email: str, *, barred: bool = False) -> str:
        """Its number."""

    @abstractmethod
    def put_contact(self, contact: Contact, *, number: str | None = None, barred: bool = False) -> str:
        """Its number; one that is taken is replaced. All that the books keep beside a contact is chosen, and unusual.

        Named somehow where the contact says no name.
        """

    @abstractmethod
    def bar_customer(self, number: str) -> None: ...

    @abstractmethod
    def put_product(self, number: str, *, barred: bool = False) -> None: ...

    @abstractmethod
    def put_taxed_product(self, number: str, rates: Mapping[str, Decimal]) -> None:
        """`rates` in percent by VAT zone; in a zone that is not named no line with it can be booked."""

    @abstractmethod
    def hide_rates(self) -> None:
        """From now on the books let nobody look by which rates they tax. All else can still be done."""

    @abstractmethod
    def put_zone(self, name: str, *, for_customers: bool) -> str:
        """The number of a new VAT zone. `for_customers`: whether a customer, and so a document, can have it."""

    @abstractmethod
    def full(self, target: Target) -> FieldValue:
        """As much as a field of a document for `REFERENCE` holds; what it names is put in place."""

    @abstractmethod
    def put_draft(self, kind: DocumentKind, *, reference: str, reachable: bool = False) -> str:
        """Its number. `reachable`: whether the books can send it to the customer in every way that they know."""

    @abstractmethod
    def delete_draft(self, kind: DocumentKind, number: str) -> None: ...

    @abstractmethod
    def move_order(self, number: str, place: Place) -> None: ...

    @abstractmethod
    def close_period(self, day: date) -> date:
        """Nothing can be booked any more in the period that has that day; returns the period's last day."""

    @abstractmethod
    def close_year(self, day: date) -> date:
        """The same of the accounting year that has that day."""

    @abstractmethod
    def forget_keys(self) -> None:
        """So much time passes that idempotency keys protect nothing any more."""

    # Looking into them.

    @property
    @abstractmethod
    def years(self) -> tuple[date, date]:
        """The first day of the first accounting year, and the last day of the last."""

    @abstractmethod
    def sent_by(self, number: str) -> SendBy:
        """How a booked invoice was sent."""

    @abstractmethod
    def documents(self) -> Sequence[FoundDocument]:
        """All there are, in every place."""

    @abstractmethod
    def customers(self) -> Sequence[Customer]: ...

    @abstractmethod
    def contact(self, number: str) -> Contact:
        """What the books have of a customer."""

    @abstractmethod
    def beside_contact(self, number: str) -> Mapping[str, Any]:
        """All else that they keep of it, but what an update itself changes (the moment of the last change)."""

    @abstractmethod
    def products(self) -> Sequence[Product]: ...

    @abstractmethod
    def texts(self, kind: DocumentKind, number: str) -> Texts:
        """Of a draft."""

    # Trouble on the way.

    def lose_answer(self) -> None:
        """The next change is made, and then there is silence."""
        self.sandbox.add_fault(kind="hang_after_commit", method=WRITING, count=1)

    def commit_late(self) -> None:
        """The line drops under the next change, which is made only at `let_go`."""
        self.sandbox.add_fault(kind="late_commit", method=WRITING, count=1)

    def let_go(self) -> None:
        """Ends all trouble; returns when everything that was late is done."""
        self.sandbox.faults.clear()

    @property
    def changes(self) -> int:
        """How many requests so far were to change something."""
        return sum(entry.method != "GET" for entry in self.requests)


class BooksCases(SystemCases):
    """Base of the parts of the accounting systems' suite."""

    rig: ClassVar[type[BooksRig]]
