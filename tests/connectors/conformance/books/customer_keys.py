"""Customers are found by what the shop knows of them, however it is written in the books, and by nothing else."""

from __future__ import annotations

import pytest

from shared.domain.contact import Contact
from shared.domain.document import Customer, CustomerKey
from tests.connectors.conformance.books.rig import HOME, NO_NUMBERS, BooksCases, BooksRig

PHONE = "+4512345678"
#: As people type it, in Denmark and elsewhere.
PHONES = (
    "12345678", "12 34 56 78", "1234 5678", "12-34-56-78", "12.34.56.78", "123 456 78", "+4512345678",
    "+45 12345678", "+45 12 34 56 78", "004512345678", "0045 12 34 56 78", "(+45) 1234 5678", "+45-12345678",
    "45 12 34 56 78", " 12 34 56 78 ", "Tlf. 12 34 56 78",
)  # fmt: skip
OTHER_PHONES = (
    "12345679", "+46 12 34 56 78", "0047 12345678", "112 34 56 78 9", "+45 12 34 56 78 90 12",
    "2345678", "56781234", "x",
)  # fmt: skip
#: A phone -> how it is typed in its country, where a 0 stands before it, and that country.
WITH_A_ZERO = {
    "+46812345678": ("08-123 456 78", "SE"),
    "+491711234567": ("0171/1234567", "DE"),
    "+442079460958": ("(020) 7946 0958", "GB"),
}
#: One company, and how books write its number.
COMPANY = (
    "12345678",
    "DK12345678",
    "DK 12 34 56 78",
    "dk-12345678",
    "12 34 56 78",
    "CVR 12345678",
    "CVR-nr. 1234 5678",
)
OTHER_COMPANIES = ("12345679", "112345678", "1234567", "DK 21 34 56 78", "12345678 12345678")
#: As it was asked for -> as it is written, and by whose books.
ABROAD = {
    "NO995525828MVA": ("995 525 828", "NO"),
    "NO995525828": ("NO 995 525 828 MVA", "DK"),
    "995525828": ("NO 995 525 828 MVA", "DK"),
    "SE556123456701": ("556123-4567", "SE"),
    "5561234567": ("SE556123456701", "DK"),
    "ESB12345678": ("B12345678", "ES"),
}
#: What is nobody's, though customers without a phone or an address have nothing just like it.
NOBODYS = ("", " ", "-", "x", "+", "0", "DK", "1", "*", "%", "$null:", "[0-9]", "a@b)", "\0")
KEYS = tuple(CustomerKey)


def numbers(found: object) -> set[str]:
    assert isinstance(found, list)
    assert all(isinstance(one, Customer) for one in found)
    assert len({one.number for one in found}) == len(found), "a customer is told twice"
    return {one.number for one in found}


