"""Who bought: what the books are told of the customer, and by what the customer is found there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.contact import FIELDS, Contact
from shared.domain.customers import Buyer, buyer, for_known, for_new, has
from shared.domain.document import Customer, CustomerKey
from shared.domain.settings import OrderSettings
from shared.domain.view import View
from shared.errors import NeedsUser
from tests.domain.mapping.orders import meta, viewed

EMAIL, NUMBER, COMPANY, PHONE = (
    CustomerKey.EMAIL,
    CustomerKey.NUMBER,
    CustomerKey.COMPANY_NUMBER,
    CustomerKey.PHONE,
)
#: With the right check digits.
DANISH, GERMAN, SWEDISH, FINNISH, GREEK = "DK13585628", "DE136695976", "SE556677889901", "FI20774740", "EL094259216"


NOTHING_KNOWN = Customer(number="5", name="", email="", barred=False)


def read(*, settings: dict[str, Any] | None = None, vat_number: str = "", custom: str = "", **billing: str) -> Buyer:
    """`custom`: what stands in a custom field of the owner's."""
    fields = {"_billing_vat_number": vat_number, "custom": custom}
    body = [{"id": at, "key": key, "value": value} for at, (key, value) in enumerate(fields.items())]
    chosen = OrderSettings.model_validate(settings or {})
    return buyer(View(viewed(billing=billing, meta_data=body).order, chosen), chosen)


def test_a_person_is_told_of_as_the_order_has_it() -> None:
    # Given an order of somebody with all of an address, when it is read, then blanks go and the country has its name
    who = read(email=" Mette@Lampeland.Example ", phone=" +45 20 12 34 56", address_2="2. sal", country="DE")
    assert who.contact == Contact(
        name="Mette Holm",
        email="Mette@Lampeland.Example",
        phone="+45 20 12 34 56",
        address="Lampevej 1\n2. sal",
        postcode="8000",
        city="Aarhus",
        country="Tyskland",
    )


def test_a_company_has_its_name_and_its_number() -> None:
    who = read(company=" Lampeland ApS ", vat_number=DANISH)
    assert (who.contact.name, who.contact.company_number) == ("Lampeland ApS", "13585628")


@pytest.mark.parametrize(
    ("home", "typed", "country", "in_the_books", "key"),
    [
        ("DK", "dk 13 58 56 28", "DK", "13585628", "DK13585628"),
        ("DK", "13585628", "DK", "13585628", "DK13585628"),
        # A Danish company with a Swedish address is a Danish company
        ("DK", DANISH, "SE", "13585628", "DK13585628"),
        ("DK", GERMAN, "DE", GERMAN, GERMAN),
        ("DK", "136695976", "DE", GERMAN, GERMAN),
        ("DK", SWEDISH, "SE", SWEDISH, "SE5566778899"),
        ("SE", SWEDISH, "SE", "5566778899", "SE5566778899"),
        ("NO", "995525828 MVA", "NO", "995525828", "NO995525828"),
        ("GR", GREEK, "GR", "094259216", "GR094259216"),
        # Eight digits, as a Danish one has
        ("DK", FINNISH, "FI", FINNISH, FINNISH),
        ("DK", "DK13585629", "DK", "", ""),
        ("DK", "n/a", "DK", "", ""),
    ],
)
def test_a_companys_number(home: str, typed: str, country: str, in_the_books: str, key: str) -> None:
    # Given a VAT number as people type it, when it is read, then the books get it as their country writes it, and it is
    # looked for with its country; one that is none is as if nothing had been typed
    who = read(settings={"home_country": home}, vat_number=typed, country=country)
    assert (who.contact.company_number, who.keys[COMPANY]) == (in_the_books, key)


@pytest.mark.parametrize(
    ("typed", "country", "key"),
    [
        ("13 58 56 28", "DK", "DK13585628"),
        ("CVR-nr. 13585628", "DK", "DK13585628"),
        ("DE 136695976", "DK", "DE136695976"),
        ("201234569", "US", "201234569"),
        ("201234569", "", "201234569"),
        ("ingen", "DK", ""),
        ("-", "DK", ""),
        ("123", "DK", ""),
    ],
)
def test_a_number_from_the_owners_own_field_is_looked_for_in_one_spelling(typed: str, country: str, key: str) -> None:
    # Given rows for the company number, whose check digits nobody looks at
    settings = {"customer_fields": {"company_number": {"path": meta("custom")}}}
    who = read(settings=settings, custom=typed, country=country)
    # Then it stands in the books as it was typed, and is looked for by what it means
    assert (who.contact.company_number, who.keys[COMPANY]) == (typed, key)


@pytest.mark.parametrize(
    ("typed", "country", "key"), [("556677-8899", "SE", "SE5566778899"), ("20774740", "FI", FINNISH)]
)
def test_a_company_abroad_stands_in_the_books_with_its_prefix(typed: str, country: str, key: str) -> None:
    # Given a number without prefix, which in Danish books would be a Danish company's
    settings = {"customer_fields": {"company_number": {"path": meta("custom")}}}
    who = read(settings=settings, custom=typed, country=country)
    assert (who.contact.company_number, who.keys[COMPANY]) == (key, key)


def test_who_is_found_has_what_was_looked_for() -> None:
    there = Customer(
        number="5",
        name="",
        email="Mette@x.example post@x.example",
        barred=False,
        phones=("87 65 43 21", "20 12 34 56"),
        company_number="13 58 56 28",
    )
    ours = {EMAIL: "post@X.example", PHONE: "+4520123456", COMPANY: DANISH, NUMBER: "5"}
    others = {EMAIL: "st@x.example", PHONE: "+4720123456", COMPANY: "FI13585628", NUMBER: "55"}
    assert [key for key, value in ours.items() if not has(there, key, value, "DK")] == []
    assert [key for key, value in others.items() if has(there, key, value, "DK")] == []


