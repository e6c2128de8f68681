"""Drafts: made, read, replaced, deleted, and what becomes of their numbers."""

from __future__ import annotations

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.furniture import Layout, PaymentTerms, Unit
from shared.domain.document import DocumentKind, Place
from tests.connectors.economic.sandbox.samples import created, draft, line, vendors

KINDS = [("orders", "orderNumber", DocumentKind.ORDER), ("invoices", "draftInvoiceNumber", DocumentKind.INVOICE)]


@pytest.mark.parametrize(("kind", "number", "_"), KINDS)
def test_a_draft_is_made_and_read(api: httpx.Client, customer: int, kind: str, number: str, _: DocumentKind) -> None:
    # Given a draft with a line of each sort, and properties nobody knows or may set
    body = draft(
        line(quantity=2, price=79.5, description="Krus, blå"),
        line("BREV", 1, 39, unit={"unitNumber": 1}),
        {"description": "Pakkes ind"},
        notes={"heading": "Ordre 12"},
        netAmount=1,
        somethingElse={"a": None},
    )
    # When it is made
    entity = created(api.post(f"/{kind}/drafts", json=body))
    # Then the answer is the whole entity, and reading it gives the same
    assert api.get(f"/{kind}/drafts/{entity[number]}").json() == entity
    assert (entity["netAmount"], entity["vatAmount"], entity["grossAmount"]) == (198.0, 39.75, 237.75)
    assert "somethingElse" not in entity
    assert entity["notes"] == {"heading": "Ordre 12"}
    assert entity["references"] == {"other": "SL1-1"}
    assert [one["description"] for one in entity["lines"]] == ["Krus, blå", "Porto", "Pakkes ind"]
    assert entity["lines"][1]["unit"]["name"] == "stk."
    assert entity["dueDate"] == "2026-03-09"
    assert entity["recipient"]["vatZone"]["name"] == "Domestic"


@pytest.mark.parametrize(("kind", "number", "_"), KINDS)
def test_whom_a_draft_names_and_where_it_goes_is_kept(
    books: EconomicSandbox, api: httpx.Client, customer: int, kind: str, number: str, _: DocumentKind
) -> None:
    # Given an employee, a project, and a draft that names both and has texts of every sort
    books.put_employee(7, "Bo")
    books.put_project(12)
    recipient = {"name": "Ane", "ean": "5790000000012", "publicEntryNumber": "P 1", "mobilePhone": "12345678"}
    delivery = {"address": "Lampevej 2", "city": "Lund", "deliveryTerms": "Ab Werk", "deliveryDate": "2026-03-09"}
    body = draft(
        recipient={**recipient, "nemHandelType": "ean", "vatZone": {"vatZoneNumber": 1}},
        delivery=delivery,
        notes={"heading": "Ordre 12", "textLine1": "Tak", "textLine2": "Igen"},
        references={"other": "SL1-1", "salesPerson": {"employeeNumber": 7}},
        project={"projectNumber": 12},
    )
    # When it is made, Then reading it gives all of that back, with links to whom it names
    entity = created(api.post(f"/{kind}/drafts", json=body))
    assert api.get(f"/{kind}/drafts/{entity[number]}").json() == entity
    assert {name: entity["recipient"][name] for name in recipient} == recipient
    assert (entity["delivery"], entity["notes"]) == (delivery, body["notes"])
    assert entity["references"]["salesPerson"] == {"employeeNumber": 7, "self": f"{books.url}/employees/7"}
    assert entity["project"]["projectNumber"] == 12
    # And one that replaces it without them loses them
    replaced = api.put(f"/{kind}/drafts/{entity[number]}", json=draft()).json()
    assert replaced["references"] == {"other": "SL1-1"}
    assert {"project", "delivery", "notes"} & replaced.keys() == set()


def test_employees_can_be_looked_up(books: EconomicSandbox, api: httpx.Client) -> None:
    assert api.get("/employees").json()["collection"] == []
    books.put_employee(7, "Bo")
    assert [one["name"] for one in api.get("/employees").json()["collection"]] == ["Bo"]
    assert api.get("/employees/7").json()["employeeNumber"] == 7
    assert api.get("/employees/8").status_code == 404


def test_the_answer_has_what_a_recorded_one_has(api: httpx.Client, customer: int) -> None:
    # Given the answer that a real agreement gave to a draft invoice
    recorded = vendors("responses/invoices.drafts.POST.201.json")
    # When one is made here
    entity = created(api.post("/invoices/drafts", json=draft(line(unit={"unitNumber": 1}), notes={"heading": "x"})))
    # Then no field of it is missing
    assert set(recorded) - set(entity) == set()
    assert set(recorded["lines"][0]) - set(entity["lines"][0]) == set()
    assert set(recorded["recipient"]["vatZone"]) == set(entity["recipient"]["vatZone"])


def test_lists_have_no_lines(api: httpx.Client, customer: int) -> None:
    entity = created(api.post("/orders/drafts", json=draft()))
    listed = api.get("/orders/drafts").json()["collection"]
    assert listed == [{name: value for name, value in entity.items() if name != "lines"}]


