"""Accounting connectors with one mistake each in the rates that they say the books will apply, and in zones."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel

from connectors.accounting import Request, VatZone
from connectors.economic import Economic
from connectors.economic.client import EconomicClient
from connectors.economic.lookups import rows
from shared.domain.document import DocumentKind, DocumentPlan, FoundDocument, NewCustomer
from shared.errors import ConnectionBroken, NeedsUser
from tests.connectors.conformance.books.mutants_in_checks import try_a_customer


class TakesEveryZoneForHome(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        return super().vat_rates(numbers, "1")


class TakesOneRateForAll(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        found = super().vat_rates(numbers, zone)
        return dict.fromkeys(found, max(found.values(), default=Decimal(0)))


class TakesWhatIsUnknownForFree(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        return {**dict.fromkeys(numbers, Decimal(0)), **super().vat_rates(numbers, zone)}


class TellsRatesAsTheBooksSpell(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        return super().vat_rates([product.number for product in self.find_products(numbers)], zone)


class TakesNoAccountForNoVat(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        with suppress(NeedsUser):
            return super().vat_rates(numbers, zone)
        return dict.fromkeys(numbers, Decimal(0))


class BreaksOverHiddenRates(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        try:
            return super().vat_rates(numbers, zone)
        except NeedsUser as hidden:
            raise ConnectionBroken(hidden.code, hidden.message) from None


class AsksForRatesEachTime(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        self.lookups._kept.clear()
        return super().vat_rates(numbers, zone)


class ForgetsNothing(EconomicClient):
    def forget(self) -> None:
        pass


class AsksForEachRateAlone(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        ask = super().vat_rates
        return {number: rate for one in numbers for number, rate in ask([one], zone).items()}


class AsksForRatesOfNothing(EconomicClient):
    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        return super().vat_rates(numbers or ["0"], zone)


class TriesTheRate(EconomicClient):
    """By making something."""

    def vat_rates(self, numbers: Collection[str], zone: str) -> Mapping[str, Decimal]:
        try_a_customer(self._rest)
        return super().vat_rates(numbers, zone)


class TakesNewProductsForFree(EconomicClient):
    def new_product_rate(self, settings: BaseModel, zone: str) -> Decimal:
        return Decimal(0)


class TellsTheUsualZonesOnly(EconomicClient):
    def vat_zones(self) -> Sequence[VatZone]:
        return super().vat_zones()[:4]


class TellsZonesOfSuppliersToo(EconomicClient):
    def vat_zones(self) -> Sequence[VatZone]:
        return [VatZone(str(row["vatZoneNumber"]), row["name"]) for row in rows(self._rest, "vat-zones")]


class KeepsTheCurrencyToItself(EconomicClient):
    def create_document(self, kind: DocumentKind, request: bytes, *, key: str) -> FoundDocument:
        try:
            return super().create_document(kind, request, key=key)
        except NeedsUser as refusal:
            raise NeedsUser(refusal.code, "The books do not have this currency.") from None


class IgnoresTheZone(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        return super().write_document(replace(plan, vat_zone=None), settings)


class IgnoresDiscounts(Economic):
    def write_document(self, plan: DocumentPlan, settings: BaseModel) -> Request:
        lines = tuple(replace(line, discount=Decimal(0)) for line in plan.lines)
        return super().write_document(replace(plan, lines=lines), settings)


class MakesAllCustomersAtHome(Economic):
    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        return super().write_customer(replace(customer, vat_zone=None), settings)


class NamesAnotherZone(Economic):
    def own_zone(self, settings: BaseModel) -> str:
        return "2"


class GuessesHowItRounds(Economic):
    rounding: ClassVar[Any] = "line"
