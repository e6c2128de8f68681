"""A booked invoice that goes to the customer."""

from __future__ import annotations

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from shared.domain.document import Place, SendBy
from tests.connectors.economic.sandbox.samples import created, draft
from tests.connectors.economic.sandbox.test_booking import book

EAN = "5790000000012"


def with_ean() -> dict[str, object]:
    return draft(recipient={"name": "Lampeland Kommune", "vatZone": {"vatZoneNumber": 1}, "ean": EAN})


@pytest.mark.parametrize(
    ("said", "send_by", "send_to"),
    [
        ({"sendBy": "none"}, "none", ""),
        ({"sendBy": "Email"}, "email", "kunde@lampeland.example"),
        ({"sendBy": "EAN"}, "ean", EAN),
    ],
)
def test_an_invoice_is_sent_as_it_is_asked_for(
    api: httpx.Client, control: httpx.Client, customer: int, said: dict[str, str], send_by: str, send_to: str
) -> None:
    # Given a draft for somebody who has an e-mail address and an EAN
    created(api.post("/invoices/drafts", json=with_ean()))
    # When it is booked, Then the books say who got it
    created(book(api, 1, **said))
    [document] = control.get("/documents").json()
    assert (document["place"], document["sent_by"], document["sent_to"]) == ("booked", send_by, send_to)


@pytest.mark.parametrize("send_by", ["Email", "EAN"])
def test_who_has_no_address_gets_no_invoice(
    books: EconomicSandbox, api: httpx.Client, customer: int, send_by: str
) -> None:
    books.put_customer("Lampeland Handel", number=customer)
    created(api.post("/invoices/drafts", json=draft()))
    # When it is to be sent, Then it is not booked either
    refused = book(api, 1, sendBy=send_by)
    assert (refused.status_code, set(refused.json())) == (400, {"message", "errorCode"})
    assert [(one.place, one.sent_by) for one in books.documents()] == [(Place.DRAFT, SendBy.NONE)]
    created(book(api, 1))
