"""A check of the books' credentials: beside what every check does, which drafts can be made."""

from __future__ import annotations

import pytest

from shared.domain.document import DocumentKind
from shared.domain.findings import Level
from tests.connectors.conformance.books.pacing import Watching
from tests.connectors.conformance.books.rig import BooksCases, BooksRig
from tests.connectors.conformance.checking import SystemChecking, checked, of_level


class Checking(SystemChecking, BooksCases):
    @pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
    def test_drafts_of_one_kind_that_cannot_be_made_are_a_warning(self, books: BooksRig, kind: DocumentKind) -> None:
        # Given an agreement that has only the other kind
        books.forbid_drafts(kind)
        found = checked(books)
        # Then the books can be used, and somebody is told which kind is missing
        assert of_level(Level.WARNING, found) == ["rights"]
        assert of_level(Level.FAILING, found) == []
        assert [one for one in found if one.level is Level.WARNING and f"draft {kind}" in one.says.lower()]

    def test_books_in_which_no_draft_can_be_made_are_failing(self, books: BooksRig) -> None:
        books.forbid_drafts(DocumentKind.ORDER, DocumentKind.INVOICE)
        assert "rights" in of_level(Level.FAILING, checked(books))

    def test_a_check_goes_by_the_pace(self, books: BooksRig) -> None:
        # Given a pace that watches
        pace = Watching(books)
        with books.client(pace) as client:
            client.check()
        # Then it was asked before each request, and told of each answer
        assert pace.asked == list(range(len(books.requests)))
        assert len(pace.said) == len(pace.asked) > 0

    def test_a_check_without_a_budget_asks_nothing_and_says_so(self, books: BooksRig) -> None:
        with books.client(Watching(books, calls=0)) as client:
            assert of_level(Level.FAILING, client.check())
        assert books.requests == []
