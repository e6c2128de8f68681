"""Lists of orders: nothing that stays in them is lost, whatever the shop does meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.woocommerce.listing import count_created, list_by_id, list_created, list_modified
from connectors.woocommerce.rest import Rest
from connectors.woocommerce.smaller import Untold
from shared.errors import NeedsUser, Retry
from tests.connectors.woocommerce.asking import client
from tests.connectors.woocommerce.replay import Asked, answer, serving
from tests.connectors.woocommerce.shop_that_moves import START, STATES, Kept, MovingShop, Unrest

#: Any of what a shop holds that was made here.
FROM, TO = 0, 40
NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)

shops = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "orders": st.integers(0, 420),
        #: So many seconds they share.
        "seconds": st.sampled_from([1, 2, 5, 60]),
        "times": st.sampled_from([0, 5, 60, 400]),
    }
)


def moving(
    seed: int, orders: int, seconds: int, times: int, is_in: Callable[[Kept], bool]
) -> tuple[MovingShop, set[int]]:
    """A shop, and the ids that are in a list all the time: those that are not, at any moment, leave the set."""
    rng = random.Random(seed)
    kept = {
        order: Kept(rng.randrange(seconds), rng.randrange(seconds), rng.choice(STATES))
        for order in range(1, orders + 1)
    }
    stay = {order for order in kept if is_in(kept[order])}

    def ever(shop: MovingShop) -> None:
        stay.difference_update([o for o in stay if o not in shop.orders or not is_in(shop.orders[o])])

    return MovingShop(kept, seconds, Unrest(seed, times, ever)), stay


def rest_of(shop: MovingShop) -> Rest:
    return cast("Rest", shop)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


@settings(deadline=None, max_examples=150)
@given(shop=shops)
def test_no_order_that_stays_is_missing_in_the_list_by_change(shop: dict[str, int]) -> None:
    moved, stay = moving(**shop, is_in=lambda order: order.status != "trash")
    walked = [row for page in list_modified(rest_of(moved), at(0)) for row in page]
    # Then all that were never out of the list came, in the order of their change
    assert stay <= {row["id"] for row in walked}
    dates = [row["date_modified_gmt"] for row in walked]
    assert dates == sorted(dates)


@settings(deadline=None, max_examples=300)
@given(shop=shops, states=st.sampled_from([None, ["completed"], ["processing", "completed"]]))
def test_no_order_that_stays_is_missing_in_the_list_by_creation(
    shop: dict[str, int], states: Sequence[str] | None
) -> None:
    # Given a shop in which dates of creation are changed by hand, too
    wanted = states or ("processing", "completed")
    moved, stay = moving(**shop, is_in=lambda order: FROM <= order.created < TO and order.status in wanted)
    walked = [row for page in list_created(rest_of(moved), at(FROM), at(TO), states) for row in page]
    # Then
    assert stay <= {row["id"] for row in walked}
    # And nothing else, and nothing twice as it was
    assert {row["status"] for row in walked} <= set(wanted)
    came = [(row["id"], row["date_modified_gmt"]) for row in walked]
    assert len(came) == len(set(came))


@settings(deadline=None, max_examples=30)
@given(shop=shops)
def test_in_a_quiet_shop_orders_come_once_oldest_first(shop: dict[str, int]) -> None:
    quiet, stay = moving(**{**shop, "times": 0}, is_in=lambda order: order.status != "trash")
    walked = [row for page in list_created(rest_of(quiet), at(0), None, None) for row in page]
    assert sorted(row["id"] for row in walked) == sorted(stay)
    dates = [row["date_created_gmt"] for row in walked]
    assert dates == sorted(dates)
    assert count_created(rest_of(quiet), at(0), at(1000)) == len(stay)


@settings(deadline=None, max_examples=60)
@given(
    shop=shops,
    most=st.sampled_from([100, 60, 7, 1]),
    untold=st.sets(st.integers(1, 420), max_size=5),
    by_creation=st.booleans(),
)
def test_pages_too_large_for_the_shop_and_orders_it_cannot_tell_of_take_no_other_along(
    shop: dict[str, int], most: int, untold: set[int], by_creation: bool
) -> None:
    # Given a shop that fails at large pages, and at every page with one of some orders on it
    moved, stay = moving(**{**shop, "times": min(shop["times"], 40)}, is_in=lambda order: order.status != "trash")
    moved.most, moved.untold, moved.requests = most, untold, -50_000
    rest = rest_of(moved)
    walked = [
        row
        for page in (list_created(rest, at(-10), None, None) if by_creation else list_modified(rest, at(0)))
        for row in page
    ]
    # Then all came that were never out of the list, and what it cannot tell of is marked as such
    assert stay <= {row["id"] for row in walked}
    assert {row["id"] for row in walked if isinstance(row, Untold)} <= untold
    assert untold & {row["id"] for row in walked if not isinstance(row, Untold)} == set()


def test_a_shop_that_tells_of_no_order_is_in_trouble_itself() -> None:
    # Given a shop that fails at each of its orders
    kept = {order: Kept(order, order) for order in range(1, 200)}
    broken = MovingShop(kept, 300, lambda _: None)
    broken.untold = kept.keys()
    # When it is listed, or asked by ids, then that is its trouble, and it is not asked for all of them
    for asks in (list_modified(rest_of(broken), at(0)), list_by_id(rest_of(broken), [str(order) for order in kept])):
        broken.requests = 0
        with pytest.raises(Retry) as end:
            list(asks)
        assert end.value.code == "shop_error"
        assert broken.requests < 40


@pytest.mark.parametrize("patience", [None, "120"])
def test_a_shop_that_is_away_is_asked_for_less_and_one_that_asks_for_patience_is_not(patience: str | None) -> None:
    # Given a shop that is not available
    away = answer(b"<html>", status=503, **({"Retry_After": patience} if patience else {}))
    with serving(away) as replay, client(replay.url) as shop, pytest.raises(Retry) as end:
        list(shop.list_orders(modified_after=NOON))
    assert end.value.code == "unavailable"
    assert len(replay.asked) == (1 if patience else 3)


@settings(deadline=None, max_examples=40)
@given(shop=shops, by_creation=st.booleans())
def test_a_shop_too_slow_for_a_page_of_any_kind_is_listed_all_the_same(shop: dict[str, int], by_creation: bool) -> None:
    # Given a shop that answers for thirty orders at most, however little is asked of each, and not all of one second
    quiet, stay = moving(**{**shop, "times": 0, "seconds": 60}, is_in=lambda order: order.status != "trash")
    quiet.most, quiet.most_glanced, quiet.requests = 30, 30, -50_000
    rest = rest_of(quiet)
    walked = list_created(rest, at(0), None, None) if by_creation else list_modified(rest, at(0))
    assert sorted(row["id"] for page in walked for row in page) == sorted(stay)


def test_by_ids_only_the_order_that_the_shop_cannot_tell_of_is_left_out() -> None:
    # Given 200 orders, some in the bin, and the shop cannot tell of two
    kept = {order: Kept(0, 0, "trash" if order % 50 == 0 else "completed") for order in range(1, 201)}
    shop = MovingShop(kept, 300, lambda _: None)
    shop.untold = {7, 150}
    found = [row["id"] for rows in list_by_id(rest_of(shop), [str(order) for order in kept]) for row in rows]
    assert sorted(found) == [order for order in kept if order not in shop.untold]


def asked_of(asked: Asked) -> dict[str, str]:
    return {name: value for name, value in asked.args.items() if not name.startswith("oauth_")}


def test_creation_is_asked_for_in_the_one_safe_form() -> None:
    # Given bounds with fractions of a second, which the shop does not know
    with serving(answer([], X_WP_TotalPages="0")) as replay, client(replay.url) as shop:
        assert list(shop.list_orders_created(after=NOON, before=NOON + timedelta(days=1), states=["completed"])) == []
    # Then both seconds are in
    assert asked_of(replay.asked[1]) == {
        "after": "2026-03-02T11:59:59",
        "before": "2026-03-03T12:00:01",
        "dates_are_gmt": "true",
        "orderby": "date",
        "order": "asc",
        "status": "completed",
        "per_page": "100",
        "page": "1",
    }


def test_no_state_at_all_is_no_order_and_no_request() -> None:
    with serving(answer([])) as replay, client(replay.url) as shop:
        assert list(shop.list_orders_created(after=NOON, states=[])) == []
    assert replay.asked == []


def test_a_count_that_nobody_states_is_none() -> None:
    with serving(answer([]), answer([], X_WP_Total="twelve")) as replay, client(replay.url) as shop:
        assert shop.count_orders(after=NOON, before=NOON) is None
        assert shop.count_orders(after=NOON, before=NOON) is None
    assert asked_of(replay.asked[0])["per_page"] == "1"


def test_a_shop_that_ignores_the_ids_makes_no_order_look_gone() -> None:
    # Given a plugin that throws out what it does not know
    with serving(answer([{"id": 1}, {"id": 2}])) as replay, client(replay.url) as shop, pytest.raises(NeedsUser) as end:
        list(shop.list_orders_by_id(["7"]))
    assert end.value.code == "filter_ignored"


def test_texts_that_are_no_ids_are_not_asked_for() -> None:
    # An empty `include` would list every order
    with serving(answer([])) as replay, client(replay.url) as shop:
        assert list(shop.list_orders_by_id(["", "0", "7,8", "-1", "x", "\u0661"])) == []
    assert replay.asked == []


def test_a_page_full_of_ids_is_one_request_and_the_missing_are_one_more() -> None:
    # Given 101 ids, one of them in the bin and one nowhere
    def by(request: Any) -> Any:
        ids = {int(text) for text in request.args["include"].split(",")}
        there = ids & {7} if request.args["status"] == "trash" else ids - {7, 8}
        return answer([{"id": order} for order in sorted(there)])

    ids = [str(order) for order in range(1, 102)]
    with serving(by=by) as replay, client(replay.url) as shop:
        found = [order["id"] for page in shop.list_orders_by_id([*ids, *ids]) for order in page.orders]
    assert sorted(found) == [order for order in range(1, 102) if order != 8]
    assert [(asked.args["status"], asked.args["include"][:3]) for asked in replay.asked] == [
        ("any", "1,2"),
        ("trash", "7,8"),
        ("any", "101"),
    ]


def test_a_glance_says_what_can_be_read_and_none_for_the_rest() -> None:
    # Given an order whose plugins have bent everything, and a row that is none
    bent: dict[str, Any] = {
        "id": 9,
        "number": 77,
        "status": None,
        "total": "gratis",
        "currency": [],
        "date_created_gmt": "soon",
    }
    rows = [bent, {"id": None, "number": "1"}]
    with serving(answer([]), answer(rows, X_WP_TotalPages="1"), answer([])) as replay, client(replay.url) as shop:
        [[glance]] = list(shop.list_order_ids(after=NOON))
    assert (glance.id, glance.number) == ("9", "77")
    assert {glance.status, glance.total, glance.currency, glance.created_at, glance.modified_at} == {None}
    assert asked_of(replay.asked[1])["_fields"] == "id,number,status,date_modified_gmt,date_created_gmt,total,currency"
