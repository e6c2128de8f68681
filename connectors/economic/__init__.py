"""e-conomic (REST API): draft orders and draft invoices, and their booking."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel

from connectors.accounting import Accounting, AccountingClient, Request
from connectors.economic import credentials as access
from connectors.economic import read, write
from connectors.economic import settings as choices
from connectors.economic.client import EconomicClient
from connectors.economic.document_fields import DOCUMENT_FIELDS
from connectors.economic.write_customer import write_customer
from connectors.pace import UNHURRIED, Budget, Pace
from shared.domain.document import DocumentKind, DocumentPlan, NewCustomer, NewProduct
from shared.domain.mapping import Target
from shared.domain.money import Rounding


class Economic(Accounting):
    kind: ClassVar[str] = "economic"
    title: ClassVar[str] = "e-conomic"
    Credentials: ClassVar[type[BaseModel]] = access.Credentials
    Settings: ClassVar[type[BaseModel]] = choices.Settings
    document_kinds: ClassVar[frozenset[DocumentKind]] = frozenset({DocumentKind.ORDER, DocumentKind.INVOICE})
    document_fields: ClassVar[tuple[Target, ...]] = DOCUMENT_FIELDS
    #: Neither written down anywhere nor recorded.
    rounding: ClassVar[Rounding | None] = None
    #: As the header X-RateLimiting names it: "token-limit-10000-per-60-seconds".
    budget: ClassVar[Budget | None] = Budget(tokens=10_000, per=timedelta(seconds=60))

    def origin(self, credentials: BaseModel) -> str:
        return _access(credentials).url

    def connect(self, credentials: BaseModel, pace: Pace = UNHURRIED) -> AccountingClient:
        return EconomicClient(_access(credentials), pace)

    def own_zone(self, settings: BaseModel) -> str:
        return str(choices.as_settings(settings).vat_zone)

    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return write.write_document(plan, choices.as_settings(settings))

    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        return write_customer(customer, choices.as_settings(settings))

    def customer_number_of(self, request: bytes) -> str | None:
        return read.customer_number_of(request)

    def write_product(self, product: NewProduct, settings: BaseModel) -> bytes:
        return write.write_product(product, choices.as_settings(settings))


def _access(credentials: BaseModel) -> access.Credentials:
    if not isinstance(credentials, access.Credentials):
        raise TypeError("credentials of another connector")
    return credentials
