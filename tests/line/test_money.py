"""What an order comes to in the books: to the cent, in whatever way they round, or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.economic.sandbox import Rounding, Ties
from connectors.economic.sandbox.furniture import VatZone
from shared.domain.document import Place
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.orders import modified_at, tell, woo_order
from workers.make_once import REST

CLOSING: dict[str, Any] = {
    "closing_product": "ROUNDING",
    "products_by_rate": {"closing": {"25": "ROUNDING25"}},
    "create_products": False,
}


@contextlib.contextmanager
def money_line(store: Database) -> Iterator[Line]:
    """With a product for every kind of line, none of which is made."""
    with line_to(store, **CLOSING) as line:
        for product, group in (("MUG", 1), ("ROUNDING", 2), ("ROUNDING25", 1), ("FREIGHT", 1), ("FEE", 1)):
            line.books.put_product(product, group=group)
        yield line


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with money_line(store) as line:
        yield line


def priced(number: int, gross: str, *, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """An order of so many at that price with VAT, as a shop computes it whose prices include VAT."""
    total = Decimal(gross) * quantity
    net = (total / Decimal("1.25")).quantize(Decimal("0.01"))
    body = woo_order(number, net=str(net), **more)
    tax = str(total - net)
    (sold,) = body["line_items"]
    taxes = [{"id": 1, "total": tax, "subtotal": tax}]
    body["line_items"] = [{**sold, "quantity": quantity, "total_tax": tax, "subtotal_tax": tax, "taxes": taxes}]
    return {**body, "total": str(total), "total_tax": tax, "tax_lines": [{**body["tax_lines"][0], "tax_total": tax}]}


def in_the_books(line: Line) -> list[tuple[Decimal, Decimal]]:
    """(gross, VAT) of each document."""
    return [(document.gross, document.gross - document.net) for document in line.books.documents()]


def drafts(line: Line) -> list[tuple[str, str]]:
    """Method and path of what was written of documents."""
    return [
        (entry.method, entry.path)
        for entry in line.books.journal.entries()
        if entry.method in ("POST", "PUT") and "/drafts" in entry.path
    ]


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("ties", Ties)
def test_a_price_that_no_net_price_comes_to_is_closed_however_the_books_round(
    line: Line, rounding: Rounding, ties: Ties
) -> None:
    # Given books of which nobody knows how they round
    line.books.settings.rounding, line.books.settings.ties = rounding, ties
    # When an order of 9.02 comes, whose net price would be 7.216, then they come to it, and so does the VAT
    tell(line.shop, priced(1, "9.02"))
    line.work(1)
    assert line.state(1) == ("done", "")
    assert in_the_books(line) == [(Decimal("9.02"), Decimal("1.80"))]
    # And the owner reads by what
    assert "with 25 % VAT and +0.0" in line.said(1)


@pytest.mark.parametrize("quantity", [3, 7])
def test_a_quantity_that_no_price_carries_is_split(line: Line, quantity: int) -> None:
    # Given an order of some for 1.99 each, when it goes, then gross and VAT are the receipt's, without a closing line
    tell(line.shop, priced(1, "1.99", quantity=quantity))
    line.work(1)
    total = Decimal("1.99") * quantity
    net = (total / Decimal("1.25")).quantize(Decimal("0.01"))
    assert line.state(1) == ("done", "")
    assert in_the_books(line) == [(total, total - net)]


def test_books_that_round_in_another_way_are_learned_from_and_their_draft_is_put_right(line: Line) -> None:
    # Given books that round by line, and of which nothing is known yet
    line.books.settings.rounding = Rounding.LINE
    two = woo_order(1, net="0.10")
    (sold,) = two["line_items"]
    taxes = [{"id": 1, "total": "0.025", "subtotal": "0.025"}]
    lines = [{**sold, "id": at, "total_tax": "0.025", "subtotal_tax": "0.025", "taxes": taxes} for at in (1, 2)]
    two |= {"line_items": lines, "total": "0.25", "total_tax": "0.05"}
    two["tax_lines"] = [{**two["tax_lines"][0], "tax_total": "0.05"}]
    # When two lines of 0.10 come, whose VAT of 0.05 is 0.06 there
    tell(line.shop, two)
    line.work(1)
    # Then the draft is put right at once: it is the order's to the cent
    assert line.state(1) == ("done", ""), line.said(1)
    assert in_the_books(line) == [(Decimal("0.25"), Decimal("0.05"))]
    assert drafts(line) == [("POST", "/invoices/drafts"), ("PUT", "/invoices/drafts/1")]
    # And the next order is right from the start
    tell(line.shop, {**two, "id": 2, "number": "2"})
    line.work(2)
    assert in_the_books(line) == [(Decimal("0.25"), Decimal("0.05"))] * 2
    assert drafts(line)[2:] == [("POST", "/invoices/drafts")]


def test_where_only_gross_can_be_met_the_log_names_both(line: Line) -> None:
    # Given an owner who has no product for closing lines with VAT
    line.choose({**CLOSING, "products_by_rate": {}})
    # When an order of 9.02 comes, then gross is met, and he reads what VAT is off by
    tell(line.shop, priced(1, "9.02"))
    line.work(1)
    assert line.state(1) == ("done", "")
    assert in_the_books(line) == [(Decimal("9.02"), Decimal("1.81"))]
    assert "9.02 (7.21 net and 1.81 VAT) in the books and to 9.02 (7.22 net and 1.80 VAT)" in line.said(1)


def test_without_a_product_for_it_nothing_is_closed_and_the_setting_is_named(line: Line) -> None:
    line.choose({**CLOSING, "closing_product": None})
    tell(line.shop, priced(1, "9.02"))
    line.work(1)
    assert line.state(1) == ("failed", "missing_closing_product")
    assert "closing_product" in line.said(1)
    assert line.books.documents() == []


def test_another_rate_in_the_books_is_told_before_anything_is_sent_and_a_retry_sees_that_it_was_mended(
    line: Line,
) -> None:
    # Given a product in a group with another rate
    line.books.put_product("MUG", group=3)
    tell(line.shop, woo_order(1))
    line.work(1)
    # Then nothing is sent, and the owner reads the line, both rates and the zone
    assert line.state(1) == ("failed", "vat_rate_differs")
    assert "line 1 (Kaffekrus): 25 % in the shop, 12 % in the books for product MUG" in line.said(1)
    assert line.books.documents() == []
    # When he has mended it and says so, then it goes at once
    line.books.put_product("MUG", group=1)
    line.ask_again(1)
    line.let_time_pass(REST)
    line.work(1)
    assert line.state(1) == ("done", "")


def test_an_order_that_is_sold_abroad_stands_in_its_zone(line: Line) -> None:
    # Given books with a zone for Germany, in which the product has 19 %
    line.books.books.vat_zones[8] = VatZone(8, "Tyskland OSS")
    line.books.put_product_group(1, {1: Decimal(25), 8: Decimal(19)})
    line.choose({**CLOSING, "zone_sources": ["map", "default"], "zone_map": [{"where": "DE", "zone": "8"}]})
    german = woo_order(1, net="100.00", total="119.00", total_tax="19.00")
    address = {**german["shipping"], "country": "DE", "postcode": "10115"}
    (sold,) = german["line_items"]
    taxes = [{"id": 1, "total": "19.00", "subtotal": "19.00"}]
    german |= {
        "shipping": address,
        "billing": {**german["billing"], "country": "DE", "postcode": "10115"},
        "line_items": [{**sold, "total_tax": "19.00", "subtotal_tax": "19.00", "taxes": taxes}],
        "tax_lines": [{**german["tax_lines"][0], "rate_percent": 19, "tax_total": "19.00"}],
    }
    # When it comes, then its document has the German VAT, and so has its customer
    tell(line.shop, german)
    line.work(1)
    assert line.state(1) == ("done", ""), line.said(1)
    assert in_the_books(line) == [(Decimal("119.00"), Decimal("19.00"))]
    (customer,) = line.books.customers()
    assert customer["vatZone"]["vatZoneNumber"] == 8
    # And the log says why
    assert "VAT zone 8, row 1 of zone_map: DE, EU; private" in line.said(1)


def test_shipping_is_left_out_where_the_owner_wants_that_and_the_log_says_so(line: Line) -> None:
    line.choose({**CLOSING, "shipping": False})
    freight = {
        "id": 5, "method_title": "GLS", "method_id": "flat_rate", "total": "40.00", "total_tax": "10.00",
        "taxes": [{"id": 1, "total": "10.00", "subtotal": ""}], "meta_data": [],
    }  # fmt: skip
    body = woo_order(1, total="175.00", total_tax="35.00", shipping_total="40.00", shipping_tax="10.00")
    # When an order with shipping comes, then its document comes to the rest
    tell(line.shop, {**body, "shipping_lines": [freight]})
    line.work(1)
    assert line.state(1) == ("done", "")
    assert in_the_books(line) == [(Decimal("125.00"), Decimal("25.00"))]
    assert "Shipping of 50.00 is left out" in line.said(1)
    # And news of it is no change
    tell(line.shop, {**body, **modified_at(9), "shipping_lines": [freight]}, delivery="d2")
    line.work(1)
    assert line.state(1) == ("done", "already_synced")


def test_a_gift_card_that_was_used_is_a_way_to_pay(line: Line) -> None:
    # Given an order of 125.00 of which a gift card paid 100.00, when it comes, then the document is of what was bought
    cards = [{"id": 1, "code": "ABCD", "amount": "100.00"}]
    tell(line.shop, woo_order(1, gift_cards=cards, total="25.00"))
    line.work(1)
    assert line.state(1) == ("done", ""), line.said(1)
    assert in_the_books(line) == [(Decimal("125.00"), Decimal("25.00"))]


def test_a_discount_in_percent_stands_in_the_books_as_such(line: Line) -> None:
    line.choose({**CLOSING, "discounts": "percent", "book": True})
    body = woo_order(1, net="90.00")
    (sold,) = body["line_items"]
    tell(line.shop, {**body, "line_items": [{**sold, "subtotal": "100.00", "subtotal_tax": "25.00"}]})
    line.work(1)
    assert line.state(1) == ("done", ""), line.said(1)
    (document,) = line.books.documents()
    assert (document.place, document.gross) == (Place.BOOKED, Decimal("112.50"))


def test_an_exchange_rate_of_the_owner_takes_the_place_of_the_books_own(line: Line) -> None:
    # Given a rate for euros, when orders in euros and in crowns come, then the one has it, and the other has none
    line.choose({**CLOSING, "exchange_rates": {"EUR": "745.50"}})
    tell(line.shop, {**woo_order(1), "currency": "EUR"})
    tell(line.shop, {**woo_order(2), "currency": "SEK"})
    line.work(1)
    line.work(2)
    assert [line.state(number) for number in (1, 2)] == [("done", "")] * 2
    sent = line.shop.rows("select convert_from(request, 'UTF8') from documents order by id")
    assert ['"exchangeRate":745.50' in request for (request,) in sent] == [True, False]
