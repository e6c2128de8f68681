"""A recheck that is killed, stopped or pushed aside goes on where it was; and a shop that lists no orders by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from connectors.base import OrderPage
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from shared.store.database import Database
from tests.line.rig import Killed
from tests.recheck.rig import Night, nights_of
from tests.recheck.test_many import crowd
from workers.job_hand import JobHand


@pytest.fixture
def night(store: Database) -> Iterator[Night]:
    with nights_of(store) as night:
        yield night


@pytest.mark.parametrize("kept", range(1, 6))
def test_a_run_that_is_killed_goes_on_where_it_was(night: Night, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an open order whose money came, a sent one that was deleted, and one that nobody told of
    opened, sent = night.left_open(), night.sent()
    night.woo.change_order(opened, status="processing", announce=False, touched=False)
    night.woo.delete(sent)
    unseen = night.order()

    # When the worker is killed after it wrote down how far it is, and another one takes the run up
    times = 0
    keep = JobHand.keep

    def dies(hand: JobHand, *args: Any) -> None:
        nonlocal times
        keep(hand, *args)
        times += 1
        if times == kept:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(JobHand, "keep", dies)
        with pytest.raises(Killed):
            night.jobs.run("recheck")
    report = night.recheck()

    # Then nothing is left out, nothing is told twice, and what was looked at is not looked at again
    assert (report.looked_at, report.gone, report.found, report.missing) == (3, 1, 1, 0)
    assert night.version(sent) == 2
    night.work()
    ends = {night.line.state(opened)[0], night.line.state(unseen)[0]}
    assert (ends, night.line.state(sent)) == ({"done"}, ("done", "left_shop"))
    assert night.jobs.schedule("recheck")["cursor"] == {}


def test_a_long_run_makes_room_and_goes_on(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given open orders, and a worker that has to make room after each step
    orders = crowd(night, 45)
    monkeypatch.setattr(JobHand, "is_to_make_room", True)

    # When its turns come, then all are looked at, each once
    turns = 0
    night.woo.journal.clear()
    while turns < 20 and (turns == 0 or night.jobs.schedule("recheck")["ended_at"] is None):
        night.jobs.run("recheck")
        turns += 1
    assert turns > 4
    assert night.asked() == {"one": len(orders), "count": 1}
    assert night.report().looked_at == len(orders)


def test_a_run_that_met_trouble_is_begun_anew_the_next_night(night: Night) -> None:
    # Given a run that stopped in the middle because the shop was away
    order = night.left_open()
    night.woo.add_fault(kind="answer", status=503, count=1, path="*/orders")
    night.jobs.run("recheck")
    assert night.jobs.schedule("recheck")["problem"] != ""
    night.line.let_time_pass(3600)
    shop = night.line.shop
    shop.rows('update schedules set cursor = cursor || \'{"began": "2026-01-01T02:00:00Z"}\' returning id')

    # When the next night comes, then it looks at all of them again
    report = night.recheck()
    assert night.asked() == {"one": 1, "count": 1}
    assert (report.looked_at, report.shop_has, night.line.state(order)[0]) == (1, 1, "skipped")


class NoneById(WooCommerceClient):
    """Of a shop that lists no orders by id."""

    def list_orders_by_id(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        raise AssertionError(f"it was asked for {len(ids)} orders by id")


def test_where_none_are_listed_by_id_the_night_does_what_it_can(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given 151 open orders of such a shop: one was completed, one is too old to be listed, one waits in another state
    orders = crowd(night, 151)
    completed, old = orders[3], orders[5]
    monkeypatch.setattr(WooCommerce, "most_by_id", None)
    monkeypatch.setattr(WooCommerceClient, "list_orders_by_id", NoneById.list_orders_by_id)
    night.woo.change_order(completed, status="completed", announce=False, touched=False)
    night.woo.change_order(old, status="completed", announce=False, touched=False)
    long_ago = night.line.shop.rows("select date_trunc('second', now() - interval '16 days')")[0][0]
    night.woo.date_order(old, long_ago)
    night.line.shop.rows(
        "update transfers set source_created_at = %s where source_id = %s returning id", long_ago, str(old)
    )

    # When the night comes, then what may go is listed, and the report says that the others were not looked at
    report = night.recheck()
    assert night.asked()["one"] == 0
    assert (report.is_best_effort, report.looked_at, report.not_looked_at.orders) == (True, 1, 150)
    assert len(report.not_looked_at.numbers) == 20
    night.work()
    assert (night.line.state(completed)[0], night.line.state(old)[0]) == ("done", "skipped")


def test_a_shop_that_does_not_count_is_compared_day_by_day(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a shop that does not say how many orders it has, and one that nobody told of
    night.sent()
    unseen = night.order()
    monkeypatch.setattr(WooCommerceClient, "count_orders", lambda *_, **__: None)

    # When the night comes, then it is found all the same
    report = night.recheck()
    assert (report.shop_has, report.found, report.missing) == (2, 1, 0)
    night.work()
    assert night.line.state(unseen)[0] == "done"


def test_what_takes_too_many_requests_is_left_and_said(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given more to compare than a night may ask for
    monkeypatch.setattr("workers.rechecking_unseen.MOST_REQUESTS", 5)
    monkeypatch.setattr("workers.rechecking_unseen.MOST_COMPARED", 0)
    night.sent()
    unseen = [night.order() for _ in range(3)]
    hours: Mapping[int, str] = {order: f"now() - interval '{40 * place} hours'" for place, order in enumerate(unseen)}
    for order, moment in hours.items():
        night.woo.date_order(order, night.line.shop.rows(f"select {moment}")[0][0])

    # When the night comes, then the report names what was not compared, and does not call it right
    report = night.recheck()
    assert report.not_looked_at.days
    assert report.missing + report.found == 3
