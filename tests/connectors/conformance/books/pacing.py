"""A client talks only as fast, and as long, as it may, and tells what each answer cost."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from connectors.pace import Said
from shared.errors import OutcomeUnknown, Retry
from tests.connectors.conformance.books.calls import CALLS, READS, WRITES, call, deed
from tests.connectors.conformance.books.rig import WRITING, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

#: Seconds that a client is given, and seconds after which it has certainly taken more.
GIVEN, TOO_MUCH = 0.2, 2.0
ENOUGH = Retry("enough", "There is no budget left.", after=timedelta(seconds=11))


class Watching:
    """A pace that writes down how many requests the books had whenever it was asked, and what it was told."""

    def __init__(self, books: BooksRig, *, seconds: float = 60.0, calls: int = 1000) -> None:
        self._books = books
        self._seconds = seconds
        self._left = calls
        self.asked: list[int] = []
        self.said: list[Said] = []

    def before_call(self) -> float:
        if self._left == 0:
            raise ENOUGH
        self._left -= 1
        self.asked.append(len(self._books.requests))
        return self._seconds

    def after_call(self, said: Said) -> None:
        self.said.append(said)


class Pacing(BooksCases):
    @pytest.mark.parametrize("method", CALLS)
    def test_the_pace_is_asked_before_each_request_and_told_of_each_answer(self, books: BooksRig, method: str) -> None:
        ask = call(books, method)
        before = len(books.requests)
        pace = Watching(books)
        # When
        with books.client(pace) as client:
            ask(client)
        # Then it was asked once for each request, when that had not gone out yet
        assert pace.asked == list(range(before, len(books.requests)))
        assert len(pace.said) == len(pace.asked) > 0

    @pytest.mark.parametrize("method", CALLS)
    def test_the_pace_is_told_of_a_refusal_too(self, books: BooksRig, method: str) -> None:
        ask = call(books, method)
        for status in (400, 401, 403, 409, 429, 500, 503):
            # Given books that refuse, which costs as well
            books.sandbox.add_fault(kind="answer", status=status, body='{"message": "No."}', count=1)
            pace = Watching(books)
            with books.client(pace) as client:
                fate_of(ask, client)
            # Then
            assert len(pace.said) == len(pace.asked) == 1

    def test_what_an_answer_says_of_the_budget_is_told(self, books: BooksRig) -> None:
        # Given books that say with each answer what is left
        pace = Watching(books)
        budget = self.rig.connector.budget
        with books.client(pace) as client:
            for _ in range(3):
                client.find_by_reference("SL1-99")
        # Then it becomes less, call by call, by what each cost
        assert budget is not None
        assert all(said.cost >= 1 for said in pace.said)
        left = [said.left for said in pace.said if said.left is not None]
        assert len(left) == len(pace.said)
        assert sorted(left, reverse=True) == left
        assert 0 <= left[-1] < left[0] <= budget.tokens

    @pytest.mark.parametrize("method", CALLS)
    def test_without_a_budget_nothing_goes_out(self, books: BooksRig, method: str) -> None:
        # Given a pace that allows nothing
        ask = call(books, method)
        before = len(books.requests)
        with books.client(Watching(books, calls=0)) as client:
            # Then its word comes out as it was, and the books hear nothing
            assert fate_of(ask, client) is ENOUGH
        assert len(books.requests) == before

    @pytest.mark.parametrize("method", CALLS)
    def test_a_budget_that_ends_half_way_ends_the_call(self, books: BooksRig, method: str) -> None:
        # Given a call that takes several requests
        ask = call(books, method)
        before = len(books.requests)
        whole = Watching(books)
        with self.rig() as others, others.client(whole) as client:
            call(others, method)(client)
        for calls in range(1, len(whole.asked)):
            # When only some of them are allowed
            with books.client(Watching(books, calls=calls)) as client:
                # Then it says so, and nothing that was found so far is taken for all
                assert fate_of(ask, client) is ENOUGH
            assert len(books.requests) == before + calls
            before = len(books.requests)

    @pytest.mark.parametrize("method", READS)
    def test_a_question_takes_no_longer_than_it_may(self, books: BooksRig, method: str) -> None:
        # Given books that are slow, and a short time
        ask = call(books, method)
        books.sandbox.add_fault(kind="latency")
        began = time.monotonic()
        with books.client(Watching(books, seconds=GIVEN)) as client:
            assert type(fate_of(ask, client)) is Retry
        assert time.monotonic() - began < TOO_MUCH

    @pytest.mark.parametrize("method", WRITES)
    def test_a_change_takes_no_longer_than_it_may(self, books: BooksRig, method: str) -> None:
        # Given books that are slow to change, and a short time
        change = deed(books, method)
        books.sandbox.add_fault(kind="latency", method=WRITING)
        began = time.monotonic()
        with books.client(Watching(books, seconds=GIVEN)) as client:
            assert type(fate_of(change.do, client)) is OutcomeUnknown
        assert time.monotonic() - began < TOO_MUCH
