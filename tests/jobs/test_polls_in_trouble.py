"""A poll whose shop is away, whose orders are broken, or whose worker is killed: nothing is lost, nothing stops it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from connectors.woocommerce.client import WooCommerceClient
from shared.intake import take_in
from shared.store.database import Database
from tests.jobs.rig import Jobs, jobs_of
from tests.line.rig import Killed
from tests.support.orders import START, tell, woo_order
from workers.hand import PutBack
from workers.job_hand import JobHand
from workers.lanes import Lanes

ORDERS = range(1, 251)


@pytest.fixture
def jobs(store: Database) -> Iterator[Jobs]:
    """A shop with 250 orders of as many seconds, three pages."""
    with jobs_of(store) as jobs:
        for order in ORDERS:
            jobs.put_orders([order], modified=order)
        yield jobs


def listed(jobs: Jobs, *orders: object) -> None:
    """The shop answers with these orders the next time."""
    jobs.woo.add_fault(kind="answer", status=200, body=json.dumps(orders), path="*/orders", method="GET", count=1)


@pytest.mark.parametrize(
    ("bad", "is_taken_in"),
    [
        ({"id": 900, "line_items": "none", "total": {}, "date_modified_gmt": "yesterday"}, True),
        ({"id": 900, "number": "A\u0000B\ud800", "date_modified_gmt": "2026-03-02T11:00:00"}, True),
        ({"status": "processing", "date_modified_gmt": "2026-03-02T11:00:00"}, False),
        ({"id": "900; drop table", "date_modified_gmt": "9999-99-99T00:00:00"}, False),
        ({}, False),
    ],
    ids=["unreadable", "unprintable", "without id", "with another id", "empty"],
)
def test_a_bad_order_stops_no_other(store: Database, bad: dict[str, Any], is_taken_in: bool) -> None:
    # Given a shop with a bad order between good ones
    with jobs_of(store) as jobs:
        listed(jobs, woo_order(1), bad, woo_order(2))
        # When it is polled, then the good ones are there, and the bad one is counted
        jobs.run("poll")
        assert jobs.counts("poll") == ((3, 3, 0, 0) if is_taken_in else (3, 2, 0, 1))
        assert jobs.known() == ({1, 2, 900} if is_taken_in else {1, 2})
        assert jobs.schedule("poll")["problem"] == ""
        # And what the shop said is kept, once
        listed(jobs, woo_order(1), bad, woo_order(2))
        jobs.run("poll")
        assert jobs.events() == 3


def test_an_order_at_which_we_fail_ourselves_stops_no_other(jobs: Jobs) -> None:
    # Given a mistake of ours that meets one order
    def fails_at_seven(connection: Any, sender: Any, origin: Any, notice: Any, body: bytes) -> object:
        if notice.source_id == "7":
            raise KeyError("oops")
        return take_in(connection, sender, origin, notice, body)

    with patch("workers.sightings.take_in", fails_at_seven):
        jobs.run("poll")
    # Then all others are there, and it is counted
    assert jobs.counts("poll") == (250, 249, 0, 1)
    assert jobs.known() == set(ORDERS) - {7}


def test_a_worker_killed_between_page_and_cursor_is_followed_by_one_that_goes_on(jobs: Jobs) -> None:
    # Given a worker that dies when it has taken in its second page, and has not written that down
    keep, kept = JobHand.keep, []

    def dies(hand: JobHand, *told: Any) -> None:
        kept.append(told)
        if len(kept) == 2:
            raise Killed
        keep(hand, *told)

    with patch.object(JobHand, "keep", dies), pytest.raises(Killed):
        jobs.run("poll")
    asked = len(jobs.lists())

    # When its lease is gone and another one takes the run in hand, then it goes on behind the first page
    jobs.run("poll")
    assert len(jobs.lists()) - asked == 2
    assert jobs.known() == set(ORDERS)
    assert jobs.counts("poll") == (251, 151, 100, 0)
    # And every order was told of once
    assert jobs.events() == 250


def test_a_worker_killed_in_the_middle_of_an_answer_loses_nothing(jobs: Jobs) -> None:
    # Given a worker that dies while the shop makes up its third page
    with patch.object(WooCommerceClient, "list_orders", dying_after(2)), pytest.raises(Killed):
        jobs.run("poll")
    # When another one goes on, then all are there
    jobs.run("poll")
    assert jobs.known() == set(ORDERS)
    assert jobs.events() == 250


def dying_after(pages: int) -> Any:
    whole = WooCommerceClient.list_orders

    def list_orders(client: WooCommerceClient, **asked: Any) -> Iterator[Any]:
        for at, page in enumerate(whole(client, **asked)):
            if at == pages:
                raise Killed
            yield page

    return list_orders


def test_a_shop_that_is_away_is_named_and_polled_again_later(jobs: Jobs) -> None:
    # Given a shop that fails after its first page
    jobs.run("poll")
    jobs.put_orders([900], modified=900)
    jobs.woo.add_fault(kind="answer", status=503, path="*/orders", method="GET")
    jobs.run("poll")

    # Then the row says so, in words, and the poll has come no further
    row = jobs.schedule("poll")
    assert row["problem"]
    assert row["ended_at"] is not None
    assert 900 not in jobs.known()

    # When it is back and has rested, then the next poll finds what was missed, and the problem is gone
    jobs.woo.faults.clear()
    jobs.line.let_time_pass(600)
    jobs.run("poll")
    assert 900 in jobs.known()
    assert jobs.schedule("poll")["problem"] == ""


def test_a_key_that_was_withdrawn_breaks_the_system_once_and_stops_its_polls(jobs: Jobs) -> None:
    # Given a shop whose key is gone
    jobs.woo.shop.keys.clear()
    # When it is polled twice
    jobs.run("poll")
    first = jobs.line.shop.rows("select broken_reason, broken_at from systems where id = %s", jobs.line.shop.webshop)
    asked = len(jobs.lists())
    jobs.run("poll")

    # Then the owner is told once, and nobody asks the shop any more
    assert first[0][0]
    assert jobs.line.shop.rows("select count(*) from alarms") == [(1,)]
    assert jobs.schedule("poll")["problem"] == "resting"
    assert len(jobs.lists()) == asked
    assert jobs.line.shop.rows(
        "select broken_reason, broken_at from systems where id = %s", jobs.line.shop.webshop
    ) == first  # fmt: skip


def test_a_service_that_stops_puts_the_run_back(jobs: Jobs) -> None:
    # Given a service that is stopped when the first page was taken in
    keep = JobHand.keep

    def stops(hand: JobHand, *told: Any) -> None:
        keep(hand, *told)
        jobs.stopping.set()

    with patch.object(JobHand, "keep", stops):
        jobs.run("poll")

    # Then the run is due at once, with what it has done so far
    row = jobs.schedule("poll")
    assert (row["problem"], row["ended_at"], row["lease_until"], row["rung_at"]) == ("", None, None, None)
    assert jobs.line.shop.rows("select next_due <= now() from schedules where job = 'poll'") == [(True,)]
    assert len(jobs.known()) == 100

    # When another one takes it in hand, then it goes on
    jobs.stopping = threading.Event()
    jobs.run("poll")
    assert jobs.known() == set(ORDERS)
    assert jobs.counts("poll")[1] == 250


def test_a_poll_for_which_there_is_no_room_waits_some_seconds(jobs: Jobs) -> None:
    # Given a host at which others take all places
    jobs.line.shop.rows("update schedules set next_due = now() + interval '5 m' returning id")
    full = PutBack("others_first", wait=6.0)
    with patch.object(Lanes, "on", side_effect=full):
        jobs.run("poll")

    # Then the run comes again after that time, and not at once, over and over
    assert (jobs.schedule("poll")["problem"], jobs.schedule("poll")["ended_at"]) == ("", None)
    assert jobs.line.shop.rows(
        "select next_due between now() + interval '1 s' and now() + interval '6 s' from schedules where job = 'poll'"
    ) == [(True,)]  # fmt: skip


def test_a_poll_whose_lease_another_one_has_writes_nothing_down(jobs: Jobs) -> None:
    # Given a worker that was stopped for long after its first page, while another one did the whole run
    keep, is_first = JobHand.keep, True

    def oversleeps(hand: JobHand, *told: Any) -> None:
        nonlocal is_first
        if is_first:
            is_first = False
            jobs.run("poll")
        keep(hand, *told)

    with patch.object(JobHand, "keep", oversleeps):
        jobs.run("poll")

    # Then what the other one wrote stands
    row = jobs.schedule("poll")
    assert row["ended_at"] is not None
    assert row["cursor"] == {"since": (START + timedelta(seconds=250)).isoformat()}
    assert jobs.events() == 250


def test_a_webhook_and_a_poll_of_an_order_at_once_make_one_document(store: Database) -> None:
    # Given orders of which the shop tells while it is polled
    with jobs_of(store) as jobs:
        orders = range(1, 31)
        jobs.put_orders(orders)
        bodies = [jobs.woo.order(order) for order in orders]
        with ThreadPoolExecutor(1) as threads:
            polled = threads.submit(jobs.run, "poll")
            for body in bodies:
                tell(jobs.line.shop, body)
            polled.result()
        # When they are worked on, then each has one document
        assert jobs.known() == set(orders)
        for order in orders:
            jobs.line.work(order)
        references = [document.reference for document in jobs.line.books.documents()]
        assert sorted(references) == sorted(f"SL{jobs.line.shop.connection}-{order}" for order in orders)
