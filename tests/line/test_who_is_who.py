"""Two people are two customers: whatever number one of them left behind, and however alike what they typed is."""

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
from tests.line.drafts import of_meta
from tests.line.rig import Line, line_to
from workers.hand import LEASE
from workers.make_once import REST

#: What a test waits for a vendor that does not answer.
IMPATIENT = httpx.Timeout(0.5)
RANGE: dict[str, Any] = {"new_customer_numbers": {"first": 5000, "last": 5999}}
BY_PHONE: dict[str, Any] = {"customers": "by_phone"}
BY_COMPANY: dict[str, Any] = {
    "customers": "by_company_number",
    "customer_fields": {"company_number": {"path": of_meta("cvr")}},
}
#: A way of finding -> settings, what one order says, what another one says, and fields of that other one in the books.
WAYS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "email": ({}, {}, {"email": "other@lampeland.example"}, {"email": "other@lampeland.example"}),
    "phone": (BY_PHONE, {"phone": "22334455"}, {"phone": "33445566"}, {"telephoneAndFaxNumber": "33 44 55 66"}),
    "company": (
        BY_COMPANY,
        {"custom": {"cvr": "13585628"}},
        {"custom": {"cvr": "25313763"}},
        {"corporateIdentificationNumber": "25313763"},
    ),
}
NONE_FOUND = '{"collection": [], "pagination": {"results": 0, "resultsWithoutFilter": 0}}'


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        yield line


def until_done(line: Line, number: int, *, tries: int = 4) -> None:
    for _ in range(tries):
        if line.state(number)[0] != "waiting":
            break
        line.let_time_pass(REST + LEASE)
        line.work(number)
    assert line.state(number) == ("done", ""), line.said(number)


# A number that was somebody else's.


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_new", [True, False], ids=["given out again", "corrected by the owner"])
def test_a_customer_of_ours_who_has_become_somebody_else_is_made_anew(line: Line, way: str, is_new: bool) -> None:
    settings, ours, _, others = WAYS[way]
    line.choose(settings)
    assert handled(line, bought(1, **ours)) == ("done", ""), line.said(1)
    # Given that the number now belongs to somebody whom that buyer is not
    if is_new:
        delete(line, 1)
    line.books.put_customer("Somebody else", number=1, **others)
    # When the same one buys again, and once more
    handled(line, bought(2, **ours))
    until_done(line, 2)
    assert handled(line, bought(3, **ours)) == ("done", "")
    # Then a new customer is made, once
    assert (debtors(line)["2"], debtors(line)["3"], numbers(line)) == (2, 2, [1, 2])


@pytest.mark.parametrize("way", WAYS)
def test_a_number_that_a_range_gives_out_twice_is_the_second_ones(line: Line, way: str) -> None:
    settings, ours, others, _ = WAYS[way]
    line.choose({**settings, **RANGE})
    assert handled(line, bought(1, **ours)) == ("done", ""), line.said(1)
    # Given the highest of the range, deleted, and given to the next new one
    delete(line, 5000)
    assert handled(line, bought(2, **others)) == ("done", "")
    # When the first one buys again
    handled(line, bought(3, **ours))
    until_done(line, 3)
    assert (debtors(line)["2"], debtors(line)["3"]) == (5000, 5001)


def test_a_number_that_somebody_took_while_our_request_was_lost_is_passed_over(line: Line) -> None:
    # Given a request for number 5000 that never arrived, and somebody who got that number by hand
    line.choose(RANGE)
    line.books.add_fault(kind=FaultKind.DROP, method="POST", path="*customers", count=1)
    assert handled(line, bought(1)) == ("waiting", "write_unproven")
    line.books.put_customer("By hand", number=5000, email="hand@lampeland.example")
    # When the order comes again, then it gets the next one
    until_done(line, 1)
    assert (numbers(line), debtors(line)) == ([5000, 5001], {"1": 5001})
    assert customer(line, 5000)["email"] == "hand@lampeland.example"


