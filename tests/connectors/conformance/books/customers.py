"""Customers: found by their e-mail address, all of them, and made once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.contact import Contact
from shared.domain.document import CustomerKey
from shared.errors import Skip
from tests.connectors.conformance.books.calls import KEY, buyer, request_for
from tests.connectors.conformance.books.rig import BUYER, HOME, NO_NUMBERS, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of
from tests.connectors.conformance.rig import CUSTOMER

EMAIL = CustomerKey.EMAIL
#: Addresses with what means something in a question, or on the way to the books.
ODD_EMAILS = (
    "mette+krus@lampeland.example", "mette@lampeland.example", "amette@lampeland.example", "mette@lampeland.example.dk",
    "m*te@lampeland.example", "m%te@lampeland.example", "m_te@lampeland.example", "o'neill@lampeland.example",
    "a&b@lampeland.example", "a$b@lampeland.example", "a(b)@lampeland.example", "a,b@lampeland.example",
    "[a]@lampeland.example", "a/b@lampeland.example", "a#b@lampeland.example", "a=b@lampeland.example",
    '"a b"@lampeland.example', "søren@blåbær.example", "a$and:b@lampeland.example",
)  # fmt: skip


class Customers(BooksCases):
    @pytest.mark.parametrize("hits", [0, 1, 2, 30])
    def test_all_customers_of_an_address_are_found(self, books: BooksRig, hits: int) -> None:
        # Given so many customers with one address, and others
        numbers = [books.put_customer(CUSTOMER) for _ in range(hits)]
        books.put_customer("another@lampeland.example")
        books.put_customer(f"x{CUSTOMER}")
        # When
        with books.client() as client:
            found = client.find_customers(EMAIL, CUSTOMER, HOME)
        # Then
        assert sorted(customer.number for customer in found) == sorted(numbers)
        assert all(customer in books.customers() for customer in found)

    @pytest.mark.parametrize("asked", [CUSTOMER.upper(), CUSTOMER.title(), CUSTOMER])
    def test_an_address_is_found_however_it_is_written(self, books: BooksRig, asked: str) -> None:
        # Given two customers whose address was written in two ways
        numbers = {books.put_customer("Mette.Planted@Lampeland.example"), books.put_customer(CUSTOMER)}
        with books.client() as client:
            # Then both are found in every way of writing it
            assert {customer.number for customer in client.find_customers(EMAIL, asked, HOME)} == numbers

    def test_an_address_of_any_characters_finds_itself_only(self, books: BooksRig) -> None:
        numbers = {email: [books.put_customer(email)] for email in ODD_EMAILS}
        with books.client() as client:
            found = {email: [one.number for one in client.find_customers(EMAIL, email, HOME)] for email in ODD_EMAILS}
        assert found == numbers

    def test_a_barred_customer_is_found_and_says_so(self, books: BooksRig) -> None:
        # Given a customer to whom nothing may be sold, and one to whom it may
        barred, other = books.put_customer(CUSTOMER, barred=True), books.put_customer(CUSTOMER)
        with books.client() as client:
            found = {customer.number: customer.barred for customer in client.find_customers(EMAIL, CUSTOMER, HOME)}
            assert client.get_customer(barred).barred
        assert found == {barred: True, other: False}

    def test_a_customer_that_never_was_is_gone(self, books: BooksRig) -> None:
        books.put_customer(CUSTOMER)
        with books.client() as client:
            for number in NO_NUMBERS:
                fate = fate_of(client.get_customer, number)
                assert (type(fate), fate.code) == (Skip, "customer_gone"), number

    def test_a_customer_is_made_once_and_found_from_then_on(self, books: BooksRig) -> None:
        with books.client() as client:
            request = request_for(books, client, buyer(books))
            # Given a customer that was made
            made = client.create_customer(request, key=KEY)
            # When the same bytes come with the same key
            again = client.create_customer(request, key=KEY)
            # Then there is one, found under its address and its number
            found = client.find_customers(EMAIL, CUSTOMER, HOME)
            assert list(found) == [client.get_customer(made.number)] == [made] == [again]
        assert list(books.customers()) == [made]
        assert (made.name, made.email, made.barred) == (BUYER.name, CUSTOMER, False)

    def test_a_customer_is_made_in_the_vat_zone_that_was_chosen_for_him(self, books: BooksRig) -> None:
        zone = self.rig.zones[1]
        with books.client() as client:
            abroad = request_for(books, client, replace(buyer(books), vat_zone=zone))
            usual = request_for(books, client, buyer(books, email="usual@lampeland.example"))
            own = books.connector.own_zone(client.fill_settings(books.settings))
            assert client.create_customer(abroad, key=KEY).vat_zone == zone
            assert client.create_customer(usual, key=f"{KEY}2").vat_zone == own

    def test_a_customer_of_whom_little_is_known_is_made(self, books: BooksRig) -> None:
        # Given a name as long as nobody's, and no address
        limit = self.rig.cut["name"]
        little = replace(buyer(books), contact=Contact(name="n" * (limit + 50), email=CUSTOMER))
        with books.client() as client:
            made = client.create_customer(request_for(books, client, little), key=KEY)
        # Then the books have as much of it as they hold
        assert (made.name, made.email) == ("n" * limit, CUSTOMER)

    def test_the_same_customer_gives_the_same_bytes(self, books: BooksRig) -> None:
        with books.client() as client:
            filled = client.fill_settings(books.settings)
        write = books.connector.write_customer
        assert write(buyer(books), filled) == write(buyer(books), filled)
