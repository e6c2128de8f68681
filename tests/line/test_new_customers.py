"""Customers who are made: what they get of the order, and that there is one of each whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from connectors.economic import rest
from shared.sandbox.faults import FaultKind
from shared.store.database import Database
from tests.line.buyers import EMAIL, bought, customer, debtors, delete, handled, numbers, written
from tests.line.drafts import of_meta, once_more, shown
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.line.test_customers import WAYS
from tests.support.orders import tell
from workers.hand import LEASE, Point
from workers.make_once import REST

#: What a test waits for a vendor that does not answer.
IMPATIENT = httpx.Timeout(0.5)


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        yield line


# What a new customer gets.


def test_a_company_with_all_that_the_order_says(line: Line) -> None:
    # Given an owner who has what public bodies need from custom fields, and country names in English
    fields = {"ean": {"path": of_meta("ean"), "then": ["digits"]}, "p_number": {"path": of_meta("p")}}
    line.choose({"customer_fields": fields, "language": "en", "fields": {"ean": fields["ean"]}})
    body = bought(
        1,
        custom={"_billing_vat_number": "DK13585628", "ean": "5790 0000 00005", "p": "1017654321"},
        company="Lampeland Skole",
        phone="20 12 34 56",
        address_2="2. sal",
    )
    assert handled(line, body) == ("done", ""), line.said(1)
    # Then the customer has the company's name, its numbers and its address
    made = customer(line, 1)
    expected = {
        "name": "Lampeland Skole",
        "email": EMAIL,
        "telephoneAndFaxNumber": "20 12 34 56",
        "address": "Lampevej 1\n2. sal",
        "zip": "8000",
        "city": "Aarhus",
        "country": "Denmark",
        "corporateIdentificationNumber": "13585628",
        "ean": "5790000000005",
        "pNumber": "1017654321",
        "currency": "DKK",
    }
    assert {name: made.get(name) for name in expected} == expected
    # And the person who bought stands on the document, which goes to the same EAN
    recipient = shown(line)["recipient"]
    assert (recipient["name"], recipient["ean"]) == ("Lampeland Skole", "5790000000005")
    assert recipient["address"].startswith("Att. Mette Holm\n")


def test_only_what_the_owner_wants_and_what_finds_the_customer_again(line: Line) -> None:
    line.choose({"new_customer_fields": ["country"]})
    assert handled(line, bought(1, phone="20123456")) == ("done", "")
    made = customer(line, 1)
    assert {"telephoneAndFaxNumber", "address", "zip", "city"}.isdisjoint(made)
    assert (made["name"], made["email"], made["country"]) == ("Mette Holm", EMAIL, "Danmark")
    # When the same one buys again, then there is still one
    assert handled(line, bought(2)) == ("done", "")
    assert numbers(line) == [1]


def test_the_group_by_country_and_by_who_buys(line: Line) -> None:
    groups = [
        {"when": {"all": [{"fact": "country", "is": "SE"}, {"fact": "buyer", "is": "business"}]}, "use": 2},
        {"use": 1},
    ]
    line.choose({"choices": {"customer_group": groups}})
    orders = {
        1: bought(1, country="SE", company="Lampeland AB", email="a@x.example"),
        2: bought(2, country="SE", email="b@x.example"),
    }
    assert [handled(line, order) for order in orders.values()] == [("done", "")] * 2
    group = [one["customerGroup"]["customerGroupNumber"] for one in line.books.customers()]
    assert group == [2, 1]


def test_numbers_of_a_range_one_behind_the_other(line: Line) -> None:
    # Given an owner whose webshop's customers have numbers from 5000 to 5002, of which one is taken
    line.choose({"new_customer_numbers": {"first": 5000, "last": 5002}})
    line.books.put_customer("Somebody", number=5000)
    line.books.put_customer("Another one", number=9000)
    # When three new ones buy, then two of them get the numbers behind it
    ends = [handled(line, bought(at, email=f"{at}@lampeland.example")) for at in (1, 2, 3)]
    assert numbers(line) == [5000, 5001, 5002, 9000]
    # And the owner reads that there is none left
    assert ends == [("done", ""), ("done", ""), ("failed", "customer_numbers_used_up")]
    assert "5002" in line.said(3)


def test_a_number_of_a_range_that_another_was_faster_to_take_is_passed_over(line: Line) -> None:
    # Given ten new customers at once, and a range for their numbers
    line.choose({"new_customer_numbers": {"first": 5000, "last": 5999}})
    orders = range(1, 11)
    for at in orders:
        tell(line.shop, bought(at, email=f"{at}@lampeland.example"))
    # When eight threads take their orders up, again where they have to wait
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            waiting = [at for at in orders if line.state(at)[0] == "waiting"]
            list(threads.map(line.work, waiting))
            line.let_time_pass(REST + 1)
    # Then each has one, in the range, without a gap
    assert {line.state(at) for at in orders} == {("done", "")}
    assert numbers(line) == [5000 + at for at in range(10)]


def test_a_text_that_is_too_long_is_cut_and_said(line: Line) -> None:
    assert handled(line, bought(1, city="By" * 30, phone="1" * 256)) == ("done", "")
    assert "Too long for the books, and cut there: the customer's phone, city." in line.said(1)
    assert len(customer(line, 1)["city"]) == 50


@pytest.mark.parametrize(
    ("fields", "reason", "says"),
    [
        ({"ean": {"const": "57900000000056"}}, "customer_ean", "EAN number is none that e-conomic can hold"),
        ({"p_number": {"const": "123"}}, "customer_p_number", "P number is none"),
        ({"vat_number": {"const": "1" * 21}}, "customer_vat_number", "VAT number is none"),
    ],
)
def test_a_number_that_the_books_cannot_hold_is_said_before_anything_is_made(
    line: Line, fields: dict[str, Any], reason: str, says: str
) -> None:
    line.choose({"customer_fields": fields})
    assert handled(line, bought(1)) == ("failed", reason)
    assert says in line.said(1)
    assert (written(line), line.books.products()) == ([], [])


def test_who_has_no_name_is_called_by_the_address_and_who_has_neither_waits(line: Line) -> None:
    line.choose({"customers": "by_phone"})
    nameless: dict[str, Any] = {"first_name": "", "last_name": ""}
    assert handled(line, bought(1, phone="20123456", **nameless)) == ("done", "")
    assert customer(line, 1)["name"] == EMAIL
    assert handled(line, bought(2, phone="87654321", email="", **nameless)) == ("failed", "customer_name")
    assert "asks for the customer's name: enter it in the order" in line.said(2)


# One of each.


@pytest.mark.parametrize("way", WAYS)
def test_several_workers_at_once_make_one(line: Line, way: str) -> None:
    # Given six orders of somebody new, and books that take a moment to make a customer
    settings, _, order = WAYS[way]
    line.choose(settings)
    line.books.add_fault(kind="latency", seconds=0.3, method="POST", path="*customers")
    orders = range(1, 7)
    for number in orders:
        tell(line.shop, bought(number, **order))
    # When four threads take them up at once, and what has to wait comes again
    with ThreadPoolExecutor(4) as threads:
        for _ in range(20):
            waiting = [number for number, state, *_ in line.shop.transfers() if state == "waiting"]
            list(threads.map(line.work, waiting))
            line.let_time_pass(REST + 1)
    # Then there is one, asked for once, and each order went there
    (made,) = numbers(line)
    assert debtors(line) == dict.fromkeys(map(str, orders), made)
    assert written(line).count("POST /customers") == 1


def test_one_company_typed_in_two_ways_at_once_is_one(line: Line) -> None:
    # Given the owner's own field for the number, which people fill in as they like
    fields = {"company_number": {"path": of_meta("cvr")}}
    line.choose({"customers": "by_company_number", "customer_fields": fields})
    line.books.add_fault(kind=FaultKind.DROP_AFTER_COMMIT, method="POST", path="*customers", count=1)
    assert handled(line, bought(1, custom={"cvr": "13585628"})) == ("waiting", "write_unproven")
    # When the other one comes before it is clear what became of the first, and the books do not find it yet
    line.books.add_fault(kind="answer", status=200, method="GET", path="*customers", body=NONE_FOUND)
    assert handled(line, bought(2, custom={"cvr": "DK 13 58 56 28"})) == ("waiting", "just_sent")
    line.books.faults.clear()
    line.let_time_pass(REST + LEASE)
    line.work(1)
    line.let_time_pass(REST + LEASE)
    line.work(2)
    assert (numbers(line), debtors(line)) == ([1], {"1": 1, "2": 1})


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_that_dies_behind_the_customer_leaves_one(line: Line, way: str) -> None:
    settings, _, order = WAYS[way]
    line.choose(settings)
    tell(line.shop, bought(1, **order))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(Point.CUSTOMER_KNOWN))
    (made,) = numbers(line)
    # When another worker takes the order up
    line.let_time_pass(LEASE + 1)
    line.work(1, tools=line.new_tools())
    # Then it finds the one that there is
    assert (line.state(1), numbers(line), debtors(line)) == (("done", ""), [made], {"1": made})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER_COMMIT, FaultKind.DROP])
def test_an_answer_that_is_lost_leaves_one(line: Line, way: str, kind: FaultKind) -> None:
    settings, _, order = WAYS[way]
    line.choose(settings)
    line.books.add_fault(kind=kind, method="POST", path="*customers", count=1)
    assert handled(line, bought(1, **order)) == ("waiting", "write_unproven")
    line.let_time_pass(REST + LEASE)
    line.work(1)
    (made,) = numbers(line)
    assert (line.state(1), debtors(line)) == (("done", ""), {"1": made})


# What becomes of them in the books.


@pytest.mark.parametrize("way", WAYS)
def test_one_who_was_deleted_is_made_anew(line: Line, way: str) -> None:
    settings, _, order = WAYS[way]
    line.choose(settings)
    assert handled(line, bought(1, **order)) == ("done", "")
    delete(line, numbers(line)[0])
    handled(line, bought(2, **order))
    line.work(2)
    assert line.state(2) == ("done", ""), line.said(2)
    assert len(numbers(line)) == 1


def test_one_who_is_deleted_before_the_document_comes_is_made_anew_when_it_is_asked_for_again(line: Line) -> None:
    tell(line.shop, bought(1))

    def deletes(point: Point, claim: object) -> None:
        if point is Point.FROZEN and numbers(line):
            delete(line, 1)

    line.work(1, watch=deletes)
    # Then the books' own refusal is said, and nothing is in them
    assert line.state(1) == ("failed", "customer")
    assert "Customer 1 does not exist in e-conomic, or is barred there" in line.said(1)
    once_more(line)
    line.work(1)
    assert (line.state(1), numbers(line)) == (("done", ""), [1])


def test_another_address_beside_the_one_that_was_bought_with_makes_nobody_else(line: Line) -> None:
    # Given a customer of ours to whom the owner gave a second address, which the books take for another text
    assert handled(line, bought(1)) == ("done", "")
    line.books.put_customer("Mette", number=1, email=f"{EMAIL} bogholderi@lampeland.example")
    assert handled(line, bought(2)) == ("done", "")
    assert (numbers(line), debtors(line)) == ([1], {"1": 1, "2": 1})


def test_one_who_was_given_another_address_there_is_somebody_else(line: Line) -> None:
    assert handled(line, bought(1)) == ("done", "")
    line.books.put_customer("Mette", number=1, email="new@lampeland.example")
    handled(line, bought(2))
    line.work(2)
    assert debtors(line) == {"1": 1, "2": 2}


NONE_FOUND = '{"collection": [], "pagination": {"results": 0, "resultsWithoutFilter": 0}}'
