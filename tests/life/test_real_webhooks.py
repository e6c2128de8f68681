"""An order's changes of state from the shop to the books: the shop's own webhooks, ingest, store, worker, books."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.economic.sandbox import EconomicSandbox
from shared.store.database import Database
from tests.command.rig import json_of, shopledger, up
from tests.line.rig import Line
from tests.line.telling import change, place_order, shop_of, telling_line
from tests.support.waiting import eventually
from tools.demo.outside import outside

BY_STATE = {"processing": {"document": "order"}, "completed": {"document": "invoice", "book": True}}
Books = list[tuple[str, str, Decimal]]


@pytest.fixture
def line(store: Database, ingest_port: int) -> Iterator[Line]:
    with telling_line(store, ingest_port, BY_STATE) as line:
        yield line


def in_the(books: EconomicSandbox) -> Books:
    return [(one.kind, one.place, one.gross) for one in books.documents()]


def test_an_order_becomes_a_booked_invoice_as_its_shop_moves_it_on(line: Line) -> None:
    # Given an order that waits for its payment
    shop = shop_of(line)
    order = place_order(shop, "pending")
    line.work(order)
    assert (line.state(order), in_the(line.books)) == (("skipped", "state_not_allowed"), [])

    # When it is paid, then it is an order in the books
    change(shop, order, status="processing")
    line.work(order)
    assert (line.state(order), in_the(line.books)) == (("done", ""), [("order", "draft", Decimal("749.00"))])

    # When it is completed, then it is a booked invoice, and the order's draft is gone
    change(shop, order, status="completed")
    line.work(order)
    assert (line.state(order), in_the(line.books)) == (("done", ""), [("invoice", "booked", Decimal("749.00"))])

    # When it goes back, then it stays booked
    change(shop, order, status="processing")
    line.work(order)
    assert line.state(order) == ("done", "already_synced")
    assert in_the(line.books) == [("invoice", "booked", Decimal("749.00"))]


def test_what_the_shop_told_while_nobody_worked_comes_to_one_document(line: Line) -> None:
    # Given an order that was paid and completed before a worker came, and one that was cancelled
    shop = shop_of(line)
    sent, cancelled = place_order(shop, "pending"), place_order(shop, "processing")
    change(shop, sent, status="processing")
    change(shop, sent, status="completed")
    change(shop, cancelled, status="cancelled")

    # When one comes, then the first is booked at once, and never was an order; the other does not go
    line.work(sent)
    line.work(cancelled)
    assert in_the(line.books) == [("invoice", "booked", Decimal("749.00"))]
    assert not [entry for entry in line.books.journal.entries() if entry.method == "POST" and "orders" in entry.path]
    assert line.state(cancelled) == ("skipped", "order_cancelled")


def test_the_command_carries_an_order_from_draft_to_booking(own_folder: Path) -> None:
    # Given the command, with a file that says what becomes of an order in each state
    folder = own_folder / "data"
    with outside() as ends, up("--data", str(folder)):
        file = ends.write_file(own_folder)
        chosen = "by_state: {processing: {document: order}, completed: {document: invoice, book: true}}"
        text = file.read_text().replace("          allowed_states: [processing, completed]\n", "")
        file.write_text(text.replace("document: invoice", chosen))
        applied = shopledger("--data", str(folder), "apply", str(file))
        assert applied.returncode == 0, applied.stdout + applied.stderr

        # When an order is paid, and then completed, then its draft becomes a booked invoice, by itself
        order = place_order(ends.shop, "processing")
        eventually(lambda: in_the(ends.books) == [("order", "draft", Decimal("749.00"))], "an order in the books")
        change(ends.shop, order, status="completed")
        eventually(lambda: in_the(ends.books) == [("invoice", "booked", Decimal("749.00"))], "a booked invoice")
        eventually(lambda: json_of("--data", str(folder), "transfers", "--json")["counts"] == {"done": 1}, "it is done")
