"""The owner's word: look once more. It never makes a second document, and it is the only thing that makes a new one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from unittest.mock import patch

import pytest

from connectors.economic import rest
from shared.domain.document import DocumentKind, Place
from shared.store import setup
from shared.store.database import Database
from tests.line.rig import SETTINGS, Line, line_to
from tests.line.test_unknown_outcomes import IMPATIENT
from tests.support.orders import tell, woo_order
from workers.hand import Point
from workers.make_once import RESEND_WITHIN, REST


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        yield line


def test_after_an_hour_only_the_owner_can_say_whether_to_send_again(line: Line) -> None:
    # Given a request without an answer that nobody came back to within the hour
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    line.work(1)
    line.let_time_pass(RESEND_WITHIN + 60)

    # When it comes again and is in no place of the books, then it is not sent, and the owner reads where to look
    line.work(1)
    assert line.state(1) == ("failed", "outcome_unproven")
    assert f"SL{line.shop.connection}-1" in line.said(1)
    assert line.books.documents() == []

    # When he has it sent again, then it is looked up once more, and goes under a new reference
    line.ask_again(1)
    line.work(1)
    assert line.books.documents() == []
    line.work(1)
    assert [d.reference for d in line.books.documents()] == [f"SL{line.shop.connection}-1/2"]
    assert line.state(1) == ("done", "")


@pytest.mark.parametrize(
    "meanwhile", ["nothing", "switched off and on", "settings broken and mended", "held by a worker"]
)
def test_the_owners_word_never_makes_a_second_document(line: Line, meanwhile: str) -> None:
    # Given a document that was made, but the answer was lost
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop_after_commit", method="POST", path="*drafts*", count=1)
    if meanwhile == "held by a worker":
        line.work(1, watch=lambda point, _: line.ask_again(1) if point is Point.FROZEN else None)
    else:
        line.work(1)
    if meanwhile == "switched off and on":
        line.shop.switch(on=False)
        line.shop.switch(on=True)
    if meanwhile == "settings broken and mended":
        for settings in ({**SETTINGS, "document": "receipt"}, SETTINGS):
            with line.database.account(line.shop.account) as c:
                setup.save_settings(c, line.shop.connection, settings, by="test")
            line.let_time_pass(1)
            line.work(1)

    # When the owner has it sent again, again and again, then what is there is found
    for _ in range(3):
        line.ask_again(1)
        line.let_time_pass(REST + 1)
        line.work(1)
    assert line.state(1) == ("done", "")
    assert [d.reference for d in line.books.documents()] == [f"SL{line.shop.connection}-1"]


def test_a_draft_that_the_owner_deleted_is_made_anew_on_his_word_only(line: Line) -> None:
    # Given a draft whose total was wrong, which the owner has deleted, and books that he has put right
    line.misjudge_vat()
    tell(line.shop, woo_order(1))
    line.work(1)
    line.judge_vat_well()
    line.books.delete_draft(DocumentKind.INVOICE, 1)
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert (line.state(1), line.books.documents()) == (("failed", "totals_differ"), [])

    # When he has it sent again, then a new one goes
    line.ask_again(1)
    line.let_time_pass(REST + 1)
    line.work(1)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert [(d.reference, d.gross) for d in line.books.documents()] == [
        (f"SL{line.shop.connection}-1/2", Decimal("125.00"))
    ]


def test_a_customer_that_nobody_can_tell_of_is_the_owners_to_say(line: Line) -> None:
    # Given a customer whose making had no answer, more than an hour ago
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="/customers", count=1)
    line.work(1)
    line.let_time_pass(RESEND_WITHIN + 60)
    line.work(1)
    assert line.state(1) == ("failed", "customer_unproven")

    # When he has the order sent again, then the customer is made, and the order goes
    line.ask_again(1)
    line.work(1)
    line.work(1)
    assert (line.state(1), len(line.books.customers())) == (("done", ""), 1)


def test_a_word_that_comes_while_a_worker_gives_up_is_heard(line: Line) -> None:
    # Given an order that only the owner can tell about, and a worker that is about to say so
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    line.work(1)
    line.let_time_pass(RESEND_WITHIN + 60)

    # When he speaks in that moment, then his word counts for the next try, at once
    line.work(1, watch=lambda point, _: line.ask_again(1) if point is Point.CLAIMED else None)
    line.work(1)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert len(line.books.documents()) == 1


def test_a_draft_that_the_owner_wrote_on_is_found_by_its_number(line: Line) -> None:
    # Given a draft of ours behind whose reference the owner has written something
    tell(line.shop, woo_order(1))
    line.work(1)
    ours = f"SL{line.shop.connection}-1"
    line.books.delete_draft(DocumentKind.INVOICE, 1)
    line.books.put_draft(DocumentKind.INVOICE, reference=f"{ours} ring first")

    # When he has the order looked at again, then it is that one
    line.ask_again(1)
    line.let_time_pass(REST + 1)
    line.work(1)
    assert [d.reference for d in line.books.documents()] == [f"{ours} ring first"]


def test_an_order_that_was_made_an_invoice_in_the_books_is_one(store: Database) -> None:
    # Given a draft order that somebody has turned into an invoice, which keeps the reference
    with line_to(store, document="order") as line:
        tell(line.shop, woo_order(1))
        line.work(1)
        (order,) = line.books.documents()
        line.books.move_order(order.number, Place.ARCHIVED)
        line.books.put_draft(DocumentKind.INVOICE, reference=order.reference)

        # When the order is looked at again, then it is in the books, and nothing is to be deleted
        line.ask_again(1)
        line.let_time_pass(REST + 1)
        line.work(1)
        assert line.state(1) == ("done", "")
