"""A change whose answer was lost is unknown, never tried again by itself, and found by looking it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, FoundDocument
from shared.errors import OutcomeUnknown
from tests.connectors.conformance.books.calls import WRITES, Deed, deed
from tests.connectors.conformance.books.rig import WRITING, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of
from tests.connectors.conformance.refusals import AFTER_COMMIT, TROUBLES

#: What every server, proxy and line may do, and an answer that is none to any of our questions.
LOST: Mapping[str, Mapping[str, Any]] = {
    **TROUBLES,
    "an answer to something else": {"kind": "answer", "status": 200, "body": '{"weather": "fine"}'},
}


class Unknown(BooksCases):
    @pytest.mark.parametrize("trouble", AFTER_COMMIT)
    @pytest.mark.parametrize("method", WRITES)
    def test_a_change_that_was_made_without_a_word_is_unknown_and_found(
        self, books: BooksRig, method: str, trouble: str
    ) -> None:
        change = deed(books, method)
        # Given books that fail once, after their work
        with books.impatient(), books.client() as client:
            assert_unknown(books, change, client, trouble)
        # Then looking it up tells that it was done
        with books.client() as client:
            assert change.found(client) == change.done() == 1

    @pytest.mark.parametrize("method", WRITES)
    def test_a_change_that_may_have_been_made_is_unknown(self, books: BooksRig, method: str) -> None:
        change = deed(books, method)
        with books.client() as client:
            for trouble in LOST.keys() - set(AFTER_COMMIT):
                # Given books that fail once, and have not done their work
                assert_unknown(books, change, client, trouble)
                # Then looking it up tells that it was not done
                assert change.found(client) == change.done() == 0

    @pytest.mark.parametrize("method", WRITES)
    def test_a_change_that_is_made_later_is_found_later(self, books: BooksRig, method: str) -> None:
        change = deed(books, method)
        with books.client() as client:
            # Given a line that drops under a change before the books have come to it
            books.commit_late()
            assert type(fate_of(change.do, client)) is OutcomeUnknown
            assert change.found(client) == change.done() == 0
            # When they have
            books.let_go()
            # Then it is found
            assert change.found(client) == change.done() == 1

    def test_a_request_sent_again_while_the_first_is_under_way_is_one_document(self, books: BooksRig) -> None:
        change = deed(books, "create_document of an order")
        with books.impatient(), books.client() as client:
            # Given a request that the books have taken in and not carried out
            books.commit_late()
            assert type(fate_of(change.do, client)) is OutcomeUnknown
            # When it is sent again with the same key, Then that is unknown, too
            assert type(fate_of(change.do, client)) is OutcomeUnknown
        # And when the books have come to it, there is one document
        books.let_go()
        with books.client() as client:
            assert change.found(client) == change.done() == 1

    @pytest.mark.parametrize("kind", [DocumentKind.ORDER, DocumentKind.INVOICE])
    def test_after_silence_the_same_request_finds_the_one_document(self, books: BooksRig, kind: DocumentKind) -> None:
        change = deed(books, f"create_document of an {kind}")
        # Given a document whose answer never came
        with books.impatient(), books.client() as client:
            books.lose_answer()
            assert type(fate_of(change.do, client)) is OutcomeUnknown
        # When the same bytes are sent again with the same key, while the first answer still hangs
        with books.client() as client:
            again = change.do(client)
        # Then it is the document that was made
        assert isinstance(again, FoundDocument)
        assert list(books.documents()) == [again]


def assert_unknown(books: BooksRig, change: Deed, client: AccountingClient, trouble: str) -> None:
    """The client says that it does not know, and has not tried a second time."""
    before = books.changes
    books.sandbox.add_fault(**{**LOST[trouble], "method": WRITING, "count": 1})
    fate = fate_of(change.do, client)
    assert type(fate) is OutcomeUnknown, f"{trouble}: {fate!r}"
    assert books.changes == before + 1
