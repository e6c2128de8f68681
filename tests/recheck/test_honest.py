"""A report that says that all is right is right: nothing makes up for something else in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from shared.domain.recheck import SHARES, Window
from shared.intake import take_in
from shared.store import open_orders
from shared.store.database import Database
from tests.recheck.rig import Night, nights_of

LONG_AGO = timedelta(days=40)


@pytest.fixture
def night(store: Database) -> Iterator[Night]:
    with nights_of(store) as night:
        night.line.shop.rows("update systems set webhooks_work = true returning id")
        yield night


def sent_long_ago(night: Night) -> int:
    """An order that was sent before the time in which sent ones are looked at."""
    order, then = night.sent(), datetime.now(UTC).replace(microsecond=0) - LONG_AGO
    night.woo.date_order(order, then)
    night.line.shop.rows(
        "update transfers set source_created_at = %s, created_at = %s where source_id = %s returning id",
        then,
        then,
        str(order),
    )
    night.line.shop.rows(
        "update documents set created_at = %s where transfer_id ="
        " (select id from transfers where source_id = %s) returning id",
        then,
        str(order),
    )
    return order


@pytest.mark.parametrize("what", ["trash", "delete"])
def test_an_order_that_is_gone_hides_none_that_was_never_seen(night: Night, what: str) -> None:
    # Given an old order that is gone from the shop, and a new one that nobody told of: the numbers are equal
    kept, gone = sent_long_ago(night), sent_long_ago(night)
    getattr(night.woo, what)(gone)
    unseen = night.order()
    before = night.version(kept)

    # When its turn among the settled ones has come, then both are found
    with patch("shared.store.open_orders.SHARES", 1):
        report = night.recheck()
    assert (report.gone, report.found, report.missing, report.shop_has) == (1, 1, 0, 2)
    night.work()
    assert (night.line.state(unseen)[0], night.line.state(gone)) == ("done", ("done", "left_shop"))
    # And the one that is there made no work
    assert night.version(kept) == before


def test_each_settled_order_has_its_turn_once_a_week(night: Night) -> None:
    # Given settled orders, one that is open, and one that was sent just now
    settled = [str(sent_long_ago(night)) for _ in range(9)]
    night.left_open()
    night.sent()
    now = datetime.now(UTC)
    with night.line.database.account(night.line.shop.account) as c:
        turns = [
            one.source_id
            for share in range(SHARES)
            for one in open_orders.settled(
                c,
                night.line.shop.connection,
                Window(now - timedelta(days=92), now),
                sent_since=now - timedelta(days=30),
                share=share,
                after=0,
                most=100,
            )
        ]
    assert sorted(turns) == sorted(settled)


def test_an_order_at_which_we_fail_is_missing_whatever_else_we_have_too_much(night: Night) -> None:
    # Given an order that left the shop, of which it fails to say so, and two that nobody told of
    gone = night.sent()
    night.woo.delete(gone)
    night.woo.add_fault(kind="answer", status=500, path=f"*/orders/{gone}")
    lost, found = night.order(), night.order()

    def fails(connection: Any, sender: Any, origin: Any, notice: Any, body: bytes) -> object:
        if notice.source_id == str(lost):
            raise KeyError("oops")
        return take_in(connection, sender, origin, notice, body)

    # When the night comes, and we fail at one of them, then that one is missing
    with patch("workers.sightings.take_in", fails):
        report = night.recheck()
    assert (report.shop_has, report.found, report.missing) == (2, 1, 1)
    night.work()
    assert night.line.state(found)[0] == "done"


def test_money_that_was_paid_back_or_never_paid_is_none_in_the_shop(night: Night) -> None:
    # Given orders in the books: one is as it was, one was refunded in part, and one was cancelled
    kept, refunded, cancelled = (night.sent() for _ in range(3))
    total = Decimal(night.woo.order(kept)["total"])
    night.woo.refund(refunded, amount="10.00")
    night.woo.change_order(cancelled, status="cancelled")

    # When the night comes, then that is the difference
    money = night.recheck().money["DKK"]
    assert (money.orders, money.shop, money.books) == (3, 2 * total - 10, 3 * total)


def test_what_the_settings_leave_out_makes_no_difference(store: Database) -> None:
    # Given a connection that leaves shipping out, and an order with some
    with nights_of(store, shipping=False) as night:
        night.sent(shipping_lines=[{"total": "20.00"}])
        money = night.recheck().money["DKK"]
        assert (money.orders, money.difference) == (1, Decimal(0))


def test_what_was_sold_while_the_shops_clock_was_an_hour_back_is_found_at_night(night: Night) -> None:
    # Given a shop that was polled, whose clock is then put back by an hour, and which sells, and is polled again
    now = datetime.now(UTC) - timedelta(minutes=5)
    night.woo.set_clock(now)
    opened = night.left_open()
    night.woo.set_clock(now - timedelta(hours=1))
    sold = night.order()
    night.woo.change_order(opened, status="processing", announce=False)
    night.known()
    night.woo.set_clock(now)

    # When the night comes, then both the new and the changed one go
    night.recheck()
    night.work()
    assert (night.line.state(sold)[0], night.line.state(opened)[0]) == ("done", "done")
