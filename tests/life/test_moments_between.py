"""Moments between what went out and what is known of it: nothing is waited for, sent or given up without need."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.store.database import Database
from tests.life.rig import life

BOOKED = {"document": "invoice", "book": True}
BY_STATE = {"by_state": {"processing": {"document": "order"}, "completed": BOOKED}}


def test_an_order_whose_answer_came_is_raised_at_once(store: Database) -> None:
    # Given an order that is in the books since a second, by an answer that came
    with life(store) as at:
        at.choose(BY_STATE)
        at.shop_tells(at.shop_changes(1, "processing", "100.00"))
        at.work(1)

        # When it is completed, then nobody says that the books have not answered yet
        at.shop_tells(at.shop_changes(1, "completed", "100.00"))
        at.work(1)
        assert at.line.state(1) == ("done", "")


def test_an_order_that_was_cancelled_before_its_request_arrived_is_not_sent_again(store: Database) -> None:
    # Given a request that never arrived, and an order that is cancelled by the time at which that is known
    with life(store) as at:
        at.choose({})
        at.shop_tells(at.shop_changes(1, "processing", "100.00"))
        at.line.books.add_fault(kind="drop", method="POST", path="*drafts", count=1)
        at.work(1)
        at.shop_tells(at.shop_changes(1, "cancelled", "100.00"))

        # When it is looked up, and is in no place of the books, then it stays out
        at.let_time_pass(16)
        at.work(1)
        assert at.ours(1) == []
        assert at.line.state(1) == ("skipped", "order_cancelled")


@pytest.mark.parametrize("fault", [{"kind": "answer", "status": 429}, {"kind": "drop"}])
def test_new_content_that_did_not_arrive_is_sent_once_more(store: Database, fault: dict[str, object]) -> None:
    # Given a draft that cannot be booked, of an order that comes to something else by the time at which it can
    with life(store) as at:
        at.choose({"book": True})
        at.shop_tells(at.shop_changes(1, "processing", "100.00"))
        at.line.books.add_fault(
            kind="answer", status=400, body='{"errorCode": "E04300"}', method="POST", path="/invoices/booked", count=1
        )
        at.work(1)
        assert at.line.state(1) == ("failed", "booking_refused")
        at.shop_tells(at.shop_changes(1, "processing", "120.00"))

        # When the books are not up to the new content for a moment, then it is tried again by itself
        at.let_time_pass(16)
        at.line.books.add_fault(**fault, method="PUT", count=1)
        at.work(1)
        assert at.line.state(1)[0] == "waiting"
        at.let_time_pass(41)
        at.work(1)
        assert at.line.state(1) == ("done", "")
        assert [document.gross for document in at.ours(1)] == [Decimal("150.00")]
