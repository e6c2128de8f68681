"""Walking orders by their modification, while they change."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.woocommerce.walk import Ask, Row, Window, walk
from shared.errors import NeedsUser, Retry

START = datetime(2026, 3, 2, 12, 0, 0)  # noqa: DTZ001 - the walk counts in naive UTC
PER_PAGE = 5


class Shop:
    """Orders by id with the second they changed in; `meanwhile` happens after each answer."""

    def __init__(self, seconds: dict[int, int], meanwhile: Callable[[Shop], None] | None = None) -> None:
        self.seconds = dict(seconds)
        self.meanwhile = meanwhile
        self.asked: list[tuple[int, int]] = []

    def ask(self, since: datetime, page: int) -> Window:
        after = int((since - START).total_seconds())
        self.asked.append((after, page))
        assert len(self.asked) < 2000, "the walk does not end"
        ordered = sorted((second, order) for order, second in self.seconds.items() if second > after)
        rows = [row(order, second) for second, order in ordered[(page - 1) * PER_PAGE : page * PER_PAGE]]
        is_last = page * PER_PAGE >= len(ordered)
        if self.meanwhile:
            self.meanwhile(self)
        return Window(rows, is_last)

    def change(self, order: int) -> None:
        """The order changes now: later than all that changed before."""
        self.seconds[order] = max(self.seconds.values()) + 1


def row(order: int, second: int) -> dict[str, Any]:
    return {"id": order, "date_modified_gmt": (START + timedelta(seconds=second)).isoformat()}


def always(window: Window) -> Ask:
    def ask(since: datetime, page: int) -> Window:
        return window

    return ask


def found(shop: Shop, since: int = -1) -> list[tuple[int, int]]:
    rows: list[Row] = []
    for page in walk(START + timedelta(seconds=since), shop.ask):
        assert page, "an empty page was handed out"
        rows.extend(page)
    return [(r["id"], int((datetime.fromisoformat(r["date_modified_gmt"]) - START).total_seconds())) for r in rows]


def test_nothing_to_walk() -> None:
    assert found(Shop({})) == []


def test_page_one_is_asked_again_from_the_last_second() -> None:
    # Given 12 orders in 12 seconds
    shop = Shop({order: order for order in range(12)})
    # When
    walked = found(shop)
    # Then all came once, in order, and no page but the first was asked for
    assert walked == [(order, order) for order in range(12)]
    assert shop.asked == [(-1, 1), (3, 1), (7, 1)]


def test_orders_that_share_the_last_second_of_a_page_come_once() -> None:
    shop = Shop({1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 4, 8: 9})
    assert found(shop) == [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 4), (7, 4), (8, 9)]


@pytest.mark.parametrize("ties", [4, 5, 6, 10, 11, 37])
@pytest.mark.parametrize("later", [0, 1, 8])
def test_more_orders_than_a_page_in_one_second(ties: int, later: int) -> None:
    # Given
    seconds = dict.fromkeys(range(ties), 7) | {100 + order: 8 + order for order in range(later)}
    # When
    walked = found(Shop(seconds))
    # Then
    assert sorted(walked) == sorted(seconds.items())


def test_an_order_that_changes_pushes_no_other_out_of_sight() -> None:
    # Given a shop in which an order of page 1 changes after the first answer
    def meanwhile(shop: Shop) -> None:
        if len(shop.asked) == 1:
            shop.change(0)

    walked = found(Shop({order: order for order in range(20)}, meanwhile))
    # Then every order came, and the changed one twice
    assert {order for order, _ in walked} == set(range(20))
    assert [second for order, second in walked if order == 0] == [0, 20]


@pytest.mark.parametrize("leaving", [1, 3, 5, 7])
def test_orders_that_leave_a_crowded_second_push_no_other_out_of_sight(leaving: int) -> None:
    # Given 20 orders in one second, the first of which change one answer after another
    def meanwhile(shop: Shop) -> None:
        for order in [order for order, second in sorted(shop.seconds.items()) if second == 7][:leaving]:
            shop.change(order)

    walked = found(Shop(dict.fromkeys(range(20), 7), meanwhile))
    assert {order for order, _ in walked} == set(range(20))


@settings(deadline=None)
@given(
    seconds=st.dictionaries(st.integers(0, 60), st.integers(0, 6), max_size=60),
    seed=st.integers(0, 10_000),
    changes=st.integers(0, 30),
)
def test_whatever_changes_meanwhile_no_order_is_missed(seconds: dict[int, int], seed: int, changes: int) -> None:
    # Given a shop that changes orders at random, a limited number of times
    rng = random.Random(seed)
    left = [changes]

    def meanwhile(shop: Shop) -> None:
        for _ in range(rng.randint(0, 6)):
            if left[0] and shop.seconds:
                left[0] -= 1
                shop.change(rng.choice(sorted(shop.seconds)))

    shop = Shop(seconds, meanwhile)
    walked = found(shop)
    # Then every order came at least once
    assert {order for order, _ in walked} == set(seconds)
    # And in the order of change
    assert [second for _, second in walked] == sorted(second for _, second in walked)
    # And none came twice unchanged
    assert len(walked) == len(set(walked))


def test_a_shop_that_answers_every_page_alike_is_given_up() -> None:
    cached = Window([row(order, 3) for order in range(PER_PAGE)], is_last=False)
    with pytest.raises(Retry) as fate:
        list(walk(START, always(cached)))
    assert fate.value.code == "paging_stuck"


def test_a_shop_that_ignores_the_filter_is_named() -> None:
    old = Window([row(order, 3) for order in range(PER_PAGE)], is_last=False)
    with pytest.raises(NeedsUser) as fate:
        list(walk(START + timedelta(seconds=50), always(old)))
    assert fate.value.code == "filter_ignored"


def test_a_row_without_a_date_is_handed_out_but_cannot_lead() -> None:
    undated: dict[str, Any] = {"id": 9, "date_modified_gmt": None}
    # One among others
    assert list(walk(START, always(Window([undated, row(1, 3)], is_last=True)))) == [[undated, row(1, 3)]]
    # Nothing but
    with pytest.raises(Retry) as fate:
        list(walk(START, always(Window([undated], is_last=False))))
    assert fate.value.code == "unexpected_answer"
