"""Pages, their links, and the order of a list."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from tests.connectors.economic.sandbox.samples import vendors


@pytest.fixture
def seven(books: EconomicSandbox) -> None:
    for number, name in enumerate(("G", "f", "E", "d", "C", "b", "A"), 1):
        books.put_product(str(number), name, group=1 + number % 2)


def numbers(page: dict[str, Any]) -> str:
    return "".join(row["productNumber"] for row in page["collection"])


def test_following_the_links_reads_every_page_once(api: httpx.Client, seven: None) -> None:
    # Given seven products, When pages of three are read by their links
    read, link = [], "/products?pagesize=3"
    while link:
        page = api.get(link).json()
        read.append(numbers(page))
        link = page["pagination"].get("nextPage")
    # Then each comes once
    assert read == ["123", "456", "7"]


def test_the_envelope_is_as_recorded(books: EconomicSandbox, api: httpx.Client, seven: None) -> None:
    # Given the recorded envelope of a first page of two of seven
    recorded = vendors("responses/products.collection.json")
    expected = recorded["pagination"]
    # When the same is asked for here, Then it says the same
    page = api.get("/products", params={"pagesize": 2}).json()
    here = {
        name: value.replace(books.url, "https://restapi.e-conomic.com") if isinstance(value, str) else value
        for name, value in page["pagination"].items()
    }
    assert here == expected
    assert page["self"] == f"{books.url}/products?pagesize=2"


def test_twenty_at_a_time_and_nothing_beyond_the_end(books: EconomicSandbox, api: httpx.Client) -> None:
    for number in range(21):
        books.put_product(f"{number:02}")
    assert [len(api.get("/products", params={"skippages": page}).json()["collection"]) for page in range(4)] == [
        20,
        1,
        0,
        0,
    ]
    beyond = api.get("/products", params={"skippages": 9}).json()["pagination"]
    assert (beyond["results"], "nextPage" in beyond) == (21, False)


@pytest.mark.parametrize("size", ["0", "1001", "-1", "x", "1.5", ""])
def test_a_page_has_1_to_1000(api: httpx.Client, size: str) -> None:
    response = api.get("/customers", params={"pagesize": size})
    assert (response.status_code, response.json()["errorCode"]) == (400, "E04810")
    assert api.get("/customers", params={"pagesize": "1000"}).status_code == 200


def test_an_empty_list_still_has_its_links(api: httpx.Client) -> None:
    said = api.get("/customers").json()["pagination"]
    assert (said["results"], said["firstPage"], "nextPage" in said) == (0, said["lastPage"], False)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("name", "7654321"), ("-name", "1234567"), ("~name", "7654321"), ("-productNumber", "7654321")],
)
def test_sorted_case_aside(api: httpx.Client, seven: None, sort: str, expected: str) -> None:
    assert numbers(api.get("/products", params={"sort": sort}).json()) == expected


def test_sorted_by_two_names_and_filtered(books: EconomicSandbox, api: httpx.Client) -> None:
    for number, (name, price) in enumerate((("a", 2), ("b", 1), ("a", 1), ("c", 9)), 1):
        group = {"productGroupNumber": 1}
        body = {"productNumber": str(number), "name": name, "salesPrice": price, "productGroup": group}
        assert api.post("/products", json=body).status_code == 201
    query = {"sort": "-name,salesPrice", "filter": "salesPrice$lt:9", "pagesize": "2"}
    page = api.get("/products", params=query).json()
    assert numbers(page) == "23"
    assert numbers(api.get(page["pagination"]["nextPage"]).json()) == "1"


@pytest.mark.parametrize("sort", ["productGroup.productGroupNumber", "nothing", "", "name,"])
def test_what_cannot_be_sorted_by(api: httpx.Client, sort: str) -> None:
    response = api.get("/products", params={"sort": sort})
    assert (response.status_code, response.json()["message"]) == (400, "Could not parse query string sort parameter")
