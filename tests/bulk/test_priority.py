"""Live orders overtake those of a run, which takes no more than its share."""

from __future__ import annotations

from tests.bulk.rig import Bulk
from tests.line.rig import line_to
from tests.support.orders import tell, woo_order


def test_a_run_has_no_more_in_flight_than_its_share(bulk: Bulk) -> None:
    # Given a connection that may have four orders in flight, and a run that may have half of them
    bulk.put(*range(1, 10))
    bulk.go(bulk.open())
    # When the relay looks, then it rings for two, and for no more while these are in flight
    assert bulk.rung() == ["1", "2"]
    assert bulk.rung() == []
    # And when one of them is done, for one more
    bulk.line.work(1)
    assert bulk.rung() == ["3"]


def test_a_run_has_one_order_in_flight_at_least(bulk: Bulk) -> None:
    bulk.put(1, 2)
    bulk.go(bulk.open(share=0.01))
    assert (bulk.rung(), bulk.rung()) == (["1"], [])


def test_live_orders_go_first(bulk: Bulk) -> None:
    # Given a run that waits with many orders, when the shop tells of new ones
    bulk.put(*range(1, 10))
    bulk.go(bulk.open(share=1.0))
    for number in range(101, 104):
        tell(bulk.line.shop, woo_order(number))
    # Then these are rung for, and the run gets what is left
    assert sorted(bulk.rung()) == ["1", "101", "102", "103"]


def test_news_of_the_shop_make_an_order_live_again(bulk: Bulk) -> None:
    # Given a run with many orders that wait, when the shop says something new of the last one
    bulk.put(*range(1, 10))
    bulk.go(bulk.open(share=0.25))
    tell(bulk.line.shop, woo_order(9, modified=500))
    # Then that is a live one, and goes beside the run's share
    assert sorted(bulk.rung()) == ["1", "9"]


def test_live_orders_find_room_while_a_run_has_its_share_in_flight(bulk: Bulk) -> None:
    bulk.put(*range(1, 10))
    bulk.go(bulk.open())
    bulk.rung()
    for number in range(101, 105):
        tell(bulk.line.shop, woo_order(number))
    assert bulk.rung() == ["101", "102"]


def test_what_was_done_in_bulk_is_live_from_then_on(bulk: Bulk) -> None:
    # Given an order that a run brought
    bulk.put(1)
    bulk.finish(bulk.open())
    assert bulk.line.shop.rows("select is_bulk, is_imported from transfers") == [(False, True)]


def test_an_account_with_many_runs_leaves_turns_to_others(bulk: Bulk) -> None:
    # Given an account with five runs, and another one with one that was begun last
    runs = [bulk.open() for _ in range(5)]
    with line_to(bulk.store, with_shop=True) as other:
        late = Bulk(other).open()
        # When the scheduler rings
        bulk.ring()
        # Then two of the first, and the other's; and no more while these are in somebody's hand
        assert {message.kwargs["run"] for message in bulk.bell.rung} == {*runs[:2], late}
        assert bulk.ring() == 0
        # And when one of them made room, the one that has waited longest has its turn
        bulk.go(runs[0])
        bulk.bell.rung.clear()
        bulk.ring()
        assert [message.kwargs["run"] for message in bulk.bell.rung] == [runs[2]]


def test_a_run_feeds_some_at_a_time(bulk: Bulk) -> None:
    # Given more orders than may be unfinished at once
    bulk.put(*range(1, 131))
    run = bulk.open()
    # When the run goes on while nothing moves, then it has fed a hundred, and waits for room
    for _ in range(3):
        bulk.go(run)
        assert bulk.run(run).items == 100
    # And as they end, it feeds the rest
    assert bulk.finish(run).done == 130
    assert set(bulk.in_books().values()) == {1}
