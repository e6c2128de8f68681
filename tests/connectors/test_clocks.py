"""How far another clock is from ours, by what an answer says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from connectors.clocks import apart, read_ahead

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def received_at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.clocks.time", SimpleNamespace(time=NOON.timestamp))


def ahead(date: str, *, took: float = 0.0, **headers: str) -> timedelta | None:
    return read_ahead({"date": date, **headers}, NOON.timestamp() - took)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 02 Mar 2026 12:00:00 GMT", timedelta(0)),
        ("Mon, 02 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 02 Mar 2026 13:05:00 +0100", timedelta(minutes=5)),
        ("Mon, 02 Mar 2026 11:54:59 GMT", timedelta(minutes=-5)),
        ("Mon, 02 Mar 2026 12:05:00 -0000", timedelta(minutes=5)),
    ],
)
def test_a_clock_is_as_far_ahead_as_its_date_says(date: str, expected: timedelta) -> None:
    assert ahead(date) == expected


@pytest.mark.parametrize("seconds_before", [0, 20, 39, 40])
def test_a_slow_answer_is_no_slow_clock(seconds_before: int) -> None:
    # Given a server that wrote its date at some moment of the 40 seconds that the request took
    written = (NOON - seconds_before * SECOND).strftime("%a, %d %b %Y %H:%M:%S GMT")
    # Then it is not blamed
    assert ahead(written, took=40.0) == timedelta(0)


@pytest.mark.parametrize("date", ["", "noon", "Mon, 99 Mar 2026 12:00:00 GMT", "x" * 5000, "1772452800"])
def test_what_is_no_date_says_nothing(date: str) -> None:
    assert ahead(date) is None


def test_an_answer_without_a_date_or_out_of_a_cache_says_nothing() -> None:
    assert read_ahead({}, NOON.timestamp()) is None
    assert ahead("Mon, 02 Mar 2026 11:00:00 GMT", age="3600") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (70, "70 s ahead of"),
        (-312, "5 min 12 s behind"),
        (7500, "2 h 5 min ahead of"),
    ],
)
def test_a_difference_in_words(seconds: int, words: str) -> None:
    assert apart(timedelta(seconds=seconds)) == words
