"""When nobody knows whether the books made the document: never two, never none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from unittest.mock import patch

import httpx
import pytest

from connectors.economic import rest
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

    # When he has it sent again, then it goes under a new reference
    line.send_again(1)
    line.work(1)
    assert [d.reference for d in line.books.documents()] == [f"SL{line.shop.connection}-1/2"]
    assert line.state(1) == ("done", "")


def test_a_server_error_on_sending_is_looked_up_and_one_on_reading_is_just_tried_again(line: Line) -> None:
    # Given books that fail while they make the draft, though they made it not
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="answer", status=500, body="<html>oops</html>", method="POST", path="*drafts*", count=1)
    line.work(1)
    assert line.state(1) == ("waiting", "write_unproven")
    line.let_time_pass(REST + 1)
    line.work(1)
    assert (len(line.books.documents()), line.state(1)) == (1, ("done", ""))


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
