"""By state a different handling: order, invoice, booked invoice; one valid document at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from connectors.economic import rest
from shared.domain.document import DocumentKind, Place
from shared.store.database import Database
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.line.test_booking import once_more, the_document
from tests.line.test_unknown_outcomes import IMPATIENT
from tests.support.orders import START, tell, woo_order
from workers.hand import LEASE, Point
from workers.make_once import REST

ORDER, INVOICE = DocumentKind.ORDER, DocumentKind.INVOICE
BY_STATE: dict[str, Any] = {
    "processing": {"document": "order"},
    "packed": {"document": "invoice"},
    "completed": {"document": "invoice", "book": True},
}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store, by_state=BY_STATE) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        yield line


def becomes(line: Line, status: str, at: int, **more: Any) -> None:
    """The shop says so, and a worker comes to it when nothing of old is under way any more."""
    tell(line.shop, woo_order(1, status=status, modified=at, **more), delivery=f"d{at}")
    line.let_time_pass(REST + LEASE)
    line.work(1)


def in_the_books(line: Line) -> list[tuple[DocumentKind, Place]]:
    return [(document.kind, document.place) for document in line.books.documents()]


def rows(line: Line) -> list[tuple[str, str]]:
    return [(kind, state) for kind, state in line.shop.rows("select kind, state from documents order by id")]


def test_an_order_climbs_from_state_to_state(line: Line) -> None:
    # Given the three handlings, when an order goes from state to state, then its one document is a rung higher each
    # time
    becomes(line, "processing", 0)
    assert in_the_books(line) == [(ORDER, Place.DRAFT)]
    becomes(line, "packed", 60)
    assert in_the_books(line) == [(INVOICE, Place.DRAFT)]
    becomes(line, "completed", 120)
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]
    assert line.state(1) == ("done", "")
    assert rows(line) == [("order", "superseded"), ("invoice", "booked")]


def test_a_state_that_asks_for_less_or_for_nothing_changes_nothing(line: Line) -> None:
    # Given an invoice, when the order goes back, and to a state that nobody named, then it is in the books already
    becomes(line, "packed", 0)
    for at, status in enumerate(("processing", "on-hold", "cancelled"), start=1):
        becomes(line, status, at * 60)
        assert line.state(1) == ("done", "already_synced")
    assert in_the_books(line) == [(INVOICE, Place.DRAFT)]


def test_states_that_passed_before_anybody_came_count(line: Line) -> None:
    # Given an order that was completed and is in a state that nobody named when a worker comes
    tell(line.shop, woo_order(1, status="processing"), delivery="d1")
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    becomes(line, "archived", 120)
    # Then it has come as far as its furthest state
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]


def test_the_invoice_is_of_the_order_as_it_is_when_it_is_made(line: Line) -> None:
    becomes(line, "processing", 0)
    becomes(line, "packed", 60, net="120.00")
    assert (the_document(line).kind, the_document(line).gross) == (INVOICE, Decimal("150.00"))
    assert line.state(1) == ("done", "")


@pytest.mark.parametrize("point", list(Point))
def test_a_worker_that_dies_while_it_climbs_leaves_one_valid_document(line: Line, point: Point) -> None:
    # Given an order in the books, and a worker that dies while it makes a booked invoice of it
    becomes(line, "processing", 0)
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    line.let_time_pass(REST + LEASE)
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(point))
    # Then what is in the books beside the invoice is what the invoice's row says it takes the place of
    assert len(in_the_books(line)) <= 2
    if len(in_the_books(line)) == 2:
        assert line.shop.rows("select supersedes is not null from documents order by id desc limit 1") == [(True,)]
    # When another one takes it up, then there is the invoice alone, booked
    line.let_time_pass(REST + LEASE)
    line.work(1, tools=line.new_tools())
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]
    assert rows(line) == [("order", "superseded"), ("invoice", "booked")]


@pytest.mark.parametrize("kind", ["drop", "drop_after_commit", "answer"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/invoices/drafts"), ("DELETE", "*"), ("POST", "*booked")])
def test_books_that_are_not_up_to_it_end_with_one_document(line: Line, kind: str, method: str, path: str) -> None:
    # Given an order in the books, and a request of its way up that fails
    becomes(line, "processing", 0)
    answer = {"status": 500, "body": "{}"} if kind == "answer" else {}
    line.books.add_fault(kind=kind, method=method, path=path, count=1, **answer)
    becomes(line, "completed", 60)
    assert line.state(1)[0] == "waiting"
    # When it is tried again, then it ends as one booked invoice
    line.let_time_pass(REST + LEASE)
    line.work(1)
    assert (line.state(1), in_the_books(line)) == (("done", ""), [(INVOICE, Place.BOOKED)])


def test_an_order_that_somebody_moved_on_is_left_there_and_said(line: Line) -> None:
    # Given an order that is no draft any more in the books
    becomes(line, "processing", 0)
    line.books.move_order(1, Place.SENT)
    # When it becomes an invoice, then that is made, and the owner reads which order he has to close
    becomes(line, "packed", 60)
    assert in_the_books(line) == [(ORDER, Place.SENT), (INVOICE, Place.DRAFT)]
    assert line.state(1) == ("done", "order_kept")
    assert "their order 1" in line.said(1)


def test_an_invoice_that_somebody_made_of_the_order_is_taken_for_ours(line: Line) -> None:
    # Given an order that the owner has turned into an invoice himself, of the same lines
    becomes(line, "processing", 0)
    (order,) = line.books.documents()
    line.books.delete_draft(ORDER, order.number)
    lines = [("MUG", Decimal(1), Decimal("100.00"))]
    line.books.put_draft(INVOICE, reference=order.reference, customer=order.customer, lines=lines)
    # When the shop's order comes so far, then there is no second one, and it is booked
    becomes(line, "completed", 60)
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]
    assert line.state(1) == ("done", "")


def test_an_invoice_that_does_not_come_to_the_total_keeps_the_order(line: Line) -> None:
    # Given an order in the books, and an invoice that comes to less than the shop says
    becomes(line, "processing", 0)
    line.misjudge_vat()
    becomes(line, "completed", 60)
    # Then both are there, nothing is booked, and the owner reads both sums
    assert in_the_books(line) == [(ORDER, Place.DRAFT), (INVOICE, Place.DRAFT)]
    assert line.state(1) == ("failed", "totals_differ")
    # When the books are put right, then the invoice is repaired and booked, and the order goes
    line.judge_vat_well()
    once_more(line)
    assert in_the_books(line) == [(INVOICE, Place.BOOKED)]
    assert line.state(1) == ("done", "")


def test_an_invoice_that_was_deleted_leaves_the_order_and_comes_again_on_the_owners_word(line: Line) -> None:
    # Given an order whose invoice the owner deletes before the order is gone
    becomes(line, "processing", 0)
    tell(line.shop, woo_order(1, status="packed", modified=60), delivery="d2")
    line.let_time_pass(REST + LEASE)

    def deleted(point: Point, _: object) -> None:
        if point is Point.SUPERSEDING:
            line.books.delete_draft(INVOICE, 1)
            raise Killed

    with pytest.raises(Killed):
        line.work(1, watch=deleted)
    line.let_time_pass(3 * 3600)
    line.work(1)
    assert line.state(1)[0] == "failed"
    assert in_the_books(line) == [(ORDER, Place.DRAFT)]
    # When he has it sent again, then the order climbs once more
    for _ in range(2):
        once_more(line)
    assert in_the_books(line) == [(INVOICE, Place.DRAFT)]
    assert line.state(1) == ("done", "")


@pytest.mark.parametrize(("days", "goes"), [(0, False), (28, False), (30, True)])
def test_a_day_in_a_closed_period_is_an_error_or_moves_as_far_as_the_owner_lets_it(
    store: Database, days: int, goes: bool
) -> None:
    # Given books whose March is closed, and an order of its second
    with line_to(store, closed_period_days=days) as line:
        line.books.bar_period(date(2026, 3, 1), date(2026, 3, 31))
        tell(line.shop, woo_order(1))
        line.work(1)
        # Then it is of the first of April, or the owner reads why it does not go
        assert START.date() == date(2026, 3, 2)
        assert line.state(1) == (("done", "") if goes else ("failed", "no_open_day"))
        assert len(line.books.documents()) == goes
        if not goes:
            assert "The document would be of 2026-03-02" in line.said(1)


def test_what_the_owner_waves_through_goes_whatever_the_rules_say(store: Database) -> None:
    # Given an order in a state that is not allowed
    with line_to(store, allowed_states=["completed"]) as line:
        tell(line.shop, woo_order(1))
        line.work(1)
        assert line.state(1) == ("skipped", "state_not_allowed")
        # When the owner says that it goes now, then it does
        line.ask_again(1, is_waived=True)
        line.work(1)
        assert line.state(1) == ("done", "")
        assert in_the_books(line) == [(INVOICE, Place.DRAFT)]
