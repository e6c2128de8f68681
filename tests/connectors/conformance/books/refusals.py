"""Everything that the books refuse, or fail to do, ends in a fate."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.errors import ConnectionBroken, Fate, Retry
from tests.connectors.conformance.books.calls import CALLS, READS, WRITES, call, deed
from tests.connectors.conformance.books.rig import BUYER, WRITING, BooksCases, BooksRig
from tests.connectors.conformance.books.unknown import LOST
from tests.connectors.conformance.judge import fate_of, told_by
from tests.connectors.conformance.rig import CUSTOMER
from tests.connectors.conformance.secrecy import assert_tells_nothing, listening

PATIENCE = timedelta(seconds=37)


class Refusals(BooksCases):
    @pytest.mark.parametrize("method", CALLS)
    def test_a_lost_authorisation_breaks_the_connection(self, books: BooksRig, method: str) -> None:
        # Given a connection that works
        ask = call(books, method)
        with books.client() as client:
            client.find_by_reference("SL1-99")
            # When its rights are taken away
            books.refuse_credentials()
            # Then
            assert type(fate_of(ask, client)) is ConnectionBroken

    @pytest.mark.parametrize("method", CALLS)
    def test_a_rate_limit_is_obeyed(self, books: BooksRig, method: str) -> None:
        # Given books that ask to wait
        ask = call(books, method)
        before = len(books.requests)
        books.throttle(PATIENCE)
        with books.client() as client:
            fate = fate_of(ask, client)
        # Then the time reaches whoever tries again, and the client did not ask a second time by itself
        assert_waits(fate)
        assert len(books.requests) == before + 1

    @pytest.mark.parametrize("method", WRITES)
    def test_a_rate_limit_on_a_change_is_obeyed_and_nothing_was_changed(self, books: BooksRig, method: str) -> None:
        # Given books that answer questions but have enough of changes
        change = deed(books, method)
        before = books.changes
        books.throttle(PATIENCE, method=WRITING)
        with books.client() as client:
            assert_waits(fate_of(change.do, client))
            assert change.found(client) == change.done() == 0
        assert books.changes == before + 1

    @pytest.mark.parametrize("method", READS)
    def test_a_question_that_meets_trouble_is_asked_again(self, books: BooksRig, method: str) -> None:
        ask = call(books, method)
        with books.impatient(), books.client() as client:
            for trouble, fault in LOST.items():
                books.sandbox.add_fault(**fault)
                fate = fate_of(ask, client)
                assert type(fate) is Retry, f"{trouble}: {fate!r}"
                books.let_go()

    @pytest.mark.parametrize("method", CALLS)
    def test_books_that_are_away_were_never_asked(self, books: BooksRig, method: str) -> None:
        # Given an address where nobody listens any more
        ask = call(books, method)
        books.sandbox.stop()
        # Then even a change can simply be tried again
        with books.client() as client:
            assert type(fate_of(ask, client)) is Retry

    @pytest.mark.parametrize("method", CALLS)
    def test_every_error_of_the_vendor_has_its_fate(self, books: BooksRig, method: str) -> None:
        # Given all that the vendor may answer to such a request
        expected = {
            error.name: fate
            for error in self.rig.vendor_errors
            if (fate := error.read if method in READS else error.write) is not None
        }
        ask = call(books, method)
        # When the request meets it
        fates = {}
        with listening() as told, books.client() as client:
            for error in self.rig.vendor_errors:
                if error.name in expected:
                    books.sandbox.add_fault(**error.fault, method="*" if method in READS else WRITING)
                    fates[error.name] = fate_of(ask, client)
                    books.let_go()
        # Then each has its fate, which says something to people, and nothing of a customer
        assert {name: type(fate) for name, fate in fates.items()} == expected
        assert [fate for fate in fates.values() if not fate.code or not fate.message.endswith(".")] == []
        assert_tells_nothing(told.text() + "".join(map(told_by, fates.values())), CUSTOMER, BUYER.name)


def assert_waits(fate: Fate) -> None:
    assert isinstance(fate, Retry)
    assert fate.after is not None
    assert fate.after >= PATIENCE
