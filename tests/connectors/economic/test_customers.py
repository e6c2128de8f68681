"""What is asked and written of customers."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug import Request, Response

from connectors.economic.credentials import Credentials
from connectors.economic.filters import MAX_LENGTH
from connectors.economic.rest import Rest
from connectors.economic.write_customer import PLACES
from connectors.pace import UNHURRIED
from shared.domain.contact import FIELDS, Contact
from shared.domain.document import CustomerKey
from shared.errors import Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.economic.contacts import PROPERTIES
from tests.connectors.economic.examples import (
    GONE,
    asked,
    books,
    client,
    collection,
    credentials,
    customer,
    envelope,
    leaf,
    outcome_of,
)
from tests.connectors.woocommerce.replay import answer, serving

#: As e-conomic shows a customer whose owner has chosen much, with a field that nobody knows yet.
SHOWN: dict[str, Any] = {
    "barred": True,
    "creditLimit": 50000.10,
    "attention": {"customerContactNumber": 4, "self": "https://books.example/customers/10001/contacts/4"},
    "future": {"kept": [1, None, "x"]},
    "nothing": None,
    "balance": 12.5,
    "dueAmount": 1.0,
    "lastUpdated": "2026-03-01T10:00:00Z",
    "contacts": "https://books.example/customers/10001/contacts",
    "deliveryLocations": "https://books.example/customers/10001/delivery-locations",
    "templates": {"self": "x"},
    "totals": {"self": "x"},
    "invoices": {"self": "x"},
    "metaData": {"delete": {}},
    "self": "https://books.example/customers/10001",
}


def replacing(there: dict[str, Any], then: Callable[[Request], Response]) -> Callable[[Request], Response]:
    return lambda request: answer(there) if request.method == "GET" else then(request)


def test_all_goes_back_as_it_was_but_what_e_conomic_computes() -> None:
    # Given a customer with much that no contact knows
    there = customer(telephoneAndFaxNumber="1", **SHOWN)
    made = replacing(there, lambda request: answer(json.loads(request.data)))
    with serving(by=made) as replay, client(replay.url) as economic:
        economic.update_customer("10001", Contact(phone="2", name="Other"), ["phone"])
    # Then the amount has its decimals, and a flag is there
    written = json.loads(replay.asked[-1].body, parse_float=Decimal)
    assert written == {
        "customerNumber": 10001,
        "name": "Ane Lampe",
        "email": "ane@lampeland.example",
        "currency": "DKK",
        "telephoneAndFaxNumber": "2",
        "barred": True,
        "creditLimit": Decimal("50000.1"),
        "attention": SHOWN["attention"],
        "future": SHOWN["future"],
    }


def test_one_of_several_addresses_of_a_customer_does_not_take_the_place_of_the_others() -> None:
    there = customer(email="Ane@Lampeland.example bogholderi@lampeland.example")
    with serving(answer(there)) as replay, client(replay.url) as economic:
        assert economic.update_customer("10001", Contact(email="ane@lampeland.example"), ["email"]).changed == ()
    assert asked(replay) == ["GET /customers/10001"]


def test_the_places_of_a_contact_are_those_that_the_vendor_names() -> None:
    assert {field: place.property for field, place in PLACES.items()} == PROPERTIES
    assert tuple(PLACES) == FIELDS


@pytest.mark.parametrize("name", sorted(PROPERTIES.values()))
def test_a_field_that_e_conomic_refuses_is_named(name: str) -> None:
    # Given a refusal with the code that says nothing
    refusal = answer(envelope({name: {"errors": [leaf(name, "E04300")]}}), 400)
    with (
        serving(by=replacing(customer(), lambda _: refusal)) as replay,
        client(replay.url) as economic,
        pytest.raises(NeedsUser) as raised,
    ):
        economic.update_customer("10001", Contact(city="Ny"), FIELDS)
    assert raised.value.code == "customer_field"
    assert name in raised.value.message


@pytest.mark.parametrize(
    ("answered", "fate"),
    [
        (GONE, (Skip, "customer_gone")),
        (answer(customer(10002)), (OutcomeUnknown, "write_unproven")),
        (answer(None, 204), (OutcomeUnknown, "write_unproven")),
        (answer("", 500), (OutcomeUnknown, "write_unproven")),
    ],
)
def test_an_update_says_what_became_of_it(answered: Response, fate: tuple[type[Fate], str]) -> None:
    with serving(by=replacing(customer(), lambda _: answered)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.update_customer("10001", Contact(city="Ny"), ["city"])) == fate


@pytest.mark.parametrize(
    ("request_for", "there", "fate", "looked"),
    [
        (b'{"customerNumber":10001}', answer(customer()), (Skip, "customer_exists"), 1),
        (b'{"customerNumber":10001}', GONE, (NeedsUser, "customer_number"), 1),
        (b'{"customerNumber":10001}', answer("", 500), (Retry, ""), 1),
        (b"{}", answer(customer()), (NeedsUser, "customer_number"), 0),
    ],
)
def test_a_number_that_is_refused_is_looked_up(
    request_for: bytes, there: Response, fate: tuple[type[Fate], str], looked: int
) -> None:
    refusal = answer(envelope({"customerNumber": {"errors": [leaf("customerNumber", "E04300")]}}), 400)
    served = books(**{"POST /customers": refusal, "GET /customers/10001": there})
    with serving(by=served) as replay, client(replay.url) as economic:
        found = outcome_of(lambda: economic.create_customer(request_for, key="k"))
    assert found[0] is fate[0]
    assert fate[1] in ("", found[1])
    assert asked(replay).count("GET /customers/10001") == looked


@pytest.mark.parametrize("phone", ["+4512345678", "+46812345678", "+491711234567", "+390612345678", "+14155552671"])
def test_questions_for_a_phone_fit_an_address_and_ask_both_fields(phone: str) -> None:
    with serving(by=lambda _: answer(collection())) as replay, client(replay.url) as economic:
        assert economic.find_customers(CustomerKey.PHONE, phone, "DK") == []
    questions = [one.args["filter"] for one in replay.asked]
    assert all(len(quote(question, safe="")) <= MAX_LENGTH for question in questions)
    assert {name for name in ("telephoneAndFaxNumber", "mobilePhone") if name in "".join(questions)} == {
        "telephoneAndFaxNumber",
        "mobilePhone",
    }


def test_a_danish_phone_and_a_company_are_one_question_each() -> None:
    with serving(by=lambda _: answer(collection())) as replay, client(replay.url) as economic:
        economic.find_customers(CustomerKey.PHONE, "+4512345678", "DK")
        economic.find_customers(CustomerKey.COMPANY_NUMBER, "DK12345678", "DK")
    assert len(replay.asked) == 2


def test_a_customer_is_replaced_and_never_deleted() -> None:
    with serving(answer(customer())) as replay:
        api = Rest(Credentials.model_validate(credentials(url=replay.url)), UNHURRIED)
        assert outcome_of(lambda: api.delete("customers/10001", key="k")) == (NeedsUser, "our_mistake")
        assert replay.asked == []
        api.put("customers/10001", b"{}", key="k")
        api.close()
    assert asked(replay) == ["PUT /customers/10001"]
