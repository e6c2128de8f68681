"""Moments between what went out and what is known of it: nothing is waited for, sent or given up without need."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.economic.sandbox import Rounding, Ties
from shared.domain.document import Place
from shared.store.database import Database
from tests.life.rig import life
from tests.life.twists import Rounded
from workers.hand import Point
from workers.make_once import REST

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


def test_a_draft_whose_order_has_another_vat_by_the_time_of_its_booking_gets_that_first(store: Database) -> None:
    # Given a draft of an order with 12 % VAT
    with life(store) as at:
        at.choose({"by_state": {"processing": {"document": "invoice"}, "completed": BOOKED}})
        at.shop_tells(at.shop_changes(1, "processing", "125.00 with 12 %"))
        at.work(1)
        assert [document.vat for document in at.ours(1)] == [Decimal("13.39")]

        # When the same total has 25 % by the time at which it is completed, then it is booked with that
        at.shop_tells(at.shop_changes(1, "completed", "100.00"))
        at.work(1)
        assert at.line.state(1) == ("done", "")
        assert [(of.place, of.gross, of.vat) for of in at.ours(1)] == [
            (Place.BOOKED, Decimal("125.00"), Decimal("25.00"))
        ]


def test_a_booked_invoice_whose_order_has_another_vat_since_is_told_with_both(store: Database) -> None:
    # Given an order with 12 % VAT that is booked
    with life(store) as at:
        at.choose({"book": True})
        at.shop_tells(at.shop_changes(1, "processing", "125.00 with 12 %"))
        at.work(1)

        # When its shop says that the same total has 25 %, then what is booked stays, and the owner reads of it
        at.shop_tells(at.shop_changes(1, "processing", "100.00"))
        at.work(1)
        assert at.line.state(1) == ("done", "changed_since")
        assert "with 125.00 DKK; it has changed, to 125.00 with 25.00 VAT." in at.line.said(1)
        assert [document.vat for document in at.ours(1)] == [Decimal("13.39")]


def test_a_first_order_is_put_right_until_it_is_known_how_the_books_round(store: Database) -> None:
    # Given books that round each line, and half a cent to the even one, which the first answer does not tell yet
    with life(store) as at:
        Rounded(Rounding.LINE, Ties.EVEN).happens(at)

        # When the first order is one of 7 for 1.99, then it comes to its total and its VAT within the same try
        at.choose({"book": True})
        at.shop_tells(at.shop_changes(1, "processing", "7 x 1.99"))
        at.work(1)
        assert at.line.state(1) == ("done", "")
        assert [(of.gross, of.vat) for of in at.ours(1)] == [(Decimal("13.93"), Decimal("2.79"))]
        assert [entry.method for entry in at.line.books.journal.entries()].count("PUT") == 2


def test_news_between_a_first_answer_and_what_is_learned_from_it_leave_no_wrong_draft(store: Database) -> None:
    # Given books that round otherwise than is thought, and news of the first order just when they have answered
    with life(store) as at:
        Rounded(Rounding.LINE, Ties.AWAY).happens(at)
        at.choose({})
        at.shop_tells(at.shop_changes(1, "processing", "twice 0.10 net"))
        news = at.shop_changes(1, "completed", "twice 0.10 net")
        at.work_while(1, Point.COMPARED, lambda: at.shop_tells(news))
        assert at.line.state(1)[0] == "waiting"

        # When it is taken up again, then its draft is put right without anybody's word
        at.let_time_pass(REST + 1)
        at.work(1)
        assert at.line.state(1) == ("done", ""), at.line.said(1)
        assert [(of.gross, of.vat) for of in at.ours(1)] == [(Decimal("0.25"), Decimal("0.05"))]


def test_a_cancelled_orders_draft_that_never_got_its_new_content_is_left_and_said(store: Database) -> None:
    # Given a draft that was to get another content, which did not arrive
    with life(store) as at:
        at.choose({"by_state": {"processing": {"document": "invoice"}, "completed": BOOKED}})
        at.shop_tells(at.shop_changes(1, "processing", "100.00"))
        at.work(1)
        at.line.books.add_fault(kind="drop", method="PUT", count=1)
        at.shop_tells(at.shop_changes(1, "completed", "120.00"))
        at.work(1)
        assert at.line.state(1)[0] == "waiting"

        # When the order is cancelled meanwhile, then the owner is told to delete the draft, also when he asks again
        at.shop_tells(at.shop_changes(1, "cancelled", "120.00"))
        for _ in range(2):
            at.let_time_pass(REST + 1)
            at.work(1)
            assert at.line.state(1) == ("failed", "draft_left")
            at.ask_again(1)
        assert [document.gross for document in at.ours(1)] == [Decimal("125.00")]
