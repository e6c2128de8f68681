"""What the books hold, in memory. One lock guards all of it: take `books.lock` around every read and change."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.economic.sandbox import furniture
from connectors.economic.sandbox.chart import Chart
from connectors.economic.sandbox.clock import BooksClock
from connectors.economic.sandbox.furniture import Employee, ProductGroup, Project
from connectors.economic.sandbox.periods import Periods
from connectors.economic.sandbox.table import Table
from connectors.economic.sandbox.totals import Rounding, Ties


class KeyPolicy(StrEnum):
    """What an idempotency key protects from the beginning of its request to its end."""

    #: The key is taken when the request arrives: another request with it waits for the first and gets its answer.
    ARRIVAL = "arrival"
    #: The key is only kept with the result: two requests at the same time are both carried out.
    COMMIT = "commit"


class Role(StrEnum):
    """What the app was made for, as e-conomic names it."""

    SUPER_USER = "SuperUser"
    SALES = "Sales"
    BOOKKEEPING = "Bookkeeping"
    PROJECT_EMPLOYEE = "ProjectEmployee"


#: First parts of addresses that only SuperUser and Sales reach.
OF_SALES = frozenset({"customers", "products", "orders", "invoices", "layouts"})
#: The same of SuperUser and Bookkeeping.
OF_BOOKKEEPING = frozenset({"accounting-years"})


@dataclass(slots=True)
class Settings:
    """Knobs that only a sandbox has."""

    rounding: Rounding = Rounding.RATE
    ties: Ties = Ties.AWAY
    keys: KeyPolicy = KeyPolicy.ARRIVAL
    tokens_per_minute: int = 10_000
    role: Role = Role.SUPER_USER
    #: First parts of addresses ("orders") for which the agreement lacks the module.
    missing_modules: Sequence[str] = ()
    #: First parts of addresses ("vat-accounts") that the role does not reach either, whatever it is.
    hidden: Sequence[str] = ()


class Books:
    """One agreement. `url` is where it is served, and the beginning of every link."""

    def __init__(self, settings: Settings) -> None:
        self.lock = threading.RLock()
        self.clock = BooksClock()
        self.settings = settings
        self.url = ""
        self.app_secret_token = f"app-{secrets.token_urlsafe(24)}"
        self.agreement_grant_token = f"grant-{secrets.token_urlsafe(24)}"
        #: False while the owner has taken the grant back.
        self.granted = True
        self.layouts = furniture.layouts()
        self.payment_terms = furniture.payment_terms()
        self.vat_zones = furniture.vat_zones()
        self.customer_groups = furniture.customer_groups()
        self.chart = Chart()
        self.product_groups: dict[int, ProductGroup] = {}
        for number, name, domestic in furniture.GROUPS:
            rates = dict.fromkeys(self.vat_zones, Decimal(0)) | {furniture.DOMESTIC: domestic}
            self.put_product_group(number, name, rates)
        self.units = furniture.units()
        self.employees: dict[int, Employee] = {}
        self.projects: dict[int, Project] = {}
        self.periods = Periods(self.clock.today())
        self.customers: Table[int] = Table("email")
        #: By number in lower case: two numbers that differ in case only are one.
        self.products: Table[str] = Table("productNumber")

    def put_product_group(self, number: int, name: str, rates: Mapping[int, Decimal]) -> None:
        """With a sales account of its own for each VAT zone that is named; `rates` in percent. Raises ValueError."""
        if unknown := sorted(rates.keys() - self.vat_zones.keys()):
            raise ValueError(f"there is no VAT zone {unknown[0]}")
        accounts = {
            zone: self.chart.open_sales_account(f"Salg, {name}, {self.vat_zones[zone].name}", rate)
            for zone, rate in rates.items()
        }
        self.product_groups[number] = ProductGroup(number, name, accounts)

    def group_of(self, product: Mapping[str, Any]) -> ProductGroup:
        return self.product_groups[product["productGroup"]["productGroupNumber"]]

    def rows(self, collection: str) -> Mapping[int, Any]:
        """Master data with numbers by the name of its collection; empty for what these books have none of."""
        known: dict[str, Mapping[int, Any]] = {
            "layouts": self.layouts,
            "payment-terms": self.payment_terms,
            "vat-zones": self.vat_zones,
            "customer-groups": self.customer_groups,
            "product-groups": self.product_groups,
            "units": self.units,
            "employees": self.employees,
            "projects": self.projects,
            "accounts": self.chart.accounts,
        }
        return known.get(collection, {})
