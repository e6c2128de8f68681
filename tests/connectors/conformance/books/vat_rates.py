"""By which rate the books will tax a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewProduct
from shared.errors import NeedsUser
from tests.connectors.conformance.books.calls import draft
from tests.connectors.conformance.books.products import FEW, MANY
from tests.connectors.conformance.books.rig import NO_NUMBERS, BooksCases, BooksRig
from tests.connectors.conformance.judge import fate_of

FULL, LOW, ODD, NONE = Decimal(25), Decimal(12), Decimal("14.975"), Decimal(0)


class VatRates(BooksCases):
    def test_two_products_have_two_rates_and_others_in_another_zone(self, books: BooksRig) -> None:
        home, abroad = self.rig.zones[:2]
        for number, rates in _goods(home, abroad).items():
            books.put_taxed_product(number, rates)
        with books.client() as client:
            assert client.vat_rates(["MUG", "BOOK", "GIFT"], home) == {"MUG": FULL, "BOOK": LOW, "GIFT": NONE}
            assert client.vat_rates(["MUG", "BOOK", "GIFT"], abroad) == {"MUG": NONE, "BOOK": ODD, "GIFT": FULL}

    def test_what_is_said_of_a_rate_is_what_a_draft_comes_to(self, books: BooksRig) -> None:
        home, abroad = self.rig.zones[:2]
        for number, rates in _goods(home, abroad).items():
            books.put_taxed_product(number, rates)
        with books.client() as client:
            for zone in (None, home, abroad):
                # Given a document of a zone, or of the settings' own
                plan = _plan(books, {"MUG": Decimal(100), "BOOK": Decimal(1000), "GIFT": Decimal(10)}, zone)
                rates = client.vat_rates(["MUG", "BOOK", "GIFT"], zone or books.connector.own_zone(books.settings))
                # When it is made, Then its tax is that of these rates
                made = draft(books, client, plan, key=f"{zone}")
                assert made.total_tax == rates["MUG"] + 10 * rates["BOOK"] + rates["GIFT"] / 10

    def test_a_rate_of_a_number_that_the_books_do_not_have_is_left_out(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        books.put_taxed_product("MUG", {home: FULL})
        with books.client() as client:
            assert client.vat_rates(["MUG", "MU", "MUGS", "*", "", *self.rig.odd_products], home) == {"MUG": FULL}
            # And where there is none of them, nothing is said at all
            assert client.vat_rates(["BOOK"], home) == {}

    def test_a_rate_is_told_under_the_number_as_it_was_asked_for(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        for number in ("MUG", *self.rig.odd_products):
            books.put_taxed_product(number, {home: FULL})
        with books.client() as client:
            assert client.vat_rates(["mug", "Mug"], home) == {"mug": FULL, "Mug": FULL}
            assert client.vat_rates(self.rig.odd_products, home) == dict.fromkeys(self.rig.odd_products, FULL)

    def test_a_zone_in_which_a_line_could_not_be_booked_is_for_the_user(self, books: BooksRig) -> None:
        home, abroad = self.rig.zones[:2]
        books.put_taxed_product("MUG", {home: FULL})
        books.put_taxed_product("BOOK", {home: LOW, abroad: NONE})
        with books.client() as client:
            # Given a product that is sold at home only
            fate = fate_of(client.vat_rates, ["BOOK", "MUG"], abroad)
            # Then it is named, and so is the zone
            assert type(fate) is NeedsUser
            assert "MUG" in fate.message
            assert f"zone {abroad}" in fate.message
            # And nothing else has suffered
            assert client.vat_rates(["BOOK"], abroad) == {"BOOK": NONE}
            assert client.vat_rates(["BOOK", "MUG"], home) == {"BOOK": LOW, "MUG": FULL}

    def test_a_zone_that_the_books_do_not_have_is_for_the_user(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        books.put_taxed_product("MUG", {home: FULL})
        with books.client() as client:
            for zone in NO_NUMBERS:
                assert type(fate_of(client.vat_rates, ["MUG"], zone)) is NeedsUser, zone

    def test_books_that_let_nobody_look_at_rates_are_for_the_user_and_not_broken(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        books.put_taxed_product("MUG", {home: FULL})
        books.hide_rates()
        with books.client() as client:
            fate = fate_of(client.vat_rates, ["MUG"], home)
            assert (type(fate), fate.code) == (NeedsUser, "rates_hidden")
            assert [product.number for product in client.find_products(["MUG"])] == ["MUG"]

    def test_what_was_asked_for_just_now_costs_no_request(self, books: BooksRig) -> None:
        home, abroad = self.rig.zones[:2]
        for number, rates in _goods(home, abroad).items():
            books.put_taxed_product(number, rates)
        with books.client() as client:
            # Given a document whose rates were looked at
            client.vat_rates(["MUG", "BOOK", "GIFT"], home)
            asked = len(books.requests)
            # Then the next one of these products asks for nothing, in whatever zone
            assert client.vat_rates(["BOOK", "MUG"], home) == {"MUG": FULL, "BOOK": LOW}
            assert client.vat_rates(["GIFT", "BOOK"], abroad) == {"GIFT": FULL, "BOOK": ODD}
            # Nor does one of no products
            assert client.vat_rates([], home) == {}
            assert len(books.requests) == asked

    def test_what_somebody_has_changed_is_seen_once_he_says_so(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        books.put_taxed_product("MUG", {home: FULL})
        with books.client() as client:
            # Given a rate that is known, and that the owner changes
            client.vat_rates(["MUG"], home)
            books.put_taxed_product("MUG", {home: LOW})
            # When he says that he has changed something, then the new one is told
            client.forget()
            assert client.vat_rates(["MUG"], home) == {"MUG": LOW}

    def test_the_rates_of_many_products_take_few_questions(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        books.put_taxed_product("VARE-0000", {home: FULL})
        numbers = [f"VARE-{number:04}" for number in range(MANY)]
        for number in numbers[1::2]:
            books.put_product(number)
        with books.client() as client:
            found = client.vat_rates(numbers, home)
        assert sorted(found) == [numbers[0], *numbers[1::2]]
        assert len(books.requests) < FEW

    def test_the_rate_of_a_product_that_is_to_be_made_is_the_one_that_it_gets(self, books: BooksRig) -> None:
        home, abroad = self.rig.zones[:2]
        with books.client() as client:
            # Given the rates that are said of a product which the settings would make
            settings = client.fill_settings(books.settings)
            said = [client.new_product_rate(settings, zone) for zone in (home, abroad)]
            assert books.changes == 0
            # When it is made
            request = books.connector.write_product(NewProduct(number="NEW-1", name="New"), settings)
            client.create_product(request, key="new")
            # Then these are its rates
            assert [client.vat_rates(["NEW-1"], zone)["NEW-1"] for zone in (home, abroad)] == said
            assert said[0] != said[1]

    def test_no_products_are_no_question_about_rates(self, books: BooksRig) -> None:
        with books.client() as client:
            assert client.vat_rates([], self.rig.zones[0]) == {}
        assert books.requests == []

    def test_looking_at_rates_changes_nothing(self, books: BooksRig) -> None:
        home, *_ = self.rig.zones
        books.put_taxed_product("MUG", {home: FULL})
        before = books.contents()
        with books.client() as client:
            client.vat_rates(["MUG", "BOOK"], home)
        assert (books.changes, books.contents()) == (0, before)


def _goods(home: str, abroad: str) -> Mapping[str, Mapping[str, Decimal]]:
    return {
        "MUG": {home: FULL, abroad: NONE},
        "BOOK": {home: LOW, abroad: ODD},
        "GIFT": {home: NONE, abroad: FULL},
    }


def _plan(books: BooksRig, prices: Mapping[str, Decimal], zone: str | None) -> DocumentPlan:
    """One of each product for that price, net."""
    lines = tuple(
        DocumentLine(product=product, text="Vare", quantity=Decimal(1), unit_price=price)
        for product, price in prices.items()
    )
    return replace(books.plan(DocumentKind.INVOICE, reference=f"SL1-{zone}"), lines=lines, vat_zone=zone)
