"""A shop whose lists of orders are larger than an answer may be: orders are asked for a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from shared.store.database import Database
from tests.jobs.rig import Jobs, jobs_of
from tests.recheck.rig import nights_of
from tests.recheck.test_many import crowd
from tests.support.orders import woo_order

#: What an answer may hold in these tests, an order of usual size, and what fills one up.
MOST_BYTES = 60_000
LARGE, TOO_LARGE = "x" * 20_000, "x" * 70_000


@pytest.fixture(autouse=True)
def small_answers() -> Iterator[None]:
    with patch("connectors.woocommerce.rest.MAX_ANSWER_BYTES", MOST_BYTES):
        yield


def put(jobs: Jobs, number: int, fill: str) -> None:
    filled = woo_order(number, meta_data=[{"id": 1, "key": "_plugin", "value": fill}], modified=number // 50)
    jobs.woo.put_raw_order(filled, announce=False)


def test_a_page_that_is_too_large_is_taken_in_parts(store: Database) -> None:
    # Given 130 orders, of which ten fill an answer by threes
    with jobs_of(store) as jobs:
        jobs.put_orders(range(1, 121))
        for number in range(121, 131):
            put(jobs, number, LARGE)
        # When the shop is polled, then all are there, and the poll came to its end
        jobs.run("poll")
        assert jobs.known() == set(range(1, 131))
        assert (jobs.schedule("poll")["problem"], jobs.counts("poll")[3]) == ("", 0)
        # And the next poll finds nothing new
        jobs.run("poll")
        assert jobs.counts("poll")[1] == 0


def test_an_order_that_is_too_large_by_itself_stops_no_other_and_says_why(store: Database) -> None:
    # Given such an order among others
    with jobs_of(store) as jobs:
        jobs.put_orders([1, 3])
        put(jobs, 2, TOO_LARGE)
        # When the shop is polled, then the others are there, and it is counted, known, and told of in the end
        jobs.run("poll")
        assert jobs.counts("poll") == (3, 2, 0, 1)
        assert jobs.known() == {1, 2, 3}
        jobs.line.work(1)
        assert jobs.line.state(1)[0] == "done"
        jobs.line.work(2)
        assert jobs.line.state(2) == ("waiting", "answer_too_large")
        assert "larger than any list" in jobs.line.said(2)

        # And polls that see it again make no more work of it
        before = jobs.line.shop.transfers(), jobs.events()
        jobs.line.let_time_pass(3600)
        jobs.run("poll")
        assert (jobs.counts("poll"), jobs.schedule("poll")["problem"]) == ((3, 0, 2, 1), "")
        assert (jobs.line.shop.transfers(), jobs.events()) == before


def test_a_night_of_many_open_orders_looks_at_all_but_the_one_that_is_too_large(store: Database) -> None:
    # Given 160 open orders, a page of which is too large, and one alone; and another one that may go by now
    with nights_of(store) as night:
        orders = crowd(night, 160)
        large, last = orders[7], orders[-1]
        fill = [{"id": 1, "key": "_plugin", "value": TOO_LARGE}]
        night.woo.change_order(large, announce=False, touched=False, meta_data=fill)
        night.woo.change_order(last, status="processing", announce=False, touched=False)

        # When the night comes, then the report names the one, and the other one goes
        report = night.recheck()
        assert (report.looked_at, report.not_looked_at.orders) == (159, 1)
        assert list(report.not_looked_at.numbers) == [str(large)]
        night.work()
        assert night.line.state(last)[0] == "done"


def test_orders_here_and_there_that_the_shop_cannot_tell_of_end_no_night(store: Database) -> None:
    # Given twelve such orders, six among those of the first request and six among those of the next one
    with nights_of(store) as night:
        orders = crowd(night, 160)
        large = [*orders[10:16], *orders[110:116]]
        fill = [{"id": 1, "key": "_plugin", "value": TOO_LARGE}]
        for one in large:
            night.woo.change_order(one, announce=False, touched=False, meta_data=fill)

        # When the night comes, then it comes to its end, and the report names them
        report = night.recheck()
        assert (report.looked_at, report.not_looked_at.orders) == (148, 12)
        assert night.jobs.schedule("recheck")["problem"] == ""