@pytest.mark.parametrize("settings", [RANGE, {"customer_number": {"const": "5000"}}], ids=["range", "rows"])
def test_a_number_that_is_ours_though_its_answer_was_lost_is_taken(line: Line, settings: dict[str, Any]) -> None:
    # Given a customer who was made, whose answer was lost, and who is not yet found by the address
    line.choose(settings)
    line.books.add_fault(kind=FaultKind.DROP_AFTER_COMMIT, method="POST", path="*customers", count=1)
    assert handled(line, bought(1)) == ("waiting", "write_unproven")
    line.books.add_fault(kind="answer", status=200, method="GET", path="*customers", body=NONE_FOUND)
    # And books that have forgotten the request, and refuse to make another customer of that number
    taken = '{"errorCode": "E04300", "errors": {"customerNumber": {"errors": [{"errorCode": "E04300"}]}}}'
    line.books.add_fault(kind="answer", status=400, method="POST", path="*customers", body=taken)
    until_done(line, 1)
    assert (numbers(line), debtors(line)) == ([5000], {"1": 5000})


# What is alike, and is not the same.


@pytest.mark.parametrize(
    ("settings", "danish", "abroad"),
    [
        (BY_PHONE, {"telephoneAndFaxNumber": "22 33 44 55"}, {"phone": "+47 22 33 44 55", "country": "NO"}),
        (BY_PHONE, {"mobilePhone": "22334455"}, {"phone": "22 33 44 55", "country": "NO"}),
        (
            {"customers": "by_company_number"},
            {"corporateIdentificationNumber": "20774740"},
            {"custom": {"_billing_vat_number": "FI20774740"}, "country": "FI", "company": "Lampeland Oy"},
        ),
        (
            BY_COMPANY,
            {"corporateIdentificationNumber": "20774740"},
            {"custom": {"cvr": "20774740"}, "country": "FI", "company": "Lampeland Oy"},
        ),
    ],
    ids=["phone with a code", "phone without", "VAT number", "company without a prefix"],
)
def test_the_same_digits_in_another_country_are_somebody_elses(
    line: Line, settings: dict[str, Any], danish: dict[str, Any], abroad: dict[str, Any]
) -> None:
    # Given a Danish customer, written as one writes at home, who may be brought up to date
    line.choose({**settings, "update_customers": ["name", "email"]})
    line.books.put_customer("Mette", number=5, email=EMAIL, **danish)
    before = customer(line, 5)
    # When somebody from abroad buys, twice
    for number in (1, 2):
        assert handled(line, bought(number, email="abroad@lampeland.example", **abroad)) == ("done", ""), line.said(1)
    # Then that is a customer of their own, found again, and the Danish one stays as he is
    assert debtors(line) == {"1": 6, "2": 6}
    assert customer(line, 5) == before


def test_one_phone_typed_in_two_countries_makes_two(line: Line) -> None:
    line.choose(BY_PHONE)
    for number, country in enumerate(("DK", "NO", "DK", "NO"), 1):
        assert handled(line, bought(number, phone="22334455", country=country)) == ("done", "")
    assert debtors(line) == {"1": 1, "2": 2, "3": 1, "4": 2}
    assert [one["telephoneAndFaxNumber"] for one in line.books.customers()] == ["22334455", "+47 22 33 44 55"]


@pytest.mark.parametrize("typed", ["00000000", "11 11 11 11", "99999999", "12345678"])
def test_an_invented_phone_is_no_phone(line: Line, typed: str) -> None:
    line.choose(BY_PHONE)
    assert handled(line, bought(1, phone=typed)) == ("failed", "no_customer_key")
    assert (numbers(line), written(line)) == ([], [])


def test_letters_that_look_alike_to_a_computer_are_two_addresses(line: Line) -> None:
    assert handled(line, bought(1, email="strasse@lampeland.example")) == ("done", "")
    assert handled(line, bought(2, email="straße@lampeland.example")) == ("done", "")
    assert handled(line, bought(3, email="STRASSE@lampeland.example")) == ("done", "")
    assert debtors(line) == {"1": 1, "2": 2, "3": 1}


def test_what_is_no_address_finds_nobody(line: Line) -> None:
    # Given a customer who was made for a phone
    line.choose(BY_PHONE)
    assert handled(line, bought(1, phone="22334455")) == ("done", "")
    # When somebody types that where an address belongs
    line.choose({})
    assert handled(line, bought(2, email="phone:+4522334455")) == ("failed", "no_email")
    assert debtors(line) == {"1": 1}