@pytest.mark.parametrize(
    "name",
    [
        "SYNTHETIC.orders.drafts.POST.minimal",
        "SYNTHETIC.invoices.drafts.POST.creditnote",
        "invoices.drafts.POST.restdocs",
    ],
)
def test_what_the_vendor_shows_as_a_request_is_accepted(books: EconomicSandbox, api: httpx.Client, name: str) -> None:
    # Given books with what the vendor's examples refer to
    for product in ("TROEJE-BLAA-M", "fragt", "50"):
        books.put_product(product)
    for number in (1, 10001):
        books.put_customer(number=number)
    books.books.layouts[5] = Layout(5, "Eksempel")
    books.books.units[2] = Unit(2, "Tim")
    books.books.payment_terms[1] = PaymentTerms(1, "Lobende maned 14 dage", "invoiceMonth", 14)
    # When one is sent, Then it is taken
    kind = "orders" if "orders" in name else "invoices"
    created(api.post(f"/{kind}/drafts", json=vendors(f"requests/{name}.json")))


@pytest.mark.parametrize(("kind", "number", "_"), KINDS)
def test_replacing_a_draft_keeps_nothing_of_it(
    books: EconomicSandbox, api: httpx.Client, customer: int, kind: str, number: str, _: DocumentKind
) -> None:
    # Given a draft with a note
    entity = created(api.post(f"/{kind}/drafts", json=draft(line(), line(), notes={"heading": "Ordre 12"})))
    # When it is replaced by one without
    response = api.put(entity["self"], json=draft(line(price=5), references={"other": "SL1-2"}))
    # Then only the new one is there, under the same number
    assert response.status_code == 200
    found = api.get(entity["self"]).json()
    assert found == response.json()
    assert (found[number], len(found["lines"]), found.get("notes")) == (entity[number], 1, None)
    assert [one.reference for one in books.documents()] == ["SL1-2"]


def test_replacing_a_draft_that_is_not_there_makes_it(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    assert created(api.put("/orders/drafts/7", json=draft()))["orderNumber"] == 7
    books.move_order(7, Place.SENT)
    assert api.put("/orders/drafts/7", json=draft()).status_code == 404


@pytest.mark.parametrize(("kind", "number", "_"), KINDS)
def test_a_deleted_drafts_number_goes_to_the_next_draft(
    books: EconomicSandbox, api: httpx.Client, customer: int, kind: str, number: str, _: DocumentKind
) -> None:
    # Given three drafts, of which two are deleted, one of them by hand
    made = [created(api.post(f"/{kind}/drafts", json=draft())) for _ in range(3)]
    response = api.delete(made[1]["self"])
    books.delete_draft(_, made[0][number])
    # Then the answer says what was deleted, and a repeat finds nothing
    assert response.status_code == 200
    assert response.json()["deletedCount"] == 1
    assert response.json()["deletedItems"] == [{number: 2, "self": made[1]["self"]}]
    assert (api.delete(made[1]["self"]).status_code, api.delete(made[1]["self"]).json()["errorCode"]) == (404, "E06000")
    # When more are made, Then they get the lowest numbers that are free
    assert [created(api.post(f"/{kind}/drafts", json=draft()))[number] for _ in range(3)] == [1, 2, 4]


def test_deleting_an_invoice_answers_in_the_recorded_words(api: httpx.Client, customer: int) -> None:
    entity = created(api.post("/invoices/drafts", json=draft()))
    recorded = vendors("responses/invoices.drafts.DELETE.200.json")
    said = api.delete(entity["self"]).json()
    assert (said["message"], set(said), set(said["deletedItems"][0])) == (
        recorded["message"],
        set(recorded),
        set(recorded["deletedItems"][0]),
    )


@pytest.mark.parametrize("path", ["/invoices/drafts", "/invoices/drafts/"])
def test_deleting_without_a_number_wipes_all_drafts(
    books: EconomicSandbox, api: httpx.Client, customer: int, path: str
) -> None:
    # Given drafts of both kinds
    books.put_draft(DocumentKind.ORDER, reference="order")
    for reference in ("one", "two"):
        books.put_draft(DocumentKind.INVOICE, reference=reference)
    # When a client forgets the number
    response = api.delete(path)
    # Then all drafts of that kind are gone
    assert (response.status_code, response.json()["deletedCount"]) == (200, 2)
    assert [one.reference for one in books.documents()] == ["order"]


def test_an_order_keeps_its_number_wherever_it_goes(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given orders that were sent and archived
    for reference in ("a", "b", "c"):
        api.post("/orders/drafts", json=draft(references={"other": reference}))
    books.move_order(1, Place.SENT)
    books.move_order(2, Place.ARCHIVED)
    # Then each is found in its place alone, and no draft gets its number
    assert api.get("/orders/drafts/1").status_code == 404
    assert api.get("/orders/sent/1").json()["references"]["other"] == "a"
    assert api.get("/orders/archived/2").json()["self"] == f"{books.url}/orders/archived/2"
    assert created(api.post("/orders/drafts", json=draft()))["orderNumber"] == 4


def test_an_order_that_takes_something_back_is_never_sent(
    books: EconomicSandbox, api: httpx.Client, customer: int
) -> None:
    created(api.post("/orders/drafts", json=draft(line(), line(quantity=-1))))
    with pytest.raises(ValueError, match="below"):
        books.move_order(1, Place.SENT)
    assert [one.place for one in books.documents()] == [Place.DRAFT]
