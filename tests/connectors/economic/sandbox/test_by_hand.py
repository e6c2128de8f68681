"""What an owner does with documents in his books, without the API."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from shared.domain.document import DocumentKind, Place
from tests.connectors.economic.sandbox.samples import created, draft, line

INVOICE = DocumentKind.INVOICE


def test_a_line_of_a_draft_gets_another_price_and_another_text(
    books: EconomicSandbox, api: httpx.Client, control: httpx.Client, customer: int
) -> None:
    # Given a draft of two products and a line of text
    sent = draft(line(quantity=2, price=9.5), line("BREV", 1, 39), {"description": "Tak"})
    before = created(api.post("/invoices/drafts", json=sent))
    # When a price is corrected by the method, and a text over HTTP
    books.change_line(INVOICE, 1, 1, price=Decimal("10.00"))
    assert control.patch("/drafts/invoice/1", json={"line": 3, "text": "Mange tak"}).status_code == 204
    # Then the totals follow, and nothing else has changed
    after = api.get("/invoices/drafts/1").json()
    assert (after["netAmount"], after["vatAmount"], after["grossAmount"]) == (59.0, 5.0, 64.0)
    assert [one["description"] for one in after["lines"]] == ["Kaffekrus", "Porto", "Mange tak"]
    assert after["lines"][1] == before["lines"][1]
    assert (after["references"], after["date"]) == (before["references"], before["date"])


def test_a_draft_that_is_booked_is_an_invoice_with_the_next_number_or_with_one_that_was_chosen(
    books: EconomicSandbox, control: httpx.Client
) -> None:
    numbers = [books.put_draft(INVOICE, reference=str(index)) and books.book_draft(1) for index in range(2)]
    books.put_draft(INVOICE, reference="2")
    assert control.post("/drafts/invoice/1/book", json={"with_number": 500}).json() == {"number": 500}
    books.put_draft(INVOICE, reference="3")
    assert control.post("/drafts/invoice/1/book").json() == {"number": 501}
    assert numbers == [1, 2]
    assert [(one.place, one.number, one.reference) for one in books.documents()] == [
        (Place.BOOKED, 1, "0"), (Place.BOOKED, 2, "1"), (Place.BOOKED, 500, "2"), (Place.BOOKED, 501, "3"),
    ]  # fmt: skip


def test_a_credit_note_takes_back_what_was_invoiced_to_the_cent(
    books: EconomicSandbox, api: httpx.Client, control: httpx.Client, customer: int
) -> None:
    # Given an invoice of which a half was rounded
    created(api.post("/invoices/drafts", json=draft(line(quantity=3, price=7.22), date="2026-03-01")))
    invoice = books.book_draft(1)
    # When it is credited, with its own reference and with another
    note = books.credit_invoice(invoice)
    assert control.post(f"/invoices/{invoice}/credit", json={"reference": "Kredit"}).json() == {"number": note + 1}
    # Then both are booked invoices of their own, which come to nothing with it
    first, second, third = books.documents()
    assert (second.place, second.number, second.customer) == (Place.BOOKED, invoice + 1, first.customer)
    for back in (second, third):
        assert (back.net, back.vat, back.gross) == (-first.net, -first.vat, -first.gross)
    assert (second.reference, third.reference) == ("SL1-1", "Kredit")
    said = api.get(f"/invoices/booked/{note}").json()
    assert (said["lines"][0]["quantity"], said["date"]) == (-3.0, datetime.now(UTC).date().isoformat())
    # And the invoice stands as it was
    assert api.get(f"/invoices/booked/{invoice}").json()["grossAmount"] == float(first.gross)


def test_what_the_books_refuse_is_refused_by_hand_and_changes_nothing(books: EconomicSandbox) -> None:
    number = books.put_draft(INVOICE, reference="x", day=date(2020, 1, 1))
    invoice = books.put_draft(INVOICE, reference="y")
    booked = books.book_draft(invoice)
    before = books.documents()
    # Given a draft of a year that is not there, numbers that are not there or taken, and a line too many
    with pytest.raises(ValueError, match="barred period"):
        books.book_draft(number)
    with pytest.raises(ValueError, match="taken"):
        books.book_draft(number, with_number=booked)
    with pytest.raises(ValueError, match="there is no invoice 99"):
        books.credit_invoice(99)
    for line_number in (0, 2):
        with pytest.raises(ValueError, match="1 line"):
            books.change_line(INVOICE, number, line_number, text="x")
    # And a period that is closed to a credit note, too
    books.close_year(str(datetime.now(UTC).year))
    with pytest.raises(ValueError, match="barred period"):
        books.credit_invoice(booked)
    # Then
    assert books.documents() == before
