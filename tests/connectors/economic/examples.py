"""Plans, and what e-conomic answers: made up here after the shapes that were recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.economic.client import EconomicClient
from connectors.economic.credentials import Credentials
from connectors.economic.settings import Settings
from connectors.pace import UNHURRIED, Pace
from shared.domain.contact import Contact
from shared.domain.document import DocumentKind, DocumentLine, DocumentPlan, NewCustomer, Recipient
from shared.errors import Fate
from tests.connectors.woocommerce.replay import Replay, answer

SECRET, GRANT = "app-visible", "grant-visible"
REFERENCE = "SL7-42-1"
SETTINGS = Settings(layout=19, payment_terms=1, customer_group=2, product_group=3)

MUG = DocumentLine(product="KRUS-3", text="Kaffekrus", quantity=Decimal("2"), unit_price=Decimal("79.6"))
PLAN = DocumentPlan(
    kind=DocumentKind.ORDER,
    reference=REFERENCE,
    date=date(2026, 3, 1),
    currency="DKK",
    customer="10001",
    recipient=Recipient(
        name="Ane Lampe", address="Lampevej 1\n2. th.", postcode="9999", city="Lampeland", country="DK"
    ),
    fields={"heading": "Ordre 42"},
    lines=(MUG,),
    total=Decimal("199"),
)
NEW_CUSTOMER = NewCustomer(
    contact=Contact(name="Ane Lampe", email="ane@lampeland.example", postcode="9999"), currency="DKK"
)

#: Third-party recordings, read where they are at hand.
FIXTURES = Path(__file__).parents[4] / "shared/fixtures/economic"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="no recordings here")


def client(url: str, pace: Pace = UNHURRIED) -> EconomicClient:
    return EconomicClient(Credentials.model_validate(credentials(url=url)), pace)


def credentials(**changes: str) -> dict[str, str]:
    return {"app_secret_token": SECRET, "agreement_grant_token": GRANT} | changes


def order(number: int = 5, reference: str = REFERENCE, **changes: Any) -> dict[str, Any]:
    return _document("orderNumber", number, reference) | changes


def draft_invoice(number: int = 5, reference: str = REFERENCE, **changes: Any) -> dict[str, Any]:
    return _document("draftInvoiceNumber", number, reference) | changes


def booked_invoice(number: int = 5, reference: str = REFERENCE, **changes: Any) -> dict[str, Any]:
    return _document("bookedInvoiceNumber", number, reference) | changes


def _document(name: str, number: int, reference: str) -> dict[str, Any]:
    return {
        name: number,
        "date": "2026-03-01",
        "currency": "DKK",
        "netAmount": 159.2,
        "grossAmount": 199.0,
        "vatAmount": 39.8,
        "roundingAmount": 0.0,
        "customer": {"customerNumber": 10001, "self": "https://books.example/customers/10001"},
        "references": {"other": reference},
    }


def customer(number: int = 10001, email: str = "ane@lampeland.example", **changes: Any) -> dict[str, Any]:
    return {"customerNumber": number, "name": "Ane Lampe", "email": email, "currency": "DKK"} | changes


def product(number: str = "KRUS-3", **changes: Any) -> dict[str, Any]:
    return {"productNumber": number, "name": "Kaffekrus", "productGroup": {"productGroupNumber": 1}} | changes


def collection(*rows: Mapping[str, Any], more: bool = False) -> dict[str, Any]:
    pagination: dict[str, object] = {"skipPages": 0, "pageSize": 1000, "results": len(rows)}
    if more:
        pagination |= {"nextPage": "https://elsewhere.example/steal?skippages=1"}
    return {"collection": list(rows), "pagination": pagination, "self": "https://books.example/"}


def envelope(errors: object, code: str = "E04300") -> dict[str, Any]:
    """What a refused validation looks like around its errors."""
    return {
        "message": "Validation failed.",
        "errorCode": code,
        "developerHint": "Inspect validation errors and correct your request.",
        "logId": "00-LAMP",
        "httpStatusCode": 400,
        "errors": errors,
        "errorCount": 1,
    }


def leaf(name: str, code: str, value: object = None, message: str = "Nej.") -> dict[str, Any]:
    """One property's errors."""
    error = {"propertyName": name, "errorMessage": message, "errorCode": code, "inputValue": value}
    return {"errors": [{key: part for key, part in error.items() if part is not None}]}


def on_line(index: int, errors: Mapping[str, Any]) -> dict[str, Any]:
    return {"lines": {"items": [{"arrayIndex": index, **errors}]}}


GONE = answer({"errorCode": "E06000", "httpStatusCode": 404}, 404)


def books(**answers: object) -> Callable[[Request], Response]:
    """By method and path ("GET /self"), anything else is an empty list."""

    def serve(request: Request) -> Response:
        value = answers.get(f"{request.method} {request.path}", collection())
        return value if isinstance(value, Response) else answer(value)

    return serve


def asked(replay: Replay) -> list[str]:
    return [f"{one.method} {one.path}" for one in replay.asked]


def outcome_of(call: Callable[[], object]) -> tuple[type[Fate], str]:
    with pytest.raises(Fate) as raised:
        call()
    return type(raised.value), raised.value.code
