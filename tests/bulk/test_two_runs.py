"""Two runs about the same orders, one of which is paused or cancelled; and what an order's owner says meanwhile."""

from __future__ import annotations

import pytest

from shared.store import owner
from tests.bulk.rig import Bulk
from tests.line.rig import Killed, dies_at
from tests.support.orders import tell, woo_order
from workers.hand import Point


def two_of(bulk: Bulk, *numbers: int) -> tuple[int, int]:
    bulk.put(*numbers)
    first, second = bulk.open(), bulk.open()
    bulk.go(first)
    bulk.go(second)
    return first, second


@pytest.mark.parametrize("is_first_first", [True, False])
def test_two_runs_that_are_both_cancelled_send_nothing(bulk: Bulk, is_first_first: bool) -> None:
    # Given two imports of an order that is not known, and of one that the start date kept out
    tell(bulk.line.shop, woo_order(2, modified=2))
    bulk.work()
    both = two_of(bulk, 1, 2)
    # When one is cancelled, then the other one has its orders still
    one, other = both if is_first_first else both[::-1]
    bulk.steer(one, "cancel")
    assert {outcome for outcome, _ in bulk.items(one).values()} == {"cancelled"}
    assert {outcome for outcome, _ in bulk.items(other).values()} == {None}
    # And when that is cancelled, too, then each order is what it was before both
    bulk.steer(other, "cancel")
    assert bulk.work() == 0
    assert (bulk.line.state(1), bulk.line.state(2)) == (("skipped", "run_cancelled"), ("skipped", "before_start_date"))
    assert bulk.line.shop.rows("select distinct is_imported from transfers") == [(False,)]
    assert bulk.in_books() == {}


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_what_another_run_wants_as_well_goes_on(bulk: Bulk, wish: str) -> None:
    # Given two imports of the same orders, when one is paused or cancelled, then the other one brings them
    first, second = two_of(bulk, 1, 2)
    bulk.steer(first, wish)  # type: ignore[arg-type]
    assert bulk.finish(second).done == 2
    assert bulk.in_books() == {"1": 1, "2": 1}


def test_what_a_paused_run_wants_as_well_waits_when_the_other_one_is_cancelled(bulk: Bulk) -> None:
    # Given two imports of the same orders, one of which is paused, when the other one is cancelled
    first, second = two_of(bulk, 1, 2)
    bulk.steer(first, "pause")
    bulk.steer(second, "cancel")
    # Then nothing goes before the paused one is resumed
    assert bulk.work() == 0
    bulk.steer(first, "resume")
    assert bulk.finish(first).done == 2
    assert bulk.in_books() == {"1": 1, "2": 1}


def test_a_cancelled_order_of_which_something_may_be_in_the_books_is_seen_through(bulk: Bulk) -> None:
    # Given an order that was sent, and nobody knows whether it arrived
    bulk.put(1, 2)
    run = bulk.open()
    bulk.go(run)
    with pytest.raises(Killed):
        bulk.work(watch=dies_at(Point.SENT))
    bulk.line.let_time_pass(400)
    bulk.store.one("free_expired")
    # When its run is cancelled, then it is not said to have been left alone: it is looked up, and found
    bulk.steer(run, "cancel")
    bulk.line.let_time_pass(400)
    bulk.store.one("wake_due")
    bulk.work()
    assert bulk.line.state(1)[0] == "done"
    assert bulk.run(run).counts["done"] == 1
    assert (bulk.items(run)["1"], bulk.items(run)["2"]) == (("done", ""), ("cancelled", ""))
    assert bulk.in_books() == {"1": 1}


def test_news_of_an_old_order_bring_it_into_no_books_once_its_import_is_cancelled(bulk: Bulk) -> None:
    # Given an import with an order of which the shop tells something new, when it is cancelled
    bulk.put(1)
    run = bulk.open()
    bulk.go(run)
    tell(bulk.line.shop, woo_order(1, modified=300))
    bulk.steer(run, "cancel")
    # Then the start date counts for it
    bulk.work()
    assert bulk.line.state(1) == ("skipped", "before_start_date")


def test_an_owner_who_asks_for_one_order_of_a_run_gets_it_at_once(bulk: Bulk) -> None:
    # Given a paused run, when its owner asks for one of its orders, then that is a live one
    bulk.put(1, 2)
    run = bulk.open()
    bulk.go(run)
    bulk.steer(run, "pause")
    ((transfer,),) = bulk.line.shop.rows("select id from transfers where source_id = '2'")
    with bulk.store.account(bulk.line.shop.account) as c:
        owner.ask_again(c, transfer)
    assert bulk.line.shop.rows("select source_id from transfers where not is_bulk") == [("2",)]
    assert bulk.rung() == ["2"]


def test_a_release_lets_no_order_of_a_paused_run_go(bulk: Bulk) -> None:
    # Given a paused run whose connection was switched off and on again, with an order that the shop told of meanwhile
    bulk.put(1, 2)
    run = bulk.open()
    bulk.go(run)
    bulk.steer(run, "pause")
    bulk.line.shop.switch(on=False)
    tell(bulk.line.shop, woo_order(9, modified=9))
    bulk.line.shop.switch(on=True)
    assert bulk.line.state(1)[0] == "held"
    assert {outcome for outcome, _ in bulk.items(run).values()} == {None}
    # When what it held is released, then those of the run wait until it is resumed
    with bulk.store.account(bulk.line.shop.account) as c:
        owner.release(c, bulk.line.shop.connection)
    assert bulk.rung() == ["9"]
    bulk.steer(run, "resume")
    assert bulk.finish(run).done == 2


def test_numbers_and_ids_that_cross_each_other(bulk: Bulk) -> None:
    # Given a shop with numbers of its own, of which one that we know is another one's id
    body = woo_order(55) | {"number": "1001"}
    bulk.woo.put_raw_order(body, announce=False)
    tell(bulk.line.shop, body)
    bulk.work()
    # When both are imported, then the known one goes, and only the other one is said to be missing
    run = bulk.finish(bulk.open({"numbers": ["55", "1001"]}))
    assert bulk.items(run.id) == {"1001": ("done", ""), "55": ("failed", "number_not_found")}
    assert sum(bulk.in_books().values()) == 1
