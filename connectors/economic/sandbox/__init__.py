"""An imitation of e-conomic's REST API, served over HTTP: see README.md for what it imitates."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.economic.sandbox.app import Application
from connectors.economic.sandbox.desk import new_desk
from connectors.economic.sandbox.documents import SandboxDocument
from connectors.economic.sandbox.schemas import Schemas
from connectors.economic.sandbox.state import Books, KeyPolicy, Role, Settings
from connectors.economic.sandbox.totals import Rounding, Ties
from shared.domain.document import DocumentKind, Place
from shared.sandbox.faults import Faults
from shared.sandbox.journal import Journal
from shared.sandbox.server import Sandbox

__all__ = ["EconomicSandbox", "KeyPolicy", "Role", "Rounding", "SandboxDocument", "Ties"]

#: Where the vendor's JSON schemas are, for who has them.
SCHEMAS = "ECONOMIC_SCHEMAS"


class EconomicSandbox(Sandbox):
    """The books of one agreement on loopback. Use it as a context manager, or `start` and `stop` it.

    Its methods do by hand what `/__sandbox__` does over HTTP; they raise ValueError for what the books refuse.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        rounding: Rounding = Rounding.RATE,
        ties: Ties = Ties.AWAY,
        keys: KeyPolicy = KeyPolicy.ARRIVAL,
        schemas: Path | None = None,
    ) -> None:
        if schemas is None and (named := os.environ.get(SCHEMAS)):
            schemas = Path(named)
        journal, faults = Journal(), Faults()
        self.books = Books(Settings(rounding=rounding, ties=ties, keys=keys))
        desk = new_desk(self.books, Schemas(schemas))
        self._hand = desk.hand
        now = self.books.clock.now
        super().__init__(Application(desk, journal, faults), journal, faults, port=port, now=lambda: now().timestamp())
        self.books.url = self.url

    @property
    def app_secret_token(self) -> str:
        return self.books.app_secret_token

    @property
    def agreement_grant_token(self) -> str:
        return self.books.agreement_grant_token

    @property
    def settings(self) -> Settings:
        """Knobs, to be turned while it runs: see `state.Settings`."""
        return self.books.settings

    def start(self) -> EconomicSandbox:
        super().start()
        return self

    def put_product(self, number: str, name: str = "Vare", group: int = 1, barred: bool = False) -> None:
        self._hand.product(number, name, group, barred=barred)

    def set_product_barred(self, number: str, barred: bool) -> None:
        self._hand.bar_product(number, barred=barred)

    def delete_product(self, number: str) -> None:
        """Raises KeyError for one that the books do not have."""
        self._hand.delete_product(number)

    def put_product_group(self, number: int, rates: Mapping[int, Decimal], name: str = "Varer") -> None:
        """`rates` in percent by VAT zone, each with a sales account of its own; a zone that is not named gets none. A
        number that is taken is replaced."""
        self._hand.product_group(number, rates, name)

    def change_vat_rate(self, code: str, rate: Decimal) -> None:
        """Of a VAT code ("U25"), in percent; drafts that are there keep what they came to."""
        self._hand.change_vat_rate(code, rate)

    def put_customer(
        self,
        name: str = "Lampeland Handel",
        email: str = "",
        number: int | None = None,
        barred: bool = False,
        **fields: Any,
    ) -> int:
        """`fields` as the API knows them, such as `address` or `vatZone={"vatZoneNumber": 2}`; returns the number."""
        return self._hand.customer(
            number, {"name": name, **({"email": email} if email else {}), **fields}, barred=barred
        )

    def put_employee(self, number: int, name: str = "Ansat") -> None:
        self._hand.employee(number, name)

    def put_project(self, number: int) -> None:
        self._hand.project(number)

    def put_draft(
        self,
        kind: DocumentKind,
        *,
        reference: str,
        customer: int | None = None,
        currency: str = "DKK",
        day: date | None = None,
        lines: Sequence[tuple[str, Decimal, Decimal]] | None = None,
        ean: str | None = None,
    ) -> int:
        """A stranger's draft; returns its number. Lines are (product, quantity, net price); one for 100 without any.
        `ean` is the recipient's."""
        return self._hand.draft(
            kind, reference=reference, customer=customer, currency=currency, day=day, lines=lines, ean=ean
        )

    def delete_draft(self, kind: DocumentKind, number: int) -> None:
        """By hand. Its number is free: the next draft gets the lowest one that is."""
        self._hand.delete(kind, number)

    def change_line(
        self, kind: DocumentKind, number: int, line: int, *, price: Decimal | None = None, text: str | None = None
    ) -> None:
        """By hand, in a draft; lines are counted from 1, `price` is net."""
        self._hand.change(kind, number, line, price=price, text=text)

    def book_draft(self, number: int, *, with_number: int | None = None) -> int:
        """By hand, a draft invoice; returns the invoice's number."""
        return self._hand.book(number, with_number=with_number)

    def credit_invoice(self, number: int, *, reference: str | None = None) -> int:
        """By hand: a booked invoice of negative quantities, with the reference of the one that it takes back, or with
        another; returns its number."""
        return self._hand.credit(number, reference=reference)

    def move_order(self, number: int, place: Place) -> None:
        self._hand.move(number, place)

    def bar_period(self, from_date: date, to_date: date) -> None:
        """Nothing can be booked from the one day to the other, both included."""
        with self.books.lock:
            self.books.periods.bar(from_date, to_date)

    def close_year(self, name: str) -> None:
        """By its name: "2026", "2026/2027"."""
        with self.books.lock:
            self.books.periods.close_year(name)

    def put_years(self, *spans: tuple[date, date]) -> None:
        """Accounting years (first day, last day) in place of those that were there, all open."""
        with self.books.lock:
            self.books.periods.put_years(spans)

    def open_periods(self) -> None:
        """And years."""
        with self.books.lock:
            self.books.periods.open_all()

    def revoke_grant(self) -> None:
        self.books.granted = False

    def restore_grant(self) -> None:
        self.books.granted = True

    def advance_clock(self, seconds: float) -> None:
        """Idempotency keys live an hour of this clock, and answers are dated by it; the rate budget goes by the
        machine's."""
        self.books.clock.advance(seconds)

    def documents(self) -> list[SandboxDocument]:
        """Every document in every place, in the order in which they were made."""
        return self._hand.summaries()

    def customers(self) -> list[dict[str, Any]]:
        """As the API shows them."""
        with self.books.lock:
            return self.books.customers.all()

    def products(self) -> list[dict[str, Any]]:
        """As the API shows them."""
        with self.books.lock:
            return self.books.products.all()
