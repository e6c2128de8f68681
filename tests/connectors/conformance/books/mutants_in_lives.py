"""Accounting connectors with one mistake each in how a draft is replaced and booked, and in which days are open."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from connectors.economic import read
from connectors.economic.client import EconomicClient
from connectors.economic.lookups import Span
from connectors.economic.read import Shelf
from shared.domain.document import DocumentKind, FoundDocument, Place, SendBy
from shared.errors import NeedsUser, Retry
from tests.connectors.conformance.books.mutants_in_checks import try_a_customer


class KeepsWhatIsNotSaid(EconomicClient):
    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        notes = self._get_document(Shelf.of(kind, Place.DRAFT), number).get("notes", {})
        merged = json.dumps({"notes": notes, **json.loads(request)}).encode()
        return super().replace_draft(kind, number, merged, reference=reference, key=key)


class MakesItAnew(EconomicClient):
    """And deletes the old one."""

    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        made = self.create_document(kind, request, key=f"{key} made")
        self.delete_draft(kind, number, reference=reference, key=f"{key} deleted")
        return made


class ReplacesWhateverBearsTheNumber(EconomicClient):
    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        return _put(self, Shelf.of(kind, Place.DRAFT), number, request, key)


class TakesMadeForReplaced(EconomicClient):
    """Under a number that has become free meanwhile."""

    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        self._get_ours(Shelf.of(kind, Place.DRAFT), number, reference)
        return _put(self, Shelf.of(kind, Place.DRAFT), number, request, key)


def _put(client: EconomicClient, shelf: Shelf, number: str, request: bytes, key: str) -> FoundDocument:
    found = read.document(shelf, client._rest.put(f"{shelf.path}/{number}", request, key=key).value)
    assert found is not None
    return found


class KnocksAgainWithAContent(EconomicClient):
    def replace_draft(
        self, kind: DocumentKind, number: str, request: bytes, *, reference: str, key: str
    ) -> FoundDocument:
        try:
            return super().replace_draft(kind, number, request, reference=reference, key=key)
        except NeedsUser as refusal:
            raise Retry(refusal.code, refusal.message) from None


class BooksUnderTheNextNumber(EconomicClient):
    def book(self, number: str, *, with_number: int | None = None, **how: Any) -> FoundDocument:
        return super().book(number, **how)


class SendsToNobody(EconomicClient):
    def book(self, number: str, *, send_by: SendBy = SendBy.NONE, **how: Any) -> FoundDocument:
        return super().book(number, **how)


class SendsUnasked(EconomicClient):
    def book(self, number: str, *, send_by: SendBy = SendBy.EMAIL, **how: Any) -> FoundDocument:
        return super().book(number, send_by=send_by, **how)


class AsksSupport(EconomicClient):
    """Whatever stands in the way."""

    def book(self, number: str, **how: Any) -> FoundDocument:
        try:
            return super().book(number, **how)
        except NeedsUser:
            raise NeedsUser("refused", "e-conomic refuses the request: please contact support.") from None


class LooksFromTomorrow(EconomicClient):
    def open_day(self, day: date, *, within: int) -> date | None:
        return super().open_day(day + timedelta(days=1), within=within)


class LooksAtYearsOnly(EconomicClient):
    def open_day(self, day: date, *, within: int) -> date | None:
        return _first(day, within, lambda one: _takes(self.lookups.years(), one))


class LooksAtPeriodsOnly(EconomicClient):
    def open_day(self, day: date, *, within: int) -> date | None:
        periods = [period for year in self.lookups.years() for period in self.lookups.periods(year)]
        return _first(day, within, lambda one: _takes(periods, one))


class TakesTheNextMonth(EconomicClient):
    """Without looking whether that is open."""

    def open_day(self, day: date, *, within: int) -> date | None:
        if super().open_day(day, within=0):
            return day
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return following if (following - day).days <= within else None


class TakesWhatIsUnknownForOpen(EconomicClient):
    def open_day(self, day: date, *, within: int) -> date | None:
        known = any(year.first <= day <= year.last for year in self.lookups.years())
        return super().open_day(day, within=within) if known else day


class TriesTheDay(EconomicClient):
    """By making something on it."""

    def open_day(self, day: date, *, within: int) -> date | None:
        try_a_customer(self._rest)
        return super().open_day(day, within=within)


def _first(day: date, within: int, takes: Callable[[date], bool]) -> date | None:
    return next((one for later in range(within + 1) if takes(one := day + timedelta(days=later))), None)


def _takes(spans: Iterable[Span], day: date) -> bool:
    return any(span.first <= day <= span.last and not span.is_closed for span in spans)
