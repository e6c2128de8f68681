"""Documents come into the books once, and to the cent as planned."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, DocumentPlan, Place
from shared.errors import NeedsUser, OutcomeUnknown, Skip
from tests.connectors.conformance.books.calls import KEY, by_reference, draft, written
from tests.connectors.conformance.books.rig import NO_NUMBERS, REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

PLACES = {
    DocumentKind.ORDER: (Place.DRAFT, Place.SENT, Place.ARCHIVED),
    DocumentKind.INVOICE: (Place.DRAFT, Place.BOOKED),
}
KINDS = tuple(PLACES)


class Drafts(BooksCases):
    @pytest.mark.parametrize("currency", [0, 1])
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_draft_comes_to_what_was_planned_to_the_cent(
        self, books: BooksRig, kind: DocumentKind, currency: int
    ) -> None:
        # Given a document that is hard to add up, in the books' own currency or another
        plan = books.plan(kind, currency=self.rig.currencies[currency])
        with books.client() as client:
            # When it is made
            made = draft(books, client, plan)
            # Then the answer, the search and the books themselves say the same, and it is what was planned
            assert list(books.documents()) == [made]
            assert list(client.find_by_reference(plan.reference)) == [made]
        assert (made.kind, made.place, made.reference) == (kind, Place.DRAFT, plan.reference)
        assert (made.total, made.currency, made.customer) == (plan.total, plan.currency, plan.customer)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_discount_in_percent_is_taken_off(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a document with a line at half its price
        plan = books.plan(kind)
        first, *others = plan.lines
        off = replace(first, discount=Decimal("50.00"))
        half = replace(plan, lines=(off, *others))
        dear = replace(plan, lines=(replace(off, unit_price=first.unit_price * 2), *others))
        with books.client() as client:
            # When it is made, then it comes to less; and at half of twice the price to what was planned
            assert draft(books, client, half, key="half").total < plan.total
            assert draft(books, client, dear, key="dear").total == plan.total

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_same_request_twice_is_one_document(self, books: BooksRig, kind: DocumentKind) -> None:
        with books.client() as client, books.client() as other:
            request = written(books, client, books.plan(kind))
            # Given a document that was made
            made = client.create_document(kind, request, key=KEY)
            # When another worker sends the same bytes with the same key
            again = other.create_document(kind, request, key=KEY)
        # Then
        assert again == made
        assert list(books.documents()) == [made]

    def test_two_orders_of_the_shop_are_two_documents(self, books: BooksRig) -> None:
        # Given two plans that differ in their reference only, each with a key of its own
        with books.client() as client:
            made = [
                draft(books, client, books.plan(DocumentKind.ORDER, reference=reference), key=reference)
                for reference in ("SL1-1", "SL1-2")
            ]
        # Then
        assert sorted(books.documents(), key=lambda one: one.reference) == made

    def test_a_key_that_was_used_for_something_else_leaves_the_outcome_open(self, books: BooksRig) -> None:
        # Given a document that was made by this key
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            made = draft(books, client, plan)
            # When other bytes come with it, Then what was done before has to be looked up
            for other in (replace(plan, fields={"heading": "Ordre 13"}), books.plan(DocumentKind.INVOICE)):
                assert type(fate_of(lambda plan: draft(books, client, plan), other)) is OutcomeUnknown
        assert list(books.documents()) == [made]

    def test_when_the_books_forgot_the_key_the_reference_still_finds_it(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given a document whose key protects nothing any more
            made = draft(books, client, books.plan(DocumentKind.ORDER))
            books.forget_keys()
            # Then it is found, and so is a second one when somebody sends it again all the same
            assert list(client.find_by_reference(REFERENCE)) == [made]
            again = draft(books, client, books.plan(DocumentKind.ORDER))
            found = client.find_by_reference(REFERENCE)
        assert again.number != made.number
        assert sorted(document.number for document in found) == sorted([made.number, again.number])

    @pytest.mark.parametrize("trouble", ["a barred product", "a missing product", "a missing customer"])
    @pytest.mark.parametrize("kind", KINDS)
    def test_what_the_books_refuse_is_for_the_user_and_makes_nothing(
        self, books: BooksRig, kind: DocumentKind, trouble: str
    ) -> None:
        plan = _spoilt(books, books.plan(kind), trouble)
        with books.client() as client:
            fate = fate_of(lambda: draft(books, client, plan))
        assert type(fate) is NeedsUser
        assert list(books.documents()) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_currency_that_the_books_do_not_have_is_named(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given an order in a currency that nobody has enabled
        plan = books.plan(kind, currency="XTS")
        with books.client() as client:
            fate = fate_of(lambda: draft(books, client, plan))
        # Then the user is told which one
        assert type(fate) is NeedsUser
        assert "XTS" in fate.message
        assert list(books.documents()) == []

    @pytest.mark.parametrize(("kind", "place"), [(kind, place) for kind, places in PLACES.items() for place in places])
    def test_a_document_is_read_where_it_is_and_nowhere_else(
        self, books: BooksRig, kind: DocumentKind, place: Place
    ) -> None:
        with books.client() as client:
            # Given one document, in a place
            number = brought(books, client, kind, place)
            # Then it is there, as the books state it
            assert [client.get_document(kind, place, number)] == by_reference(books)
            # And not elsewhere
            for other in set(PLACES[kind]) - {place}:
                assert _code(client, kind, other, number) == "document_gone"

    def test_a_document_that_never_was_is_gone(self, books: BooksRig) -> None:
        books.put_draft(DocumentKind.ORDER, reference=REFERENCE)
        with books.client() as client:
            for number in NO_NUMBERS:
                for kind, place in ((DocumentKind.ORDER, Place.DRAFT), (DocumentKind.INVOICE, Place.BOOKED)):
                    assert _code(client, kind, place, number) == "document_gone", number


def brought(books: BooksRig, client: AccountingClient, kind: DocumentKind, place: Place) -> str:
    """The number of a document that was made by the connector and then brought to its place."""
    number = draft(books, client, books.plan(kind)).number
    if place is Place.BOOKED:
        return client.book(number, reference=REFERENCE, key="book").number
    if place is not Place.DRAFT:
        books.move_order(number, place)
    return next(document.number for document in by_reference(books))


def _code(client: AccountingClient, kind: DocumentKind, place: Place, number: str) -> str:
    fate = fate_of(client.get_document, kind, place, number)
    assert type(fate) is Skip
    return fate.code


def _spoilt(books: BooksRig, plan: DocumentPlan, trouble: str) -> DocumentPlan:
    if trouble == "a missing customer":
        return replace(plan, customer="987654")
    number = "UKENDT" if trouble == "a missing product" else "GAMMEL"
    if trouble == "a barred product":
        books.put_product(number, barred=True)
    return replace(plan, lines=(*plan.lines, replace(plan.lines[0], product=number)))
