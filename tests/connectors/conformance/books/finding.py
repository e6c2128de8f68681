"""A document is found by its reference, wherever it is, and no other one is taken for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, Place
from shared.errors import Retry
from tests.connectors.conformance.books.calls import by_reference, draft
from tests.connectors.conformance.books.drafts import PLACES, brought
from tests.connectors.conformance.books.rig import REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

#: References that a careless comparison takes for one another.
ALIKE = ("SL1-1", "SL1-12", "SL1-123", "SL11-2", "sl1-12", "Sl1-12", "XSL1-12", "SL1-12X", "SL1-1*", "*", "%", "SL1_12")
#: What means something in a question, or on the way to the books.
SPECIAL = (
    "a$b", "a$$b", "a$and:b", "a)b", "(a)", "a$)b", "a*b", "a,b", "[a]", "a[1-9]", "it's", 'say"x"', "a&b", "a%20b",
    "50%", "a+b", "a/b", "a\\b", "a?b=c", "a#b", "a:b", "a;b", "a|b", "a~b", "$null:", "$eq:a", "blåbær", "日本-1", "ß",
    "🫐", f"x$or:references.other$eq:{REFERENCE}",
    f"{REFERENCE})$or:(references.other$eq:x",
)  # fmt: skip


#: Where drafts go.
MOVES = [(DocumentKind.ORDER, Place.SENT), (DocumentKind.ORDER, Place.ARCHIVED), (DocumentKind.INVOICE, Place.BOOKED)]


class Finding(BooksCases):
    def test_nothing_is_found_in_empty_books(self, books: BooksRig) -> None:
        with books.client() as client:
            assert list(client.find_by_reference(REFERENCE)) == []

    def test_a_document_is_found_in_every_place(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given documents of one reference in all places, made with a key each
            for kind, places in PLACES.items():
                for place in places:
                    brought(books, client, kind, place)
                    books.forget_keys()
            # When
            found = client.find_by_reference(REFERENCE)
        # Then all of them are found, as the books state them
        assert len(found) == sum(map(len, PLACES.values()))
        assert {(one.kind, one.place) for one in found} == {(kind, at) for kind in PLACES for at in PLACES[kind]}
        assert sorted(found, key=repr) == sorted(by_reference(books), key=repr)

    @pytest.mark.parametrize("kind", PLACES)
    def test_a_reference_that_is_only_alike_is_not_found(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given drafts whose references look like each other
        for reference in ALIKE:
            books.put_draft(kind, reference=reference)
        with books.client() as client:
            # Then each finds exactly itself
            found = {reference: _references(client.find_by_reference(reference)) for reference in ALIKE}
            # And what begins like them, or is nothing, finds nothing
            for missing in ("SL1", "SL1-", "2", "SL1-1234"):
                assert list(client.find_by_reference(missing)) == []
        assert found == {reference: [reference] for reference in ALIKE}

    @pytest.mark.parametrize("kind", PLACES)
    def test_a_reference_of_any_characters_finds_itself(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given drafts whose references are full of marks, and one that a forged question would find
        for reference in (REFERENCE, *SPECIAL):
            books.put_draft(kind, reference=reference)
        with books.client() as client:
            found = {reference: _references(client.find_by_reference(reference)) for reference in SPECIAL}
        # Then
        assert found == {reference: [reference] for reference in SPECIAL}

    def test_two_documents_of_one_reference_are_both_found(self, books: BooksRig) -> None:
        # Given a draft of ours and one that somebody made with the same reference
        with books.client() as client:
            ours = draft(books, client, books.plan(DocumentKind.INVOICE))
            theirs = books.put_draft(DocumentKind.INVOICE, reference=REFERENCE)
            found = client.find_by_reference(REFERENCE)
        # Then somebody has to look at them
        assert sorted(document.number for document in found) == sorted([ours.number, theirs])

    @pytest.mark.parametrize("kind", PLACES)
    def test_a_document_behind_the_first_page_is_found(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given a page full of drafts that the books take for alike, and ours after them
        for _ in range(self.rig.page_size):
            books.put_draft(kind, reference=REFERENCE.lower())
        number = books.put_draft(kind, reference=REFERENCE)
        with books.client() as client:
            found = client.find_by_reference(REFERENCE)
        # Then
        assert [document.number for document in found] == [number]

    @pytest.mark.parametrize(("kind", "place"), MOVES)
    def test_a_document_that_moves_during_the_search_is_found(
        self, books: BooksRig, kind: DocumentKind, place: Place
    ) -> None:
        with books.client() as client, books.client() as other:
            client.find_by_reference(REFERENCE)
            for after in range(1, len(books.requests) + 1):
                # Given a draft that moves on after so many answers of the search
                reference = f"SL1-{after}"
                number = draft(books, client, books.plan(kind, reference=reference), key=reference).number
                move = _moving_after(books, other, after, number, reference, place)
                with books.between_requests(move):
                    found = client.find_by_reference(reference)
                # Then it is seen, though perhaps in both places, before a second one is made
                assert set(_references(found)) == {reference}, f"after {after} answers"
                assert [one.place for one in by_reference(books, reference)] == [place]

    def test_a_search_that_fails_half_way_does_not_say_that_there_is_nothing(self, books: BooksRig) -> None:
        # Given books that answer a search with several answers
        books.put_draft(DocumentKind.ORDER, reference=REFERENCE)
        with books.client() as client:
            client.find_by_reference(REFERENCE)
            answers = len(books.requests)
            for good in range(1, answers):
                # When they fail after so many of them
                with books.between_requests(_failing_after(books, good)):
                    fate = fate_of(client.find_by_reference, REFERENCE)
                # Then nobody may believe that nothing is there
                assert type(fate) is Retry
                books.let_go()


def _failing_after(books: BooksRig, good: int) -> Callable[[int], None]:
    def happen(answers: int) -> None:
        if answers == good:
            books.sandbox.add_fault(kind="answer", status=500, body="{}", count=1)

    return happen


def _moving_after(
    books: BooksRig, other: AccountingClient, after: int, number: str, reference: str, place: Place
) -> Callable[[int], None]:
    def happen(answers: int) -> None:
        if answers == after and place is Place.BOOKED:
            other.book(number, reference=reference, key=f"book {reference}")
        elif answers == after:
            books.move_order(number, place)

    return happen


def _references(found: object) -> list[str]:
    assert isinstance(found, list | tuple)
    return [document.reference for document in found]
