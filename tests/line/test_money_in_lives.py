"""What becomes of a document's money between its draft and its booking: edits, changes, crashes, what was learned."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from connectors.economic.client import EconomicClient
from connectors.economic.sandbox import Rounding
from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.store.database import Database
from tests.line.drafts import once_more, shown
from tests.line.rig import Killed, Line, dies_at
from tests.line.test_booking import again
from tests.line.test_money import CLOSING, drafts, in_the_books, money_line
from tests.support.orders import modified_at, tell, woo_order
from workers.hand import LEASE, Point
from workers.make_once import REST

BY_STATE = {"processing": {"document": "invoice"}, "completed": {"document": "invoice", "book": True}}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with money_line(store) as line:
        yield line


def two_of_ten_cents(number: int) -> dict[str, Any]:
    """VAT of 0.05 in all, which books that round by line make 0.06."""
    body = woo_order(number, net="0.10")
    (sold,) = body["line_items"]
    taxes = [{"id": 1, "total": "0.025", "subtotal": "0.025"}]
    lines = [{**sold, "id": at, "total_tax": "0.025", "subtotal_tax": "0.025", "taxes": taxes} for at in (1, 2)]
    body["tax_lines"] = [{**body["tax_lines"][0], "tax_total": "0.05"}]
    return {**body, "line_items": lines, "total": "0.25", "total_tax": "0.05"}


def test_a_draft_that_the_owner_edited_is_not_overwritten_for_what_was_learned_since(line: Line) -> None:
    # Given a draft whose price the owner has lowered, and another order that taught how the books round
    line.books.settings.rounding = Rounding.LINE
    line.choose({**CLOSING, "by_state": BY_STATE})
    tell(line.shop, woo_order(1))
    line.work(1)
    line.books.change_line(DocumentKind.INVOICE, 1, 1, price=Decimal("80.00"))
    tell(line.shop, two_of_ten_cents(2))
    line.work(2)
    written = len(drafts(line))
    # When its order is completed, then it is left as he made it, and both sums are said
    tell(line.shop, woo_order(1, status="completed", modified=60), delivery="d2")
    again(line)
    assert line.state(1) == ("failed", "totals_differ")
    assert "100.00 DKK, the order to 125.00" in line.said(1)
    assert len(drafts(line)) == written


def edited_at_once(line: Line) -> Any:
    """Its owner corrects the draft in the moment in which it gets new content: its total, and not its VAT."""
    replace = EconomicClient.replace_draft

    def replaced(client: EconomicClient, kind: DocumentKind, number: str, request: bytes, **more: str) -> FoundDocument:
        replace(client, kind, number, request, **more)
        line.books.change_line(kind, int(number), 1, price=Decimal("111.61"))
        return client.get_document(kind, Place.DRAFT, number)

    return patch.object(EconomicClient, "replace_draft", replaced)


def replaced_and_edited(line: Line) -> None:
    """A draft that got new content on the owner's word, and came to another VAT."""
    line.misjudge_vat()
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1) == ("failed", "totals_differ")
    with edited_at_once(line):
        once_more(line)
    assert line.state(1) == ("failed", "vat_differs"), line.said(1)


def test_a_draft_that_arrived_with_another_vat_is_left_to_its_owner(line: Line) -> None:
    # Given a draft that got new content and came to another VAT, and into which its owner has written since
    replaced_and_edited(line)
    line.books.change_line(DocumentKind.INVOICE, 1, 1, text="Krus")
    sent = len(drafts(line))
    # When he has it looked at again, then it stays as he made it, and he reads what still differs
    once_more(line)
    assert line.state(1) == ("failed", "vat_differs")
    assert "13.39 DKK VAT in the books, where 25.00 was to be" in line.said(1)
    assert len(drafts(line)) == sent
    assert shown(line)["lines"][0]["description"] == "Krus"


def test_a_total_that_its_owner_changed_there_is_said_with_the_next_news(line: Line) -> None:
    # Given the same draft, whose price he has changed once more
    replaced_and_edited(line)
    line.books.change_line(DocumentKind.INVOICE, 1, 1, price=Decimal("80.00"))
    sent = len(drafts(line))
    # When the shop tells of the order again, then the draft stays, and both sums are said
    tell(line.shop, woo_order(1, modified=60), delivery="d2")
    line.let_time_pass(REST + LEASE)
    line.work(1)
    assert line.state(1) == ("failed", "totals_differ")
    assert len(drafts(line)) == sent


def test_new_content_of_which_nobody_heard_goes_once_more(line: Line) -> None:
    # Given a worker that died behind the new content of a draft, before it heard what that came to
    line.misjudge_vat()
    tell(line.shop, woo_order(1))
    line.work(1)
    line.ask_again(1)
    line.let_time_pass(REST + LEASE)
    with pytest.raises(Killed), edited_at_once(line):
        line.work(1, watch=dies_at(Point.SENT))
    # When the next one comes, then it goes again
    sent = len(drafts(line))
    again(line)
    assert len(drafts(line)) == sent + 1


def test_a_draft_of_an_order_that_changed_after_a_crash_is_not_put_right_with_another_content(line: Line) -> None:
    # Given a worker that died before it heard what the draft came to, and an order that was called off since
    line.books.settings.rounding = Rounding.LINE
    tell(line.shop, two_of_ten_cents(1))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(Point.SENT))
    tell(line.shop, woo_order(1, net="200.00", status="cancelled", modified=60), delivery="d2")
    # When the next one comes, then the draft keeps the content of its order, and what it came to is said
    again(line)
    assert drafts(line) == [("POST", "/invoices/drafts")]
    assert line.state(1)[0] == "failed"
    assert "0.26 DKK" in line.said(1)


