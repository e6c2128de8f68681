"""Drafts that wait for their booking: what no longer holds by then is put right first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from shared.domain.document import Place
from shared.store.database import Database
from tests.line.buyers import EMAIL, bought, debtors, delete, handled, numbers
from tests.line.drafts import shown
from tests.line.rig import Line, line_to
from tests.support.orders import modified_at
from workers.hand import LEASE
from workers.make_once import REST

BY_STATE = {"on-hold": {"document": "invoice"}, "completed": {"document": "invoice", "book": True}}
UNPAID: dict[str, Any] = {"date_paid": None, "date_paid_gmt": None}
WAITS: dict[str, Any] = {"status": "on-hold", **UNPAID}
PAID: dict[str, Any] = {"date_paid": "2026-03-09T12:00:00", "date_paid_gmt": "2026-03-09T11:00:00"}
IS_DONE: dict[str, Any] = {"status": "completed", **modified_at(9)}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        yield line


def waiting(line: Line, settings: dict[str, Any], **more: Any) -> None:
    """An order whose draft waits for the state in which it is booked."""
    line.choose({"by_state": BY_STATE, **settings})
    assert handled(line, {**bought(1), **WAITS, **more}) == ("done", "")


def finished(line: Line, **more: Any) -> dict[str, Any]:
    """The booked invoice of that order."""
    assert handled(line, {**bought(1), **IS_DONE, **more}, delivery="d2") == ("done", ""), line.said(1)
    return shown(line, 1, place="booked")


def replaced(line: Line) -> list[Any]:
    return [json.loads(one.body) for one in line.books.journal.entries() if one.method == "PUT"]


def move_to(line: Line, customer: int) -> None:
    """By hand, in the books."""
    (sent,) = [one.body for one in line.books.journal.entries() if one.method == "POST" and one.path.endswith("drafts")]
    tokens = {
        "X-AppSecretToken": line.books.app_secret_token,
        "X-AgreementGrantToken": line.books.agreement_grant_token,
    }
    moved = {**json.loads(sent), "customer": {"customerNumber": customer}}
    httpx.put(f"{line.books.url}/invoices/drafts/1", headers=tokens, json=moved).raise_for_status()
    assert debtors(line) == {"1": customer}


# What the settings ask of it.


def test_terms_of_orders_that_are_paid_reach_a_draft_of_before(line: Line) -> None:
    # Given a draft of an order that nobody had paid yet
    waiting(line, {"choices": {"payment_terms": [{"when": {"fact": "is_paid", "is": True}, "use": 3}, {"use": 1}]}})
    # When it is paid and sent, then it is booked with the terms of paid orders
    assert finished(line, **PAID)["paymentTerms"]["paymentTermsNumber"] == 3


def test_a_heading_that_tells_the_state_tells_that_of_the_booking(line: Line) -> None:
    waiting(line, {"fields": {"heading": {"fact": "status"}}})
    assert finished(line)["notes"]["heading"] == "completed"


def test_a_field_of_a_plugins_own_place_is_as_it_stands_there_now(line: Line) -> None:
    waiting(line, {"fields": {"delivery_terms": {"path": "pickup.place"}}}, pickup={"place": "Aarhus"})
    assert finished(line, pickup={"place": "Odense"})["delivery"]["deliveryTerms"] == "Odense"


def test_a_field_of_the_customers_that_they_are_found_by_is_as_it_stands_there_now(line: Line) -> None:
    # Given a customer who is found by an e-mail address of a plugin's own, which gets another one meanwhile
    waiting(line, {"customer_fields": {"email": {"path": "invoice_to"}}}, invoice_to="one@lampeland.example")
    finished(line, invoice_to="two@lampeland.example")
    # Then the invoice is of whoever has that
    assert debtors(line) == {"1": 2}


def test_a_document_of_the_day_of_payment_is_of_that_day_once_it_is_paid(line: Line) -> None:
    waiting(line, {"document_date": "paid"})
    assert finished(line, **PAID)["date"] == "2026-03-09"


def test_answers_that_lead_to_the_same_leave_the_draft_as_it_was(line: Line) -> None:
    # Given terms that ask for the state
    waiting(line, {"choices": {"payment_terms": [{"when": {"fact": "status", "is": "pending"}, "use": 3}]}})
    # When the order passes on, and another state leads to the same, then nothing is written but the booking
    finished(line)
    assert replaced(line) == []


def test_other_settings_are_no_change_of_an_order_that_answers_as_before(line: Line) -> None:
    # Given a draft, and settings that ask for more and choose otherwise by now
    waiting(line, {"fields": {"heading": {"path": "pickup.place"}}}, pickup={"place": "Aarhus"})
    line.choose({"by_state": BY_STATE, "fields": {"heading": {"fact": "status"}}, "choices": {"layout": [{"use": 19}]}})
    # When it is booked, then it is as it was made
    assert finished(line, pickup={"place": "Aarhus"})["notes"]["heading"] == "Aarhus"


def test_what_cannot_be_answered_any_more_stops_the_booking_and_names_the_draft(line: Line) -> None:
    waiting(line, {"fields": {"heading": {"path": "pickup.place"}}}, pickup={"place": "Aarhus"})
    ended = handled(line, {**bought(1), **IS_DONE, "pickup": {"place": {"city": "Odense"}}}, delivery="d2")
    assert ended == ("failed", "field_unmapped")
    assert line.said(1).startswith("The draft 1 stands in the books with ")
    assert [one.place for one in line.books.documents()] == [Place.DRAFT]


def test_new_content_that_the_books_were_not_up_to_goes_before_the_booking(line: Line) -> None:
    # Given a draft that comes to the same, with other terms, and books that are not up to them for a moment
    waiting(line, {"choices": {"payment_terms": [{"when": {"fact": "is_paid", "is": True}, "use": 3}, {"use": 1}]}})
    line.books.add_fault(kind="answer", status=429, body="{}", method="PUT", path="*drafts*", count=1)
    handled(line, {**bought(1), **IS_DONE, **PAID}, delivery="d2")
    assert line.state(1)[0] == "waiting"
    # When it is tried again
    line.let_time_pass(REST + LEASE)
    line.work(1)
    # Then
    assert line.state(1) == ("done", ""), line.said(1)
    assert shown(line, 1, place="booked")["paymentTerms"]["paymentTermsNumber"] == 3


# Whose it is.


def test_a_draft_stays_with_its_customer_whose_address_the_owner_corrected(line: Line) -> None:
    # Given a draft, whose customer gets another e-mail address in the books
    waiting(line, {})
    line.books.put_customer("Mette", number=1, email="bogholderi@lampeland.example")
    # When something else of the order changes before it is booked, then nobody new is made
    assert finished(line, customer_note="Ring")["notes"]["textLine1"] == "Ring"
    assert (debtors(line), numbers(line)) == ({"1": 1}, [1])


def test_an_order_that_becomes_an_invoice_stays_with_its_customer(line: Line) -> None:
    # Given
    states = {"on-hold": {"document": "order"}, "completed": {"document": "invoice"}}
    line.choose({"by_state": states})
    assert handled(line, {**bought(1), **WAITS}) == ("done", "")
    line.books.put_customer("Mette", number=1, email="bogholderi@lampeland.example")
    # When
    assert handled(line, {**bought(1), **IS_DONE}, delivery="d2") == ("done", "")
    # Then
    assert (debtors(line), numbers(line)) == ({"1": 1}, [1])


def test_a_draft_moves_to_whoever_the_order_says_now(line: Line) -> None:
    waiting(line, {})
    order = {**bought(1, email="bo@lampeland.example"), **IS_DONE}
    assert handled(line, order, delivery="d2") == ("done", ""), line.said(1)
    assert debtors(line) == {"1": 2}


def test_a_draft_that_was_moved_to_another_customer_by_hand_stays_there(line: Line) -> None:
    # Given
    waiting(line, {})
    line.books.put_customer("Mette, private", number=7, email="privat@lampeland.example")
    move_to(line, 7)
    # When
    finished(line, customer_note="Ring")
    # Then
    assert debtors(line) == {"1": 7}


def test_a_customer_who_was_deleted_is_looked_for_anew(line: Line) -> None:
    # Given a draft whose customer is gone, and another one with the address
    waiting(line, {})
    delete(line, 1)
    line.books.put_customer("Mette", number=7, email=EMAIL)
    # When
    finished(line, customer_note="Ring")
    # Then
    assert debtors(line) == {"1": 7}
