"""Workers that come to one order through two connections at the same moment, while its owner changes their settings."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any
from unittest.mock import patch

import pytest

from shared.store import routes
from shared.store.claims import Claim, Outcome
from shared.store.database import Database
from tests.line.fork import DK, SE, Fork, forked
from tests.support.orders import woo_order
from tests.support.servers import DatabaseAddress
from workers.hand import Point
from workers.routing import goes_elsewhere

ROUNDS = 25
#: Seconds after which two that should meet never will.
PATIENCE = 20.0
DONE, ELSEWHERE = ("done", ""), ("skipped", "routed_elsewhere")


@pytest.fixture
def fork(database: DatabaseAddress) -> Iterator[Fork]:
    store = Database(database.app_url, name="test", connections=6)
    with forked(store, {"only": DK}, {"only": SE}, with_shop=True) as fork:
        # A customer and a product, so that nobody has to wait for who makes them.
        fork.sold(1)
        fork.work(1)
        yield fork
    store.close()


def sold(fork: Fork, number: int) -> None:
    """In the shop, which can be asked for it, and told."""
    assert fork.line.woo is not None
    fork.line.woo.put_raw_order(woo_order(number), announce=False)
    fork.sold(number)


@pytest.mark.parametrize("was_routed", [False, True])
@pytest.mark.parametrize("first_to_know", ["Orders", "Second"])
def test_two_that_both_believe_it_is_theirs_make_one_document(fork: Fork, first_to_know: str, was_routed: bool) -> None:
    # Given an order that has a row already, as one whose document was refused, or none; a worker that took it by the
    # settings of before, and another one that takes it by those of after
    other = "Second" if first_to_know == "Orders" else "Orders"
    for number in range(2, 2 + ROUNDS):
        fork.choose(**{first_to_know: DK, other: SE})
        sold(fork, number)
        if was_routed:
            with fork.line.database.account(fork.line.shop.account) as c:
                assert routes.take(c, fork.transfer(number, first_to_know)) is None
        has_decided, both = Event(), Barrier(2)

        def meet(point: Point, _: Claim, has_decided: Event = has_decided, both: Barrier = both) -> None:
            if point is Point.DECIDED:
                has_decided.set()
            if point is Point.PRODUCTS_KNOWN:
                both.wait(PATIENCE)

        # When both come to freeze it at once
        with ThreadPoolExecutor(2) as pool:
            before = pool.submit(fork.work, number, first_to_know, watch=meet)
            assert has_decided.wait(PATIENCE)
            fork.choose(**{first_to_know: SE, other: DK})
            pool.submit(fork.work, number, other, watch=meet).result()
            before.result()

        # Then one of them has it, and the other says so
        assert sorted(fork.states(number)) == [DONE, ELSEWHERE]
        mine = [one for one in fork.references() if one.endswith(f"-{number}")]
        winner = fork.route(number)
        assert winner is not None
        assert mine == [fork.ours(number, winner)]


def test_two_that_both_leave_it_to_the_other_do_not_lose_it(fork: Fork) -> None:
    # Given a worker that left an order to the other connection by the settings of before, and one by those of after
    for number in range(2, 2 + ROUNDS):
        fork.choose(Orders=SE, Second=DK)
        sold(fork, number)
        has_decided, both = Event(), Barrier(2)

        def meet(*given: Any, has_decided: Event = has_decided, both: Barrier = both) -> Outcome | None:
            ended = goes_elsewhere(*given)
            has_decided.set()
            both.wait(PATIENCE)
            return ended

        # When both write that down at once
        with ThreadPoolExecutor(2) as pool, patch("workers.order_steps.goes_elsewhere", meet):
            before = pool.submit(fork.work, number, "Orders")
            assert has_decided.wait(PATIENCE)
            fork.choose(Orders=DK, Second=SE)
            pool.submit(fork.work, number, "Second").result()
            before.result()

        # Then it is looked at anew, and goes by the one that takes it now
        fork.work_until_done()
        assert fork.states(number) == [DONE, ELSEWHERE]
        assert fork.references()[-1] == fork.ours(number, "Orders")


def test_a_connection_that_left_it_goes_on_when_another_one_leaves_it_to_that(fork: Fork) -> None:
    # Given an order that the first connection left to the second, and settings that changed before anybody came there
    fork.choose(Orders=SE, Second=DK)
    sold(fork, 2)
    fork.work(2, "Orders")
    assert fork.states(2)[0] == ELSEWHERE
    fork.choose(Orders=DK, Second=SE)

    # When a worker comes through the second, then the first one looks at it anew
    fork.work(2, "Second")
    fork.work_until_done()
    assert fork.states(2) == [DONE, ELSEWHERE]
