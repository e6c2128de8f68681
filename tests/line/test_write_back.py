"""The shop is told which document its order has, once for each of its states; and that is no news to us."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from shared.store.database import Database
from tests.line.rig import Line
from tests.line.telling import (
    change,
    in_shop,
    let_tell,
    look_again,
    number,
    place_order,
    requests,
    shop_of,
    telling_line,
    written,
)


@pytest.fixture
def line(store: Database, ingest_port: int) -> Iterator[Line]:
    with telling_line(store, ingest_port) as line:
        yield line


def test_each_state_of_a_document_is_noted_once_beside_the_order(line: Line) -> None:
    # Given a shop whose owner wants to see there what is in the books
    let_tell(line, "note")
    order = place_order(shop_of(line))

    # When its invoice is a draft, then that is noted
    line.work(order)
    draft = f"Invoice {number(line)} in e-conomic (draft)"
    assert (line.state(order), in_shop(line, order)) == (("done", ""), [draft])

    # When it is booked, then that is noted, under its new number, and no customer was told of either
    change(shop_of(line), order, status="completed")
    line.work(order)
    booked = f"Invoice {number(line)} in e-conomic (booked)"
    assert (line.state(order), in_shop(line, order)) == (("done", ""), [draft, booked])
    assert not any(note["customer_note"] for note in shop_of(line).notes(order))


def test_a_field_holds_the_newest_document_alone(line: Line) -> None:
    # Given an order that is an order in the books
    let_tell(line, "field")
    order = place_order(shop_of(line), "on-hold")
    line.work(order)
    assert in_shop(line, order) == [f"Order {number(line)} in e-conomic (draft)"]

    # When it becomes an invoice, then the field names that
    change(shop_of(line), order, status="processing")
    line.work(order)
    assert in_shop(line, order) == [f"Invoice {number(line)} in e-conomic (draft)"]


@pytest.mark.parametrize("seconds", [0, 5])
def test_what_we_write_ourselves_is_no_news(line: Line, seconds: float) -> None:
    # Given an order that was told of, and a shop that tells us of our own field, in the same second or later
    let_tell(line, "field")
    order = place_order(shop_of(line))
    shop_of(line).advance_clock(seconds)
    line.work(order)
    told, asked = in_shop(line, order), requests(line)

    # When that is handled, as often as the shop says something, then it ends as there already, of no change
    for _ in range(3):
        shop_of(line).drain()
        line.work(order)
        assert line.state(order) == ("done", "already_synced")
        assert "What changed" not in line.said(order)

    # And nothing was written once more, to the shop or into the books; the shop was asked at most for the order
    assert (in_shop(line, order), written(line)) == (told, 1)
    assert {entry.path for entry in requests(line)[len(asked) :]} <= {f"/wp-json/wc/v3/orders/{order}"}
    assert seconds == 0 or requests(line) == asked
    assert [document.gross for document in line.books.documents()] == [Decimal("749.00")]


def test_a_change_that_comes_with_our_own_is_still_told(line: Line) -> None:
    # Given an order to which we have written, and whose customer moved then
    let_tell(line, "field")
    order = place_order(shop_of(line))
    line.work(order)
    change(shop_of(line), order, shipping={"city": "Odense"})

    # When it is handled, then that alone is said
    line.work(order)
    assert "What changed: delivery address." in line.said(order)


def test_a_shop_is_told_nothing_unless_that_is_chosen(line: Line) -> None:
    order = place_order(shop_of(line))
    line.work(order)
    assert (line.state(order), in_shop(line, order)) == (("done", ""), [])
    assert requests(line) == []


def test_an_order_from_before_it_was_chosen_is_told_at_its_next_look(line: Line) -> None:
    # Given an order that is in the books
    order = place_order(shop_of(line))
    line.work(order)

    # When it is chosen, in one way and then in the other, and the order is looked at, then the shop is told each time
    for way in ("note", "field"):
        let_tell(line, way)
        look_again(line, order)
    says = f"Invoice {number(line)} in e-conomic (draft)"
    assert in_shop(line, order) == [says, says]
