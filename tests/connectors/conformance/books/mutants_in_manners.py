"""Accounting connectors with one mistake each in how they ask: fates, pace and secrecy."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress

from pydantic import BaseModel

from connectors.economic.client import EconomicClient
from connectors.economic.credentials import Credentials
from connectors.pace import UNHURRIED, Pace, Said
from shared.domain.document import Customer, CustomerKey, DocumentKind, FoundDocument, Place, Product
from shared.errors import ConnectionBroken, NeedsUser, OutcomeUnknown, Retry, Skip


class AsksForSettingsEachTime(EconomicClient):
    def fill_settings(self, settings: BaseModel) -> BaseModel:
        self.lookups._kept.clear()
        return super().fill_settings(settings)


class BlamesTheUser(EconomicClient):
    def get_customer(self, number: str) -> Customer:
        try:
            return super().get_customer(number)
        except ConnectionBroken as broken:
            raise NeedsUser(broken.code, broken.message) from None


class LetsTheLibraryOut(EconomicClient):
    def get_customer(self, number: str) -> Customer:
        try:
            return super().get_customer(number)
        except Retry as retry:
            raise ConnectionError(retry.message) from None


class ForgetsRetryAfter(EconomicClient):
    def create_customer(self, request: bytes, *, key: str) -> Customer:
        try:
            return super().create_customer(request, key=key)
        except Retry as retry:
            raise Retry(retry.code, retry.message) from None


class Insists(EconomicClient):
    def get_customer(self, number: str) -> Customer:
        try:
            return super().get_customer(number)
        except Retry:
            return super().get_customer(number)


class AsksWhenItConnects(EconomicClient):
    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, pace)
        self._rest.get("self")


class FearsTheWorst(EconomicClient):
    """Of a line that was never open, too."""

    def create_customer(self, request: bytes, *, key: str) -> Customer:
        try:
            return super().create_customer(request, key=key)
        except Retry as retry:
            raise OutcomeUnknown(retry.code, retry.message) from None


class StumblesOverWhatIsGone(EconomicClient):
    def get_document(self, kind: DocumentKind, place: Place, number: str) -> FoundDocument:
        try:
            return super().get_document(kind, place, number)
        except Skip as gone:
            raise NeedsUser(gone.code, gone.message) from None

    def get_customer(self, number: str) -> Customer:
        try:
            return super().get_customer(number)
        except Skip as gone:
            raise NeedsUser(gone.code, gone.message) from None


class HurriesOn(EconomicClient):
    """Asks nobody."""

    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, UNHURRIED)


class _Deaf:
    def __init__(self, pace: Pace, *, seconds: float | None = None, tell: bool = True) -> None:
        self._pace = pace
        self._seconds = seconds
        self._tell = tell

    def before_call(self) -> float:
        allowed = self._pace.before_call()
        return allowed if self._seconds is None else self._seconds

    def after_call(self, said: Said) -> None:
        if self._tell:
            self._pace.after_call(Said(cost=said.cost))


class TakesItsTime(EconomicClient):
    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, _Deaf(pace, seconds=2.5))


class KeepsQuietAboutCosts(EconomicClient):
    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, _Deaf(pace, tell=False))


class KeepsQuietAboutWhatIsLeft(EconomicClient):
    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, _Deaf(pace))


class SpendsWhatThereIs(EconomicClient):
    """Takes what it found before the budget ended for all."""

    def find_products(self, numbers: Collection[str]) -> Sequence[Product]:
        with suppress(Retry):
            return super().find_products(numbers)
        return []


class LogsWhoBuys(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        logging.getLogger("connectors").debug("looking for %s", value)
        return super().find_customers(key, value, home)


class TellsTheTokenInAnError(EconomicClient):
    def get_customer(self, number: str) -> Customer:
        try:
            return super().get_customer(number)
        except ConnectionBroken as broken:
            token = self._rest._http.headers["X-AgreementGrantToken"]
            raise ConnectionBroken(broken.code, broken.message) from PermissionError(f"{token} is not welcome")


class ShowsItsToken(EconomicClient):
    def __init__(self, credentials: Credentials, pace: Pace = UNHURRIED) -> None:
        super().__init__(credentials, pace)
        self._token = credentials.app_secret_token.get_secret_value()
