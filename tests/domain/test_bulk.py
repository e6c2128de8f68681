"""Which orders a run is about, and how long it will last."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from shared.domain.bulk import ImportFilter, pace

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def test_days_are_the_owners_and_the_last_one_is_included() -> None:
    # Given the days of a change to summer time, when they are moments, then they are as long as those days were
    after, before = ImportFilter(first=date(2026, 3, 29), last=date(2026, 3, 29)).moments(COPENHAGEN, now=LATER)
    assert after.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert before.astimezone(UTC) - after.astimezone(UTC) == timedelta(hours=23)


def test_today_is_as_long_as_it_has_lasted() -> None:
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    assert ImportFilter(first=date(2026, 3, 29), last=date(2026, 3, 29)).moments(COPENHAGEN, now=noon)[1] == noon


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"from": "2026-01-01"},
        {"to": "2026-01-01"},
        {"states": ["completed"]},
        {"numbers": []},
        {"numbers": ["1"], "from": "2026-01-01"},
        {"numbers": ["1"], "states": ["completed"]},
        {"numbers": [""]},
        {"from": "2026-01-02", "to": "2026-01-01"},
        {"from": "2026-01-01", "to": "2026-01-01", "all": True},
    ],
)
def test_what_names_no_orders_or_too_much_is_refused(named: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ImportFilter.model_validate(named)


@pytest.mark.parametrize(
    "named",
    [
        {"from": "2026-01-01", "to": "2026-01-31"},
        {"from": "2026-01-01", "to": "2026-01-31", "states": ["completed", "processing"]},
        {"numbers": ["1007", "A-5"]},
    ],
)
def test_what_is_stored_says_the_same_when_it_is_read(named: dict[str, Any]) -> None:
    # Given a filter, when it is stored and read, then it is the same, and holds nothing that it does not name
    assert ImportFilter.model_validate(named).stored == named


def test_how_long_it_will_last() -> None:
    # Given 120 orders in the last minute, when 600 are left, then that takes five minutes
    assert pace(ended=400, total=1000, in_last=120, seconds=60).seconds_left == 300


@pytest.mark.parametrize(("total", "in_last", "seconds"), [(None, 10, 60.0), (100, 0, 60.0), (100, 0, 0.0)])
def test_nobody_knows_how_long_it_will_last(total: int | None, in_last: int, seconds: float) -> None:
    assert pace(ended=10, total=total, in_last=in_last, seconds=seconds).seconds_left is None
