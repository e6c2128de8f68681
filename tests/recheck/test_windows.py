"""How a recheck chooses its way, and how it parts what it compares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.recheck import Way, Window, advice, states_to_list, way_for, window_to_compare
from shared.domain.settings import OrderSettings

NIGHT = datetime(2026, 3, 2, 2, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("orders", "most_by_id", "way"),
    [(149, 100, Way.SINGLY), (150, 100, Way.BY_ID), (149, None, Way.SINGLY), (150, None, Way.BEST_EFFORT)],
)
def test_from_150_on_orders_are_not_asked_for_one_by_one(orders: int, most_by_id: int | None, way: Way) -> None:
    # Given so many orders and what the shop can, when a way is chosen, then it is that one
    assert way_for(orders, most_by_id) == way


@given(seconds=st.integers(2, 40_000_000))
def test_halves_are_shorter_and_leave_no_second_out(seconds: int) -> None:
    # Given a window of more than a second, when it is parted, then each second is in one of the two
    window = Window(NIGHT.replace(microsecond=0) - timedelta(seconds=seconds), NIGHT)
    earlier, later = window.halves()
    assert (earlier.after, earlier.before, later.before) == (window.after, later.after, window.before)
    assert window.after < earlier.before < window.before
    assert earlier.before.microsecond == 0


@given(days=st.integers(1, 366))
def test_days_leave_nothing_out(days: int) -> None:
    # Given a window, when it is cut into days, then they follow one another from its beginning to its end
    window = window_to_compare(NIGHT, days, None)
    cut = list(window.days())
    assert (cut[0].after, cut[-1].before) == (window.after, window.before)
    assert all(one.before == following.after for one, following in pairwise(cut))


def test_nothing_from_before_the_start_is_compared() -> None:
    # Given a connection that was switched on two days ago, when it is looked back for 21, then it is for those two
    start = NIGHT - timedelta(days=2)
    assert window_to_compare(NIGHT, 21, start).after == start.replace(microsecond=0)
    assert window_to_compare(NIGHT, 1, start).after == (NIGHT - timedelta(days=1)).replace(microsecond=0)


def test_what_is_listed_where_nothing_is_by_id() -> None:
    # Given the owner's states, when orders are listed, then from those and from completed; from any where he named none
    assert states_to_list(OrderSettings(allowed_states=frozenset({"paid"}))) == ["completed", "paid"]
    assert states_to_list(OrderSettings(trigger="paid")) is None


def test_webhooks_are_advised_where_there_are_none_and_much_is_open() -> None:
    # Given how much is open, when the report is written, then it advises only where that helps
    assert advice(open_orders=150, webhooks_work=False) == ""
    assert advice(open_orders=151, webhooks_work=True) == ""
    assert "switch webhooks on" in advice(open_orders=151, webhooks_work=False)
