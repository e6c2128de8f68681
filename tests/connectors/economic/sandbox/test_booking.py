"""Booking: what cannot be undone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from shared.domain.document import DocumentKind, Place
from tests.connectors.economic.sandbox.samples import created, draft, line, problem, vendors


def book(api: httpx.Client, number: Any, **more: Any) -> httpx.Response:
    return api.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": number}, "sendBy": "none", **more})


def place(books: EconomicSandbox) -> list[tuple[Place, int]]:
    return [(one.place, one.number) for one in books.documents()]


def test_a_draft_becomes_an_invoice(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given a draft invoice
    made = created(api.post("/invoices/drafts", json=draft(line(quantity=2, price=9.5), line("BREV", 1, 39))))
    # When it is booked
    booked = created(book(api, made["draftInvoiceNumber"]))
    # Then it has its amounts and its reference, each line its VAT, and the draft is gone
    assert booked == api.get("/invoices/booked/1").json()
    for name in ("netAmount", "vatAmount", "grossAmount", "references", "date", "dueDate"):
        assert booked[name] == made[name]
    assert (booked["remainder"], booked["bookedInvoiceNumber"]) == (booked["grossAmount"], 1)
    assert [(one["vatRate"], one["vatAmount"]) for one in booked["lines"]] == [(25.0, 4.75), (0.0, 0.0)]
    assert api.get(made["self"]).status_code == 404
    assert place(books) == [(Place.BOOKED, 1)]
    assert set(vendors("responses/invoices.booked.line.demo.json")) - set(booked["lines"][0]) == {"unit"}


def test_booked_numbers_rise_without_gaps_while_drafts_reuse_theirs(
    books: EconomicSandbox, api: httpx.Client, customer: int
) -> None:
    # Given invoices of which each is made when the one before was booked or deleted
    for number in (1, 2, 3):
        assert created(api.post("/invoices/drafts", json=draft()))["draftInvoiceNumber"] == 1
        assert created(book(api, 1))["bookedInvoiceNumber"] == number
        api.post("/invoices/drafts", json=draft())
        api.delete("/invoices/drafts/1")
    assert place(books) == [(Place.BOOKED, 1), (Place.BOOKED, 2), (Place.BOOKED, 3)]


def test_a_number_of_ones_own_once(api: httpx.Client, customer: int) -> None:
    # Given an invoice booked under a number of the caller's
    api.post("/invoices/drafts", json=draft())
    assert created(book(api, 1, bookWithNumber=500))["bookedInvoiceNumber"] == 500
    # When it is wanted again, Then it is refused, and the series goes on from there
    api.post("/invoices/drafts", json=draft())
    assert book(api, 1, bookWithNumber=500).status_code == 400
    assert created(book(api, 1))["bookedInvoiceNumber"] == 501


def test_a_booked_invoice_is_found_by_reference(api: httpx.Client, customer: int) -> None:
    api.post("/invoices/drafts", json=draft())
    book(api, 1)
    for path, hits in (("drafts", 0), ("booked", 1)):
        page = api.get(f"/invoices/{path}", params={"filter": "references.other$eq:SL1-1"}).json()
        assert (page["pagination"]["results"], "lines" in str(page)) == (hits, False)


def test_a_barred_period_is_told_as_recorded_and_the_draft_stays(
    books: EconomicSandbox, api: httpx.Client, customer: int
) -> None:
    # Given a draft of a day that was barred afterwards
    recorded = vendors("errors/400.E04870-booking-barred-period.json")
    first = date.fromisoformat("2026-08-27")
    for number in range(1, 74):
        books.put_draft(DocumentKind.INVOICE, reference=str(number), day=first)
    books.bar_period(first, first)
    # When it is booked, Then the answer is the recorded one and nothing has happened
    response = book(api, 73)
    assert (response.status_code, response.json()) == (400, recorded)
    assert len(books.documents()) == 73
    # And when the period is opened it goes through
    books.open_periods()
    assert book(api, 73).status_code == 201


def test_there_is_no_booking_outside_of_the_accounting_years(api: httpx.Client, customer: int) -> None:
    api.post("/invoices/drafts", json=draft(date="2014-08-08"))
    assert book(api, 1).json()["errorCode"] == "E04870"


def test_what_was_barred_since_the_draft_was_made(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    api.post("/invoices/drafts", json=draft())
    books.set_product_barred("KRUS", True)
    assert book(api, 1).json()["errorCode"] == "E06600"
    books.set_product_barred("KRUS", False)
    books.put_customer("Lampeland Handel", number=1, barred=True)
    assert book(api, 1).json()["errorCode"] == "E06500"
    assert place(books) == [(Place.DRAFT, 1)]


def test_words_alone_cannot_be_booked(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    api.post("/invoices/drafts", json=draft({"description": "Tak"}))
    assert book(api, 1).status_code == 400
    assert place(books) == [(Place.DRAFT, 1)]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, ["draftInvoice"]),
        ({"draftInvoice": {}}, ["draftInvoice"]),
        ({"draftInvoice": {"draftInvoiceNumber": 0}}, ["draftInvoice", "draftInvoiceNumber"]),
        ({"draftInvoice": {"draftInvoiceNumber": "1"}}, ["draftInvoice", "draftInvoiceNumber"]),
        ({"draftInvoice": {"draftInvoiceNumber": 1}, "sendBy": "email"}, ["sendBy"]),
    ],
)
def test_bookings_of_the_wrong_shape(
    books: EconomicSandbox, api: httpx.Client, customer: int, body: dict[str, Any], path: list[str]
) -> None:
    api.post("/invoices/drafts", json=draft())
    assert problem(api.post("/invoices/booked", json=body), *path)
    assert place(books) == [(Place.DRAFT, 1)]


def test_a_draft_that_is_not_there(api: httpx.Client) -> None:
    assert book(api, 9).json()["errorCode"] == "E06000"


def test_a_credit_note_is_an_invoice_that_takes_back(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    api.post("/invoices/drafts", json=draft(line(quantity=-2, price=80)))
    assert created(book(api, 1))["grossAmount"] == -200.0
    assert [(one.kind, one.gross) for one in books.documents()] == [(DocumentKind.INVOICE, Decimal(-200))]
