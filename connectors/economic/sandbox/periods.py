"""Accounting years with monthly periods, the days that are barred, and the years that are closed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connectors.economic.sandbox.ids import encode_id


@dataclass(frozen=True, slots=True)
class Year:
    """Whole months; only the first year of an agreement may begin within one."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """ "2026", or "2026/2027"."""
        begin, end = self.first.year, self.last.year
        return str(begin) if begin == end else f"{begin}/{end}"


@dataclass(frozen=True, slots=True)
class Period:
    year: Year
    number: int
    first: date
    last: date


class Periods:
    """At first last year, this year and the next, as calendar years, all open."""

    def __init__(self, today: date) -> None:
        self._years: dict[str, Year] = {}
        self._closed: set[str] = set()
        self._barred: list[tuple[date, date]] = []
        self.put_years([(date(year, 1, 1), date(year, 12, 31)) for year in range(today.year - 1, today.year + 2)])

    @property
    def years(self) -> Sequence[Year]:
        return list(self._years.values())

    def put_years(self, spans: Sequence[tuple[date, date]]) -> None:
        """These, all open, in place of those that were there. Each begins on the day after the one before."""
        years = [Year(first, last) for first, last in spans]
        self._years = {year.name: year for year in years}
        self._closed.clear()

    def get(self, name: str) -> Year | None:
        return self._years.get(name)

    def close_year(self, name: str) -> None:
        """Raises ValueError for a year that is not there."""
        if name not in self._years:
            raise ValueError(f"there is no accounting year {name}")
        self._closed.add(name)

    def bar(self, first: date, last: date) -> None:
        """Bars all days from `first` to `last`, both included."""
        self._barred.append((first, last))

    def open_all(self) -> None:
        """Years, too."""
        self._barred.clear()
        self._closed.clear()

    def takes(self, day: date) -> bool:
        """Whether anything can be booked on that day."""
        year = next((year for year in self.years if year.first <= day <= year.last), None)
        return year is not None and year.name not in self._closed and not self._is_barred(day)

    def of(self, year: Year) -> Sequence[Period]:
        """Its months."""
        found, first = list[Period](), year.first
        while first <= year.last:
            last = first.replace(day=monthrange(first.year, first.month)[1])
            found.append(Period(year, len(found) + 1, first, last))
            first = last + timedelta(days=1)
        return found

    def year_as_json(self, year: Year, url: str) -> dict[str, Any]:
        link = _link(year, url)
        return {
            "year": year.name,
            "fromDate": year.first.isoformat(),
            "toDate": year.last.isoformat(),
            **({"closed": True} if year.name in self._closed else {}),
            **{name: f"{link}/{name}" for name in ("periods", "entries", "totals", "vouchers")},
            "self": link,
        }

    def period_as_json(self, period: Period, url: str) -> dict[str, Any]:
        """A period is closed when all of its days are barred; that its year is closed it does not tell."""
        year = _link(period.year, url)
        link = f"{year}/periods/{period.number}"
        days = (period.first + timedelta(days=after) for after in range((period.last - period.first).days + 1))
        return {
            "periodNumber": period.number,
            "accountingYear": {"year": period.year.name, "self": year},
            "fromDate": period.first.isoformat(),
            "toDate": period.last.isoformat(),
            **({"closed": True} if all(self._is_barred(day) for day in days) else {}),
            "entries": f"{link}/entries",
            "totals": f"{link}/totals",
            "self": link,
        }

    def _is_barred(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self._barred)


def _link(year: Year, url: str) -> str:
    return f"{url}/accounting-years/{encode_id(year.name)}"
