"""`/__sandbox__`, the methods that do the same, and the command."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from decimal import Decimal

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox, KeyPolicy, Rounding, Ties
from shared.domain.document import DocumentKind, Place
from tests.connectors.economic.sandbox.samples import TRUST, draft


def test_all_a_developer_needs_to_connect(books: EconomicSandbox, control: httpx.Client) -> None:
    said = control.get("/books").json()
    assert (said["url"], said["rounding"], said["keys"], said["granted"]) == (books.url, "rate", "arrival", True)
    assert said["app_secret_token"] == books.app_secret_token
    assert said["agreement_grant_token"] == books.agreement_grant_token


def test_knobs_are_turned_while_it_runs(books: EconomicSandbox, api: httpx.Client, control: httpx.Client) -> None:
    knobs = {"rounding": "line", "ties": "even", "keys": "commit", "tokens_per_minute": 500, "granted": False}
    assert control.patch("/books", json=knobs).json()["tokens_per_minute"] == 500
    said = books.settings
    assert (said.rounding, said.ties, said.keys) == (Rounding.LINE, Ties.EVEN, KeyPolicy.COMMIT)
    assert api.get("/self").status_code == 401
    assert control.patch("/books", json={"rounding": "odd"}).status_code == 400
    assert control.patch("/books", json={"granted": True}).json()["rounding"] == "line"
    assert api.get("/self").status_code == 200


def test_a_strangers_day_by_http(books: EconomicSandbox, api: httpx.Client, control: httpx.Client) -> None:
    # Given a product and a customer put in by hand
    assert control.post("/products", json={"number": "KRUS", "group": 3}).status_code == 204
    number = control.post("/customers", json={"name": "Lampeland", "email": "x@lampeland.example"}).json()["number"]
    # When a stranger makes an order of it, moves it on, and makes and deletes another
    lines = [["KRUS", "2", "50.00"]]
    order = {"kind": "order", "reference": "by hand", "customer": number, "lines": lines}
    assert control.post("/drafts", json=order).json() == {"number": 1}
    assert control.post("/orders/1/move", json={"place": "sent"}).status_code == 204
    control.post("/drafts", json={"kind": "invoice", "reference": "mistake"})
    assert control.delete("/drafts/invoice/1").status_code == 204
    # Then the books have the one, and say what it comes to
    assert control.get("/documents").json() == [
        {
            "kind": "order", "place": "sent", "number": 1, "reference": "by hand", "customer": number,
            "currency": "DKK", "net": 100.0, "vat": 12.0, "gross": 112.0, "created_seq": 1,
            "sent_by": "none", "sent_to": "",
        }
    ]  # fmt: skip
    assert [one["email"] for one in control.get("/customers").json()] == ["x@lampeland.example"]
    assert control.get("/products").json()[0]["productNumber"] == "BY-HAND"
    assert api.get("/orders/sent/1").json()["grossAmount"] == 112.0


def test_whom_documents_may_name_by_http(api: httpx.Client, control: httpx.Client, customer: int) -> None:
    named = draft(
        references={"other": "SL1-1", "vendorReference": {"employeeNumber": 7}}, project={"projectNumber": 12}
    )
    assert api.post("/orders/drafts", json=named).status_code == 400
    assert control.post("/employees", json={"number": 7, "name": "Bo"}).status_code == 204
    assert api.post("/orders/drafts", json=named).status_code == 400
    assert control.post("/projects", json={"number": 12}).status_code == 204
    assert api.post("/orders/drafts", json=named).status_code == 201


def test_periods_and_the_clock_by_http(books: EconomicSandbox, api: httpx.Client, control: httpx.Client) -> None:
    books.put_draft(DocumentKind.INVOICE, reference="x", day=date(2026, 5, 5))
    days = {"from_date": "2026-05-01", "to_date": "2026-05-31"}
    booking = {"draftInvoice": {"draftInvoiceNumber": 1}}
    assert control.post("/periods/bar", json=days).status_code == 204
    assert api.post("/invoices/booked", json=booking).json()["errorCode"] == "E04870"
    assert control.post("/periods/open").status_code == 204
    assert api.post("/invoices/booked", json=booking).status_code == 201
    before = control.get("/books").json()["now"]
    assert control.post("/clock", json={"advance": 86400 * 366}).json()["now"][:4] > before[:4]


def test_controls_are_never_at_fault_nor_in_the_journal(books: EconomicSandbox, control: httpx.Client) -> None:
    books.add_fault(kind="drop")
    assert control.get("/documents").status_code == 200
    assert control.get("/journal").json() == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/drafts", {"kind": "order"}),
        ("POST", "/drafts", {"kind": "order", "reference": "x", "currency": "CHF"}),
        ("POST", "/orders/9/move", {"place": "sent"}),
        ("POST", "/orders/9/move", {"place": "booked"}),
        ("DELETE", "/drafts/invoice/9", None),
        ("POST", "/customers", {"name": ""}),
        ("POST", "/clock", {}),
        ("POST", "/product-groups", {"number": 5, "rates": {"77": "25"}}),
        ("PATCH", "/vat-accounts/U99", {"rate": "25"}),
    ],
)
def test_what_cannot_be_done_by_hand(control: httpx.Client, method: str, path: str, body: object) -> None:
    response = control.request(method, path, json=body)
    assert (response.status_code, "error" in response.json()) == (400, True)


def test_what_the_books_say_of_their_documents(books: EconomicSandbox, api: httpx.Client, customer: int) -> None:
    # Given documents in several places, made in this order
    books.put_draft(DocumentKind.INVOICE, reference="b", lines=[("KRUS", Decimal(1), Decimal("7.22"))])
    api.post("/orders/drafts", json=draft(references={"other": "a"}))
    api.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 1}})
    books.move_order(1, Place.ARCHIVED)
    # Then they come in that order, each where it is now
    assert [(one.created_seq, one.kind, one.place, one.reference, one.gross) for one in books.documents()] == [
        (1, DocumentKind.INVOICE, Place.BOOKED, "b", Decimal("9.03")),
        (2, DocumentKind.ORDER, Place.ARCHIVED, "a", Decimal("125.00")),
    ]


def test_the_command_serves_until_it_is_interrupted() -> None:
    # Given the command
    command = [sys.executable, "-m", "connectors.economic.sandbox", "--rounding", "document", "--ties", "even"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(4))
        url, app, grant = (re.search(rf"^{name} +(\S+)$", said, re.M)[1] for name in ("books", "app .*", "agree.*"))  # type: ignore[index]
        # When somebody connects with what it printed, Then the books answer
        with httpx.Client(base_url=url, trust_env=False, verify=TRUST) as client:
            headers = {"X-AppSecretToken": app, "X-AgreementGrantToken": grant}
            assert client.get("/self", headers=headers).status_code == 200
        process.terminate()
        assert process.wait(10) == 0
