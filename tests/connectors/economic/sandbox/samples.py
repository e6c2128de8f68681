"""Bodies to send, a client to send them with, and the vendor's files where they are at hand."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox

VENDOR = Path(__file__).parents[5] / "shared" / "fixtures" / "economic"
SCHEMAS = VENDOR / "schemas-rest"
#: Reading the authorities takes longer than all the rest of a test.
TRUST = ssl.create_default_context()


def speak(books: EconomicSandbox, *, path: str = "") -> httpx.Client:
    headers = {"X-AppSecretToken": books.app_secret_token, "X-AgreementGrantToken": books.agreement_grant_token}
    return httpx.Client(base_url=f"{books.url}{path}", headers=headers, trust_env=False, verify=TRUST)


def draft(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A draft for customer 1 that new books accept; a change to None takes the field away."""
    body = {
        "date": "2026-03-01",
        "currency": "DKK",
        "layout": {"layoutNumber": 19},
        "paymentTerms": {"paymentTermsNumber": 1},
        "customer": {"customerNumber": 1},
        "recipient": {"name": "Lampeland Handel", "vatZone": {"vatZoneNumber": 1}},
        "references": {"other": "SL1-1"},
        "lines": list(lines or [line()]),
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def line(product: str = "KRUS", quantity: Any = 1, price: Any = 100, **more: Any) -> dict[str, Any]:
    return {"product": {"productNumber": product}, "quantity": quantity, "unitNetPrice": price, **more}


def created(response: httpx.Response) -> dict[str, Any]:
    """The entity of a 201."""
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == response.json()["self"]
    return dict(response.json())


def problem(response: httpx.Response, *path: str | int) -> dict[str, Any]:
    """The first problem that a refusal has at that place of its tree."""
    assert response.status_code == 400, response.text
    node = response.json()["errors"]
    for step in path:
        node = node[step]
    return dict(node["errors"][0])


def vendors(path: str) -> Any:
    """A file of the vendor's; the test is skipped where they are not."""
    file = VENDOR / path
    if not file.exists():
        pytest.skip("the vendor's files are not here")
    return json.loads(file.read_text())