class CustomerKeys(BooksCases):
    @pytest.mark.parametrize("field", ["phone", "mobile_phone"])
    def test_a_phone_is_found_however_it_is_written(self, books: BooksRig, field: str) -> None:
        # Given customers who have one number, each in another spelling, and others
        ours = {books.put_contact(Contact(**{field: typed})): typed for typed in PHONES}
        for typed in OTHER_PHONES:
            books.put_contact(Contact(**{field: typed}))
        # When
        with books.client() as client:
            found = numbers(client.find_customers(CustomerKey.PHONE, PHONE, HOME))
        # Then
        assert {ours.get(number, number) for number in found} == set(PHONES)

    @pytest.mark.parametrize("phone", WITH_A_ZERO)
    def test_a_phone_is_found_behind_the_zero_of_its_country(self, books: BooksRig, phone: str) -> None:
        typed, home = WITH_A_ZERO[phone]
        number = books.put_contact(Contact(phone=typed))
        with books.client() as client:
            assert numbers(client.find_customers(CustomerKey.PHONE, phone, home)) == {number}

    def test_a_phone_without_its_countrys_code_is_one_of_the_books_own_country(self, books: BooksRig) -> None:
        # Given the same digits with a code and without
        danish, norwegian, bare = (
            books.put_contact(Contact(phone=typed)) for typed in ("+45 22 33 44 55", "004722334455", "22 33 44 55")
        )
        with books.client() as client:
            found = {
                (asked, home): numbers(client.find_customers(CustomerKey.PHONE, asked, home))
                for asked in ("+4522334455", "+4722334455")
                for home in ("DK", "NO")
            }
        # Then nobody of another country is found by them
        assert found == {
            ("+4522334455", "DK"): {danish, bare},
            ("+4522334455", "NO"): {danish},
            ("+4722334455", "DK"): {norwegian},
            ("+4722334455", "NO"): {norwegian, bare},
        }

    def test_a_customer_with_one_phone_in_two_places_is_one(self, books: BooksRig) -> None:
        number = books.put_contact(Contact(phone="12 34 56 78", mobile_phone="+45 12345678"))
        with books.client() as client:
            assert [one.number for one in client.find_customers(CustomerKey.PHONE, PHONE, HOME)] == [number]

    @pytest.mark.parametrize("asked", COMPANY)
    def test_a_company_is_found_with_its_prefix_and_without(self, books: BooksRig, asked: str) -> None:
        # Given a company in many spellings, and others
        ours = {books.put_contact(Contact(company_number=typed)): typed for typed in COMPANY}
        for typed in OTHER_COMPANIES:
            books.put_contact(Contact(company_number=typed))
        with books.client() as client:
            found = numbers(client.find_customers(CustomerKey.COMPANY_NUMBER, asked, HOME))
        assert {ours.get(number, number) for number in found} == set(COMPANY)

    def test_companies_of_two_countries_are_two(self, books: BooksRig) -> None:
        # Given a number in two countries, and once without saying in which: that is the books' own
        german, danish, bare = (
            books.put_contact(Contact(company_number=typed)) for typed in ("DE12345678", "DK12345678", "12345678")
        )
        expected = {
            ("DE 12345678", "DK"): {german},
            ("DK 12345678", "DK"): {danish, bare},
            ("DE 12345678", "DE"): {german, bare},
            ("DK 12345678", "DE"): {danish},
            ("12345678", "DK"): {german, danish, bare},
        }
        with books.client() as client:
            found = {
                (asked, home): numbers(client.find_customers(CustomerKey.COMPANY_NUMBER, asked, home))
                for asked, home in expected
            }
        assert found == expected

    @pytest.mark.parametrize("asked", ABROAD)
    def test_a_company_abroad_is_found_by_either_of_its_numbers(self, books: BooksRig, asked: str) -> None:
        typed, home = ABROAD[asked]
        number = books.put_contact(Contact(company_number=typed))
        with books.client() as client:
            assert numbers(client.find_customers(CustomerKey.COMPANY_NUMBER, asked, home)) == {number}

    def test_a_number_finds_its_customer_only(self, books: BooksRig) -> None:
        for number in ("12", "120", "1", "2"):
            books.put_contact(Contact(), number=number)
        with books.client() as client:
            assert [one.number for one in client.find_customers(CustomerKey.NUMBER, "12", HOME)] == ["12"]
            assert {odd for odd in NO_NUMBERS if client.find_customers(CustomerKey.NUMBER, odd, HOME)} == set()

    def test_the_next_number_of_a_range_is_behind_the_highest_there(self, books: BooksRig) -> None:
        for number in ("99", "100", "150", "9", "300"):
            books.put_contact(Contact(), number=number)
        with books.client() as client:
            assert client.next_customer_number(100, 299) == "151"
            assert client.next_customer_number(200, 299) == "200"
            # And none where the range is used up
            assert client.next_customer_number(100, 150) is None
            assert client.next_customer_number(300, 300) is None
        assert books.changes == 0

    @pytest.mark.parametrize(
        ("key", "value", "contact"),
        [
            (CustomerKey.PHONE, PHONE, Contact(phone="12 34 56 78")),
            (CustomerKey.COMPANY_NUMBER, "DK12345678", Contact(company_number="12345678")),
        ],
    )
    def test_all_who_share_a_key_are_found_and_barred_ones_say_so(
        self, books: BooksRig, key: CustomerKey, value: str, contact: Contact
    ) -> None:
        # Given two customers with the same, one of whom is barred
        expected = {books.put_contact(contact): False, books.put_contact(contact, barred=True): True}
        with books.client() as client:
            found = client.find_customers(key, value, HOME)
        assert {one.number: one.barred for one in found} == expected

    @pytest.mark.parametrize("key", KEYS)
    def test_what_can_be_nobodys_finds_nobody(self, books: BooksRig, key: CustomerKey) -> None:
        # Given customers of whom little is known, and one of whom much is
        for _ in range(3):
            books.put_contact(Contact(), number=None)
        books.put_contact(Contact(phone="+45 10 01 10 01", company_number="10011001", email="a@b.example"), number="77")
        with books.client() as client:
            found = {value: list(client.find_customers(key, value, HOME)) for value in NOBODYS}
        # Then one alone may bear the number 1
        assert {value for value, hits in found.items() if hits} <= ({"1"} if key is CustomerKey.NUMBER else set())

    def test_a_customer_says_by_what_it_is_found(self, books: BooksRig) -> None:
        # Given a customer with two phones, and one with none
        contact = Contact(phone="22 33 44 55", mobile_phone="+45 20123456", company_number="DK 12345678")
        known, unknown = books.put_contact(contact), books.put_contact(Contact())
        with books.client() as client:
            told = [client.get_customer(number) for number in (known, unknown)]
        # Then both are told as they are written
        assert [set(one.phones) for one in told] == [{contact.phone, contact.mobile_phone}, set()]
        assert [one.company_number for one in told] == [contact.company_number, ""]

    def test_a_customer_says_what_is_its_own(self, books: BooksRig) -> None:
        # Given a customer for whom everything was chosen
        number = books.put_contact(Contact(email="own@lampeland.example"))
        with books.client() as client:
            there, (found,) = client.get_customer(number), client.find_customers(CustomerKey.NUMBER, number, HOME)
        # Then it says so, as the books do
        assert [there] == [found] == list(books.customers())
        assert None not in (there.vat_zone, there.payment_terms, there.layout, there.group)