def test_a_draft_of_an_order_that_did_not_change_after_a_crash_is_put_right(line: Line) -> None:
    line.books.settings.rounding = Rounding.LINE
    tell(line.shop, two_of_ten_cents(1))
    with pytest.raises(Killed):
        line.work(1, watch=dies_at(Point.SENT))
    again(line)
    assert line.state(1) == ("done", "")
    assert in_the_books(line) == [(Decimal("0.25"), Decimal("0.05"))]


def test_a_draft_that_cannot_be_put_right_is_named(line: Line) -> None:
    # Given books that round by line, and an owner who wants all of it, with no product by which VAT could be closed
    line.books.settings.rounding = Rounding.LINE
    line.choose({**CLOSING, "products_by_rate": {}, "closing": "exact"})
    # When an order comes whose draft misses its VAT, then he reads which draft stands there, and what to do
    tell(line.shop, two_of_ten_cents(1))
    line.work(1)
    assert line.state(1) == ("failed", "vat_not_met")
    assert line.said(1).startswith("The draft 1 stands in the books with 0.26 DKK, and stays so.")
    assert "products_by_rate" in line.said(1)


def test_an_order_that_went_elsewhere_before_its_booking_is_booked_there(line: Line) -> None:
    # Given a draft for Sweden, and an order that is sent to Norway in the end, for the same money
    line.choose(
        {
            **CLOSING,
            "by_state": BY_STATE,
            "zone_sources": ["bands"],
            "zone_by_band": {"domestic": "1", "eu": "2", "world": "3"},
        }
    )
    free = untaxed(1)
    swedish = {**free, "shipping": {**free["shipping"], "country": "SE", "postcode": "211 20"}}
    norwegian = {**free, "shipping": {**free["shipping"], "country": "NO", "postcode": "0150"}}
    tell(line.shop, swedish)
    line.work(1)
    # When it is completed, then its draft gets that zone before it is booked
    tell(line.shop, {**norwegian, "status": "completed", **modified_at(60)}, delivery="d2")
    again(line)
    assert line.state(1) == ("done", ""), line.said(1)
    assert [document.place for document in line.books.documents()] == [Place.BOOKED]
    assert drafts(line)[1:] == [("PUT", "/invoices/drafts/1")]
    assert "VAT zone 3" in line.said(1)


def untaxed(number: int) -> dict[str, Any]:
    body = woo_order(number, total="100.00", total_tax="0.00")
    (sold,) = body["line_items"]
    line = {**sold, "total_tax": "0.00", "subtotal_tax": "0.00", "taxes": []}
    return {**body, "line_items": [line], "tax_lines": []}


def test_an_order_that_a_gift_card_paid_in_full_is_no_order_of_nothing(line: Line) -> None:
    # Given an owner who leaves orders of nothing out, when one comes that a gift card paid, then it goes
    line.choose({**CLOSING, "zero_totals": False})
    tell(line.shop, woo_order(1, gift_cards=[{"id": 1, "code": "A", "amount": "125.00"}], total="0.00"))
    line.work(1)
    assert line.state(1) == ("done", "")
    assert in_the_books(line) == [(Decimal("125.00"), Decimal("25.00"))]


def test_a_customer_that_the_books_do_not_have_is_told_and_no_reason_to_leave_the_order_out(line: Line) -> None:
    line.choose({**CLOSING, "customers": "default", "default_customer": "999", "zone_sources": ["customer", "default"]})
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1) == ("failed", "customer_missing")
    assert "999" in line.said(1)


def test_what_was_mended_in_the_books_is_seen_by_the_next_order(line: Line) -> None:
    # Given a rate that was asked for a moment ago, and that the owner has mended since
    line.books.put_product("MUG", group=3)
    tell(line.shop, woo_order(1))
    line.work(1)
    line.books.put_product("MUG", group=1)
    # When the next order comes, then it goes: nobody has to say a word
    tell(line.shop, woo_order(2))
    line.work(2)
    assert line.state(2) == ("done", "")


def test_another_setting_is_no_change_of_the_order(line: Line) -> None:
    # Given a document without shipping, and an owner who lets shipping go along from now on
    freight = {
        "id": 5, "method_title": "GLS", "method_id": "flat_rate", "total": "40.00", "total_tax": "10.00",
        "taxes": [{"id": 1, "total": "10.00", "subtotal": ""}], "meta_data": [],
    }  # fmt: skip
    sums = {"total": "175.00", "total_tax": "35.00", "shipping_total": "40.00", "shipping_tax": "10.00"}
    line.choose({**CLOSING, "shipping": False})
    tell(line.shop, {**woo_order(1), **sums, "shipping_lines": [freight]})
    line.work(1)
    line.choose(CLOSING)
    # When the shop tells of the order again, then it is in the books already
    tell(line.shop, {**woo_order(1, modified=60), **sums, "shipping_lines": [freight]}, delivery="d2")
    line.work(1)
    assert line.state(1) == ("done", "already_synced")


def test_workers_that_learned_at_the_same_time_keep_what_both_know(line: Line) -> None:
    # Given a worker that knows nothing yet, and another one that learned meanwhile that the books round by line
    line.books.settings.rounding = Rounding.LINE
    tell(line.shop, woo_order(1))
    tell(line.shop, two_of_ten_cents(2))
    line.work(1, watch=lambda point, _: line.work(2, tools=line.new_tools()) if point is Point.FROZEN else None)
    # Then what the first one hears, which fits every way, takes nothing of that back
    ((ways,),) = line.shop.rows("select rounding from systems where kind = 'economic'")
    assert {way.split("/")[0] for way in ways} == {"line"}
