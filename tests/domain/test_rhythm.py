"""When a job is due next, by an interval or by times of the day, through the changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.rhythm import SPREAD, Every, next_due, read_rhythm

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NIGHTLY = "0 2 * * *"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        ("5m", "2026-03-01 12:00:00", "2026-03-01 12:05:00"),
        ("5m", "2026-03-01 12:04:59", "2026-03-01 12:05:00"),
        ("1h", "2026-03-01 12:00:01", "2026-03-01 13:00:00"),
        (NIGHTLY, "2026-03-01 12:00:00", "2026-03-02 01:00:00"),
        (NIGHTLY, "2026-07-01 12:00:00", "2026-07-02 00:00:00"),
        ("30 8 * * 1", "2026-03-01 12:00:00", "2026-03-02 07:30:00"),
        # The night in which the clocks go from 2 to 3: there is no 2 o'clock, and it comes once, right after.
        (NIGHTLY, "2026-03-28 12:00:00", "2026-03-29 01:00:00"),
        (NIGHTLY, "2026-03-29 01:00:00", "2026-03-30 00:00:00"),
        # The night in which they go from 3 to 2: 2 o'clock is there twice, and it comes once.
        (NIGHTLY, "2026-10-24 12:00:00", "2026-10-25 00:00:00"),
        (NIGHTLY, "2026-10-25 00:00:00", "2026-10-26 01:00:00"),
        ("30 2 * * *", "2026-10-25 01:10:00", "2026-10-26 01:30:00"),
    ],
)
def test_a_job_is_due_at_its_next_time(rhythm: str, after: str, expected: str) -> None:
    assert next_due(read_rhythm(rhythm), at(after), COPENHAGEN, 0.0) == at(expected)


RHYTHMS = ["7m", "5m", "24h", NIGHTLY, "30 2 * * *", "*/20 * * * *", "0 8 * * 1"]
phases = st.floats(0, 1, exclude_max=True)
moments = st.floats(0, 365).map(lambda days: at("2026-01-01 00:00:00") + timedelta(days=days))


@pytest.mark.parametrize("rhythm", RHYTHMS)
@given(phase=phases, since=moments, asked=st.floats(0, 1, exclude_max=True))
def test_whenever_it_is_planned_the_next_time_is_the_same(
    rhythm: str, phase: float, since: datetime, asked: float
) -> None:
    # Given two times of a job that follow each other
    first = next_due(read_rhythm(rhythm), since, COPENHAGEN, phase)
    second = next_due(read_rhythm(rhythm), first, COPENHAGEN, phase)
    assert since < first < second

    # When it is planned at any moment between them, then it is the second: none is left out, and none comes twice
    between = first + asked * (second - first - timedelta(microseconds=1))
    assert next_due(read_rhythm(rhythm), between, COPENHAGEN, phase) == second


@pytest.mark.parametrize("rhythm", RHYTHMS)
@given(phase=phases, since=moments)
def test_jobs_of_one_rhythm_are_spread(rhythm: str, phase: float, since: datetime) -> None:
    # Given a job with a phase, then it comes that part of its interval, or of the spread, later than one without
    read = read_rhythm(rhythm)
    spread = read.interval if isinstance(read, Every) else SPREAD
    later = timedelta(seconds=int(phase * spread.total_seconds()))
    assert next_due(read, since - later, COPENHAGEN, 0.0) + later == next_due(read, since, COPENHAGEN, phase)


@pytest.mark.parametrize(
    "text", ["", "5", "0m", "5s", "-5m", "25h", "61 2 * * *", "0 2 * *", "0 0 30 2 *", "* * * * * *", "@daily", "2 uhr"]
)
def test_what_is_no_rhythm_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        read_rhythm(text)
