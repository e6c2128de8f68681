"""A draft gets another content as a whole, once, and only if it is ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, Place
from shared.errors import Fate, NeedsUser, OutcomeUnknown, Skip
from tests.connectors.conformance.books.calls import by_reference, draft, written
from tests.connectors.conformance.books.drafts import KINDS
from tests.connectors.conformance.books.endings import STRANGERS
from tests.connectors.conformance.books.rig import NO_NUMBERS, REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of


class Replacing(BooksCases):
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_draft_gets_another_content_as_a_whole(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a draft of one line with a heading, which comes to something else than the order does by now
        plan = books.plan(kind)
        with books.client() as client:
            made = draft(books, client, replace(plan, lines=plan.lines[:1], fields={"heading": "Ordre 11"}))
            assert made.total != plan.total
            # When it is replaced, without a heading
            request = written(books, client, replace(plan, fields={}))
            replaced = client.replace_draft(kind, made.number, request, reference=REFERENCE, key="replace")
            # Then the one draft, under its number, is what is planned now, to the cent, and keeps nothing of before
            assert list(client.find_by_reference(REFERENCE)) == [replaced]
        assert list(books.documents()) == [replaced]
        assert (replaced.number, replaced.place, replaced.total) == (made.number, Place.DRAFT, plan.total)
        kept = books.texts(kind, replaced.number)
        assert (kept.fields, kept.lines) == ({}, tuple(line.text for line in plan.lines))

    def test_a_replacement_with_the_same_key_is_one(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client, books.client() as other:
            number = draft(books, client, replace(plan, lines=plan.lines[:1])).number
            # Given a draft that was replaced
            once = replaced(books, client, number)
            # When another worker does the same, Then it is the same
            assert replaced(books, other, number) == once
        assert list(books.documents()) == [once]

    @pytest.mark.parametrize("reference", STRANGERS)
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_strangers_draft_under_our_number_is_not_replaced(
        self, books: BooksRig, kind: DocumentKind, reference: str
    ) -> None:
        with books.client() as client:
            # Given a draft of ours that somebody deleted, whose number went to a draft of his own
            number = draft(books, client, books.plan(kind)).number
            books.delete_draft(kind, number)
            assert books.put_draft(kind, reference=reference) == number
            theirs = list(books.documents())
            # When ours is to be replaced, Then theirs is as it was
            assert_gone(fate_of(replaced, books, client, number, kind))
        assert list(books.documents()) == theirs

    def test_a_draft_that_is_gone_is_not_made_again(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given a draft that somebody deleted
            number = draft(books, client, books.plan(DocumentKind.INVOICE)).number
            books.delete_draft(DocumentKind.INVOICE, number)
            assert_gone(fate_of(replaced, books, client, number, DocumentKind.INVOICE))
            # And one that was booked
            number = draft(books, client, books.plan(DocumentKind.INVOICE), key="another").number
            booked = client.book(number, reference=REFERENCE, key="book")
            assert_gone(fate_of(replaced, books, client, number, DocumentKind.INVOICE))
        # Then nothing has come in their place
        assert list(books.documents()) == [booked]

    def test_a_draft_that_is_booked_while_we_look_at_it_leaves_the_outcome_open(self, books: BooksRig) -> None:
        with books.client() as client, books.client() as other:
            # Given a draft that somebody books after we saw that it is ours
            number = draft(books, client, books.plan(DocumentKind.INVOICE)).number

            def happen(answers: int) -> None:
                if answers == 1:
                    other.book(number, reference=REFERENCE, key="book")

            with books.between_requests(happen):
                fate = fate_of(replaced, books, client, number, DocumentKind.INVOICE)
        # Then whatever the books made of it, it is not taken for done: it has to be looked up
        assert isinstance(fate, OutcomeUnknown | Skip)
        assert isinstance(fate, OutcomeUnknown) or len(by_reference(books)) == 1

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_number_that_no_draft_has_replaces_nothing(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given drafts, one of ours among them
        books.put_draft(kind, reference=REFERENCE)
        books.put_draft(kind, reference="SL1-13")
        before = list(books.documents())
        with books.client() as client:
            for number in NO_NUMBERS:
                assert_gone(fate_of(replaced, books, client, number, kind))
        # Then nothing of the kind goes out
        assert list(books.documents()) == before
        assert books.changes == 0

    def test_what_the_books_refuse_leaves_the_draft_as_it_was(self, books: BooksRig) -> None:
        plan = books.plan(DocumentKind.ORDER)
        with books.client() as client:
            # Given a draft, and a content with a product that the books do not have
            made = draft(books, client, plan)
            wrong = replace(plan, lines=(replace(plan.lines[0], product="UKENDT"),))
            request = written(books, client, wrong)
            fate = fate_of(
                lambda: client.replace_draft(plan.kind, made.number, request, reference=REFERENCE, key="replace")
            )
        # Then
        assert type(fate) is NeedsUser
        assert list(books.documents()) == [made]


def replaced(books: BooksRig, client: AccountingClient, number: str, kind: DocumentKind = DocumentKind.ORDER) -> object:
    request = written(books, client, books.plan(kind))
    return client.replace_draft(kind, number, request, reference=REFERENCE, key="replace")


def assert_gone(fate: Fate) -> None:
    assert (type(fate), fate.code) == (Skip, "document_gone")
