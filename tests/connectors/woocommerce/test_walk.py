"""Walking orders by a date of theirs, while they change."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.woocommerce.walk import CREATED, MAX_IDLE_PAGES, Ask, Row, Window, walk
from shared.errors import NeedsUser, Retry

START = datetime(2026, 3, 2, 12, 0, 0)  # noqa: DTZ001 - the walk counts in naive UTC
PER_PAGE = 20


class Shop:
    """Orders by id with the second they changed in; `meanwhile` happens after each answer."""

    def __init__(self, seconds: dict[int, int], meanwhile: Callable[[Shop], None] | None = None) -> None:
        self.seconds = dict(seconds)
        self.meanwhile = meanwhile
        self.asked: list[tuple[int, int, int]] = []

    def ask(self, since: datetime, page: int, per_page: int) -> Window:
        after = int((since - START).total_seconds())
        self.asked.append((after, page, per_page))
        assert len(self.asked) < 2000, "the walk does not end"
        ordered = sorted((second, order) for order, second in self.seconds.items() if second > after)
        rows = [row(order, second) for second, order in ordered[(page - 1) * per_page : page * per_page]]
        is_last = page * per_page >= len(ordered)
        if self.meanwhile:
            self.meanwhile(self)
        return Window(rows, is_last)

    def change(self, order: int) -> None:
        """The order changes now: later than all that changed before."""
        self.seconds[order] = max(self.seconds.values()) + 1


def row(order: int, second: int) -> dict[str, Any]:
    return {"id": order, "date_modified_gmt": (START + timedelta(seconds=second)).isoformat()}


def always(window: Window) -> Ask:
    def ask(since: datetime, page: int, per_page: int) -> Window:
        return window

    return ask


def found(shop: Shop, since: int = -1) -> list[tuple[int, int]]:
    rows: list[Row] = []
    for page in walk(START + timedelta(seconds=since), shop.ask, per_page=PER_PAGE):
        assert page, "an empty page was handed out"
        rows.extend(page)
    return [(r["id"], int((datetime.fromisoformat(r["date_modified_gmt"]) - START).total_seconds())) for r in rows]


def test_nothing_to_walk() -> None:
    assert found(Shop({})) == []


def test_page_one_is_asked_again_from_the_last_second() -> None:
    # Given 45 orders in 45 seconds
    shop = Shop({order: order for order in range(45)})
    # When
    walked = found(shop)
    # Then all came once, in order, and no page but the first was asked for
    assert walked == [(order, order) for order in range(45)]
    assert shop.asked == [(-1, 1, 20), (18, 1, 20), (37, 1, 20)]


def test_orders_that_share_the_last_second_of_a_page_come_once() -> None:
    seconds = {order: order if order < 15 else 15 for order in range(25)} | {30: 40}
    assert found(Shop(seconds)) == list(seconds.items())


@pytest.mark.parametrize("ties", [19, 20, 21, 40, 41, 137])
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

    walked = found(Shop({order: order for order in range(60)}, meanwhile))
    # Then every order came, and the changed one twice
    assert {order for order, _ in walked} == set(range(60))
    assert [second for order, second in walked if order == 0] == [0, 60]


@pytest.mark.parametrize("leaving", [1, 3, 5, 7])
def test_orders_that_leave_a_crowded_second_push_no_other_out_of_sight(leaving: int) -> None:
    # Given 70 orders in one second, the first of which change one answer after another
    def meanwhile(shop: Shop) -> None:
        for order in [order for order, second in sorted(shop.seconds.items()) if second == 7][:leaving]:
            shop.change(order)

    walked = found(Shop(dict.fromkeys(range(70), 7), meanwhile))
    assert {order for order, _ in walked} == set(range(70))


def test_pages_of_a_crowded_second_overlap_by_little() -> None:
    # Given a thousand orders in one second
    shop = Shop(dict.fromkeys(range(1000), 7))
    # When it is walked by pages as large as the API allows
    rows = [row for page in walk(START, shop.ask) for row in page]
    # Then with hardly more requests than ten
    assert len(rows) == 1000
    assert len(shop.asked) <= 13


def test_orders_put_in_ahead_of_the_walk_and_taken_out_hide_no_other() -> None:
    # Given a crowded second in which orders with low numbers come and go, answer after answer
    def meanwhile(shop: Shop) -> None:
        for order in range(-4, 0):
            shop.seconds.pop(order, None) if len(shop.asked) % 2 else shop.seconds.update({order: 7})

    walked = found(Shop(dict.fromkeys(range(100), 7), meanwhile))
    # Then all that stayed came
    assert {order for order, _ in walked} >= set(range(100))


def test_the_date_that_is_walked_by_can_be_another() -> None:
    # Given rows that are dated by their creation alone
    rows = [{"id": order, CREATED: (START + timedelta(seconds=order)).isoformat()} for order in range(3)]
    # Then they are walked by that
    assert list(walk(START - timedelta(seconds=1), always(Window(rows, is_last=True)), by=CREATED)) == [rows]


@settings(deadline=None)
@given(
    seconds=st.dictionaries(st.integers(0, 120), st.integers(0, 4), max_size=120),
    seed=st.integers(0, 10_000),
    changes=st.integers(0, 60),
)
def test_whatever_happens_meanwhile_no_order_that_stays_is_missed(
    seconds: dict[int, int], seed: int, changes: int
) -> None:
    # Given a shop that changes orders at random, takes them out and puts them back, a limited number of times
    rng = random.Random(seed)
    left, away = [changes], dict[int, int]()
    gone: set[int] = set()

    def meanwhile(shop: Shop) -> None:
        for _ in range(rng.randint(0, 6)):
            if not left[0] or not shop.seconds:
                return
            left[0] -= 1
            order = rng.choice(sorted(shop.seconds))
            if rng.random() < 0.4:
                shop.change(order)
            elif rng.random() < 0.5:
                away[order] = shop.seconds.pop(order)
                gone.add(order)
            elif away:
                shop.seconds.update([away.popitem()])

    shop = Shop(seconds, meanwhile)
    walked = found(shop)
    # Then every order that was never away came at least once
    assert {order for order, _ in walked} >= set(seconds) - gone
    # And in the order of change
    assert [second for _, second in walked] == sorted(second for _, second in walked)
    # And none came twice unchanged
    assert len(walked) == len(set(walked))


def test_a_shop_that_answers_every_page_alike_is_given_up() -> None:
    asked: list[int] = []

    def cached(since: datetime, page: int, per_page: int) -> Window:
        asked.append(page)
        return Window([row(order, 3) for order in range(PER_PAGE)], is_last=False)

    with pytest.raises(Retry) as fate:
        list(walk(START, cached, per_page=PER_PAGE))
    assert fate.value.code == "paging_stuck"
    assert len(asked) <= MAX_IDLE_PAGES + 5


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
