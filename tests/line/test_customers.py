"""An order's customer: found by what the owner chose, or named by him; and what he reads where it is nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.store.database import Database
from tests.line.buyers import DANISH, EMAIL, GERMAN, bought, customer, debtors, delete, handled, numbers, written
from tests.line.drafts import of_meta, once_more, shown
from tests.line.rig import Line, line_to

VAT = "_billing_vat_number"
BY_ID = {"customers": "by_number", "customer_number": {"fact": "customer_id", "then": [{"prefix": "7"}]}}
#: A way of finding -> settings, fields of the customer in the books, and orders of that customer.
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "email": ({}, {"email": EMAIL}, {"email": " Mette@Lampeland.Example "}),
    "phone": (
        {"customers": "by_phone"},
        {"telephoneAndFaxNumber": "+45 20 12 34 56"},
        {"phone": "20123456", "email": "x@x.example"},
    ),
    "mobile": ({"customers": "by_phone"}, {"mobilePhone": "20-12-34-56"}, {"phone": "0045 20123456"}),
    "company": (
        {"customers": "by_company_number"},
        {"corporateIdentificationNumber": "13 58 56 28"},
        {"custom": {VAT: DANISH}},
    ),
    "company abroad": (
        {"customers": "by_company_number"},
        {"corporateIdentificationNumber": "DE 136 695 976"},
        {"custom": {VAT: GERMAN}, "country": "DE"},
    ),
    "number": (BY_ID, {"number": 712}, {"customer_id": 12}),
}
#: A way of finding -> what is typed so that nobody can be found by it, and how the owner is told.
NOBODY: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "no e-mail": ({}, {"email": ""}, "no_email", "no e-mail address"),
    "no phone": ({"customers": "by_phone"}, {}, "no_customer_key", "no phone number"),
    "a phone of no country": (
        {"customers": "by_phone"},
        {"phone": "20123456", "country": ""},
        "no_customer_key",
        "no phone number",
    ),
    "a wrong VAT number": (
        {"customers": "by_company_number"},
        {"custom": {VAT: "DK13585629"}},
        "no_customer_key",
        "no company number",
    ),
    "a word for a number": (
        {"customers": "by_company_number", "customer_fields": {"company_number": {"path": of_meta("cvr")}}},
        {"custom": {"cvr": "n/a"}},
        "no_customer_key",
        "no company number",
    ),
    "a guest without a number": (BY_ID, {}, "no_customer_key", "no customer number"),
}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        yield line


@pytest.mark.parametrize("way", WAYS)
def test_one_who_is_there_is_found(line: Line, way: str) -> None:
    # Given a customer of the books, and others
    settings, fields, order = WAYS[way]
    line.choose(settings)
    line.books.put_customer("Another", email="another@lampeland.example", number=3, telephoneAndFaxNumber="20123457")
    there = line.books.put_customer("Mette", **fields)
    before = line.books.customers()
    # When an order comes, written in another way
    assert handled(line, bought(1, **order)) == ("done", ""), line.said(1)
    # Then the document is to that customer, of whom nothing has changed
    assert debtors(line) == {"1": there}
    assert line.books.customers() == before


@pytest.mark.parametrize("way", WAYS)
def test_one_who_is_not_there_is_made_and_found_again(line: Line, way: str) -> None:
    settings, _, order = WAYS[way]
    line.choose(settings)
    # When two orders come of somebody whom the books do not have
    assert [handled(line, bought(number, **order)) for number in (1, 2)] == [("done", "")] * 2, line.said(1)
    # Then one customer is made, and both are to that one
    (made,) = numbers(line)
    assert debtors(line) == {"1": made, "2": made}


@pytest.mark.parametrize("way", WAYS)
def test_one_who_is_not_there_waits_where_none_is_to_be_made(line: Line, way: str) -> None:
    settings, fields, order = WAYS[way]
    line.choose({**settings, "create_customers": False})
    assert handled(line, bought(1, **order)) == ("failed", "unknown_customer")
    assert "Make the customer there, or let the settings make customers" in line.said(1)
    assert written(line) == []
    # When the owner has made the customer, and asks again, then it goes
    line.books.put_customer("Mette", **fields)
    once_more(line)
    assert line.state(1) == ("done", "")


@pytest.mark.parametrize("way", WAYS)
def test_one_who_is_barred_waits_until_that_is_lifted(line: Line, way: str) -> None:
    settings, fields, order = WAYS[way]
    line.choose(settings)
    there = line.books.put_customer("Mette", barred=True, **fields)
    assert handled(line, bought(1, **order)) == ("failed", "customer_barred")
    assert f"Customer {there} is barred in the books. Open the customer there." in line.said(1)
    assert written(line) == []
    line.books.put_customer("Mette", **{**fields, "number": there})
    once_more(line)
    assert debtors(line) == {"1": there}


@pytest.mark.parametrize("nobody", NOBODY)
def test_who_cannot_be_found_by_it_goes_to_the_default_customer_or_waits(line: Line, nobody: str) -> None:
    settings, order, reason, says = NOBODY[nobody]
    line.choose(settings)
    assert handled(line, bought(1, **order)) == ("failed", reason)
    assert says in line.said(1)
    assert numbers(line) == []
    # When the owner names a customer for such orders, then it goes there
    line.choose({**settings, "default_customer": str(line.books.put_customer("Webshop"))})
    once_more(line)
    assert (line.state(1), debtors(line)) == (("done", ""), {"1": 1})


@pytest.mark.parametrize(
    ("choice", "barred", "ends"),
    [
        ("ask", (), ("failed", "several_customers")),
        ("ask", (9,), ("failed", "several_customers")),
        ("lowest", (), 9),
        ("lowest", (9,), 10),
        ("lowest", (9, 10), ("failed", "customer_barred")),
        ("default", (), 1),
        ("default", (1,), ("failed", "customer_barred")),
    ],
)
def test_several_who_fit(line: Line, choice: str, barred: tuple[int, ...], ends: int | tuple[str, str]) -> None:
    # Given two with one address, and a customer for what nobody can decide
    for number, email in {1: "", 10: EMAIL, 9: EMAIL.upper()}.items():
        line.books.put_customer("Mette", email=email, number=number, barred=number in barred)
    line.choose({"several_customers": choice, "default_customer": "1"})
    ended = handled(line, bought(1))
    assert ended == (("done", "") if isinstance(ends, int) else ends)
    assert debtors(line) == ({"1": ends} if isinstance(ends, int) else {})
    if ended[1] == "several_customers":
        assert "2 customers who could be meant: 9, 10." in line.said(1)


def test_guests_go_to_one_and_whoever_has_an_account_to_a_customer_of_their_own(line: Line) -> None:
    webshop = line.books.put_customer("Webshop")
    line.choose({"guests": "default", "default_customer": str(webshop)})
    assert handled(line, bought(1)) == ("done", "")
    assert handled(line, bought(2, customer_id=12)) == ("done", "")
    assert debtors(line) == {"1": webshop, "2": webshop + 1}
    # And the guest's name and address stand on the document
    assert shown(line)["recipient"]["name"] == "Mette Holm"


def test_all_go_to_one_but_those_who_are_linked(line: Line) -> None:
    webshop, linked, by_mail = (line.books.put_customer(name) for name in ("Webshop", "Chain", "School"))
    links = {"12": str(linked), "Skole@Lampeland.Example": str(by_mail)}
    line.choose({"customers": "default", "default_customer": str(webshop), "linked_customers": links})
    orders = [bought(1, customer_id=11), bought(2, customer_id=12), bought(3, email="skole@lampeland.example ")]
    assert [handled(line, order) for order in orders] == [("done", "")] * 3
    assert debtors(line) == {"1": webshop, "2": linked, "3": by_mail}
    # And of the shop's number and the address the number counts
    assert handled(line, bought(4, customer_id=12, email="skole@lampeland.example")) == ("done", "")
    assert debtors(line)["4"] == linked


@pytest.mark.parametrize(
    "settings",
    [
        {"linked_customers": {EMAIL: "9"}},
        {"customers": "default", "default_customer": "9"},
        {"guests": "default", "default_customer": "9"},
    ],
    ids=["linked", "all", "guests"],
)
def test_one_whom_the_owner_named_must_be_there_and_open_before_anything_is_sent(
    line: Line, settings: dict[str, Any]
) -> None:
    # Given a customer who is gone
    line.choose(settings)
    assert handled(line, bought(1)) == ("failed", "customer_missing")
    assert "The books have no customer 9. Make the customer there, or" in line.said(1)
    # When there is one who is barred, then that is said
    line.books.put_customer("Chain", number=9, barred=True)
    once_more(line)
    assert line.state(1) == ("failed", "customer_barred")
    assert (written(line), line.books.products()) == ([], [])
    # When the bar is lifted, then it goes
    line.books.put_customer("Chain", number=9)
    once_more(line)
    assert debtors(line) == {"1": 9}


OWN: dict[str, Any] = {
    "choices": {"payment_terms": [{"use": "customer"}], "layout": [{"use": "customer"}]},
    "zone_sources": ["customer", "default"],
}


def test_a_linked_customers_own_terms_zone_and_layout_are_those_of_the_document(line: Line) -> None:
    own: dict[str, Any] = {
        "paymentTerms": {"paymentTermsNumber": 3},
        "vatZone": {"vatZoneNumber": 4},
        "layout": {"layoutNumber": 19},
    }
    there = line.books.put_customer("Chain", **own)
    line.books.put_product("MUG", group=2)
    line.choose({**OWN, "linked_customers": {EMAIL: str(there)}, "books": {"vat_zone": 1, "payment_terms": 1}})
    body = bought(1)
    (sold,) = body["line_items"]
    free = {**sold, "total_tax": "0.00", "subtotal_tax": "0.00", "taxes": []}
    body |= {"line_items": [free], "total": "100.00", "total_tax": "0.00", "cart_tax": "0.00", "tax_lines": []}
    assert handled(line, body) == ("done", ""), line.said(1)
    draft = shown(line)
    assert draft["paymentTerms"]["paymentTermsNumber"] == 3
    assert draft["layout"]["layoutNumber"] == 19
    assert draft["recipient"]["vatZone"]["vatZoneNumber"] == 4


def test_a_new_customer_has_no_terms_of_his_own_and_gets_those_of_the_settings(line: Line) -> None:
    line.choose({**OWN, "books": {"customer_group": 1, "product_group": 1, "payment_terms": 3}})
    assert handled(line, bought(1)) == ("done", ""), line.said(1)
    assert shown(line)["paymentTerms"]["paymentTermsNumber"] == 3
    (made,) = line.books.customers()
    assert (made["paymentTerms"]["paymentTermsNumber"], made["vatZone"]["vatZoneNumber"]) == (3, 1)


def test_a_number_that_is_taken_is_said(line: Line) -> None:
    # Given customers who are found by e-mail and get the shop's number
    line.choose({"customer_number": {"fact": "customer_id"}})
    line.books.put_customer("Somebody else", number=12)
    assert handled(line, bought(1, customer_id=12)) == ("failed", "customer_number_taken")
    assert "the number 12, which another customer of the books has" in line.said(1)
    assert written(line) == ["POST /customers"]
    # When the number is free, then it goes
    delete(line, 12)
    once_more(line)
    assert (line.state(1), numbers(line), debtors(line)) == (("done", ""), [12], {"1": 12})


def test_a_number_that_the_books_cannot_have_is_said(line: Line) -> None:
    line.choose({"customers": "by_number", "customer_number": {"fact": "email"}})
    assert handled(line, bought(1)) == ("failed", "customer_number")
    assert "has one to nine digits: choose another one" in line.said(1)


def test_a_company_of_another_country_with_the_same_digits_is_somebody_else(line: Line) -> None:
    # Given a Finnish company, whose numbers have eight digits as Danish ones have
    line.choose({"customers": "by_company_number"})
    line.books.put_customer("Lampeland Oy", corporateIdentificationNumber="FI 13585628")
    assert handled(line, bought(1, custom={VAT: DANISH})) == ("done", "")
    assert debtors(line) == {"1": 2}
    assert customer(line, 2)["corporateIdentificationNumber"] == "13585628"
