"""On which day e-conomic takes a document: one that lies in an accounting year and in a period, none of them closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from connectors.economic.lookups import Lookups, Span


def open_day(lookups: Lookups, day: date, within: int) -> date | None:
    """The first one from `day` on, at most `within` days later. Asks for the periods of the years in which it looks.

    A period that is barred in part is not told apart from an open one; booking on such a day is refused.
    """
    days = (day + timedelta(days=later) for later in range(within + 1))
    return next((one for one in days if _is_open(lookups, one)), None)


def _is_open(lookups: Lookups, day: date) -> bool:
    """What e-conomic does not speak of is not open."""
    years = _around(lookups.years(), day)
    if not _are_open(years):
        return False
    return _are_open([period for year in years for period in _around(lookups.periods(year), day)])


def _around(spans: Sequence[Span], day: date) -> Sequence[Span]:
    return [span for span in spans if span.first <= day <= span.last]


def _are_open(spans: Sequence[Span]) -> bool:
    return bool(spans) and not any(span.is_closed for span in spans)
