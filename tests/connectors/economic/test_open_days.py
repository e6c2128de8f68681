"""Accounting years and periods as e-conomic tells them, and what is made of those that it tells badly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from connectors.economic.credentials import Credentials
from connectors.economic.lookups import Lookups
from connectors.economic.open_days import open_day
from connectors.economic.rest import Rest
from connectors.economic.sandbox import Role
from connectors.pace import UNHURRIED
from shared.errors import NeedsUser, Retry
from tests.connectors.economic.examples import asked, books, client, collection, credentials, outcome_of
from tests.connectors.economic.rig import EconomicRig
from tests.connectors.woocommerce.replay import serving

DAY = date(2026, 3, 15)
YEAR: dict[str, Any] = {"year": "2026", "fromDate": "2026-01-01", "toDate": "2026-12-31"}
MARCH: dict[str, Any] = {"periodNumber": 3, "fromDate": "2026-03-01", "toDate": "2026-03-31"}
PERIODS = "GET /accounting-years/2026/periods"


@pytest.fixture
def rig() -> Iterator[EconomicRig]:
    with EconomicRig() as books:
        yield books


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def test_years_that_begin_in_july_are_asked_for_by_their_own_address(rig: EconomicRig) -> None:
    # Given accounting years that span two calendar years, the first of them shorter, and one closed
    rig.sandbox.put_years((date(2025, 3, 10), date(2025, 6, 30)), (date(2025, 7, 1), date(2026, 6, 30)))
    rig.sandbox.close_year("2025")
    rig.sandbox.bar_period(date(2025, 7, 1), date(2025, 12, 31))
    with rig.client() as economic:
        # Then the half year that is barred is passed over
        assert economic.open_day(date(2025, 6, 1), within=400) == date(2026, 1, 1)
        assert economic.open_day(date(2026, 6, 30), within=0) == date(2026, 6, 30)
    assert {one.path for one in rig.requests} == {"/accounting-years", "/accounting-years/2025_6_2026/periods"}


def test_a_role_that_does_not_reach_the_years_is_told_to_the_user_and_breaks_nothing(rig: EconomicRig) -> None:
    rig.sandbox.settings.role = Role.SALES
    with rig.client() as economic:
        assert outcome_of(lambda: economic.open_day(DAY, within=0)) == (NeedsUser, "years_hidden")
        assert economic.find_by_reference("SL1-1") == []


def test_a_period_that_is_opened_is_open_a_minute_later() -> None:
    # Given a closed day that was looked at
    now, told = [0.0], {"GET /accounting-years": collection(YEAR), PERIODS: collection(MARCH | {"closed": True})}
    with serving(by=lambda request: books(**told)(request)) as replay:
        lookups = Lookups(Rest(Credentials.model_validate(credentials(url=replay.url)), UNHURRIED), lambda: now[0])
        assert open_day(lookups, DAY, 0) is None
        # When it is opened, Then what was told is kept for a minute, and no longer
        told[PERIODS] = collection(MARCH)
        now[0] = 59.0
        assert (open_day(lookups, DAY, 0), len(replay.asked)) == (None, 2)
        now[0] = 60.0
        assert (open_day(lookups, DAY, 0), len(replay.asked)) == (DAY, 4)


@pytest.mark.parametrize(
    ("years", "periods", "expected"),
    [
        ([YEAR], [MARCH], DAY),
        ([YEAR | {"closed": False}], [MARCH | {"closed": False}], DAY),
        ([YEAR | {"closed": True}], [MARCH], None),
        ([YEAR], [MARCH | {"closed": True}], None),
        # What e-conomic does not speak of.
        ([], [MARCH], None),
        ([YEAR], [], None),
        ([YEAR], [{"periodNumber": 4, "fromDate": "2026-04-01", "toDate": "2026-04-30"}], None),
        # Two that claim the day.
        ([YEAR, YEAR | {"closed": True}], [MARCH], None),
        ([YEAR], [MARCH, MARCH | {"closed": True}], None),
    ],
)
def test_a_day_is_open_only_where_nothing_says_otherwise(
    years: list[dict[str, Any]], periods: list[dict[str, Any]], expected: date | None
) -> None:
    told = {"GET /accounting-years": collection(*years), PERIODS: collection(*periods)}
    with serving(by=books(**told)) as replay, client(replay.url) as economic:
        assert economic.open_day(DAY, within=0) == expected


@pytest.mark.parametrize(
    ("year", "period"),
    [
        *((without(YEAR, name), MARCH) for name in YEAR),
        (YEAR, without(MARCH, "fromDate")),
        (YEAR, without(MARCH, "toDate")),
        *((YEAR | {"year": odd}, MARCH) for odd in ("", 2026, None)),
        *((YEAR | {"closed": odd}, MARCH) for odd in ("false", 0, None)),
        *((YEAR, MARCH | {"closed": odd}) for odd in ("true", 1, None)),
        (YEAR, MARCH | {"toDate": "31-03-2026"}),
        (YEAR, MARCH | {"fromDate": "2026-03-31", "toDate": "2026-03-01"}),
    ],
)
def test_what_cannot_be_read_is_asked_again_and_never_open(year: dict[str, Any], period: dict[str, Any]) -> None:
    told = {"GET /accounting-years": collection(year), PERIODS: collection(period)}
    with serving(by=books(**told)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.open_day(DAY, within=0)) == (Retry, "unexpected_answer")


def test_the_periods_of_other_years_are_not_asked_for() -> None:
    last = {"year": "2025", "fromDate": "2025-01-01", "toDate": "2025-12-31"}
    told = {"GET /accounting-years": collection(YEAR, last), PERIODS: collection(MARCH)}
    with serving(by=books(**told)) as replay, client(replay.url) as economic:
        assert economic.open_day(DAY, within=200) == DAY
    assert asked(replay) == ["GET /accounting-years", PERIODS]
