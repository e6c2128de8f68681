"""The filter language: what it finds, its escapes, and its traps."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.table import Table
from shared.domain.document import DocumentKind

#: Names of customers 1, 2, 3 ...
NAMES = ("Anna", "anna b", "Bo $5", "Bo (ltd)", "Bo*Star", "C[x]", "Cx", "D,E", "Ægte", "$and:")


@pytest.fixture
def crowd(books: EconomicSandbox) -> None:
    """Every other one has a city, the fourth is barred, and there is a fiftieth."""
    for number, name in enumerate(NAMES, 1):
        books.put_customer(name, number=number, barred=number == 4, **({"city": "By"} if number % 2 else {}))
    books.put_customer("Zoe", number=50)


def found(api: httpx.Client, text: str, path: str = "/customers") -> list[int]:
    response = api.get(path, params={"filter": text, "pagesize": 1000})
    assert response.status_code == 200, response.text
    page = response.json()
    assert page["pagination"]["results"] == len(page["collection"])
    return [row["customerNumber"] for row in page["collection"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("name$eq:ANNA", [1], id="case aside"),
        pytest.param("name$ne:anna", [2, 3, 4, 5, 6, 7, 8, 9, 10, 50], id="not equal"),
        pytest.param("customerNumber$gt:9", [10, 50], id="greater"),
        pytest.param("customerNumber$gte:10$and:customerNumber$lt:50", [10], id="a range"),
        pytest.param("customerNumber$lte:1", [1], id="at most"),
        pytest.param("customerNumber$in:[1,50,99]", [1, 50], id="one of"),
        pytest.param("customerNumber$nin:[1,2,3,4,5,6,7,8,9]", [10, 50], id="none of"),
        pytest.param("name$in:[Anna,D$,E]", [1, 8], id="a comma in a list"),
        pytest.param("name$like:ann", [1, 2], id="like: contains"),
        pytest.param("name$like:*b", [2], id="like: ends with"),
        pytest.param("name$like:bo*", [3, 4, 5], id="like: begins with"),
        pytest.param("name$like:o$*s", [5], id="like: an escaped star"),
        pytest.param("name$like:C[wxy]", [7], id="like: brackets are a character class"),
        pytest.param("name$eq:C[x]", [6], id="equal: brackets are brackets"),
        pytest.param("name$eq:C$[x$]", [], id="the published escape of brackets matches nothing"),
        pytest.param("name$eq:Bo $$5", [3], id="a dollar"),
        pytest.param("name$eq:Bo (ltd$)", [4], id="parentheses"),
        pytest.param("name$eq:Bo $(ltd$)", [4], id="both escaped"),
        pytest.param("name$eq:$$and:", [10], id="a name like an operator"),
        pytest.param("name$eq:ægTE", [9], id="Danish letters"),
        pytest.param("name$eq:Anna$or:name$eq:Zoe", [1, 50], id="or"),
        pytest.param("name$like:bo$and:customerNumber$gt:3$or:name$eq:zoe", [4, 5, 50], id="and before or"),
        pytest.param("name$like:bo$and:(customerNumber$gt:4$or:customerNumber$lt:4)", [3, 5], id="parentheses group"),
        pytest.param("city$eq:$null:$and:customerNumber$lt:9", [2, 4, 6, 8], id="missing"),
        pytest.param("city$ne:$null:", [1, 3, 5, 7, 9], id="there"),
        pytest.param("city$ne:By", [], id="a missing value is not unequal"),
        pytest.param("barred$eq:true", [4], id="barred"),
        pytest.param("lastUpdated$gt:2020-01-01T00:00:00Z$and:name$eq:zoe", [50], id="a moment"),
        pytest.param("customerGroup.customerGroupNumber$eq:1$and:name$eq:zoe", [50], id="a field of a field"),
    ],
)
def test_what_a_filter_finds(api: httpx.Client, crowd: None, text: str, expected: list[int]) -> None:
    assert found(api, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "name", "name$eq", "name$is:x", "name$eq:a)", "(name$eq:a", "name$eq:a$b", "name$eq:a$and:", "name$in:1",
        "name$in:[1", "name$in:[a)]", "customerNumber$eq:one", "barred$eq:yes", "name$like:$null:", "name$eq:a$",
        f"customerNumber$in:[{','.join(map(str, range(201)))}]",
    ],
)  # fmt: skip
def test_what_is_no_filter(api: httpx.Client, text: str) -> None:
    response = api.get("/customers", params={"filter": text})
    assert response.status_code == 400
    assert all(isinstance(error, str) for error in response.json()["errors"])


def test_two_hundred_values_are_allowed(api: httpx.Client, books: EconomicSandbox) -> None:
    books.put_customer(number=200)
    assert found(api, f"customerNumber$in:[{','.join(map(str, range(1, 201)))}]") == [200]


@pytest.mark.parametrize(
    ("path", "field"),
    [("/customers", "paymentTerms.paymentTermsNumber"), ("/layouts", "name"), ("/orders/archived", "lastUpdated")],
)
def test_a_field_that_cannot_be_filtered_by(api: httpx.Client, path: str, field: str) -> None:
    response = api.get(path, params={"filter": f"{field}$eq:1"})
    body = response.json()
    assert response.status_code == 400
    assert body["errors"] == [f"Filtering is not allowed on property '{field}'."]
    assert field not in body["allowedFilteringFields"]
    assert ("name" in body["allowedFilteringFields"]) is (path == "/customers")


@pytest.mark.parametrize(
    ("path", "text", "status"),
    [
        ("/orders/drafts", "paymentTerms.paymentTermsNumber$eq:1", 500),
        ("/invoices/drafts", "paymentTerms.paymentTermsNumber$eq:1", 200),
        ("/products", "barred$ne:true", 500),
        ("/products", "barred$eq:$null:", 500),
        ("/products", "barred$eq:true", 200),
    ],
)
def test_where_the_real_server_breaks(api: httpx.Client, path: str, text: str, status: int) -> None:
    assert api.get(path, params={"filter": text}).status_code == status


def test_documents_are_found_by_reference_whatever_it_holds(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given drafts with references that need every escape there is
    references = [
        "SL1-1",
        "SL1-12",
        "a$b",
        "a)b",
        "a(b",
        "a*b",
        "a,b",
        "a[b]",
        "a'b",
        'a"b',
        "a&b",
        "a%b",
        "a+b",
        "æ/ø",
    ]
    for reference in references:
        books.put_draft(DocumentKind.INVOICE, reference=reference)
    # When each is looked for by the required escapes alone
    for number, reference in enumerate(references, 1):
        text = "references.other$eq:" + reference.replace("$", "$$").replace(")", "$)")
        page = api.get("/invoices/drafts", params={"filter": text}).json()
        # Then it alone is found
        assert [row["draftInvoiceNumber"] for row in page["collection"]] == [number]
        assert (page["pagination"]["results"], page["pagination"]["resultsWithoutFilter"]) == (1, len(references))


def test_a_search_by_reference_looks_at_no_other_document(
    books: EconomicSandbox, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given documents, some of which changed their reference
    for number in range(30):
        books.put_draft(DocumentKind.INVOICE, reference=f"SL1-{number}")
    books.delete_draft(DocumentKind.INVOICE, 5)
    books.put_draft(DocumentKind.INVOICE, reference="SL1-x")

    def must_not(_: Table[Any]) -> list[dict[str, Any]]:
        raise AssertionError("walked through all of them")

    # When one is searched for, Then the index answers
    monkeypatch.setattr(Table, "all", must_not)
    for reference, hits in (("sl1-7", 1), ("SL1-4", 0), ("SL1-X", 1)):
        page = api.get("/invoices/drafts", params={"filter": f"references.other$eq:{reference}"}).json()
        assert page["pagination"]["results"] == hits
