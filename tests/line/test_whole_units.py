"""Shops that round what they say to whole units: the order is read as exactly as the shop keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.orders import tell

BILLING = {"first_name": "Mette", "last_name": "Holm", "email": "mette@lampeland.example", "country": "DK"}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    """Its shop keeps prices without decimals, with VAT in them."""
    with line_to(store, with_shop=True) as line:
        shop_of(line).shop.settings.price_decimals = 0
        line.books.put_product("MUG", group=1)
        line.books.put_product("ROUNDING", group=2)
        yield line


def shop_of(line: Line) -> WooCommerceSandbox:
    assert line.woo is not None
    return line.woo


def place(line: Line, *prices: str, including: bool = True) -> dict[str, Any]:
    """As the shop's webhook would say it."""
    placed = shop_of(line).put_order(
        lines=[{"name": "Krus", "price": price, "sku": "MUG"} for price in prices],
        status="processing",
        billing=BILLING,
        prices_include_tax=including,
    )
    return dict(placed)


def in_the_books(line: Line) -> list[tuple[Decimal, Decimal]]:
    """(gross, VAT) of each document."""
    return [(document.gross, document.gross - document.net) for document in line.books.documents()]


def asked(line: Line) -> list[str]:
    """How the shop was asked for orders."""
    queries = [entry.query for entry in shop_of(line).journal.entries() if "/orders/" in entry.path]
    return ["exactly" if "dp=6" in query else "plainly" for query in queries]


def test_the_books_have_the_vat_that_the_shop_keeps(line: Line) -> None:
    # Given 99 with 25 % in it, which the shop says is 79 and 20
    body = place(line, "99")
    assert (body["total"], body["total_tax"]) == ("99", "20")
    tell(line.shop, body)
    # When a worker handles it, then the shop was asked once more, and the books have 79.20 and 19.80
    line.work(body["id"])
    assert line.state(body["id"]) == ("done", ""), line.said(body["id"])
    assert in_the_books(line) == [(Decimal("99.00"), Decimal("19.80"))]
    assert asked(line) == ["exactly"]


def test_what_the_shop_rounded_is_closed_and_said(line: Line) -> None:
    # Given 79 without VAT, 98.75 with it, for which the shop takes 99
    body = place(line, "79", including=False)
    assert body["total"] == "99"
    tell(line.shop, body)
    # When a worker handles it, then the document comes to what was paid, and the owner reads by what
    line.work(body["id"])
    assert line.state(body["id"]) == ("done", ""), line.said(body["id"])
    assert in_the_books(line) == [(Decimal("99.00"), Decimal("19.75"))]
    assert "+0.25 without VAT closes that" in line.said(body["id"])


def test_an_order_that_changed_since_it_was_told_is_read_anew(line: Line) -> None:
    # Given a webhook of an order that was changed in the shop afterwards
    body = place(line, "99")
    tell(line.shop, {**body, "total": "499", "date_modified_gmt": "2026-01-01T00:00:00"})
    # When a worker handles it, then it goes as it is now
    line.work(body["id"])
    assert line.state(body["id"]) == ("done", ""), line.said(body["id"])
    assert in_the_books(line) == [(Decimal("99.00"), Decimal("19.80"))]
    assert asked(line) == ["exactly", "plainly"]


def test_a_shop_of_two_decimals_is_not_asked(line: Line) -> None:
    # Given a shop that says what it keeps, to the cent
    shop_of(line).shop.settings.price_decimals = 2
    body = place(line, "99")
    tell(line.shop, body)
    # When a worker handles it, then the webhook is enough
    line.work(body["id"])
    assert in_the_books(line) == [(Decimal("99.00"), Decimal("19.80"))]
    assert asked(line) == []
