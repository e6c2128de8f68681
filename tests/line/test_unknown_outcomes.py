"""When nobody knows whether the books made the document: never two, never none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from unittest.mock import patch

import httpx
import pytest

from connectors.economic import rest
from connectors.economic.sandbox import KeyPolicy
from shared.domain.document import DocumentKind
from shared.store.database import Database
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.support.orders import tell, woo_order
from workers.hand import LEASE, Point
from workers.make_once import RESEND_WITHIN, REST

#: What a test waits for a vendor that does not answer.
IMPATIENT = httpx.Timeout(0.5)
BEFORE_SENDING = [
    Point.CLAIMED,
    Point.STATE_KNOWN,
    Point.DECIDED,
    Point.CUSTOMER_KNOWN,
    Point.PRODUCTS_KNOWN,
    Point.FROZEN,
]
AFTER_SENDING = [Point.SENT, Point.COMPARED]


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        yield line


def creations(line: Line) -> int:
    return sum(entry.method == "POST" and "drafts" in entry.path for entry in line.books.journal.entries())


@pytest.mark.parametrize("point", [*BEFORE_SENDING, *AFTER_SENDING])
def test_a_worker_that_is_killed_anywhere_leaves_one_document(line: Line, point: Point) -> None:
    # Given a worker that is killed at a point of its work
    tell(line.shop, woo_order(1))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(point))

    # When its message comes again at once, then nobody touches what it holds
    line.work(1, tools=line.new_tools())
    assert line.state(1)[0] == "working"

    # And when its lease has run out, another worker ends the work: there is one document
    line.let_time_pass(LEASE + 1)
    line.work(1, tools=line.new_tools())
    assert line.state(1) == ("done", "")
    assert [d.gross for d in line.books.documents()] == [Decimal("125.00")]
    assert creations(line) == 1


def test_a_worker_that_was_stopped_past_its_lease_sends_nothing_any_more(line: Line) -> None:
    # Given a worker that stands still before it freezes, while another one does the work
    tell(line.shop, woo_order(1))

    def stands_still(point: Point, claim: object) -> None:
        if point is Point.CUSTOMER_KNOWN:
            line.let_time_pass(LEASE + 1)
            line.work(1, tools=line.new_tools())

    # When it goes on, then it finds that the transfer is no longer its own
    line.work(1, watch=stands_still)
    assert creations(line) == 1
    assert line.state(1) == ("done", "")


def test_a_worker_that_was_stopped_between_freezing_and_sending_makes_no_second_document(line: Line) -> None:
    # Given a worker that stands still with everything frozen, while another one sends it
    tell(line.shop, woo_order(1))

    def stands_still(point: Point, claim: object) -> None:
        if point is Point.FROZEN:
            line.let_time_pass(LEASE + 1)
            line.work(1, tools=line.new_tools())

    # When it sends nevertheless (its own clock did not notice), then the same bytes with the same key make nothing new
    line.work(1, watch=stands_still)
    assert len(line.books.documents()) == 1
    assert line.state(1) == ("done", "")


def test_an_answer_that_is_lost_after_the_commit_is_found_by_its_reference(line: Line) -> None:
    # Given books that make the draft and never answer
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="hang_after_commit", seconds=30, method="POST", path="*drafts*", count=1)
    line.work(1)
    assert line.state(1) == ("waiting", "write_unproven")

    # When a new webhook makes it come too early, then nothing is asked and nothing is sent
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("waiting", "just_sent")

    # When it comes in its time, then it is found and recorded
    line.let_time_pass(REST + 1)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert (len(line.books.documents()), creations(line)) == (1, 1)


def test_a_request_that_never_arrived_is_sent_again_byte_by_byte_with_its_key(line: Line) -> None:
    # Given books that cut the line before they did anything
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    line.work(1)
    assert line.state(1)[0] == "waiting"

    # When it comes again, though the shop's order has changed meanwhile
    tell(line.shop, woo_order(1, net="300.00", modified=5), delivery="d2")
    line.let_time_pass(REST + 1)
    line.work(1)

    # Then what goes out is what was frozen
    sent = [e for e in line.books.journal.entries() if e.method == "POST" and "drafts" in e.path]
    assert sent[0].body == sent[1].body
    assert [d.gross for d in line.books.documents()] == [Decimal("125.00")]


def test_a_commit_that_comes_late_makes_no_second_document(line: Line) -> None:
    # Given books that cut the line and make the draft a second later
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="late_commit", seconds=1, method="POST", path="*drafts*", count=1)
    line.work(1)
    assert line.books.documents() == []

    # When it comes again after its rest, then the late one is found
    line.books.journal.wait_for(lambda _: len(line.books.documents()) == 1)
    line.let_time_pass(REST + 1)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert (len(line.books.documents()), creations(line)) == (1, 1)


def test_a_server_error_on_sending_is_looked_up_and_one_on_reading_is_just_tried_again(line: Line) -> None:
    # Given books that fail while they make the draft, though they made it not
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="answer", status=500, body="<html>oops</html>", method="POST", path="*drafts*", count=1)
    line.work(1)
    assert line.state(1) == ("waiting", "write_unproven")
    line.let_time_pass(REST + 1)
    line.work(1)
    assert (len(line.books.documents()), line.state(1)) == (1, ("done", ""))


def test_a_webhook_in_between_does_not_shorten_the_rest_after_an_unknown_outcome(line: Line) -> None:
    # Given a call that took longer than the rest is, and found no answer
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)

    def slow(point: Point, claim: object) -> None:
        if point is Point.FROZEN:
            line.shop.rows("update documents set last_sent_at = last_sent_at - interval '30 s' returning id")

    line.work(1, watch=slow)

    # When a webhook makes it come at once, then it still rests, counted from when that was known
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("waiting", "just_sent")
    assert creations(line) == 1


def test_a_refusal_after_an_unknown_outcome_is_mended_with_a_new_request(line: Line) -> None:
    # Given a request that never arrived, and a product that is barred when it is sent again
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    line.work(1)
    line.books.set_product_barred("MUG", True)
    line.let_time_pass(REST + 1)
    line.work(1)
    assert line.state(1) == ("failed", "product_barred")

    # When the owner opens it, then the next webhook goes through, with a new key: the old one has its answer
    line.books.set_product_barred("MUG", False)
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("done", "")
    assert len(line.books.documents()) == 1


def test_a_customer_whose_making_has_no_answer_is_not_made_twice(line: Line) -> None:
    # Given books that make the customer late, after the worker has given up, twice
    tell(line.shop, woo_order(1))
    line.books.settings.keys = KeyPolicy.COMMIT
    line.books.add_fault(kind="late_commit", seconds=0.5, method="POST", path="/customers", count=1)
    line.work(1)
    assert line.state(1) == ("waiting", "write_unproven")

    # When a webhook makes the order come at once, then nobody makes the customer again
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("waiting", "just_sent")
    line.books.journal.wait_for(lambda _: len(line.books.customers()) == 1)
    line.let_time_pass(REST + 1)
    line.work(1)
    assert (line.state(1), len(line.books.customers())) == (("done", ""), 1)


def test_a_product_whose_making_has_no_answer_never_stops_anybody(line: Line) -> None:
    # Given a product whose making had no answer, more than an hour ago, when the order comes again, then it is made
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="/products", count=1)
    line.work(1)
    line.let_time_pass(RESEND_WITHIN + 60)
    line.work(1)
    assert (line.state(1), len(line.books.products())) == (("done", ""), 1)


def test_the_draft_of_a_stranger_under_a_reused_number_is_not_touched(line: Line) -> None:
    # Given a draft of ours that somebody deleted, and another one that was given its number
    tell(line.shop, woo_order(1))
    line.work(1)
    (ours,) = line.books.documents()
    line.books.delete_draft(DocumentKind.INVOICE, ours.number)
    line.books.put_draft(DocumentKind.INVOICE, reference="somebody else's")
    (before,) = line.books.documents()
    assert before.number == ours.number

    # When the order comes again, then the stranger's draft is as it was
    tell(line.shop, woo_order(1, net="7.00", modified=9), delivery="d2")
    line.work(1)
    assert line.books.documents() == [before]


def test_two_documents_with_one_reference_are_told_and_none_is_made(line: Line) -> None:
    # Given an answer that was lost, and somebody who copied the draft in the books
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="hang_after_commit", seconds=30, method="POST", path="*drafts*", count=1)
    line.work(1)
    line.books.put_draft(DocumentKind.INVOICE, reference=f"SL{line.shop.connection}-1")

    # When it is looked up, then the owner reads that there are two
    line.let_time_pass(REST + 1)
    line.work(1)
    assert line.state(1) == ("failed", "document_doubled")
    assert len(line.books.documents()) == 2
