"""What goes wrong only where two things meet: a hand in the books, news, a word of the owner, a lost answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from unittest.mock import patch

import pytest

from connectors.economic import rest
from shared.domain.document import DocumentKind, Place
from shared.store import owner, ownership
from shared.store.database import Database
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.line.test_booking import again, busy_booking, close_its_day, once_more
from tests.line.test_climbing import BY_STATE, becomes, in_the_books
from tests.line.test_unknown_outcomes import IMPATIENT
from tests.support.books import found
from tests.support.moments import at
from tests.support.orders import tell, woo_order
from workers.hand import Point

ORDER, INVOICE = DocumentKind.ORDER, DocumentKind.INVOICE
Make = Callable[..., Line]


@pytest.fixture
def make(store: Database) -> Iterator[Make]:
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(rest, "TIMEOUT", IMPATIENT))
        yield lambda **settings: stack.enter_context(line_to(store, **settings))


def transfer_of(line: Line) -> int:
    ((transfer,),) = line.shop.rows("select id from transfers where source_id = '1'")
    return int(transfer)


def link_the_last_one(line: Line) -> None:
    his = found(line.books.documents()[-1])
    with line.database.account(line.shop.account) as c:
        assert ownership.link(c, transfer_of(line), his, origin="linked", detail="") is None


def test_a_row_that_is_used_again_is_the_living_one(make: Make) -> None:
    # Given an invoice that was refused, an owner who chose orders first then, and an order in the books
    line = make(document="invoice")
    line.books.add_fault(kind="answer", status=400, body="{}", method="POST", path="/invoices/drafts", count=1)
    tell(line.shop, woo_order(1))
    line.work(1)
    line.choose({"by_state": BY_STATE})
    once_more(line)
    assert in_the_books(line) == [(ORDER, Place.DRAFT)]

    # When a worker dies as it climbs, then the next one ends it
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    with pytest.raises(Killed):
        again(line, watch=dies_at(Point.SENT))
    again(line)
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]


@pytest.mark.parametrize("kind", [ORDER, INVOICE])
def test_a_linked_document_is_neither_booked_nor_deleted_by_a_climb(make: Make, kind: DocumentKind) -> None:
    # Given a draft that the owner made himself and linked
    line = make(by_state=BY_STATE)
    tell(line.shop, woo_order(1, status="on-hold"))
    line.work(1)
    line.books.put_draft(kind, reference="WC-1")
    link_the_last_one(line)

    # When the order comes to a state that asks for more, and to another total, then his draft is left as it is
    becomes(line, "completed", 60, net="300.00")
    assert in_the_books(line) == [(kind, Place.DRAFT)]
    assert line.state(1) == ("done", "changed_since")


@pytest.mark.parametrize("point", [Point.SENT, Point.COMPARED])
def test_news_before_the_booking_is_heard(make: Make, point: Point) -> None:
    # Given an order that comes to more while its draft is made, when it is to be booked, then it is not yet
    line = make(book=True)
    tell(line.shop, woo_order(1))
    line.work(1, watch=at(point, lambda: tell(line.shop, woo_order(1, net="300.00", modified=60), delivery="d2")))
    assert in_the_books(line) == [(INVOICE, Place.DRAFT)]

    # And it is booked with what it comes to now
    again(line)
    assert [(d.place, d.gross) for d in line.books.documents()] == [(Place.BOOKED, Decimal("375.00"))]


def test_an_order_that_is_ignored_while_it_is_looked_up_is_not_booked(make: Make) -> None:
    # Given a draft that is not booked yet
    line = make(book=True)
    busy_booking(line)

    def leave_alone() -> None:
        with line.database.account(line.shop.account) as c:
            owner.leave_alone(c, transfer_of(line), "by hand")

    # When the owner wants the order left alone while a worker looks the draft up, then it stays a draft
    again(line, watch=at(Point.STATE_KNOWN, leave_alone))
    again(line)
    assert (in_the_books(line), line.state(1)) == ([(INVOICE, Place.DRAFT)], ("skipped", "ignored"))


def test_a_draft_that_was_deleted_before_anybody_knew_of_it_is_not_believed(make: Make) -> None:
    # Given a draft whose answer was lost, and that somebody deleted
    line = make()
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop_after_commit", method="POST", path="*drafts*", count=1)
    line.work(1)
    line.books.delete_draft(INVOICE, 1)

    # When the books answer the same request with what they remember, then nobody says that it is there
    again(line)
    assert line.state(1) == ("failed", "document_deleted")
    for _ in range(2):
        once_more(line)
    assert (line.state(1), len(in_the_books(line))) == (("done", ""), 1)


def test_an_invoice_that_was_deleted_half_way_takes_no_order_with_it(make: Make) -> None:
    # Given an order whose draft could not be deleted, and whose invoice the owner deletes then
    line = make(by_state=BY_STATE)
    becomes(line, "processing", 0)
    line.books.add_fault(kind="answer", status=400, body="{}", method="DELETE", path="*", count=1)
    becomes(line, "packed", 60)
    line.books.delete_draft(INVOICE, 1)

    # When he has it sent again, then something of it is in the books at every moment, and one document in the end
    for _ in range(3):
        once_more(line)
        assert len(in_the_books(line)) == 1
    assert line.state(1) == ("done", "")


def test_the_owners_word_outlives_a_refusal(make: Make) -> None:
    # Given an order that goes on the owner's word only, and whose booking was refused
    line = make(book=True, allowed_states=["completed"])
    tell(line.shop, woo_order(1, status="processing"))
    line.work(1)
    line.ask_again(1, is_waived=True)
    line.work(1, watch=at(Point.BOOKING, lambda: close_its_day(line)))
    assert line.state(1) == ("failed", "period_closed")

    # When he mends it and has it sent again, then it is booked
    line.books.open_periods()
    once_more(line)
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]


@pytest.mark.parametrize("word", [True, False])
def test_a_draft_left_by_a_cancelled_order_that_he_books_himself_is_booked(make: Make, word: bool) -> None:
    # Given a cancelled order whose draft was left to the owner, who books it
    line = make(book=True)
    busy_booking(line)
    tell(line.shop, woo_order(1, status="cancelled", modified=9), delivery="d2")
    again(line)
    assert line.state(1) == ("failed", "draft_left")
    line.books.book_draft(1)

    # When he has it looked at, or the shop tells of it, then it is in the books, and nothing is left to do
    if word:
        once_more(line)
    else:
        tell(line.shop, woo_order(1, status="cancelled", modified=99), delivery="d3")
        again(line)
    assert line.state(1)[0] == "done"


def test_a_draft_that_may_be_ours_under_other_words_is_asked_about(make: Make) -> None:
    # Given a draft under our number that comes to the same, and has another reference
    line = make()
    tell(line.shop, woo_order(1))
    line.work(1)
    (ours,) = line.books.documents()
    line.books.delete_draft(INVOICE, ours.number)
    line.books.put_draft(INVOICE, reference="their own words", customer=ours.customer)

    # When the owner has the order looked at, then he is asked, and no second one is made
    once_more(line)
    assert line.state(1) == ("failed", "reference_lost")
    assert len(line.books.documents()) == 1


def test_a_number_that_another_order_got_since_is_not_taken_for_ours(make: Make) -> None:
    # Given a draft that the owner deleted, and another order's, which got its number and comes to the same
    line = make()
    for number in (1, 2):
        tell(line.shop, woo_order(number), delivery=f"d{number}")
        line.work(number)
        if number == 1:
            line.books.delete_draft(INVOICE, 1)
    assert [document.number for document in line.books.documents()] == [1]

    # When he has the first one sent again, then it goes under a new reference
    once_more(line)
    again(line)
    assert line.state(1) == ("done", "")
    assert len(line.books.documents()) == 2


def test_another_currency_of_the_same_amount_is_another_total(make: Make) -> None:
    # Given a draft that is not booked yet, of an order that is in another currency by then
    line = make(book=True)
    busy_booking(line)
    tell(line.shop, woo_order(1, modified=9, currency="EUR"), delivery="d2")
    again(line)
    assert [(d.place, d.currency) for d in line.books.documents()] == [(Place.BOOKED, "EUR")]


def test_the_same_bytes_do_not_go_again_once_something_is_off(make: Make) -> None:
    # Given a request that never arrived, and a connection that is switched off as it is looked up
    line = make()
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="drop", method="POST", path="*drafts*", count=1)
    line.work(1)
    again(line, watch=at(Point.STATE_KNOWN, lambda: line.shop.switch(on=False)))
    assert (line.state(1), line.books.documents()) == (("held", "connection_off"), [])
