"""Accounting years with monthly periods, and the days that are barred."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Period:
    year: int
    month: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])


class Periods:
    """Last year, this year and the next, as calendar years, all open."""

    def __init__(self, today: date) -> None:
        self.years = (today.year - 1, today.year, today.year + 1)
        self._barred: list[tuple[date, date]] = []

    def bar(self, first: date, last: date) -> None:
        """Bars all days from `first` to `last`, both included."""
        self._barred.append((first, last))

    def open_all(self) -> None:
        self._barred.clear()

    def takes(self, day: date) -> bool:
        """Whether anything can be booked on that day."""
        return day.year in self.years and not any(first <= day <= last for first, last in self._barred)

    def of(self, year: int) -> list[Period]:
        return [Period(year, month) for month in range(1, 13)]

    def year_as_json(self, year: int, url: str) -> dict[str, Any]:
        link = f"{url}/accounting-years/{year}"
        body = {"year": str(year), "fromDate": f"{year}-01-01", "toDate": f"{year}-12-31"}
        links = {name: f"{link}/{name}" for name in ("periods", "entries", "totals", "vouchers")}
        return body | links | {"self": link}

    def period_as_json(self, period: Period, url: str) -> dict[str, Any]:
        """A period is closed when none of its days can be booked on."""
        year = f"{url}/accounting-years/{period.year}"
        link = f"{year}/periods/{period.month}"
        open_days = (self.takes(date(period.year, period.month, day)) for day in range(1, period.last.day + 1))
        return {
            "periodNumber": period.month,
            "accountingYear": {"year": str(period.year), "self": year},
            "fromDate": period.first.isoformat(),
            "toDate": period.last.isoformat(),
            **({} if any(open_days) else {"closed": True}),
            "entries": f"{link}/entries",
            "totals": f"{link}/totals",
            "self": link,
        }
