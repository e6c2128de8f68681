"""The vendor's own schemas as a second opinion."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import httpx
import pytest

from connectors.economic.sandbox import SCHEMAS as VARIABLE
from connectors.economic.sandbox import EconomicSandbox
from tests.connectors.economic.sandbox.samples import SCHEMAS, created, draft, line, problem, speak, vendors
from tests.connectors.economic.sandbox.test_master import buyer, goods


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[EconomicSandbox]:
    if not SCHEMAS.exists():
        pytest.skip("the vendor's schemas are not here")
    pytest.importorskip("jsonschema")
    monkeypatch.setenv(VARIABLE, str(SCHEMAS))
    with EconomicSandbox() as books:
        books.put_product("KRUS")
        books.put_customer()
        yield books


def test_bodies_that_are_right_pass(strict: EconomicSandbox) -> None:
    # Given bodies with all that the facts allow, a unit by its number among it
    strict.put_employee(7)
    strict.put_project(12)
    full = draft(
        line(unit={"unitNumber": 1}, discountPercentage=12.5),
        recipient={
            "name": "Ane", "ean": "5790000000012", "publicEntryNumber": "P 1", "mobilePhone": "12345678",
            "nemHandelType": "peppol", "vatZone": {"vatZoneNumber": 1},
        },
        delivery={"address": "Lampevej 2", "deliveryTerms": "Ab Werk", "deliveryDate": "2026-03-09"},
        notes={"heading": "x", "textLine1": "y", "textLine2": "z"},
        references={"other": "SL1-1", "salesPerson": {"employeeNumber": 7}, "vendorReference": {"employeeNumber": 7}},
        project={"projectNumber": 12},
    )  # fmt: skip
    with speak(strict) as api:
        # When they are created, replaced and booked, Then no schema is in the way
        for kind in ("orders", "invoices"):
            entity = created(api.post(f"/{kind}/drafts", json=full))
            assert api.put(entity["self"], json=full).status_code == 200
        created(api.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 1}, "sendBy": "none"}))
        for path, body in (("customers", buyer(barred=True)), ("products", goods("X/1", salesPrice=1.5))):
            entity = created(api.post(f"/{path}", json=body))
            assert api.put(entity["self"], json=body).status_code == 200


def test_a_schema_sees_what_our_own_look_does_not(strict: EconomicSandbox) -> None:
    # Given a property that we take no notice of, When it breaks the schema, Then the schema refuses it
    with speak(strict) as api:
        body = draft(line(accrual={"startDate": "soon"}))
        found = problem(api.post("/orders/drafts", json=body), "lines", 0, "accrual", "startDate")
    assert found["propertyName"] == "startDate"


def test_our_own_look_comes_first(strict: EconomicSandbox) -> None:
    with speak(strict) as api:
        found = problem(api.post("/orders/drafts", json=draft(references={"other": None})), "references", "other")
    assert found["errorMessage"] == "Expected String but got Null"


def test_without_a_folder_nothing_is_loaded(
    monkeypatch: pytest.MonkeyPatch, books: EconomicSandbox, api: httpx.Client, customer: int
) -> None:
    # Given an installation without the package, When a body is sent, Then it is not missed
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    created(api.post("/orders/drafts", json=draft(line(accrual={"startDate": "soon"}))))


def test_the_booking_that_the_vendor_shows(strict: EconomicSandbox) -> None:
    # Given the vendor's example, and a draft with its number
    body = vendors("requests/SYNTHETIC.invoices.booked.POST.json")
    number = body["draftInvoice"]["draftInvoiceNumber"]
    with speak(strict) as api:
        created(api.put(f"/invoices/drafts/{number}", json=draft()))
        # When it is sent, Then it is taken
        created(api.post("/invoices/booked", json=body))
