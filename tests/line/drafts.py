"""Orders that go, and their drafts as the books show them to whoever opens them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.line.rig import Line
from tests.support.orders import tell, woo_order
from workers.hand import LEASE
from workers.make_once import REST


def shown(line: Line, number: int = 1, kind: str = "invoices", place: str = "drafts") -> dict[str, Any]:
    tokens = {
        "X-AppSecretToken": line.books.app_secret_token,
        "X-AgreementGrantToken": line.books.agreement_grant_token,
    }
    answer = httpx.get(f"{line.books.url}/{kind}/{place}/{number}", headers=tokens)
    body: dict[str, Any] = answer.raise_for_status().json()
    return body


def gone(line: Line, number: int = 1, **more: Any) -> str:
    """The sentence about an order that was told of and goes."""
    tell(line.shop, woo_order(number, **more))
    line.work(number)
    assert line.state(number) == ("done", ""), line.said(number)
    return line.said(number)


def once_more(line: Line, number: int = 1, *, is_waived: bool = False) -> None:
    line.ask_again(number, is_waived=is_waived)
    line.let_time_pass(REST + LEASE)
    line.work(number)


def sold_to(country: str, **more: str) -> dict[str, Any]:
    address = {**woo_order(1)["billing"], "country": country, **more}
    return {"billing": address, "shipping": address}


def meta(**fields: Any) -> dict[str, Any]:
    return {"meta_data": [{"id": at, "key": key, "value": value} for at, (key, value) in enumerate(fields.items(), 1)]}


def of_meta(key: str) -> str:
    return f"meta_data[?key=='{key}'].value | [0]"
