"""The owner's choice of when an order goes, through the store: what was told, what is newest, what is too old."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.orders import START, tell, woo_order


def totals(line: Line) -> list[Decimal]:
    return [document.gross for document in line.books.documents()]


def test_an_order_that_moved_on_before_anybody_came_goes_as_it_is_now(store: Database) -> None:
    # Given processing as the only allowed state, and an order that was it, was changed, and is completed
    with line_to(store, allowed_states=["processing"]) as line:
        tell(line.shop, woo_order(1, net="100.00"), delivery="d1")
        tell(line.shop, woo_order(1, net="120.00", status="completed", modified=60), delivery="d2")

        # When a worker comes to it, then it is in the books, with its newest total
        line.work(1)
        assert line.state(1) == ("done", "")
        assert totals(line) == [Decimal("150.00")]


def test_an_order_that_never_was_in_the_state_does_not_go(store: Database) -> None:
    # Given an order of which no word ever showed the only allowed state
    with line_to(store, allowed_states=["processing"]) as line:
        tell(line.shop, woo_order(1, status="on-hold"), delivery="d1")
        tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")

        # When a worker comes to it, then it says so
        line.work(1)
        assert line.state(1) == ("skipped", "state_not_allowed")
        assert totals(line) == []


def test_an_order_that_was_called_off_meanwhile_does_not_go(store: Database) -> None:
    # Given an order whose moment had come, and that is cancelled when a worker comes to it
    with line_to(store) as line:
        tell(line.shop, woo_order(1), delivery="d1")
        tell(line.shop, woo_order(1, status="cancelled", modified=60), delivery="d2")
        line.work(1)
        assert line.state(1) == ("skipped", "order_cancelled")


def test_an_earlier_word_that_cannot_be_read_says_nothing(store: Database) -> None:
    # Given a first word that nobody understands, and a second one that does not satisfy
    with line_to(store, allowed_states=["processing"]) as line:
        tell(line.shop, {**woo_order(1), "line_items": "?"}, delivery="d1")
        tell(line.shop, woo_order(1, status="on-hold", modified=60), delivery="d2")
        line.work(1)
        assert line.state(1) == ("skipped", "state_not_allowed")


@pytest.mark.parametrize(
    ("trigger", "told", "reason"),
    [
        ({"trigger": "paid"}, {"status": "on-hold", "date_paid_gmt": None}, "trigger_not_matched"),
        ({"trigger": "paid"}, {"status": "on-hold"}, ""),
        ({"trigger": "fulfilled"}, {"status": "processing"}, "trigger_not_matched"),
        ({"trigger": "fulfilled"}, {"status": "completed"}, ""),
        ({"trigger": "updated", "financial": ["refunded"]}, {"status": "processing"}, "status_filters_not_matched"),
        ({"trigger": "updated", "financial": ["refunded"]}, {"status": "refunded"}, ""),
    ],
)
def test_a_trigger_reads_woocommerces_words(
    store: Database, trigger: dict[str, Any], told: dict[str, Any], reason: str
) -> None:
    # Given a trigger, when the shop tells of an order, then it goes, or says what is missing
    with line_to(store, **trigger) as line:
        tell(line.shop, {**woo_order(1), **told})
        line.work(1)
        assert line.state(1) == (("skipped", reason) if reason else ("done", ""))


def test_an_order_from_before_the_connection_was_on_is_told_and_left(store: Database) -> None:
    # Given a connection that was switched on an hour after the order
    with line_to(store) as line:
        line.shop.rows("update connections set active_since = %s returning id", START + timedelta(hours=1))
        tell(line.shop, woo_order(1))
        line.work(1)

        # Then it stays out, says of which day it is, and since when the connection is on
        assert line.state(1) == ("skipped", "before_start_date")
        assert "The order is of 2026-03-02, and the connection was switched on on 2026-03-02." in line.said(1)
        assert totals(line) == []


def test_what_was_told_before_the_connection_was_on_does_not_count(store: Database) -> None:
    # Given an order of after the start, whose allowed state was told only in an event that is older than it
    with line_to(store, allowed_states=["processing"]) as line:
        tell(line.shop, woo_order(1), delivery="d1")
        line.shop.rows("update connections set active_since = now() returning id")
        later = dict.fromkeys(("date_created", "date_created_gmt"), "2027-01-01T00:00:00")
        tell(line.shop, {**woo_order(1, status="completed", modified=60), **later}, delivery="d2")
        line.work(1)
        assert line.state(1) == ("skipped", "state_not_allowed")


def test_an_order_that_was_left_alone_goes_when_its_state_changes(store: Database) -> None:
    # Given an order that waits for its payment, and was looked at
    with line_to(store, trigger="paid") as line:
        unpaid = {**woo_order(1, status="pending"), "date_paid_gmt": None}
        tell(line.shop, unpaid, delivery="d1")
        line.work(1)
        assert line.state(1) == ("skipped", "trigger_not_matched")

        # When it is paid, then it goes
        tell(line.shop, woo_order(1, modified=60), delivery="d2")
        line.work(1)
        assert line.state(1) == ("done", "")
