"""What stands in the fields of a document: as the owner says it, cut where it is too long, and told where it fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shared.store.database import Database
from tests.line.drafts import gone, meta, of_meta, once_more, shown
from tests.line.rig import Killed, Line, dies_at, line_to
from tests.support.orders import tell, woo_order
from workers.hand import LEASE, Point
from workers.make_once import REST


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        yield line


def notes(line: Line, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = shown(line, number).get("notes", {})
    return found


def test_without_settings_the_number_and_the_customers_note_stand_in_the_draft(line: Line) -> None:
    tell(line.shop, {**woo_order(1, customer_note="Ring før levering.\nTak!"), "number": "2026-0001"})
    line.work(1)
    assert notes(line) == {"heading": "Order 2026-0001", "textLine1": "Ring før levering.\nTak!"}
    assert shown(line)["references"]["other"] == f"SL{line.shop.connection}-1 2026-0001"


def test_a_number_that_is_the_id_does_not_stand_behind_the_reference_again(line: Line) -> None:
    gone(line, 1)
    assert (notes(line), shown(line)["references"]["other"]) == ({"heading": "Order 1"}, f"SL{line.shop.connection}-1")


def test_fields_come_from_where_the_owner_says(line: Line) -> None:
    # Given an EAN that a plugin keeps, a gift message, a heading that stays empty, and words behind the reference
    line.books.put_employee(7, "Bo")
    line.choose(
        {
            "fields": {
                "heading": None,
                "ean": {"path": of_meta("_billing_ean"), "then": ["digits"]},
                "text_2": {"path": of_meta("gift"), "then": ["strip", {"prefix": "Gift message: "}]},
                "reference": {"concat": [{"fact": "number"}, {"path": of_meta("po")}], "with": " / "},
                "delivery_date": {"path": of_meta("day"), "then": [{"date": "day"}]},
                "sales_person": {"fact": "country", "then": [{"lookup": {"DK": 7}}]},
            }
        }
    )
    # When
    said = gone(line, 1, **meta(_billing_ean="5790 0012 3456 7", gift=" Til lykke! ", po="PO-77", day="2026-03-09"))
    # Then
    draft = shown(line)
    assert draft["notes"] == {"textLine2": "Gift message: Til lykke!"}
    assert draft["recipient"]["ean"] == "5790001234567"
    assert draft["references"]["other"] == f"SL{line.shop.connection}-1 1 / PO-77"
    assert draft["references"]["salesPerson"]["employeeNumber"] == 7
    assert draft["delivery"]["deliveryDate"] == "2026-03-09"
    assert said == ""


@pytest.mark.parametrize("words", ["PO-77", "SL1-1", "$and: {x}*, ' \" % æøå 🎁", "x" * 400])
def test_a_worker_that_dies_after_sending_finds_its_draft_whatever_words_stand_behind_the_reference(
    line: Line, words: str
) -> None:
    # Given a worker that is killed when the books have made the draft
    line.choose({"fields": {"reference": {"path": of_meta("po")}}})
    tell(line.shop, woo_order(1, **meta(po=words)))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(Point.SENT))
    # When another one comes to it
    line.let_time_pass(LEASE + REST)
    line.work(1, tools=line.new_tools())
    # Then it is found
    assert line.state(1) == ("done", "")
    (document,) = line.books.documents()
    assert document.reference.startswith(f"SL{line.shop.connection}-1 {words[:4]}")


def test_another_orders_words_are_no_reference_of_ours(line: Line) -> None:
    # Given an order whose words are the token of the next one
    line.choose({"fields": {"reference": {"path": of_meta("po")}}})
    gone(line, 1, **meta(po=f"SL{line.shop.connection}-2"))
    # When that one comes, and its worker dies before it sends
    tell(line.shop, woo_order(2))
    with pytest.raises(Killed):
        line.work(2, watch=dies_at(Point.FROZEN))
    line.let_time_pass(LEASE + REST)
    line.work(2, tools=line.new_tools())
    # Then it has a draft of its own
    assert line.state(2) == ("done", ""), line.said(2)
    assert len(line.books.documents()) == 2


def test_a_text_that_is_too_long_is_cut_and_that_is_said_beside_all_else(line: Line) -> None:
    # Given a note that is longer than its field, and one that is longer than its field only as the books count
    line.choose({"fields": {"text_2": {"path": of_meta("gift")}}})
    # When
    said = gone(line, 1, customer_note="n" * 1200, **meta(gift="🎁" * 600))
    # Then
    assert notes(line)["textLine1"] == "n" * 1000
    assert notes(line)["textLine2"] == "🎁" * 500
    assert said == "Too long for the books, and cut there: the document's text_1, text_2."


def test_a_field_that_is_cut_by_us_and_by_the_books_is_named_once(line: Line) -> None:
    said = gone(line, 1, customer_note="🎁" * 1200)
    assert said == "Too long for the books, and cut there: the document's text_1."


@pytest.mark.parametrize(
    ("rows", "value", "field"),
    [
        ({"ean": {"path": of_meta("x")}}, "57900012345678901", "ean"),
        ({"project": {"path": of_meta("x")}}, "Nord", "project"),
        ({"delivery_date": {"path": of_meta("x"), "then": [{"date": "day"}]}}, "next week", "delivery_date"),
        ({"text_2": {"path": "billing"}}, "", "text_2"),
    ],
)
def test_a_field_that_cannot_be_filled_is_told_before_anything_is_sent(
    line: Line, rows: dict[str, Any], value: str, field: str
) -> None:
    # Given
    line.choose({"fields": rows})
    tell(line.shop, woo_order(1, **meta(x=value)))
    # When
    line.work(1)
    # Then nothing is there, not even a customer, and nothing of the order is told
    assert line.state(1) == ("failed", "field_unmapped")
    assert f"The field {field} cannot be filled: " in line.said(1)
    assert not value or value not in line.said(1)
    assert (line.books.documents(), line.books.customers()) == ([], [])
    # When what stands in the shop is put right, then it goes
    line.choose({"fields": {}} if not value else {"fields": rows})
    tell(line.shop, woo_order(1, modified=9, **meta(x="")), delivery="d2")
    once_more(line)
    assert line.state(1) == ("done", ""), line.said(1)


def test_an_employee_whom_the_books_do_not_have_is_told_and_goes_when_he_is_there(line: Line) -> None:
    # Given
    line.choose({"fields": {"sales_person": {"const": 7}}})
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1)[0] == "failed"
    assert line.books.documents() == []
    # When
    line.books.put_employee(7, "Bo")
    once_more(line)
    # Then
    assert line.state(1) == ("done", ""), line.said(1)
