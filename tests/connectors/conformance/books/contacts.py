"""What the books know of a customer: written when he is made, changed field by field, and nothing beside it touched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.contact import FIELDS, Contact
from shared.errors import NeedsUser, Skip
from tests.connectors.conformance.books.calls import KEY, buyer, request_for
from tests.connectors.conformance.books.rig import NO_NUMBERS, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

#: All that a shop can know.
FULL = Contact(
    name="Blåbærgrød & Søn A/S",
    email="Bogholderi@blaabaer.example",
    phone="+45 12 34 56 78",
    mobile_phone="87 65 43 21",
    address="Bærvej 7, 2. tv.\nPort B",
    postcode="6971",
    city="Spjald",
    country="Danmark",
    company_number="12345678",
    vat_number="DK12345678",
    ean="5790000000012",
    p_number="1012345678",
    public_entry_number="0184:12345678",
    website="https://blaabaer.example/?a=b&c",
)
#: The same customer, of whom everything has changed.
OTHER = Contact(
    name="Hyldebær ApS",
    email="post@hyldebaer.example",
    phone="11 11 11 11",
    mobile_phone="22 22 22 22",
    address="Hyldevej 1",
    postcode="8000",
    city="Aarhus C",
    country="Norge",
    company_number="87654321",
    vat_number="NO995525828MVA",
    ean="5790000000029",
    p_number="1087654321",
    public_entry_number="0192:995525828",
    website="hyldebaer.example",
)
OWN_NUMBER = "4711"


def of(contact: Contact, fields: frozenset[str]) -> Contact:
    return Contact(**{field: getattr(contact, field) for field in fields})


class Contacts(BooksCases):
    def test_a_customer_is_made_with_all_that_is_known_of_him(self, books: BooksRig) -> None:
        held = frozenset({*self.rig.cut, *self.rig.uncut})
        with books.client() as client:
            made = client.create_customer(request_for(books, client, replace(buyer(books), contact=FULL)), key=KEY)
        assert books.contact(made.number) == of(FULL, held)

    def test_a_customer_is_made_with_the_number_that_was_asked_for(self, books: BooksRig) -> None:
        with books.client() as client:
            request = request_for(books, client, replace(buyer(books), number=OWN_NUMBER))
            assert client.create_customer(request, key=KEY).number == OWN_NUMBER

    def test_a_number_that_is_taken_makes_no_customer_and_is_all_right(self, books: BooksRig) -> None:
        # Given a customer who has the number
        books.put_contact(OTHER, number=OWN_NUMBER)
        before = list(books.customers())
        with books.client() as client:
            request = request_for(books, client, replace(buyer(books), number=OWN_NUMBER))
            fate = fate_of(lambda: client.create_customer(request, key=KEY))
        # Then that is told, and he stays as he is
        assert (type(fate), fate.code) == (Skip, "customer_exists")
        assert list(books.customers()) == before
        assert books.contact(OWN_NUMBER) == OTHER

    @pytest.mark.parametrize("number", ["", "0", "-1", "x", "1" * 40])
    def test_a_number_that_no_customer_can_have_is_refused(self, books: BooksRig, number: str) -> None:
        with books.client() as client:
            settings = client.fill_settings(books.settings)
        fate = fate_of(books.connector.write_customer, replace(buyer(books), number=number), settings)
        assert type(fate) is NeedsUser

    @pytest.mark.parametrize("field", FIELDS)
    def test_a_field_that_was_named_is_changed_and_nothing_else(self, books: BooksRig, field: str) -> None:
        if field not in {*self.rig.cut, *self.rig.uncut}:
            pytest.skip("the system has no place for it")
        # Given a customer of whom everything is known and chosen, and a contact that differs in everything
        number = books.put_contact(FULL)
        beside = books.beside_contact(number)
        # When one field may be changed
        with books.client() as client:
            updated = client.update_customer(number, OTHER, [field])
            there = client.get_customer(number)
        # Then that one is, and the owner's own choices stay
        assert books.contact(number) == replace(FULL, **{field: getattr(OTHER, field)})
        assert books.beside_contact(number) == beside
        assert (updated.customer, updated.changed, updated.cut) == (there, (field,), ())

    def test_what_the_contact_does_not_say_is_never_emptied(self, books: BooksRig) -> None:
        # Given a contact that says hardly anything
        number = books.put_contact(FULL)
        with books.client() as client:
            updated = client.update_customer(number, Contact(city=OTHER.city, phone=" "), FIELDS)
        assert books.contact(number) == replace(FULL, city=OTHER.city)
        assert updated.changed == ("city",)

    @pytest.mark.parametrize("fields", [FIELDS, ("phone", "address"), ()])
    def test_nothing_is_written_where_nothing_differs(self, books: BooksRig, fields: tuple[str, ...]) -> None:
        # Given a customer just as the contact says, in all that may be changed, but for line breaks
        number = books.put_contact(FULL)
        said = replace(FULL if fields == FIELDS else replace(OTHER, phone=FULL.phone), address=f"{FULL.address}\r\n")
        before = books.changes
        with books.client() as client:
            updated = client.update_customer(number, said, fields)
            assert updated.customer == client.get_customer(number)
        assert (updated.changed, updated.cut) == ((), ())
        assert books.changes == before

    def test_what_an_update_would_change_is_said_and_not_done(self, books: BooksRig) -> None:
        number = books.put_contact(FULL)
        before = books.changes
        with books.client() as client:
            would = client.would_update_customer(number, OTHER, ["phone", "city"])
            assert (books.changes, books.contact(number)) == (before, FULL)
            # Then that is what is done
            done = client.update_customer(number, OTHER, ["phone", "city"])
            assert (would.changed, would.cut) == (done.changed, done.cut) == (("phone", "city"), ())
            assert client.would_update_customer(number, OTHER, ["phone", "city"]).changed == ()

    @pytest.mark.parametrize("barred", [True, False])
    def test_a_bar_stays_as_it_is(self, books: BooksRig, barred: bool) -> None:
        number = books.put_contact(FULL, barred=barred)
        with books.client() as client:
            assert client.update_customer(number, OTHER, ["phone"]).customer.barred is barred
            assert client.get_customer(number).barred is barred

    def test_a_customer_who_is_gone_is_not_made_again(self, books: BooksRig) -> None:
        books.put_contact(FULL)
        before = list(books.customers())
        with books.client() as client:
            for number in NO_NUMBERS:
                fate = fate_of(client.update_customer, number, OTHER, FIELDS)
                assert (type(fate), fate.code) == (Skip, "customer_gone"), number
        assert list(books.customers()) == before

    def test_texts_that_are_too_long_are_cut_and_named(self, books: BooksRig) -> None:
        # Given texts that end in the middle of a character of two units, and one that just fits
        long = {field: f"{'x' * (limit - 1)}🏙 and more" for field, limit in self.rig.cut.items()}
        fitting = {field: "y" * limit for field, limit in self.rig.cut.items()}
        cut = {field: "x" * (limit - 1) for field, limit in self.rig.cut.items()}
        number = books.put_contact(FULL)
        with books.client() as client:
            # When they are written, by an update and with a new customer
            updated = client.update_customer(number, Contact(**long), FIELDS)
            new = replace(buyer(books), contact=Contact(**long))
            request = books.connector.write_customer(new, client.fill_settings(books.settings))
            made = client.create_customer(request.body, key=KEY)
            # Then each is as long as it can be, and those that lost something are named
            assert books.contact(number) == replace(FULL, **cut)
            assert books.contact(made.number) == Contact(**cut)
            assert set(updated.cut) == set(request.cut) == set(cut)
            # And one that fits is whole, while what was cut before is not cut again
            assert client.update_customer(number, Contact(**long), FIELDS).changed == ()
            assert client.update_customer(number, Contact(**fitting), FIELDS).cut == ()
        assert books.contact(number) == replace(FULL, **fitting)

    def test_what_must_not_be_cut_is_for_the_user_and_named(self, books: BooksRig) -> None:
        number = books.put_contact(FULL)
        with books.client() as client:
            settings = client.fill_settings(books.settings)
            for field, limit in self.rig.uncut.items():
                long = Contact(name="Ane", **{field: "1" * (limit + 1)})
                # Given one that is a character too long, Then neither way takes it
                for fate in (
                    fate_of(client.update_customer, number, long, FIELDS),
                    fate_of(books.connector.write_customer, replace(buyer(books), contact=long), settings),
                ):
                    assert (type(fate), fate.code) == (NeedsUser, f"customer_{field}")
                # And where that field may not be changed it is no matter
                client.update_customer(number, long, ["name"])
        assert books.contact(number) == replace(FULL, name="Ane")

    def test_the_same_update_is_made_again_after_somebody_took_it_back(self, books: BooksRig) -> None:
        number = books.put_contact(FULL)
        with books.client() as client:
            client.update_customer(number, OTHER, ["phone"])
            # Given that the owner typed the old one again
            books.put_contact(FULL, number=number)
            # When the next order comes, Then it is made again
            assert client.update_customer(number, OTHER, ["phone"]).changed == ("phone",)
        assert books.contact(number).phone == OTHER.phone
