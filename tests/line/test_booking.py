"""Auto-book: a draft first, compared, then booked; and all that can happen to it in between."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from unittest.mock import patch

import pytest

from connectors.economic import rest
from connectors.economic.sandbox import SandboxDocument
from shared.domain.document import DocumentKind, Place, SendBy
from shared.store.database import Database
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.line.test_unknown_outcomes import IMPATIENT
from tests.support.moments import at
from tests.support.orders import START, tell, woo_order
from workers.hand import LEASE, Point, Watch
from workers.main import nobody
from workers.make_once import REST


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store, book=True) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        yield line


def the_document(line: Line) -> SandboxDocument:
    (document,) = line.books.documents()
    return document


def again(line: Line, number: int = 1, *, watch: Watch = nobody) -> None:
    """A worker comes to it when nothing of old is under way any more."""
    line.let_time_pass(REST + LEASE)
    line.work(number, watch=watch)


def once_more(line: Line, number: int = 1) -> None:
    """The owner has it sent again."""
    line.ask_again(number)
    again(line, number)


def busy_booking(line: Line) -> None:
    """A draft whose booking the books were not up to."""
    line.books.add_fault(kind="answer", status=429, body="{}", method="POST", path="*booked", count=1)
    tell(line.shop, woo_order(1))
    line.work(1)


def close_its_day(line: Line) -> None:
    """The order's, in the books."""
    line.books.bar_period(START.date(), START.date())


def posted(line: Line, path: str) -> int:
    return sum(entry.method == "POST" and entry.path == path for entry in line.books.journal.entries())


def test_an_order_becomes_a_booked_invoice_with_the_next_number_of_the_books(line: Line) -> None:
    # Given books in which somebody has booked an invoice
    line.books.book_draft(line.books.put_draft(DocumentKind.INVOICE, reference="by hand"))
    # When an order comes, then its invoice is booked, with the number that follows, and sent to nobody
    tell(line.shop, woo_order(4711))
    line.work(4711)
    ours = line.books.documents()[-1]
    assert (ours.place, ours.number, ours.gross, ours.sent_by) == (Place.BOOKED, 2, Decimal("125.00"), SendBy.NONE)
    assert line.state(4711) == ("done", "")
    # And news of it changes nothing
    tell(line.shop, woo_order(4711, status="completed", modified=9), delivery="d2")
    line.work(4711)
    assert line.state(4711) == ("done", "already_synced")
    assert "invoice 2" in line.said(4711)


def test_what_does_not_come_to_the_total_is_not_booked_and_repaired_in_the_same_draft(line: Line) -> None:
    # Given books that make something else of the lines than the shop did
    line.misjudge_vat()
    tell(line.shop, woo_order(1))
    line.work(1)
    # Then its draft is there, is not booked, and both sums are said
    assert the_document(line).place is Place.DRAFT
    assert line.state(1) == ("failed", "totals_differ")
    assert "112.00 DKK, the order to 125.00 DKK; the draft 1" in line.said(1)
    # When they are put right and the order changes, then the same draft gets it, and is booked
    line.judge_vat_well()
    tell(line.shop, woo_order(1, net="80.00", modified=9), delivery="d2")
    line.let_time_pass(REST)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert (the_document(line).place, the_document(line).gross) == (Place.BOOKED, Decimal("100.00"))
    assert posted(line, "/invoices/drafts") == 1


def test_a_draft_that_somebody_wrote_into_is_booked_as_it_is(line: Line) -> None:
    # Given a draft that is not booked yet, and whose text the owner has changed
    busy_booking(line)
    line.books.change_line(DocumentKind.INVOICE, 1, 1, text="Krus")
    # When he has it looked at again, then his draft is booked
    once_more(line)
    assert line.state(1) == ("done", "")
    assert the_document(line).place is Place.BOOKED
    assert [entry.path for entry in line.books.journal.entries() if entry.method == "PUT"] == []


