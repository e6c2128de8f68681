"""Customers who are kept up to date: the fields that the owner chose, and never anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from connectors.economic import rest
from shared.sandbox.faults import FaultKind
from shared.store.database import Database
from tests.line.buyers import EMAIL, bought, customer, debtors, delete, handled, numbers, written
from tests.line.drafts import of_meta, once_more
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.support.moments import at
from tests.support.orders import tell
from workers.hand import LEASE, Point
from workers.make_once import REST

#: What a test waits for a vendor that does not answer.
IMPATIENT = httpx.Timeout(0.5)
ADDRESS: dict[str, Any] = {"update_customers": ["address", "postcode", "city", "phone"]}
#: A customer of whom the owner has written much in the books.
KNOWN: dict[str, Any] = {
    "name": "Mette Holm, stamkunde",
    "email": EMAIL,
    "address": "Gammelvej 9",
    "zip": "9000",
    "city": "Aalborg",
    "country": "Danmark",
    "telephoneAndFaxNumber": "87 65 43 21",
    "website": "https://lampeland.example",
    "ean": "5790000000005",
    "creditLimit": 5000,
    "paymentTerms": {"paymentTermsNumber": 3},
    "vatZone": {"vatZoneNumber": 1},
    "customerGroup": {"customerGroupNumber": 2},
}
#: What e-conomic tells of a customer without being told.
TOLD = {"lastUpdated"}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    """With one customer, number 5."""
    with line_to(store, **ADDRESS) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        line.books.put_customer(number=5, **KNOWN)
        yield line


def changed(line: Line, before: dict[str, Any]) -> dict[str, Any]:
    now = customer(line, 5)
    names = (before.keys() | now.keys()) - TOLD
    return {name: now.get(name) for name in names if now.get(name) != before.get(name)}


def puts(line: Line) -> int:
    return written(line).count("PUT /customers/5")


def test_what_is_chosen_changes_and_nothing_else(line: Line) -> None:
    # Given a customer whose name, terms, group and EAN the owner keeps himself
    before = customer(line, 5)
    # When an order comes from another address, with another name and without a phone
    assert handled(line, bought(1, first_name="Mette M.")) == ("done", ""), line.said(1)
    # Then the address is new, and what the order does not say is not emptied
    assert changed(line, before) == {"address": "Lampevej 1", "zip": "8000", "city": "Aarhus"}
    # And the owner reads it with the order
    assert "Customer 5 was brought up to date: address, postcode, city." in line.said(1)


def test_nothing_is_written_where_nothing_differs(line: Line) -> None:
    assert handled(line, bought(1)) == ("done", "")
    assert handled(line, bought(2)) == ("done", "")
    assert puts(line) == 1
    assert "brought up to date" not in line.said(2)


def test_a_phone_in_another_spelling_is_no_other_phone(line: Line) -> None:
    line.choose({"update_customers": ["phone", "company_number"]})
    typed = {1: "+45 87654321", 2: "87654321", 3: "0045 87 65 43 21"}
    assert [handled(line, bought(number, phone=phone)) for number, phone in typed.items()] == [("done", "")] * 3
    assert puts(line) == 0
    # But the same digits in another country are
    assert handled(line, bought(4, phone="+47 87 65 43 21")) == ("done", "")
    assert (puts(line), customer(line, 5)["telephoneAndFaxNumber"]) == (1, "+47 87 65 43 21")


def test_nobody_changes_where_nothing_is_chosen(line: Line) -> None:
    line.choose({"update_customers": []})
    before = customer(line, 5)
    assert handled(line, bought(1)) == ("done", "")
    assert (changed(line, before), debtors(line)) == ({}, {"1": 5})


def test_rights_to_make_and_to_update_are_two(line: Line) -> None:
    # Given an owner whose customers get a new phone, but no new city, and new ones a city, but no phone
    line.choose({"update_customers": ["phone"], "new_customer_fields": ["city"]})
    assert handled(line, bought(1, phone="11 22 33 44", city="Aarhus")) == ("done", "")
    assert (customer(line, 5)["telephoneAndFaxNumber"], customer(line, 5)["city"]) == ("11 22 33 44", "Aalborg")
    assert handled(line, bought(2, email="new@lampeland.example", phone="11 22 33 44")) == ("done", "")
    made = customer(line, 6)
    assert (made.get("telephoneAndFaxNumber"), made["city"]) == (None, "Aarhus")
    line.choose({"update_customers": ["phone"], "create_customers": False})
    assert handled(line, bought(3, email="other@lampeland.example")) == ("failed", "unknown_customer")
    assert numbers(line) == [5, 6]


@pytest.mark.parametrize(
    ("settings", "there", "order"),
    [
        ({}, {"email": "METTE@Lampeland.example"}, {}),
        ({"customers": "by_phone"}, {"telephoneAndFaxNumber": "+45 20123456"}, {"phone": "20 12 34 56"}),
        ({"customers": "by_phone"}, {"telephoneAndFaxNumber": "", "mobilePhone": "20123456"}, {"phone": "20123456"}),
        (
            {"customers": "by_company_number"},
            {"corporateIdentificationNumber": "DK 13585628"},
            {"custom": {"_billing_vat_number": "DK13585628"}},
        ),
    ],
    ids=["email", "phone", "mobile", "company"],
)
def test_what_the_customer_was_found_by_stays_as_it_is_written_there(
    line: Line, settings: dict[str, Any], there: dict[str, str], order: dict[str, Any]
) -> None:
    line.choose({**settings, "update_customers": ["email", "phone", "company_number", "mobile_phone"]})
    fields = {**KNOWN, **there}
    line.books.put_customer(number=5, **{name: value for name, value in fields.items() if value})
    before = customer(line, 5)
    assert handled(line, bought(1, **order)) == ("done", ""), line.said(1)
    assert there.keys().isdisjoint(changed(line, before))
    assert "telephoneAndFaxNumber" not in changed(line, before)


def test_an_order_without_a_name_takes_no_name_away(line: Line) -> None:
    line.choose({"update_customers": ["name"]})
    assert handled(line, bought(1, first_name="", last_name="")) == ("done", "")
    assert customer(line, 5)["name"] == "Mette Holm, stamkunde"


def test_the_one_who_is_taken_of_several_is_brought_up_to_date(line: Line) -> None:
    line.books.put_customer(number=7, **KNOWN)
    line.choose({**ADDRESS, "several_customers": "lowest"})
    assert handled(line, bought(1)) == ("done", "")
    assert [customer(line, number)["city"] for number in (5, 7)] == ["Aarhus", "Aalborg"]


@pytest.mark.parametrize(
    "settings",
    [
        {"customers": "default", "default_customer": "5"},
        {"guests": "default", "default_customer": "5"},
        {"linked_customers": {EMAIL: "5"}},
        {"several_customers": "default", "default_customer": "5"},
        {"customers": "by_phone", "default_customer": "5"},
    ],
    ids=["all", "guests", "linked", "several", "nobody"],
)
def test_one_whom_the_owner_named_is_never_changed(line: Line, settings: dict[str, Any]) -> None:
    # Given a customer who stands for many, or is not who types the address
    if "several_customers" in settings:
        line.books.put_customer(number=7, **KNOWN)
    line.choose({**ADDRESS, **settings})
    before = customer(line, 5)
    assert handled(line, bought(1)) == ("done", ""), line.said(1)
    assert (debtors(line), changed(line, before)) == ({"1": 5}, {})


def test_a_text_that_is_cut_is_said_when_it_is_written_and_not_later(line: Line) -> None:
    assert handled(line, bought(1, city="By" * 30)) == ("done", "")
    assert "Too long for the books, and cut there: the customer's city." in line.said(1)
    assert handled(line, bought(2, city="By" * 30)) == ("done", "")
    assert "the customer's" not in line.said(2)


def test_a_field_of_the_owners_own_that_is_too_long_is_said_with_the_update(line: Line) -> None:
    rows = {"customer_fields": {"website": {"path": of_meta("site")}}, "update_customers": ["website"]}
    line.choose(rows)
    assert handled(line, bought(1, custom={"site": "x" * 600})) == ("done", "")
    assert "cut there: the customer's website." in line.said(1)


def test_an_update_that_the_books_refuse_is_said_and_goes_when_it_is_put_right(line: Line) -> None:
    line.choose({"update_customers": ["ean"], "customer_fields": {"ean": {"path": of_meta("ean")}}})
    before = customer(line, 5)
    assert handled(line, bought(1, custom={"ean": "579000000000512"})) == ("failed", "customer_ean")
    assert "EAN number is none that e-conomic can hold: correct it in the shop" in line.said(1)
    assert (written(line), changed(line, before)) == ([], {})
    assert handled(line, bought(1, custom={"ean": "5790000000012"}, modified=9), delivery="d2") == ("done", "")
    assert changed(line, before) == {"ean": "5790000000012"}


def test_an_update_that_the_books_refuse_for_a_reason_of_their_own_is_said(line: Line) -> None:
    refusal = (
        '{"errorCode": "E04300", "errors": {"city": {"errors": [{"propertyName": "city", "errorCode": "E04300"}]}}}'
    )
    line.books.add_fault(kind="answer", status=400, method="PUT", path="*customers*", body=refusal)
    assert handled(line, bought(1)) == ("failed", "customer_field")
    assert "does not take what the order says of the customer" in line.said(1)
    line.books.faults.clear()
    once_more(line)
    assert (line.state(1), customer(line, 5)["city"]) == (("done", ""), "Aarhus")


def test_one_who_is_deleted_before_the_update_is_made_anew(line: Line) -> None:
    # Given a customer who is found, and deleted by hand before the read that an update begins with
    gone = '{"errorCode": "E06000", "httpStatusCode": 404}'
    line.books.add_fault(kind="answer", status=404, method="GET", path="*customers/5", count=1, body=gone)
    assert handled(line, bought(1)) == ("waiting", "books_changed")
    delete(line, 5)
    line.let_time_pass(REST)
    line.work(1)
    assert (line.state(1), len(numbers(line))) == (("done", ""), 1)


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.DROP_AFTER_COMMIT])
def test_an_update_without_an_answer_is_done_again(line: Line, kind: FaultKind) -> None:
    line.books.add_fault(kind=kind, method="PUT", path="*customers*", count=1)
    assert handled(line, bought(1)) == ("waiting", "write_unproven")
    assert "Customer 5 may have been brought up to date: address, postcode, city." in line.said(1)
    line.let_time_pass(REST + LEASE)
    line.work(1)
    now = customer(line, 5)
    assert (line.state(1), now["city"], now["name"]) == (("done", ""), "Aarhus", "Mette Holm, stamkunde")


def test_an_update_whose_order_does_not_get_into_the_books_is_said_all_the_same(line: Line) -> None:
    # Given books that take the customer, and refuse the invoice
    line.books.add_fault(kind="answer", status=400, body="{}", method="POST", path="*drafts*", count=1)
    # When an order comes, then its owner reads with the refusal whom it changed
    assert handled(line, bought(1))[0] == "failed"
    assert line.said(1).endswith(" Customer 5 was brought up to date: address, postcode, city.")
    # And not once more, when it goes
    once_more(line)
    assert (line.state(1), puts(line)) == (("done", ""), 1)
    assert "brought up to date" not in line.said(1)


def test_an_update_before_the_shop_said_something_newer_is_said(line: Line) -> None:
    # Given an order that the shop changes while its customer is brought up to date
    tell(line.shop, bought(1))
    newer = at(Point.PRODUCTS_KNOWN, lambda: tell(line.shop, bought(1, modified=9, city="Odense"), delivery="d2"))
    # When a worker comes, then what it did until it heard of that is said
    line.work(1, watch=newer)
    assert line.state(1)[0] == "waiting"
    assert "Customer 5 was brought up to date: address, postcode, city." in line.said(1)


def test_a_worker_that_dies_behind_the_update_leaves_it_done(line: Line) -> None:
    tell(line.shop, bought(1))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(Point.CUSTOMER_KNOWN))
    line.let_time_pass(LEASE + 1)
    line.work(1, tools=line.new_tools())
    assert (line.state(1), customer(line, 5)["city"], puts(line)) == (("done", ""), "Aarhus", 1)


def test_an_order_that_is_refused_changes_nobody(line: Line) -> None:
    # Given an order whose product the books have at another VAT rate
    line.books.put_product("MUG", group=3)
    before = customer(line, 5)
    assert handled(line, bought(1)) == ("failed", "vat_rate_differs")
    assert changed(line, before) == {}


def test_the_order_that_is_handled_last_counts(line: Line) -> None:
    # Given an order that waits for its owner, and a later one from where the customer lives now
    line.books.put_product("MUG", group=3)
    assert handled(line, bought(1, city="Odense"))[0] == "failed"
    line.books.put_product("MUG", group=1)
    assert handled(line, bought(2, city="Aarhus")) == ("done", "")
    # When the first one goes at last, then its address stands there, and its owner reads that
    once_more(line)
    assert customer(line, 5)["city"] == "Odense"
    assert "Customer 5 was brought up to date: city." in line.said(1)
