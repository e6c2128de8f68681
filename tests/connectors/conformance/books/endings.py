"""A draft ends booked or deleted, and only if it is ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, Place
from shared.errors import NeedsUser, Skip
from tests.connectors.conformance.books.calls import by_reference, draft
from tests.connectors.conformance.books.drafts import KINDS
from tests.connectors.conformance.books.rig import NO_NUMBERS, REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

#: What may stand on a draft that got the number of ours after ours was deleted.
STRANGERS = ("", "SL1-1", "SL1-123", REFERENCE.lower(), "Betales kontant")

End = Callable[[AccountingClient, str, str], object]
ENDS: dict[str, tuple[DocumentKind, End]] = {
    "delete an order": (
        DocumentKind.ORDER,
        lambda client, number, key: client.delete_draft(DocumentKind.ORDER, number, reference=REFERENCE, key=key),
    ),
    "delete an invoice": (
        DocumentKind.INVOICE,
        lambda client, number, key: client.delete_draft(DocumentKind.INVOICE, number, reference=REFERENCE, key=key),
    ),
    "book": (DocumentKind.INVOICE, lambda client, number, key: client.book(number, reference=REFERENCE, key=key)),
}


class Endings(BooksCases):
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_draft_of_ours_is_deleted(self, books: BooksRig, kind: DocumentKind) -> None:
        with books.client() as client:
            # Given two drafts of ours
            made = draft(books, client, books.plan(kind))
            other = draft(books, client, books.plan(kind, reference="SL1-13"), key="13")
            # When one is deleted
            client.delete_draft(kind, made.number, reference=REFERENCE, key="delete")
            # Then it is not there any more, and the other is
            assert list(client.find_by_reference(REFERENCE)) == []
        assert list(books.documents()) == [other]

    def test_a_booked_invoice_is_the_draft_to_the_cent(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.INVOICE)
        with books.client() as client:
            # Given a draft
            made = draft(books, client, plan)
            # When it is booked
            booked = client.book(made.number, reference=REFERENCE, key="book")
            # Then what is booked is what was planned, and the draft is no more
            assert list(client.find_by_reference(REFERENCE)) == [booked]
        assert list(books.documents()) == [booked]
        assert (booked.place, booked.total, booked.total_tax) == (Place.BOOKED, plan.total, made.total_tax)
        assert (booked.reference, booked.customer, booked.currency) == (REFERENCE, plan.customer, plan.currency)

    def test_invoices_are_booked_under_numbers_of_their_own(self, books: BooksRig) -> None:
        booked = []
        with books.client() as client:
            # Given drafts that are made and booked one after the other, perhaps all under one number
            for reference in ("SL1-1", "SL1-2", "SL1-3"):
                made = draft(books, client, books.plan(DocumentKind.INVOICE, reference=reference), key=reference)
                booked.append(client.book(made.number, reference=reference, key=f"book {reference}"))
        # Then each is booked once, and keeps its reference
        assert sorted(books.documents(), key=lambda one: one.reference) == booked
        assert [one.reference for one in booked] == ["SL1-1", "SL1-2", "SL1-3"]
        assert len({one.number for one in booked}) == 3

    def test_a_closed_period_is_for_the_user_and_the_draft_stays(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.INVOICE)
        with books.client() as client:
            # Given a draft, and a period that was closed afterwards
            made = draft(books, client, plan)
            books.close_period(plan.date)
            # When it is to be booked
            fate = fate_of(lambda: client.book(made.number, reference=REFERENCE, key="book"))
        # Then nothing was booked
        assert type(fate) is NeedsUser
        assert list(books.documents()) == [made]

    @pytest.mark.parametrize("reference", STRANGERS)
    @pytest.mark.parametrize("end", ENDS)
    def test_a_strangers_draft_under_our_number_is_left_alone(self, books: BooksRig, end: str, reference: str) -> None:
        kind, finish = ENDS[end]
        with books.client() as client:
            # Given a draft of ours that somebody deleted, whose number went to a draft of his own
            number = draft(books, client, books.plan(kind)).number
            books.delete_draft(kind, number)
            assert books.put_draft(kind, reference=reference) == number
            theirs = list(books.documents())
            # When ours is to be ended
            fate = fate_of(finish, client, number, "end")
        # Then theirs is as it was
        assert (type(fate), fate.code) == (Skip, "document_gone")
        assert list(books.documents()) == theirs

    @pytest.mark.parametrize("end", ENDS)
    def test_an_end_that_came_already_does_not_come_again(self, books: BooksRig, end: str) -> None:
        kind, finish = ENDS[end]
        with books.client() as client:
            # Given a draft that was ended, and later another of ours under its number
            number = draft(books, client, books.plan(kind)).number
            finish(client, number, "end")
            before = list(books.documents())
            # When it is to be ended once more, with the same key and with another
            for key in ("end", "another"):
                fate = fate_of(finish, client, number, key)
                # Then that is all right, and nothing happens
                assert (type(fate), fate.code) == (Skip, "document_gone")
        assert list(books.documents()) == before

    @pytest.mark.parametrize("end", ENDS)
    def test_a_draft_that_goes_while_we_look_at_it_is_gone(self, books: BooksRig, end: str) -> None:
        kind, finish = ENDS[end]
        with books.client() as client:
            # Given a draft that somebody deletes after we saw that it is ours
            number = draft(books, client, books.plan(kind)).number

            def happen(answers: int) -> None:
                if answers == 1:
                    books.delete_draft(kind, number)

            with books.between_requests(happen):
                fate = fate_of(finish, client, number, "end")
        # Then that is what the books say
        assert (type(fate), fate.code) == (Skip, "document_gone")
        assert list(books.documents()) == []

    @pytest.mark.parametrize("end", ENDS)
    def test_a_number_that_no_draft_has_ends_nothing(self, books: BooksRig, end: str) -> None:
        kind, finish = ENDS[end]
        # Given drafts, which an address without a number would mean all at once
        books.put_draft(kind, reference=REFERENCE)
        books.put_draft(kind, reference="SL1-13")
        before = list(books.documents())
        with books.client() as client:
            for number in NO_NUMBERS:
                fate = fate_of(finish, client, number, "end")
                # Then nothing of the kind goes out
                assert (type(fate), fate.code) == (Skip, "document_gone"), number
                assert list(books.documents()) == before
        assert books.changes == 0

    def test_an_order_that_was_sent_on_is_not_deleted(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given an order that somebody sent to the customer meanwhile
            number = draft(books, client, books.plan(DocumentKind.ORDER)).number
            books.move_order(number, Place.SENT)
            fate = fate_of(lambda: client.delete_draft(DocumentKind.ORDER, number, reference=REFERENCE, key="end"))
        # Then there is no draft any more
        assert (type(fate), fate.code) == (Skip, "document_gone")
        assert [document.place for document in by_reference(books)] == [Place.SENT]