def test_a_draft_that_comes_to_the_total_with_another_vat_is_not_booked(line: Line) -> None:
    # Given a draft with a wrong VAT rate, whose price the owner has raised until it came to the total
    line.misjudge_vat()
    tell(line.shop, woo_order(1))
    line.work(1)
    line.books.change_line(DocumentKind.INVOICE, 1, 1, price=Decimal("111.61"))
    # When he has it looked at again, then it stays a draft, and he reads what VAT it has and what it should have
    once_more(line)
    assert line.state(1) == ("failed", "vat_differs")
    assert "13.39 DKK VAT in the books, where 25.00 was to be" in line.said(1)
    assert (the_document(line).place, the_document(line).gross) == (Place.DRAFT, Decimal("125.00"))


def test_a_refused_booking_names_the_draft_and_the_cause_and_the_retry_books_that_draft(line: Line) -> None:
    # Given books whose period is closed in the moment before the booking
    tell(line.shop, woo_order(1))
    line.work(1, watch=at(Point.BOOKING, lambda: close_its_day(line)))
    # Then the owner reads which draft was made, and why it is not booked
    assert line.state(1) == ("failed", "period_closed")
    assert line.said(1).startswith("Draft 1 was made, and booking it failed: ")
    assert the_document(line).place is Place.DRAFT
    # When he opens the period and has it sent again, then that draft is booked
    line.books.open_periods()
    once_more(line)
    assert line.state(1) == ("done", "")
    assert the_document(line).place is Place.BOOKED
    assert posted(line, "/invoices/drafts") == 1


@pytest.mark.parametrize("kind", ["drop", "drop_after_commit", "hang_after_commit", "late_commit"])
def test_a_booking_without_an_answer_is_looked_up_and_never_done_twice(line: Line, kind: str) -> None:
    # Given a booking whose answer never came
    seconds = {"seconds": 1.0} if kind == "late_commit" else {}
    line.books.add_fault(kind=kind, method="POST", path="*booked", count=1, **seconds)
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1)[0] == "waiting"
    # When it comes again, and once more where the first request is carried out in that very moment, then it is looked
    # up, and ends as one invoice
    for _ in range(2):
        again(line)
    assert line.state(1) == ("done", "")
    assert [(d.place, d.number) for d in line.books.documents()] == [(Place.BOOKED, 1)]


@pytest.mark.parametrize("point", [Point.SENT, Point.COMPARED, Point.BOOKING, Point.BOOKED])
def test_a_worker_that_dies_around_the_booking_leaves_one_invoice(line: Line, point: Point) -> None:
    # Given a worker that is killed
    tell(line.shop, woo_order(1))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(point))
    # When another one takes the order up, then there is one invoice, and it is booked
    line.let_time_pass(REST + LEASE)
    line.work(1, tools=line.new_tools())
    assert line.state(1) == ("done", "")
    assert the_document(line).place is Place.BOOKED


def test_a_draft_that_the_owner_books_himself_is_what_was_asked_for(line: Line) -> None:
    # Given a draft that the owner books in the moment before we would
    tell(line.shop, woo_order(1))
    line.work(1, watch=at(Point.BOOKING, lambda: line.books.book_draft(1)))
    # Then his invoice is the order's
    assert line.state(1) == ("done", "")
    assert [(d.place, d.number) for d in line.books.documents()] == [(Place.BOOKED, 1)]


def test_a_draft_that_the_owner_deletes_comes_again_only_on_his_word(line: Line) -> None:
    # Given a draft that the owner deletes in the moment before it would be booked
    tell(line.shop, woo_order(1))
    line.work(1, watch=at(Point.BOOKING, lambda: line.books.delete_draft(DocumentKind.INVOICE, 1)))
    assert line.state(1) == ("failed", "document_deleted")
    assert "invoice 1 is not in the books any more" in line.said(1)
    # When the shop tells of the order again, then nothing is made
    tell(line.shop, woo_order(1, modified=9), delivery="d2")
    line.let_time_pass(REST)
    line.work(1)
    assert (line.state(1), line.books.documents()) == (("failed", "document_deleted"), [])
    # When he has it sent again, then a new one goes under a new reference, and is booked
    once_more(line)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert (the_document(line).reference, the_document(line).place) == (f"SL{line.shop.connection}-1/2", Place.BOOKED)


