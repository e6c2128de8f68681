"""How an invoice is booked: its number, how it is sent, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.document import DocumentKind, Place, SendBy
from shared.errors import NeedsUser
from tests.connectors.conformance.books.calls import by_reference, draft
from tests.connectors.conformance.books.rig import BUYER, REFERENCE, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of
from tests.connectors.conformance.rig import CUSTOMER

INVOICE = DocumentKind.INVOICE
#: Of an invoice, as an owner chooses it, far above any that the books come to by themselves.
NUMBER = 70_012
SENDING = (SendBy.EMAIL, SendBy.EAN)


class Booking(BooksCases):
    def test_an_invoice_is_booked_with_the_number_that_was_asked_for(self, books: BooksRig) -> None:
        with books.client() as client:
            made = draft(books, client, books.plan(INVOICE))
            booked = client.book(made.number, reference=REFERENCE, key="book", with_number=NUMBER)
        assert (booked.number, booked.total) == (str(NUMBER), made.total)
        assert list(books.documents()) == [booked]

    def test_a_number_that_another_invoice_has_is_for_the_user_and_books_nothing(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given an invoice, and a draft that is to have its number
            first = draft(books, client, books.plan(INVOICE, reference="SL1-11"), key="first").number
            taken = client.book(first, reference="SL1-11", key="book the first", with_number=NUMBER)
            made = draft(books, client, books.plan(INVOICE))
            fate = fate_of(lambda: client.book(made.number, reference=REFERENCE, key="book", with_number=NUMBER))
        # Then that is said by a reason of its own, and the draft stays
        assert (type(fate), fate.code) == (NeedsUser, "booked_number_taken")
        assert by_reference(books) == [made]
        assert by_reference(books, "SL1-11") == [taken]

    @pytest.mark.parametrize("number", [0, -1, 10**12])
    def test_a_number_that_no_invoice_can_have_books_nothing(self, books: BooksRig, number: int) -> None:
        with books.client() as client:
            made = draft(books, client, books.plan(INVOICE))
            fate = fate_of(lambda: client.book(made.number, reference=REFERENCE, key="book", with_number=number))
        assert type(fate) is NeedsUser
        assert list(books.documents()) == [made]

    @pytest.mark.parametrize("send_by", SendBy)
    def test_an_invoice_is_sent_as_it_was_asked_for(self, books: BooksRig, send_by: SendBy) -> None:
        # Given a draft for somebody who is reached in every way
        number = books.put_draft(INVOICE, reference=REFERENCE, reachable=True)
        with books.client() as client:
            booked = client.book(number, reference=REFERENCE, key="book", send_by=send_by)
        # Then the books have sent it in that way only
        assert [one.place for one in by_reference(books)] == [Place.BOOKED]
        assert books.sent_by(booked.number) is send_by

    def test_nobody_is_sent_anything_who_was_not_to_be(self, books: BooksRig) -> None:
        number = books.put_draft(INVOICE, reference=REFERENCE, reachable=True)
        with books.client() as client:
            booked = client.book(number, reference=REFERENCE, key="book")
        assert books.sent_by(booked.number) is SendBy.NONE

    @pytest.mark.parametrize("send_by", SENDING)
    def test_who_cannot_be_reached_is_for_the_user_and_nothing_is_booked(
        self, books: BooksRig, send_by: SendBy
    ) -> None:
        # Given a draft for somebody of whom the books know no address
        number = books.put_draft(INVOICE, reference=REFERENCE)
        before = by_reference(books)
        with books.client() as client:
            fate = fate_of(lambda: client.book(number, reference=REFERENCE, key="book", send_by=send_by))
        # Then
        assert type(fate) is NeedsUser
        assert by_reference(books) == before

    @pytest.mark.parametrize("trouble", ["a closed year", "a barred customer", "a barred product"])
    def test_what_stands_in_the_way_is_named_and_no_mistake_of_ours(self, books: BooksRig, trouble: str) -> None:
        plan = books.plan(INVOICE)
        customer = books.put_customer(CUSTOMER)
        with books.client() as client:
            # Given a draft, and what has become of the books since
            made = draft(books, client, replace(plan, customer=customer))
            if trouble == "a closed year":
                books.close_year(plan.date)
            elif trouble == "a barred customer":
                books.bar_customer(customer)
            else:
                books.put_product(str(plan.lines[0].product), barred=True)
            # When it is to be booked
            fate = fate_of(lambda: client.book(made.number, reference=REFERENCE, key="book"))
        # Then the user is told what it is, so that nobody has to ask us, and not who buys
        assert type(fate) is NeedsUser
        telling = {"a closed year": "year", "a barred customer": customer, "a barred product": plan.lines[0].product}
        assert str(telling[trouble]) in fate.message
        assert not {word for word in (CUSTOMER, BUYER.name, "support") if word in fate.message}
        assert by_reference(books) == [made]
