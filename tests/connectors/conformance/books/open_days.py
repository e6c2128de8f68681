"""On which day the books take a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind
from shared.errors import NeedsUser
from tests.connectors.conformance.books.calls import draft
from tests.connectors.conformance.books.rig import REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

INVOICE = DocumentKind.INVOICE
DAY = timedelta(days=1)
#: Days that are enough for any year.
LONG = 600


class OpenDays(BooksCases):
    def test_an_open_day_is_taken_as_it_is(self, books: BooksRig) -> None:
        day = books.plan(INVOICE).date
        with books.client() as client:
            assert [client.open_day(day, within=within) for within in (0, 1, LONG)] == [day] * 3

    def test_after_a_closed_period_comes_the_day_that_follows_it(self, books: BooksRig) -> None:
        day = books.plan(INVOICE).date
        last = books.close_period(day)
        with books.client() as client:
            assert_first(client, day, last + DAY)

    def test_two_closed_periods_are_passed_over(self, books: BooksRig) -> None:
        day = books.plan(INVOICE).date
        last = books.close_period(books.close_period(day) + DAY)
        with books.client() as client:
            assert_first(client, day, last + DAY)

    def test_after_a_closed_year_comes_the_day_that_follows_it(self, books: BooksRig) -> None:
        day = books.plan(INVOICE).date
        last = books.close_year(day)
        with books.client() as client:
            assert_first(client, day, last + DAY)

    def test_a_day_before_the_first_year_or_after_the_last_is_not_open(self, books: BooksRig) -> None:
        first, last = books.years
        with books.client() as client:
            assert_first(client, first - 2 * DAY, first)
            assert client.open_day(last, within=0) == last
            assert client.open_day(last + DAY, within=LONG) is None

    def test_where_all_is_closed_there_is_none(self, books: BooksRig) -> None:
        day, (_, last) = books.plan(INVOICE).date, books.years
        closed = day
        while closed <= last:
            closed = books.close_year(closed) + DAY
        with books.client() as client:
            assert client.open_day(day, within=LONG) is None

    def test_what_is_said_of_a_day_holds_at_booking(self, books: BooksRig) -> None:
        plan = books.plan(INVOICE)
        books.close_period(plan.date)
        with books.client() as client:
            # Given a day that is closed, and the first open one after it
            day = client.open_day(plan.date, within=LONG)
            assert day is not None
            # Then an invoice of the one is refused, and of the other it is booked
            closed = draft(books, client, plan, key="closed").number
            fate = fate_of(lambda: client.book(closed, reference=REFERENCE, key="book the closed"))
            assert type(fate) is NeedsUser
            later = draft(books, client, replace(plan, date=day, reference="SL1-13"), key="open").number
            assert client.book(later, reference="SL1-13", key="book").total == plan.total

    def test_looking_for_a_day_changes_nothing(self, books: BooksRig) -> None:
        with books.client() as client:
            client.open_day(books.years[0], within=LONG)
        assert books.changes == 0


def assert_first(client: AccountingClient, day: date, expected: date) -> None:
    """That it is the first open one, found as soon as it is within reach and not before."""
    away = (expected - day).days
    assert client.open_day(day, within=away) == expected
    assert client.open_day(day, within=away + 30) == expected
    assert client.open_day(day, within=away - 1) is None
    assert client.open_day(day, within=0) is None