def test_an_order_that_changed_before_its_draft_was_booked_is_booked_as_it_is_now(line: Line) -> None:
    # Given a draft whose booking the books were not up to, and an order that comes to more by then
    busy_booking(line)
    tell(line.shop, woo_order(1, net="120.00", modified=9), delivery="d2")
    again(line)
    # Then one invoice is booked, with what the order comes to now
    assert line.state(1) == ("done", "")
    assert (the_document(line).place, the_document(line).gross) == (Place.BOOKED, Decimal("150.00"))


def test_an_order_that_was_called_off_before_its_draft_was_booked_says_so(line: Line) -> None:
    # Given a draft that is not booked yet, of an order that is cancelled
    busy_booking(line)
    tell(line.shop, woo_order(1, status="cancelled", modified=9), delivery="d2")
    again(line)
    # Then it is not booked, and the owner reads what is left
    assert line.state(1) == ("failed", "draft_left")
    assert "The draft 1 was made and is not booked: The order was cancelled in the shop." in line.said(1)
    assert the_document(line).place is Place.DRAFT


def test_a_draft_is_not_booked_once_the_owner_wants_drafts_only(line: Line) -> None:
    # Given a booking that was refused, and an owner who chooses to book by hand from now on
    tell(line.shop, woo_order(1))
    line.work(1, watch=at(Point.BOOKING, lambda: close_its_day(line)))
    line.books.open_periods()
    line.choose({"book": False})
    # When he has it looked at again, then the draft is left to him
    once_more(line)
    assert line.state(1) == ("done", "")
    assert the_document(line).place is Place.DRAFT


def test_drafts_of_before_are_not_booked_when_the_owner_chooses_booking(store: Database) -> None:
    # Given a draft that was made to be one
    with line_to(store) as line:
        tell(line.shop, woo_order(1))
        line.work(1)
        # When the owner chooses booking, and the order comes again or is looked at again, then it stays a draft
        line.choose({"book": True})
        tell(line.shop, woo_order(1, modified=9), delivery="d2")
        line.work(1)
        once_more(line)
        assert (line.state(1), the_document(line).place) == (("done", ""), Place.DRAFT)


def test_a_draft_is_not_booked_while_something_is_switched_off(line: Line) -> None:
    # Given a connection that is switched off when the draft is there
    tell(line.shop, woo_order(1))
    line.work(1, watch=at(Point.COMPARED, lambda: line.shop.switch(on=False)))
    assert line.state(1)[0] == "held"
    assert the_document(line).place is Place.DRAFT
    # When it is on again and the owner lets it go, then the draft is booked
    line.shop.switch(on=True)
    once_more(line)
    assert (line.state(1), the_document(line).place) == (("done", ""), Place.BOOKED)


@pytest.mark.parametrize(("number", "taken", "reason"), [("1007", False, ""), ("1007", True, "booked_number_taken")])
def test_the_orders_number_can_be_the_invoices(store: Database, number: str, taken: bool, reason: str) -> None:
    # Given an owner who wants the order's number on his invoices
    with line_to(store, book=True, booked_number="order") as line:
        if taken:
            line.books.book_draft(line.books.put_draft(DocumentKind.INVOICE, reference="x"), with_number=1007)
        tell(line.shop, {**woo_order(1), "number": number})
        line.work(1)
        # Then it is, or he reads that it is taken, and the draft is there
        assert line.state(1) == (("failed", reason) if reason else ("done", ""))
        assert (Place.BOOKED, 1007) in [(d.place, d.number) for d in line.books.documents()]


def test_what_is_booked_can_be_sent_by_the_books(store: Database) -> None:
    # Given an owner who has his invoices sent by e-mail, when one is booked, then the books send it to the customer
    with line_to(store, book=True, send_by="email") as line:
        tell(line.shop, woo_order(1))
        line.work(1)
        assert (the_document(line).sent_by, the_document(line).sent_to) == (SendBy.EMAIL, "mette@lampeland.example")
