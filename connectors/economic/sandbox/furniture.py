"""What stands in new books: currencies, layouts, payment terms, VAT zones, groups, units; and whom they may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox.chart import DEBTORS

#: Rates of a day long ago: what 100 units cost in the base currency.
RATES = {"DKK": "100", "EUR": "745.95", "SEK": "65.40", "NOK": "64.10", "USD": "689.20"}
CURRENCY_NAMES = {"DKK": "Kroner", "EUR": "Euro", "SEK": "Svenske kroner", "NOK": "Norske kroner", "USD": "US dollar"}
BASE_CURRENCY = "DKK"
DOMESTIC = 1
#: Product groups: number, name, and percent in the domestic zone; in the others they are without VAT.
GROUPS = (
    (1, "Varer m/moms", Decimal(25)),
    (2, "Varer u/moms", Decimal(0)),
    (3, "Varer m/lav moms", Decimal(12)),
)


@dataclass(frozen=True, slots=True)
class Layout:
    number: int
    name: str
    deleted: bool = False

    def as_json(self, url: str) -> dict[str, Any]:
        body = {"layoutNumber": self.number, "name": self.name, "self": f"{url}/layouts/{self.number}"}
        return body | ({"deleted": True} if self.deleted else {})


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    number: int
    name: str
    #: One of `bodies.TERMS_TYPES`.
    type: str
    #: None where days mean nothing.
    days: int | None = None

    def due(self, invoiced: date) -> date:
        """When a document of that day is due, unless its caller says (type dueDate)."""
        if self.type == "invoiceMonth":
            invoiced = (invoiced.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return invoiced + timedelta(days=self.days or 0)

    def as_json(self, url: str) -> dict[str, Any]:
        days = {} if self.days is None else {"daysOfCredit": self.days}
        return {
            "paymentTermsNumber": self.number,
            **days,
            "name": self.name,
            "paymentTermsType": self.type,
            "self": f"{url}/payment-terms/{self.number}",
        }


@dataclass(frozen=True, slots=True)
class VatZone:
    number: int
    name: str
    #: Else for suppliers only.
    for_customers: bool = True

    def as_json(self, url: str) -> dict[str, Any]:
        for_customers = {"enabledForCustomer": True} if self.for_customers else {}
        return {
            "vatZoneNumber": self.number,
            "name": self.name,
            **for_customers,
            "enabledForSupplier": True,
            "self": f"{url}/vat-zones/{self.number}",
        }


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    number: int
    name: str

    def as_json(self, url: str) -> dict[str, Any]:
        link = f"{url}/customer-groups/{self.number}"
        account = {"accountNumber": DEBTORS, "self": f"{url}/accounts/{DEBTORS}"}
        return {
            "customerGroupNumber": self.number,
            "name": self.name,
            "account": account,
            "customers": f"{link}/customers",
            "self": link,
        }


@dataclass(frozen=True, slots=True)
class ProductGroup:
    number: int
    name: str
    #: The sales account by VAT zone; in a zone that is not named nothing of the group can be booked.
    accounts: Mapping[int, int]

    def as_json(self, url: str) -> dict[str, Any]:
        link = f"{url}/product-groups/{self.number}"
        return {
            "productGroupNumber": self.number,
            "name": self.name,
            "salesAccounts": f"{link}/sales-accounts",
            "products": f"{link}/products",
            "self": link,
        }


@dataclass(frozen=True, slots=True)
class Employee:
    number: int
    name: str

    def as_json(self, url: str) -> dict[str, Any]:
        link = f"{url}/employees/{self.number}"
        return {"employeeNumber": self.number, "name": self.name, "customers": f"{link}/customers", "self": link}


@dataclass(frozen=True, slots=True)
class Project:
    """Documents name them; the API that is imitated does not list them."""

    number: int


@dataclass(frozen=True, slots=True)
class Unit:
    number: int
    name: str

    def as_json(self, url: str) -> dict[str, Any]:
        link = f"{url}/units/{self.number}"
        return {"unitNumber": self.number, "name": self.name, "products": f"{link}/products", "self": link}


def layouts() -> dict[int, Layout]:
    return _by_number(Layout(19, "DK std. m. bankoplys."), Layout(20, "Gammelt brevpapir", deleted=True))


def payment_terms() -> dict[int, PaymentTerms]:
    return _by_number(
        PaymentTerms(1, "Netto 8 dage", "net", 8),
        PaymentTerms(2, "Forfaldsdato", "dueDate"),
        PaymentTerms(3, "Netto kontant", "paidInCash"),
    )


def vat_zones() -> dict[int, VatZone]:
    names = ("Domestic", "EU", "Abroad", "Domestic without VAT")
    return _by_number(*(VatZone(number, name) for number, name in enumerate(names, 1)))


def customer_groups() -> dict[int, CustomerGroup]:
    return _by_number(CustomerGroup(1, "Danske kunder"), CustomerGroup(2, "Udenlandske kunder"))


def units() -> dict[int, Unit]:
    return _by_number(Unit(1, "stk."))


def _by_number(*rows: Any) -> dict[int, Any]:
    return {row.number: row for row in rows}
