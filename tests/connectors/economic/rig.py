"""e-conomic's books for the conformance suite."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from unittest.mock import patch

import httpx
from pydantic import BaseModel

from connectors.accounting import Accounting
from connectors.economic import Economic, rest
from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.furniture import VatZone
from shared.domain.contact import Contact
from shared.domain.document import (
    Customer,
    DocumentKind,
    DocumentLine,
    DocumentPlan,
    FieldValue,
    FoundDocument,
    Place,
    Product,
    SendBy,
)
from shared.domain.mapping import Target
from tests.connectors.conformance.books.rig import BUYER, REFERENCE, BooksRig, Limits, Texts
from tests.connectors.conformance.rig import VendorError
from tests.connectors.economic.contacts import CHOSEN, contact_of, customer_of, rest_of, written
from tests.connectors.economic.documents import full, texts_of
from tests.connectors.economic.vendor_errors import VENDOR_ERRORS
from tests.support.books import found

#: Seconds of patience where a test waits for its end.
PATIENCE = 0.25
#: Idempotency keys are kept for an hour.
KEY_LIFE = timedelta(hours=1)
FOLDERS = {DocumentKind.ORDER: "orders", DocumentKind.INVOICE: "invoices"}

#: 25 % VAT, 12 % and none, by their product groups.
STANDARD, REDUCED, FREE = 1, 3, 2
#: (product, its group, text, quantity, net unit price); without a product a line of text.
#: Net 240.69 + 11.13 + 15.43 = 267.25 at 25 %, 99.90 at 12 %, 100.00 without VAT.
LINES: Sequence[tuple[str | None, int, str, str, str]] = (
    ("KRUS-3", STANDARD, "Kaffekrus & fad", "3", "80.23"),
    ("TE", STANDARD, "Te, brev", "7", "1.59"),
    ("STOF", STANDARD, "Stof, metervare", "1.25", "12.34"),
    (None, FREE, "Pakkes ind hver for sig.", "0", "0"),
    ("BOG", REDUCED, "Kogebog", "2", "49.95"),
    ("GAVEKORT", FREE, "Gavekort", "1", "100"),
)
#: 467.15 net and 66.81 + 11.99 VAT, the same whether VAT is rounded per line, per rate or per document.
ORDER_TOTAL = Decimal("545.95")
#: An invoice can take something off: 20.00 net at 25 % less.
DISCOUNT = ("RABAT", STANDARD, "Rabat", "-1", "20")
INVOICE_TOTAL = Decimal("520.95")


class EconomicRig(BooksRig):
    connector: ClassVar[Accounting] = Economic()
    page_size: ClassVar[int] = 1000
    limits: ClassVar[Limits] = Limits(
        reference=250,
        product_number=25,
        recipient_name=250,
        recipient_address=250,
        recipient_postcode=50,
        recipient_city=250,
        recipient_country=50,
        delivery_address=255,
        delivery_postcode=30,
        delivery_city=50,
        delivery_country=50,
        line_text=2500,
        product_name=300,
    )
    cut: ClassVar[Mapping[str, int]] = {
        "name": 255, "phone": 255, "mobile_phone": 50, "address": 510, "postcode": 30, "city": 50, "country": 50,
        "website": 255,
    }  # fmt: skip
    uncut: ClassVar[Mapping[str, int]] = {
        "email": 255, "company_number": 40, "vat_number": 20, "ean": 13, "p_number": 10, "public_entry_number": 50,
    }  # fmt: skip
    uncut_fields: ClassVar[frozenset[str]] = frozenset({"ean", "public_entry_number", "nemhandel_type"})
    currencies: ClassVar[Sequence[str]] = ("DKK", "EUR")
    zones: ClassVar[Sequence[str]] = ("1", "2")
    odd_products: ClassVar[Sequence[str]] = (
        "KRUS/BLÅ", "KRUS BLÅ", "KRUS.BLÅ", "KRUS_BLÅ", "KRUS+2", "Ægte øl", "A,B", "[A]", "A[1-2]", "(A)", "A)B",
        "A$B", "A*B", "A%B", "A%2FB", "A&B", "A?B", "A#B", "A:B", "<A>", "A\\B", "A'B", 'A"B', "A=B", "A;B", "0001",
        "-", ".", "..", "_", "_6_", "A_6_B", "日本", "9" * 25,
    )  # fmt: skip
    wrong_choices: ClassVar[Sequence[Mapping[str, Any]]] = (
        {"layout": 20},
        {"layout": 77},
        {"payment_terms": 2},
        {"payment_terms": 77},
        {"vat_zone": 77},
        {"customer_group": 77},
        {"product_group": 77},
        {"unit": 77},
    )
    vendor_errors: ClassVar[Sequence[VendorError]] = VENDOR_ERRORS
    sandbox: EconomicSandbox

    def __init__(self) -> None:
        self.sandbox = EconomicSandbox()
        self._customer = ""

    @property
    def credentials(self) -> BaseModel:
        books = self.sandbox
        return self.connector.Credentials.model_validate(
            {
                "app_secret_token": books.app_secret_token,
                "agreement_grant_token": books.agreement_grant_token,
                "url": books.url,
            }
        )

    @property
    def secrets(self) -> Sequence[str]:
        return self.sandbox.app_secret_token, self.sandbox.agreement_grant_token

    @property
    def settings(self) -> BaseModel:
        return self.connector.Settings.model_validate({"customer_group": 1, "product_group": STANDARD})

    def impatient(self) -> AbstractContextManager[object]:
        return patch.object(rest, "TIMEOUT", httpx.Timeout(PATIENCE))

    def refuse_credentials(self) -> None:
        self.sandbox.revoke_grant()

    def put_clock_forward(self, seconds: float) -> None:
        self.sandbox.advance_clock(seconds)

    def forbid_drafts(self, *kinds: DocumentKind) -> None:
        self.sandbox.settings.missing_modules = [FOLDERS[kind] for kind in kinds]

    def throttle(self, after: timedelta, *, method: str = "*") -> None:
        headers = {"Retry-After": str(int(after.total_seconds()))}
        self.sandbox.add_fault(kind="answer", status=429, headers=headers, method=method)

    def plan(self, kind: DocumentKind, *, reference: str = REFERENCE, currency: str | None = None) -> DocumentPlan:
        lines = LINES if kind is DocumentKind.ORDER else (*LINES, DISCOUNT)
        if not self._customer:
            self._customer = self.put_customer("buyer@lampeland.example")
            for product, group, text, _, _ in (*LINES, DISCOUNT):
                if product is not None:
                    self.sandbox.put_product(product, name=text, group=group)
        return DocumentPlan(
            kind=kind,
            reference=reference,
            date=datetime.now(UTC).date(),
            currency=currency or self.currencies[0],
            customer=self._customer,
            recipient=BUYER,
            fields={"heading": "Ordre 12"},
            lines=tuple(_lines(lines)),
            total=ORDER_TOTAL if kind is DocumentKind.ORDER else INVOICE_TOTAL,
        )

    def put_customer(self, email: str, *, barred: bool = False) -> str:
        return str(self.sandbox.put_customer(name="Kunde", email=email, barred=barred))

    def put_contact(self, contact: Contact, *, number: str | None = None, barred: bool = False) -> str:
        fields = {"name": "Kunde", **CHOSEN, **written(contact)}
        given = None if number is None else int(number)
        return str(self.sandbox.put_customer(number=given, barred=barred, **fields))

    def bar_customer(self, number: str) -> None:
        self.sandbox.put_customer(name="Kunde", number=int(number), barred=True)

    def put_product(self, number: str, *, barred: bool = False) -> None:
        self.sandbox.put_product(number, barred=barred)

    def put_taxed_product(self, number: str, rates: Mapping[str, Decimal]) -> None:
        group = len(self.sandbox.books.product_groups) + 1
        self.sandbox.put_product_group(group, {int(zone): rate for zone, rate in rates.items()})
        self.sandbox.put_product(number, group=group)

    def hide_rates(self) -> None:
        self.sandbox.settings.hidden = ["accounts", "vat-accounts"]

    def put_zone(self, name: str, *, for_customers: bool) -> str:
        number = max(self.sandbox.books.vat_zones) + 1
        self.sandbox.books.vat_zones[number] = VatZone(number, name, for_customers=for_customers)
        return str(number)

    def full(self, target: Target) -> FieldValue:
        return full(self.sandbox, target)

    def put_draft(self, kind: DocumentKind, *, reference: str, reachable: bool = False) -> str:
        customer = self.sandbox.put_customer(name="Kunde", email="kunde@lampeland.example") if reachable else None
        ean = "5790000000012" if reachable else None
        return str(self.sandbox.put_draft(kind, reference=reference, customer=customer, ean=ean))

    def delete_draft(self, kind: DocumentKind, number: str) -> None:
        self.sandbox.delete_draft(kind, int(number))

    def move_order(self, number: str, place: Place) -> None:
        self.sandbox.move_order(int(number), place)

    def close_period(self, day: date) -> date:
        last = day.replace(day=monthrange(day.year, day.month)[1])
        self.sandbox.bar_period(day.replace(day=1), last)
        return last

    def close_year(self, day: date) -> date:
        self.sandbox.close_year(str(day.year))
        return date(day.year, 12, 31)

    def forget_keys(self) -> None:
        self.sandbox.advance_clock((KEY_LIFE + timedelta(seconds=1)).total_seconds())

    @property
    def years(self) -> tuple[date, date]:
        years = self.sandbox.books.periods.years
        return years[0].first, years[-1].last

    def sent_by(self, number: str) -> SendBy:
        booked = [one for one in self.sandbox.documents() if one.place is Place.BOOKED]
        return next(one.sent_by for one in booked if str(one.number) == number)

    def documents(self) -> Sequence[FoundDocument]:
        return [found(one) for one in self.sandbox.documents()]

    def customers(self) -> Sequence[Customer]:
        return [customer_of(one) for one in self.sandbox.customers()]

    def contact(self, number: str) -> Contact:
        return contact_of(self._entity(f"customers/{number}"))

    def beside_contact(self, number: str) -> Mapping[str, Any]:
        return rest_of(self._entity(f"customers/{number}"))

    def products(self) -> Sequence[Product]:
        return [
            Product(number=one["productNumber"], name=one["name"], barred=one.get("barred", False))
            for one in self.sandbox.products()
        ]

    def texts(self, kind: DocumentKind, number: str) -> Texts:
        return texts_of(self._entity(f"{FOLDERS[kind]}/drafts/{number}"))

    def _entity(self, path: str) -> Mapping[str, Any]:
        headers = {
            "X-AppSecretToken": self.sandbox.app_secret_token,
            "X-AgreementGrantToken": self.sandbox.agreement_grant_token,
        }
        answer = httpx.get(f"{self.sandbox.url}/{path}", headers=headers).raise_for_status()
        body: Mapping[str, Any] = answer.json()
        return body


def _lines(rows: Iterable[tuple[str | None, int, str, str, str]]) -> Iterable[DocumentLine]:
    for product, _, text, quantity, price in rows:
        yield DocumentLine(product=product, text=text, quantity=Decimal(quantity), unit_price=Decimal(price))