def test_an_address_without_an_at_finds_nobody() -> None:
    assert read(email="phone:+4520123456").keys[EMAIL] == ""
    assert read(email="straße@x.example").keys[EMAIL] == "straße@x.example"


def test_a_vat_number_counts_where_the_owners_own_field_is_empty() -> None:
    settings = {"customer_fields": {"company_number": {"path": meta("custom")}}}
    assert read(settings=settings, vat_number=DANISH).keys[COMPANY] == DANISH
    assert read(settings=settings, vat_number=DANISH, custom="25313763").keys[COMPANY] == "DK25313763"


@pytest.mark.parametrize(
    ("typed", "country", "key"),
    [
        ("20 12 34 56", "DK", "+4520123456"),
        ("0045 20123456", "", "+4520123456"),
        ("(+45) 2012-3456", "SE", "+4520123456"),
        ("+46 70-123 45 67", "", "+46701234567"),
        # Nobody says of which country
        ("20 12 34 56", "", ""),
        ("20 12 34 56", "??", ""),
        ("ring ikke", "DK", ""),
        ("12", "DK", ""),
    ],
)
def test_a_phone_is_looked_for_in_one_spelling(typed: str, country: str, key: str) -> None:
    who = read(phone=typed, country=country)
    assert (who.contact.phone, who.keys[PHONE]) == (typed, key)


def test_a_phone_from_abroad_stands_in_the_books_with_its_countrys_code() -> None:
    who = read(phone="020 7946 0000", country="uk")
    assert (who.contact.phone, who.keys[PHONE]) == ("+44 20 7946 0000", "+442079460000")
    # But where that is the books' own country
    at_home = read(settings={"home_country": "GB"}, phone="020 7946 0000", country="uk")
    assert at_home.contact.phone == "020 7946 0000"


def test_a_number_is_there_where_the_owners_rows_give_one() -> None:
    # Given rows that put something before the shop's number of the customer
    settings = {"customer_number": {"fact": "phone", "then": ["digits", {"prefix": "9"}]}}
    assert read(settings=settings, phone="12 34").number == "91234"
    # When there is none, then no number is made up
    nobody = read(settings=settings)
    assert (nobody.number, nobody.keys[NUMBER]) == (None, "")


def test_the_owners_rows_say_over_the_order() -> None:
    settings = {
        "customer_fields": {
            "email": {"path": meta("custom")},
            "ean": {"const": "5790000000005"},
            "p_number": {"const": "1017654321"},
            "phone": None,
        }
    }
    who = read(settings=settings, custom="bogholderi@lampeland.example", phone="20 12 34 56")
    assert (who.contact.email, who.keys[EMAIL]) == ("bogholderi@lampeland.example", "bogholderi@lampeland.example")
    assert (who.contact.ean, who.contact.p_number) == ("5790000000005", "1017654321")
    # And what is emptied on purpose finds nobody either
    assert (who.contact.phone, who.keys[PHONE]) == ("", "")


def test_a_long_text_is_cut_and_a_long_number_is_a_problem() -> None:
    # Given a note that goes on and on
    long = "1" * 600
    settings: dict[str, Any] = {"customer_fields": {"website": {"path": meta("custom")}}}
    assert read(settings=settings, custom=long).cut == ("website",)
    # When it is a number by which somebody is found or reached, then its beginning would be another one's
    for rows in (
        {"customer_fields": {"ean": {"path": meta("custom")}}},
        {"customer_number": {"path": meta("custom")}},
    ):
        with pytest.raises(NeedsUser, match="field_unmapped"):
            read(settings=rows, custom=long)


def test_a_new_customer_gets_what_is_wanted_and_what_finds_it_again() -> None:
    whole = Contact(**{name: name for name in FIELDS})
    assert for_new(whole, None, EMAIL) == whole
    assert for_new(whole, frozenset({"city"}), EMAIL) == Contact(name="name", email="email", city="city")
    assert for_new(whole, frozenset(), PHONE) == Contact(name="name", phone="phone")
    assert for_new(whole, frozenset(), COMPANY) == Contact(name="name", company_number="company_number")
    assert for_new(whole, frozenset(), NUMBER) == Contact(name="name")


def test_somebody_without_a_name_is_called_by_the_address_which_takes_no_names_place() -> None:
    who = read(first_name="", last_name="", email="x@lampeland.example", phone="1")
    assert who.contact.name == "x@lampeland.example"
    assert for_known(who, NOTHING_KNOWN, "DK") == replace(who.contact, name="")
    named = read()
    assert for_known(named, NOTHING_KNOWN, "DK") == named.contact


@pytest.mark.parametrize(
    ("phones", "company", "takes"),
    [
        (("+4520123456",), "DK 13 58 56 28", ("", "")),
        (("87 65 43 21", "20 12 34 56"), "CVR 13585628", ("", "")),
        (("+4720123456", "20123457"), "SE13585628", ("0045 20123456", "13585628")),
        ((), "", ("0045 20123456", "13585628")),
    ],
)
def test_what_is_there_in_another_spelling_takes_no_place(
    phones: tuple[str, ...], company: str, takes: tuple[str, str]
) -> None:
    who = read(phone="0045 20123456", vat_number=DANISH)
    known = for_known(who, replace(NOTHING_KNOWN, phones=phones, company_number=company), "DK")
    assert (known.phone, known.company_number) == takes
