"""A poll: what changed in the shop goes through the same door as a webhook, and nothing else makes work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from shared.store import setup
from shared.store.database import Database
from tests.jobs.rig import Jobs, jobs_of
from tests.line.telling import change, place_order
from tests.support.orders import START, tell, woo_order
from workers import long_hand
from workers.polling import OVERLAP

SKEW = timedelta(minutes=10)
HUGE = "x" * 3_000_000


def asked_since(jobs: Jobs) -> datetime:
    """Since when the shop was asked for changes the last time."""
    return datetime.fromisoformat(jobs.lists()[-1]["modified_after"]).replace(tzinfo=UTC)


def came_to(jobs: Jobs) -> datetime:
    return datetime.fromisoformat(jobs.schedule("poll")["cursor"]["since"])


def run_to_end(jobs: Jobs) -> int:
    """How often it was rung for until then."""
    for rounds in range(1, 50):
        jobs.run("poll")
        if jobs.schedule("poll")["ended_at"] is not None:
            return rounds
    raise AssertionError("the poll never ends")


def test_an_order_of_which_no_webhook_told_is_found_and_goes_into_the_books(store: Database) -> None:
    # Given a shop without webhooks, and an order there
    with jobs_of(store) as jobs:
        order = place_order(jobs.woo)
        # When it is polled, then it is found once, and goes like any other
        jobs.run("poll")
        assert jobs.counts("poll") == (1, 1, 0, 0)
        jobs.line.work(order)
        assert jobs.line.state(order) == ("done", "")
        # And the next poll finds nothing new
        jobs.run("poll")
        assert jobs.counts("poll") == (1, 0, 1, 0)
        assert jobs.line.state(order) == ("done", "")


def test_a_poll_asks_for_what_changed_since_the_last_one_and_a_little_before(store: Database) -> None:
    # Given a shop that was polled once
    with jobs_of(store) as jobs:
        jobs.put_orders(range(1, 4), modified=7)
        jobs.run("poll")
        assert came_to(jobs) == START + timedelta(seconds=7)

        # When nothing changes, then it is asked since the last change, less the overlap, and comes no further
        jobs.run("poll")
        assert asked_since(jobs) == came_to(jobs) - OVERLAP - timedelta(seconds=1)
        assert came_to(jobs) == START + timedelta(seconds=7)


def test_unchanged_content_makes_no_work(store: Database) -> None:
    # Given an order that a webhook told of, and one that a poll found
    with jobs_of(store) as jobs:
        jobs.put_orders([1, 2])
        tell(jobs.line.shop, jobs.woo.order(1))
        jobs.run("poll")
        before = jobs.line.shop.transfers(), jobs.events()

        # When both are saved as they are, and polled again and again
        for order in (1, 2):
            jobs.woo.change_order(order, announce=False)
        for _ in range(3):
            jobs.run("poll")
            assert jobs.counts("poll") == (2, 0, 2, 0)

        # Then there is no new event, and nobody looks at them again
        assert (jobs.line.shop.transfers(), jobs.events()) == before


def test_a_change_is_found_once(store: Database) -> None:
    # Given an order in the books
    with jobs_of(store, by_state={"processing": {"document": "invoice"}}) as jobs:
        order = place_order(jobs.woo)
        jobs.run("poll")
        jobs.line.work(order)

        # When its customer writes another note
        change(jobs.woo, order, customer_note="Ring the bell")
        jobs.run("poll")
        jobs.run("poll")

        # Then it was news once
        assert jobs.counts("poll") == (1, 0, 1, 0)
        assert jobs.events() == 2
        jobs.line.work(order)
        assert jobs.line.state(order)[0] == "done"
        assert len(jobs.line.books.documents()) == 1


def test_more_orders_of_one_second_than_a_page_holds_are_all_found(store: Database) -> None:
    # Given 250 orders that were changed in one second
    with jobs_of(store) as jobs:
        jobs.put_orders(range(1, 251))
        # When the shop is polled twice, then all are found, and found again
        jobs.run("poll")
        assert jobs.counts("poll") == (250, 250, 0, 0)
        jobs.run("poll")
        assert jobs.counts("poll") == (250, 0, 250, 0)
        assert jobs.known() == set(range(1, 251))


def test_a_thousand_orders_changed_at_once_are_found_while_the_shop_goes_on(store: Database) -> None:
    # Given 1,000 orders of a few seconds, of which some are saved anew after each list
    with jobs_of(store) as jobs:
        for second in range(10):
            jobs.put_orders(range(second * 100 + 1, second * 100 + 101), modified=second)
        jobs.woo.shop.settings.unrest, jobs.woo.shop.settings.seed = 7, 3
        # When the shop is polled once, then all were taken in, each once
        jobs.run("poll")
        found, sent, skipped, failed = jobs.counts("poll")
        assert jobs.known() == set(range(1, 1001))
        assert (sent, failed, found - skipped) == (1000, 0, 1000)
        assert jobs.events() == 1000


@pytest.mark.parametrize("ahead", [SKEW, -SKEW], ids=["ahead", "behind"])
def test_a_shop_whose_clock_is_wrong_misses_nothing(store: Database, ahead: timedelta) -> None:
    # Given a connection that was just switched on, and a shop whose clock is wrong by ten minutes
    with jobs_of(store) as jobs:
        jobs.line.shop.rows("update connections set active_since = now() returning id")
        jobs.woo.set_clock(datetime.now(UTC) + ahead)

        # When it sells, and is polled in between, and in the end its clock is put right
        orders = set()
        for _ in range(3):
            orders.add(place_order(jobs.woo))
            jobs.run("poll")
            assert jobs.known() == orders
            jobs.woo.advance_clock(30)
        jobs.woo.set_clock(datetime.now(UTC))
        orders.add(place_order(jobs.woo))
        jobs.run("poll")

        # Then each poll has found what was new, and it never comes further than our own clock
        assert jobs.known() == orders
        assert came_to(jobs) <= datetime.now(UTC)


def test_a_shop_whose_clock_goes_back_misses_nothing(store: Database) -> None:
    # Given a shop that was polled, and whose clock is then put back by ten minutes
    with jobs_of(store) as jobs:
        orders = {place_order(jobs.woo)}
        jobs.run("poll")
        jobs.woo.set_clock(datetime.now(UTC) - SKEW)
        # When it sells, then the next poll finds that
        for _ in range(3):
            orders.add(place_order(jobs.woo))
            jobs.run("poll")
            assert jobs.known() == orders
            jobs.woo.advance_clock(60)


def test_what_the_shop_writes_behind_a_poll_is_found_by_the_next_one(store: Database) -> None:
    # Given a shop that is polled, and writes an order down only then, as changed a minute ago
    with jobs_of(store) as jobs:
        jobs.put_orders([1], modified=60)
        jobs.run("poll")
        jobs.put_orders([2], modified=0)
        # When it is polled again, then that is found
        jobs.run("poll")
        assert jobs.known() == {1, 2}


def test_two_connections_of_a_shop_both_know_what_either_poll_finds(store: Database) -> None:
    # Given a shop with two connections
    with jobs_of(store) as jobs:
        shop = jobs.line.shop
        with store.account(shop.account) as c:
            second = setup.add_connection(
                c, kind="orders", name="Second", source=shop.webshop, target=shop.books, settings={}, by="test"
            )
            setup.switch_connection(c, second, on=True)
        jobs.put_orders([1, 2])
        # When both are polled, then each order is one event and two transfers
        jobs.run("poll")
        assert (jobs.events(), len(shop.transfers())) == (2, 4)
        # And when both are polled again, then nothing is new
        before = shop.transfers()
        jobs.run("poll")
        assert (jobs.events(), shop.transfers()) == (2, before)


def test_a_connection_that_is_made_later_gets_what_the_shop_said_before(store: Database) -> None:
    # Given orders that a poll brought in already
    with jobs_of(store) as jobs:
        jobs.put_orders([1, 2])
        jobs.run("poll")
        shop = jobs.line.shop

        # When another connection of the shop is made, and polled
        with store.account(shop.account) as c:
            second = setup.add_connection(
                c, kind="orders", name="Second", source=shop.webshop, target=shop.books, settings={}, by="test"
            )
            setup.switch_connection(c, second, on=True)
        jobs.run("poll")

        # Then it has both, by the words that are stored, and the next poll finds nothing new
        told = "select newest_event_id is not null from transfers where connection_id = %s and not needs_fetch"
        assert shop.rows(told, second) == [(True,), (True,)]
        assert jobs.events() == 2
        before = shop.transfers()
        jobs.run("poll")
        assert shop.transfers() == before


def test_a_long_poll_makes_room_and_goes_on_where_it_was(store: Database) -> None:
    # Given 500 orders of as many seconds, and polls that make room after each page
    with jobs_of(store) as jobs, patch.object(long_hand, "SLICE", -1.0):
        for order in range(1, 501):
            jobs.put_orders([order], modified=order)
        # When it is rung for until it is at its end
        rounds = run_to_end(jobs)
        # Then all were found and counted together, and no page was asked for twice
        assert jobs.known() == set(range(1, 501))
        assert jobs.counts("poll")[1] == 500
        assert 5 <= rounds == len(jobs.lists()) <= 7


def test_a_long_poll_of_a_single_second_comes_to_its_end(store: Database) -> None:
    # Given more orders of one second than there is time for
    with jobs_of(store) as jobs, patch.object(long_hand, "SLICE", -1.0):
        jobs.put_orders(range(1, 351))
        # When it is rung for, then it makes room only where it can go on, and comes to its end
        assert run_to_end(jobs) == 2
        assert jobs.known() == set(range(1, 351))


def test_an_order_that_is_huge_is_taken_in_like_any_other(store: Database) -> None:
    with jobs_of(store) as jobs:
        # Given an order with three megabytes of a plugin's among others
        jobs.put_orders([1, 3])
        huge = woo_order(2, meta_data=[{"id": 1, "key": "_plugin", "value": HUGE}])
        jobs.woo.put_raw_order(huge, announce=False)
        # When they are polled, then all are there
        jobs.run("poll")
        assert jobs.known() == {1, 2, 3}
