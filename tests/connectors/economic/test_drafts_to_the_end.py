"""A draft's way in e-conomic's words: replaced, booked, and what is found where a refusal says little."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Response

from connectors.economic.errors import Refusal, fate_of
from shared.domain.document import DocumentKind, SendBy
from shared.errors import Fate, NeedsUser, OutcomeUnknown, Skip
from tests.connectors.economic.examples import (
    GONE,
    REFERENCE,
    asked,
    booked_invoice,
    books,
    client,
    collection,
    customer,
    draft_invoice,
    envelope,
    leaf,
    order,
    outcome_of,
    product,
)
from tests.connectors.woocommerce.replay import answer, serving

ORDER = DocumentKind.ORDER
#: As the one booking was refused whose answer was recorded: a code, and a sentence in the agreement's language.
VAGUE = answer({"message": "Fakturaen kan ikke bogføres.", "errorCode": "E04300"}, 400)
LINES = [{"product": {"productNumber": "KRUS"}}, {"description": "Tak"}, {"product": {"productNumber": "FAD/2"}}]
DRAFT = draft_invoice(5, lines=LINES, recipient={"name": "Ane Lampe"})
WELL = {
    "GET /invoices/drafts/5": DRAFT,
    "POST /invoices/booked": VAGUE,
    "GET /invoices/booked/77": GONE,
    "GET /customers/10001": customer(),
    "GET /products": collection(product("KRUS"), product("FAD/2")),
}


def test_a_draft_is_replaced_by_the_bytes_as_they_are() -> None:
    # Given a draft on which the owner wrote more behind the reference
    both = {"GET /orders/drafts/5": order(5, f"{REFERENCE} hentes"), "PUT /orders/drafts/5": order(5)}
    with serving(by=books(**both)) as replay, client(replay.url) as economic:
        replaced = economic.replace_draft(ORDER, "5", b'{"a":1.50}', reference=REFERENCE, key="k")
    assert (replaced.number, replaced.reference) == ("5", REFERENCE)
    assert asked(replay) == ["GET /orders/drafts/5", "PUT /orders/drafts/5"]
    sent = replay.asked[-1]
    assert (sent.body, sent.headers["Idempotency-Key"]) == (b'{"a":1.50}', "k")
    assert sent.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        # It went away meanwhile, and e-conomic made it: ours may stand among the booked ones by now.
        (answer(order(5), 201), OutcomeUnknown),
        (answer(order(6)), OutcomeUnknown),
        (answer(order(5, "X1")), OutcomeUnknown),
        (answer({}), OutcomeUnknown),
        (answer("<html>"), OutcomeUnknown),
        (answer("", 500), OutcomeUnknown),
        (GONE, Skip),
    ],
)
def test_a_replacement_counts_when_e_conomic_says_so(said: Response, fate: type[Fate]) -> None:
    both = {"GET /orders/drafts/5": order(5), "PUT /orders/drafts/5": said}
    with serving(by=books(**both)) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.replace_draft(ORDER, "5", b"{}", reference=REFERENCE, key="k"))[0] is fate


def test_a_booking_asks_for_nothing_more_where_it_succeeds() -> None:
    well = WELL | {"POST /invoices/booked": booked_invoice(77)}
    with serving(by=books(**well)) as replay, client(replay.url) as economic:
        economic.book("5", reference=REFERENCE, key="k", send_by=SendBy.EMAIL, with_number=77)
    assert asked(replay) == ["GET /invoices/drafts/5", "POST /invoices/booked"]


@pytest.mark.parametrize(
    ("found", "reason", "words"),
    [
        ({}, "booking_refused", "E04300"),
        ({"GET /invoices/booked/77": booked_invoice(77, "X1")}, "booked_number_taken", "invoice 77"),
        ({"GET /customers/10001": customer(barred=True)}, "customer_barred", "Customer 10001"),
        ({"GET /customers/10001": customer(email="")}, "email_missing", "Customer 10001"),
        ({"GET /products": collection(product("KRUS"), product("FAD/2", barred=True))}, "product_barred", "FAD/2"),
        # What cannot be looked up, or read, is left as it was said.
        ({"GET /customers/10001": answer("", 500)}, "booking_refused", "E04300"),
        ({"GET /customers/10001": GONE}, "booking_refused", "E04300"),
        ({"GET /invoices/booked/77": answer("<html>")}, "booking_refused", "E04300"),
        ({"GET /invoices/drafts/5": draft_invoice(5, lines=None, customer=None)}, "booking_refused", "E04300"),
        ({"GET /invoices/drafts/5": draft_invoice(5, lines=[None, {"product": 1}])}, "booking_refused", "E04300"),
    ],
)
def test_what_stands_in_the_way_of_a_booking_is_looked_up(found: dict[str, Any], reason: str, words: str) -> None:
    # Given a booking that e-conomic refused in words that nobody understands
    with (
        serving(by=books(**WELL | found)) as replay,
        client(replay.url) as economic,
        pytest.raises(NeedsUser) as raised,
    ):
        economic.book("5", reference=REFERENCE, key="k", send_by=SendBy.EMAIL, with_number=77)
    # Then what is found in the books is named, and only looked at
    assert (raised.value.code, words in raised.value.message) == (reason, True)
    assert [one.method for one in replay.asked].count("POST") == 1


@pytest.mark.parametrize(("ean", "reason"), [("", "ean_missing"), ("5790000000012", "booking_refused")])
def test_a_draft_without_an_ean_number_cannot_be_sent_to_one(ean: str, reason: str) -> None:
    draft = draft_invoice(5, lines=LINES, recipient={"name": "Ane Lampe", "ean": ean})
    with serving(by=books(**WELL | {"GET /invoices/drafts/5": draft})) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.book("5", reference=REFERENCE, key="k", send_by=SendBy.EAN))[1] == reason


def test_a_booking_that_e_conomic_explains_by_itself_is_not_looked_into() -> None:
    closed = answer({"message": "Perioden er spærret.", "errorCode": "E04870"}, 400)
    with serving(by=books(**WELL | {"POST /invoices/booked": closed})) as replay, client(replay.url) as economic:
        assert outcome_of(lambda: economic.book("5", reference=REFERENCE, key="k"))[1] == "period_closed"
    assert asked(replay) == ["GET /invoices/drafts/5", "POST /invoices/booked"]


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [
        ("E04870", None, "period_closed"),
        ("E04041", "Date", "period_closed"),
        ("JournalVoucherAccountingYearClosed", None, "year_closed"),
        ("E06600", None, "product_barred"),
        ("E07150", None, "account_missing"),
        ("E04300", "bookWithNumber", "booked_number"),
        ("E04300", "sendBy", "send_by"),
        ("E04300", None, "booking_refused"),
        ("E06500", None, "booking_refused"),
    ],
)
def test_a_booking_that_is_refused_says_what_to_do_behind_a_colon(code: str, name: str | None, reason: str) -> None:
    body = {"message": "Nej.", "errorCode": code} if name is None else envelope({name: leaf(name, code)})
    fate = fate_of(Refusal(status=400, body=body, request="invoices/booked", write=True))
    assert (type(fate), fate.code) == (NeedsUser, reason)
    # Then nobody is sent to us for what he can find in his books
    assert "support" not in fate.message
    assert ":" in fate.message


def test_a_draft_that_is_replaced_is_refused_as_one_that_is_made() -> None:
    body = envelope({"name": leaf("name", "E09999")})
    for request in ("orders/drafts", "orders/drafts/5"):
        assert fate_of(Refusal(status=400, body=body, request=request, write=True)).code == "customer_field"
