"""Years of which the books take no document any more, named before an import begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from connectors.accounting import AccountingClient
from shared.domain.settings import OrderSettings
from shared.errors import NeedsUser

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Of one year: the first and the last day of those asked about on which nothing goes."""

    year: int
    first: date
    last: date
    days: int
    #: None of the days of that year that were asked about is open.
    is_whole: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "is_whole": self.is_whole,
        }

    def says(self) -> str:
        where = "" if self.is_whole else ", in part"
        return f"{self.year} is closed in the books{where}: orders of {self.first} to {self.last}"


def days_between(first: date, last: date) -> Iterable[date]:
    return (first + DAY * later for later in range((last - first).days + 1))


def closed_days(client: AccountingClient, settings: OrderSettings, days: Iterable[date]) -> list[ClosedDays] | None:
    """By year, for orders of these days; None where the books let nobody see. Raises other fates.

    A day counts as closed where a document may not be dated later far enough, either. None of it matters where
    documents are of the day on which they are made.
    """
    if settings.document_date == "today":
        return []
    found: list[ClosedDays] = []
    try:
        for year, of_year in groupby(sorted(set(days)), key=lambda day: day.year):
            asked = list(of_year)
            closed = [day for day in asked if client.open_day(day, within=settings.closed_period_days) is None]
            if closed:
                found.append(ClosedDays(year, closed[0], closed[-1], len(closed), len(closed) == len(asked)))
    except NeedsUser:
        return None
    return found
