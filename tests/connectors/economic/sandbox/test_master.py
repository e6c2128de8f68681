"""Customers and products over the API, and e-conomic's writing of ids in addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.ids import decode_id, encode_id
from tests.connectors.economic.sandbox.samples import created, problem


def buyer(**changes: Any) -> dict[str, Any]:
    body = {
        "name": "Lampeland Handel",
        "currency": "DKK",
        "customerGroup": {"customerGroupNumber": 1},
        "vatZone": {"vatZoneNumber": 1},
        "paymentTerms": {"paymentTermsNumber": 1},
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def goods(number: str, **changes: Any) -> dict[str, Any]:
    return {"productNumber": number, "name": "Vare", "productGroup": {"productGroupNumber": 1}, **changes}


def test_customers_get_their_numbers_from_the_books(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given one customer with a number of the caller's, When others come without
    numbers = [created(api.post("/customers", json=buyer(**given)))["customerNumber"] for given in (
        {}, {"customerNumber": 500}, {}, {"customerNumber": 7}, {},
    )]  # fmt: skip
    # Then theirs follow the highest
    assert numbers == [1, 500, 501, 7, 502]


def test_a_customer_is_read_as_it_was_made(api: httpx.Client) -> None:
    body = buyer(email="Kunde@lampeland.example", address="Vejen 1\nGården", barred=False, self="x", balance=5)
    entity = created(api.post("/customers", json=body))
    assert api.get(entity["self"]).json() == entity
    assert (entity["email"], entity["address"], entity["balance"]) == (body["email"], body["address"], 0.0)
    assert entity["customerGroup"]["customerGroupNumber"] == 1
    assert "barred" not in entity


def test_replacing_clears_what_is_left_out(api: httpx.Client) -> None:
    # Given a barred customer with an address
    entity = created(api.post("/customers", json=buyer(address="Vejen 1", barred=True)))
    # When it is replaced without both, Then both are gone: a client must read before it writes
    response = api.put(entity["self"], json=buyer(name="Lampeland Ny"))
    assert response.status_code == 200
    assert {"address", "barred"} & set(api.get(entity["self"]).json()) == set()
    # And replacing one that is not there makes it
    assert created(api.put("/customers/9", json=buyer()))["customerNumber"] == 9


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": ...}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "x" * 256}, ["name"]),
        ({"address": "x" * 511}, ["address"]),
        ({"city": "x" * 51}, ["city"]),
        ({"zip": "x" * 31}, ["zip"]),
        ({"email": None}, ["email"]),
        ({"pNumber": "123"}, ["pNumber"]),
        ({"currency": "CHF"}, ["currency"]),
        ({"customerGroup": ...}, ["customerGroup"]),
        ({"vatZone": {"vatZoneNumber": 9}}, ["vatZone"]),
        ({"customerNumber": 0}, ["customerNumber"]),
        ({"barred": "false"}, ["barred"]),
    ],
)
def test_customers_that_are_refused(
    books: EconomicSandbox, api: httpx.Client, change: dict[str, Any], path: list[str]
) -> None:
    assert problem(api.post("/customers", json=buyer(**change)), *path)["propertyName"] == path[-1]
    assert books.customers() == []


def test_an_unknown_customer_group_has_the_recorded_code(api: httpx.Client) -> None:
    found = problem(api.post("/customers", json=buyer(customerGroup={"customerGroupNumber": 9})), "customerGroup")
    assert (found["errorCode"], found["errorMessage"]) == ("E07140", "CustomerGroup '9' not found.")


@pytest.mark.parametrize("kind", ["customers", "products"])
def test_a_number_that_is_taken(books: EconomicSandbox, api: httpx.Client, kind: str) -> None:
    # Given one with that number, When another is made with it, in other letters too, Then it is refused there
    bodies = {"customers": [buyer(customerNumber=5)] * 2, "products": [goods("Krus"), goods("KRUS")]}[kind]
    created(api.post(f"/{kind}", json=bodies[0]))
    field = "customerNumber" if kind == "customers" else "productNumber"
    assert problem(api.post(f"/{kind}", json=bodies[1]), field)["propertyName"] == field


ODD = (
    "KRUS/1", "KRUS 1", "KRUS.1", "KRUS_1", "KRUS+1", "æøå", "a,b", "[a]", "(a)", "<a>", "*", "%", "%2F", "a:b", "a&b",
    "\\", "?", "#", "_", "_6_", "A_6_B", "__", "_9_9_", ".", "..", "'", '"', "日本", "x" * 25,
)  # fmt: skip


@pytest.mark.parametrize("number", ODD)
def test_odd_product_numbers_are_reached_by_their_links(api: httpx.Client, number: str) -> None:
    # Given a product with that number
    entity = created(api.post("/products", json=goods(number)))
    # When its link is followed, Then it is there, and can be replaced
    assert api.get(entity["self"]).json()["productNumber"] == number
    assert api.put(entity["self"], json=goods(number, name="Ny")).status_code == 200
    assert [one["name"] for one in api.get("/products").json()["collection"]] == ["Ny"]


def test_ids_are_written_by_the_table_and_read_back() -> None:
    assert encode_id("a/b _c.1+2#") == "a_6_b_9__8_c_11_1_13_2_12_"
    assert [decode_id(encode_id(number).replace("%25", "%")) for number in ("_6_", "/6_", "_", "a_1_b")] == [
        "_6_", "/6_", "_", "a_1_b",
    ]  # fmt: skip
    assert decode_id("a_14_b") == "a_14_b"


def test_a_product_keeps_its_first_spelling(api: httpx.Client, books: EconomicSandbox) -> None:
    # Given a product, When it is asked for in other letters, Then it comes as the books spell it
    created(api.post("/products", json=goods("Krus-Blå", salesPrice=79.5, unit={"unitNumber": 1})))
    found = api.get("/products", params={"filter": "productNumber$in:[KRUS-BLÅ,nothing]"}).json()["collection"]
    assert [(one["productNumber"], one["salesPrice"], one["unit"]["name"]) for one in found] == [
        ("Krus-Blå", 79.5, "stk.")
    ]
    assert api.get("/products/krus-blå").status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"productNumber": ""}, "productNumber"),
        ({"productNumber": "x" * 26}, "productNumber"),
        ({"name": "x" * 301}, "name"),
        ({"productGroup": {"productGroupNumber": 9}}, "productGroup"),
        ({"description": "x" * 501}, "description"),
        ({"unit": {"unitNumber": 9}}, "unit"),
    ],
)
def test_products_that_are_refused(
    books: EconomicSandbox, api: httpx.Client, change: dict[str, Any], field: str
) -> None:
    assert problem(api.post("/products", json={**goods("X"), **change}), field)["propertyName"] == field
    assert books.products() == []


def test_what_was_chosen_by_hand_survives_only_if_it_is_sent_back(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given a customer with what no shop knows
    chosen: dict[str, Any] = {
        "attention": {"customerContactNumber": 4},
        "customerContact": {"customerContactNumber": 5},
        "defaultDeliveryLocation": {"deliveryLocationNumber": 6},
        "layout": {"layoutNumber": 19},
        "creditLimit": Decimal("500.5"),
        "website": "lampeland.example",
        "vatNumber": "SE556123456701",
    }
    number = books.put_customer(email="kunde@lampeland.example", barred=True, **chosen)
    entity = api.get(f"/customers/{number}").json()
    # When it is sent back whole, Then it stays
    kept = api.put(entity["self"], json=entity).json()
    assert {**kept, "lastUpdated": ""} == {**entity, "lastUpdated": ""}
    # And what is left out is gone
    assert {*chosen, "email", "barred"} & set(api.put(entity["self"], json=buyer()).json()) == set()


def test_a_customers_number_that_is_taken_is_refused(api: httpx.Client) -> None:
    created(api.post("/customers", json=buyer(customerNumber=500)))
    refusal = api.post("/customers", json=buyer(customerNumber=500, name="Another"))
    assert problem(refusal, "customerNumber")["propertyName"] == "customerNumber"
    assert api.get("/customers/500").json()["name"] == "Lampeland Handel"


@pytest.mark.parametrize(
    ("field", "text", "asked"),
    [
        ("telephoneAndFaxNumber", "+45 12 34 56 78", "12 34 56 78"),
        ("mobilePhone", "(+45) 12345678", "45$) 12345678"),
        ("corporateIdentificationNumber", "DK-12.34.56.78", "12.34.56.78"),
        ("ean", "5790000000012", "579"),
    ],
)
def test_customers_are_found_by_a_part_of_a_field(
    books: EconomicSandbox, api: httpx.Client, field: str, text: str, asked: str
) -> None:
    typed: dict[str, Any] = {field: text}
    number = books.put_customer(**typed)
    books.put_customer()
    for question in (f"{field}$like:{asked}", f"name$eq:x$or:{field}$like:{asked}"):
        found = api.get("/customers", params={"filter": question}).json()["collection"]
        assert [one["customerNumber"] for one in found] == [number]
