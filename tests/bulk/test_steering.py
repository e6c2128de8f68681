"""Pause, resume and cancel, and what they leave behind."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest

from tests.bulk.rig import Bulk
from tests.support.orders import tell, woo_order
from workers.runs import try_run


def test_a_paused_run_begins_nothing_more_and_goes_on_when_it_is_resumed(bulk: Bulk) -> None:
    # Given a run of which one order is done, and one has a message under way
    bulk.put(*range(1, 7))
    run = bulk.open(share=0.25)
    bulk.go(run)
    bulk.rung()
    bulk.line.work(1)
    assert bulk.rung() == ["2"]
    # When it is paused, then nothing is rung for, the message comes to nothing, and nobody works on the run
    assert bulk.steer(run, "pause") == "paused"
    bulk.line.work(2)
    assert (bulk.rung(), bulk.ring(), bulk.in_books()) == ([], 0, {"1": 1})
    bulk.go(run)
    assert bulk.run(run).state == "paused"
    # And when it is resumed, then the rest goes
    assert bulk.steer(run, "resume") == "running"
    assert bulk.ring() == 1
    assert bulk.finish(run).done == 6
    assert set(bulk.in_books().values()) == {1}


def test_a_cancelled_run_leaves_what_it_had_not_begun_as_it_was(bulk: Bulk) -> None:
    # Given an order that is not known, one that the start date kept out, one that failed, and one that goes first
    bulk.put(1, 2, 3, 4)
    bulk.woo.change_order(3, status="processing")
    bulk.line.choose({"create_products": False})
    tell(bulk.line.shop, woo_order(2, modified=2))
    bulk.work()
    run = bulk.open(share=0.25)
    bulk.go(run)
    assert bulk.rung()
    # When the run is cancelled before any was begun
    assert bulk.steer(run, "cancel") == "cancelled"
    # Then each is what it was before, and nothing goes
    assert bulk.work() == 0
    assert (bulk.line.state(1), bulk.line.state(2)) == (("skipped", "run_cancelled"), ("skipped", "before_start_date"))
    assert {outcome for outcome, _ in bulk.items(run).values()} == {"cancelled"}
    assert bulk.in_books() == {}
    # And the start date counts for them again
    tell(bulk.line.shop, woo_order(1, modified=300))
    bulk.work()
    assert bulk.line.state(1) == ("skipped", "before_start_date")


def test_an_order_in_a_workers_hand_is_finished_and_counted(bulk: Bulk) -> None:
    # Given a run with an order in a worker's hand
    bulk.put(1, 2)
    run = bulk.open(share=0.25)
    bulk.go(run)
    bulk.rung()
    bulk.line.shop.rows(
        "update transfers set state = 'working', lease_until = now() where source_id = '1' returning id"
    )
    # When the run is cancelled, and the worker is lost, then that order goes on as a live one
    bulk.steer(run, "cancel")
    bulk.store.one("free_expired")
    bulk.work()
    assert bulk.run(run).counts == {"done": 1, "already": 0, "skipped": 0, "failed": 0, "cancelled": 1}
    assert bulk.items(run) == {"1": ("done", ""), "2": ("cancelled", "")}
    assert bulk.in_books() == {"1": 1}


def test_news_of_the_shop_go_though_the_run_is_paused(bulk: Bulk) -> None:
    bulk.put(1, 2)
    run = bulk.open()
    bulk.go(run)
    bulk.steer(run, "pause")
    tell(bulk.line.shop, woo_order(2, modified=400))
    assert bulk.rung() == ["2"]


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_it_takes_effect_within_a_second(bulk: Bulk, wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a worker that has a run in hand, and waits for its orders
    monkeypatch.setattr("workers.run_hand.STALLED_AFTER", 30.0)
    bulk.put(1, 2)
    run = bulk.open()
    assert bulk.ring() == 1
    worker = threading.Thread(target=try_run, args=(bulk.line.tools, bulk.line.shop.account, run, bulk.stopping))
    worker.start()
    while bulk.run(run).items < 2:
        time.sleep(0.01)
    # When the owner says so, then the worker lets go of it at once
    began = time.monotonic()
    bulk.steer(run, wish)  # type: ignore[arg-type]
    worker.join(timeout=10)
    assert (time.monotonic() - began < 1, bulk.rung()) == (True, [])
    assert bulk.line.shop.rows("select lease_token from runs") == [(None,)]


def test_what_has_ended_cannot_be_steered(bulk: Bulk) -> None:
    bulk.put(1)
    run = bulk.open()
    assert bulk.steer(run, "resume") is None
    bulk.finish(run)
    assert [bulk.steer(run, wish) for wish in ("pause", "resume", "cancel")] == [None, None, None]


def test_a_run_says_who_did_what(bulk: Bulk) -> None:
    run = bulk.open()
    for wish in ("pause", "resume", "cancel"):
        bulk.steer(run, wish)
    row = bulk.run(run)
    assert (row.created_by, [(one["wish"], one["by"]) for one in row.steered]) == (
        "kim",
        [("pause", "kim"), ("resume", "kim"), ("cancel", "kim")],
    )


@pytest.mark.parametrize("empty", [{}, {"states": []}, {"from": None}, {"numbers": [""]}, []])
def test_the_store_refuses_a_run_about_nothing(bulk: Bulk, empty: dict[str, object]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="a_filter_names_something"):
        bulk.open(empty)


def test_a_run_that_is_off_or_whose_shop_rests_waits(bulk: Bulk) -> None:
    # Given a run of a connection that is switched off
    bulk.put(1)
    run = bulk.open()
    bulk.line.shop.switch(on=False)
    assert bulk.ring() == 0
    # When its message comes all the same, then nothing happens, and when it is on again, it goes
    bulk.go(run)
    assert bulk.run(run).state == "ready"
    bulk.line.shop.switch(on=True)
    assert bulk.ring() == 1
    assert bulk.finish(run).done == 1
