"""What the books refuse, where in the tree it stands, and under which code."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.problems import Problems
from tests.connectors.economic.sandbox.samples import draft, line, problem, vendors

#: Marks a way into the tree of the second look, where lines stand under "items".
FIRST = ("lines", "items", 0)


@pytest.fixture(params=["orders", "invoices"])
def drafts(request: pytest.FixtureRequest, customer: int) -> str:
    return f"/{request.param}/drafts"


@pytest.mark.parametrize("field", ["date", "currency", "layout", "paymentTerms", "customer", "recipient"])
def test_what_must_be_there(books: EconomicSandbox, api: httpx.Client, drafts: str, field: str) -> None:
    found = problem(api.post(drafts, json=draft(**{field: None})), field)
    assert (found["propertyName"], found["errorCode"]) == (field, "E04042")
    assert books.documents() == []


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        pytest.param({"date": "01.03.2026"}, ["date"], "date", id="a date of another writing"),
        pytest.param({"date": "2026-02-30"}, ["date"], "date", id="a day that never was"),
        pytest.param({"currency": "KRONER"}, ["currency"], "3", id="a long currency"),
        pytest.param({"layout": {"layoutNumber": 0}}, ["layout", "layoutNumber"], "1", id="zero"),
        pytest.param({"layout": {"layoutNumber": "19"}}, ["layout", "layoutNumber"], "got String", id="digits as text"),
        pytest.param({"layout": 19}, ["layout"], "Expected Object but got Integer", id="a bare number"),
        pytest.param(
            {"customer": {"customerNumber": 1_000_000_000}},
            ["customer", "customerNumber"],
            "999999999",
            id="ten digits",
        ),
        pytest.param(
            {"paymentTerms": {"paymentTermsNumber": 1, "paymentTermsType": "Net"}},
            ["paymentTerms", "paymentTermsType"],
            "net",
            id="an enum's case",
        ),
        pytest.param(
            {"recipient": {"name": "x" * 251, "vatZone": {"vatZoneNumber": 1}}},
            ["recipient", "name"],
            "250",
            id="a name",
        ),
        pytest.param(
            {"recipient": {"name": "x", "zip": "x" * 51, "vatZone": {"vatZoneNumber": 1}}},
            ["recipient", "zip"],
            "50",
            id="a postcode",
        ),
        pytest.param({"references": {"other": "x" * 251}}, ["references", "other"], "250", id="a reference"),
        pytest.param({"references": {"other": None}}, ["references", "other"], "got Null", id="null"),
        pytest.param({"notes": {"heading": "x" * 251}}, ["notes", "heading"], "250", id="a heading"),
        pytest.param({"notes": {"heading": "x" * 249 + "🎁"}}, ["notes", "heading"], "250", id="an emoji too many"),
        pytest.param({"notes": {"textLine1": "x" * 1001}}, ["notes", "textLine1"], "1000", id="a first text"),
        pytest.param({"notes": {"textLine2": "x" * 1001}}, ["notes", "textLine2"], "1000", id="a second text"),
        pytest.param({"delivery": {"address": "x" * 256}}, ["delivery", "address"], "255", id="a street"),
        pytest.param({"delivery": {"deliveryTerms": "x" * 101}}, ["delivery", "deliveryTerms"], "100", id="terms"),
        pytest.param({"delivery": {"deliveryDate": "i dag"}}, ["delivery", "deliveryDate"], "date", id="no day"),
        pytest.param(
            {"recipient": {"name": "x", "ean": "5" * 14, "vatZone": {"vatZoneNumber": 1}}},
            ["recipient", "ean"],
            "13",
            id="an EAN number",
        ),
        pytest.param(
            {"recipient": {"name": "x", "nemHandelType": "EAN", "vatZone": {"vatZoneNumber": 1}}},
            ["recipient", "nemHandelType"],
            "ean",
            id="a type of electronic invoice",
        ),
        pytest.param({"lines": {}}, ["lines"], "Expected Array but got Object", id="lines as an object"),
        pytest.param({"lines": [{"description": "x" * 2501}]}, ["lines", 0, "description"], "2500", id="a text"),
        pytest.param({"lines": [line(quantity="2")]}, ["lines", 0, "quantity"], "Number", id="a quantity as text"),
        pytest.param({"lines": [line(quantity=True)]}, ["lines", 0, "quantity"], "Boolean", id="a flag as quantity"),
        pytest.param({"lines": [line(price=None)]}, ["lines", 0, "unitNetPrice"], "got Null", id="a price of null"),
        pytest.param({"lines": [line(price=1e13)]}, ["lines", 0, "unitNetPrice"], "More", id="a price beyond measure"),
        pytest.param({"lines": [line("x" * 26)]}, ["lines", 0, "product", "productNumber"], "25", id="a long number"),
    ],
)
def test_the_first_look(
    books: EconomicSandbox, api: httpx.Client, drafts: str, change: dict[str, Any], path: list[str | int], words: str
) -> None:
    # When a draft of the wrong shape is sent, Then the property is named; lines are a bare list here
    found = problem(api.post(drafts, json=draft(**change)), *path)
    assert words in found["errorMessage"]
    assert found["errorCode"] == "E04300"
    assert books.documents() == []


@pytest.mark.parametrize(
    ("change", "path", "code", "value"),
    [
        pytest.param({"currency": "CHF"}, ["currency"], "E07060", "CHF", id="currency"),
        pytest.param({"layout": {"layoutNumber": 7}}, ["layout"], "E07020", 7, id="layout"),
        pytest.param({"layout": {"layoutNumber": 20}}, ["layout"], "E06700", 20, id="deleted layout"),
        pytest.param({"layout": {}}, ["layout"], "E04500", None, id="layout without identifier"),
        pytest.param({"paymentTerms": {"paymentTermsNumber": 4711}}, ["paymentTerms"], "E07080", 4711, id="terms"),
        pytest.param(
            {"paymentTerms": {"paymentTermsNumber": 1, "paymentTermsType": "invoiceMonth"}},
            ["paymentTermsType"],
            "E07180",
            "invoiceMonth",
            id="type of terms",
        ),
        pytest.param({"customer": {"customerNumber": 77}}, ["customer"], "E07010", 77, id="customer"),
        pytest.param(
            {"recipient": {"name": "x", "vatZone": {"vatZoneNumber": 9}}},
            ["recipient", "vatZone"],
            "E07030",
            9,
            id="zone",
        ),
        pytest.param(
            {"references": {"customerContact": {"customerContactNumber": 5}}},
            ["customerContact"],
            "E04800",
            5,
            id="contact",
        ),
        pytest.param(
            {"references": {"salesPerson": {"employeeNumber": 5}}},
            ["references", "salesPerson"],
            "E07090",
            5,
            id="seller",
        ),
        pytest.param({"paymentTerms": {"paymentTermsNumber": 2}}, ["dueDate"], "E04042", None, id="no due date"),
        pytest.param(
            {"paymentTerms": {"paymentTermsNumber": 2}, "dueDate": "2026-02-28"},
            ["dueDate"],
            "E04760",
            "2026-02-28",
            id="due before it is made",
        ),
        pytest.param({"lines": [line("NONE")]}, [*FIRST, "product"], "E07040", "NONE", id="product"),
        pytest.param({"lines": [line("")]}, [*FIRST, "product"], "E04500", None, id="product without number"),
        pytest.param({"lines": [{"product": {}}]}, [*FIRST, "product"], "E04500", None, id="product without anything"),
        pytest.param(
            {"lines": [{"product": {"productNumber": "KRUS"}}]}, [*FIRST, "quantity"], "E04730", None, id="no quantity"
        ),
        pytest.param(
            {"lines": [line(price=12.345)]}, [*FIRST, "unitNetPrice"], "E04740", 12.345, id="price of 3 decimals"
        ),
        pytest.param(
            {"lines": [line(quantity=0.001)]}, [*FIRST, "quantity"], "E04740", 0.001, id="quantity of 3 decimals"
        ),
        pytest.param(
            {"lines": [line(discountPercentage=33.333)]},
            [*FIRST, "discountPercentage"],
            "E04740",
            33.333,
            id="discount",
        ),
        pytest.param({"lines": [line(unit={"unitNumber": 9})]}, [*FIRST, "unit"], "E07050", 9, id="unit"),
        pytest.param({"lines": [{"quantity": 1}]}, [*FIRST, "product"], "E04300", None, id="quantity without product"),
        pytest.param({"lines": [{"unitNetPrice": 1}]}, [*FIRST, "product"], "E04300", None, id="price without product"),
    ],
)
def test_the_second_look(
    books: EconomicSandbox,
    api: httpx.Client,
    drafts: str,
    change: dict[str, Any],
    path: list[str | int],
    code: str,
    value: Any,
) -> None:
    # When a draft names what is not there or does not fit, Then the property is named with its code and value
    found = problem(api.post(drafts, json=draft(**change)), *path)
    assert (found["errorCode"], found.get("inputValue")) == (code, value)
    assert books.documents() == []


def test_three_decimals_that_are_two_are_taken(api: httpx.Client, customer: int) -> None:
    body = b'{"quantity": 2.000, "unitNetPrice": 1.250, "product": {"productNumber": "KRUS"}}'
    whole = api.build_request("POST", "/orders/drafts", json=draft({"LINE": 1})).content.replace(b'{"LINE":1}', body)
    response = api.post("/orders/drafts", content=whole, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["netAmount"]) == (201, 2.5)


def test_a_barred_product_is_refused_as_recorded(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a recorded refusal of the ninth line
    recorded = vendors("errors/400.E04300.E06600-barred-product.json")
    number = recorded["errors"]["lines"]["items"][0]["product"]["errors"][0]["inputValue"]
    books.put_product(number, barred=True)
    # When the ninth line has a barred product here
    said = api.post("/invoices/drafts", json=draft(*[line()] * 8, line(number))).json()
    # Then all of it is the same but the log, and our address in the hint
    for body in (recorded, said):
        del body["logId"], body["logTime"]
        problem_of = body["errors"]["lines"]["items"][0]["product"]["errors"][0]
        problem_of["developerHint"] = problem_of["developerHint"].replace(books.url, "https://restapi.e-conomic.com")
    assert said == recorded


def test_all_problems_are_told_at_once(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given two lines with two problems each, and one above
    bad = line("NONE", 1.111)
    said = api.post("/orders/drafts", json=draft(line(), bad, bad, layout={"layoutNumber": 7})).json()
    # Then each stands in its place
    assert (said["errorCount"], said["message"]) == (5, "Validation failed. 5 errors found.")
    assert [row["arrayIndex"] for row in said["errors"]["lines"]["items"]] == [1, 2]
    assert set(said["errors"]["lines"]["items"][0]) == {"arrayIndex", "product", "quantity"}


def test_a_barred_customer_gets_nothing(books: EconomicSandbox, api: httpx.Client, drafts: str) -> None:
    books.put_customer("Lampeland Handel", number=1, barred=True)
    assert problem(api.post(drafts, json=draft()), "customer")["errorCode"] == "E06500"


def test_a_product_barred_and_let_go_again(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    books.set_product_barred("KRUS", True)
    assert problem(api.post("/orders/drafts", json=draft()), *FIRST, "product")["errorCode"] == "E06600"
    books.set_product_barred("KRUS", False)
    assert api.post("/orders/drafts", json=draft()).status_code == 201


def test_a_due_date_counts_with_its_terms_alone(api: httpx.Client, customer: int) -> None:
    # Given a due date long gone, When the terms compute their own, Then it is ignored
    said = api.post("/orders/drafts", json=draft(dueDate="2001-01-01")).json()
    assert said["dueDate"] == "2026-03-09"
    body = draft(paymentTerms={"paymentTermsNumber": 2}, dueDate="2026-03-01")
    assert api.post("/orders/drafts", json=body).json()["dueDate"] == "2026-03-01"
    body = draft(paymentTerms={"paymentTermsNumber": 3})
    assert api.post("/orders/drafts", json=body).json()["dueDate"] == "2026-03-01"


def test_a_reference_may_be_a_link(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a product whose number needs e-conomic's own writing
    books.put_product("KRUS/BLÅ 1.0", group=3)
    link = next(one["self"] for one in books.products() if one["productNumber"] == "KRUS/BLÅ 1.0")
    # When everything is referred to by its link
    body = draft(
        {"product": {"self": link}, "quantity": 1, "unitNetPrice": 100},
        layout={"self": f"{books.url}/layouts/19"},
        customer={"self": f"{books.url}/customers/1"},
    )
    # Then it is found
    said = api.post("/orders/drafts", json=body).json()
    assert (said["lines"][0]["product"]["productNumber"], said["vatAmount"]) == ("KRUS/BLÅ 1.0", 12.0)


def test_both_recorded_shapes_of_a_list() -> None:
    # Given the same problem of the third line, When it is told in either way, Then it stands where it was recorded
    trees = []
    for bare in (True, False):
        problems = Problems(bare_lists=bare)
        problems.add(("entries", 2, "account"), "No.", "E07150", value=3562)
        with pytest.raises(Exception, match="E04300") as refused:
            problems.raise_any()
        trees.append(refused.value.body["errors"]["entries"])  # type: ignore[attr-defined]
    assert trees[0] == trees[1]["items"]
    assert trees[0][0]["arrayIndex"] == 2
