"""From the shop's order to the plan of a document: prices, products, names, the day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import webshop
from shared.domain.addresses import Wording
from shared.domain.build import build_document, document_date, price_lines, reference
from shared.domain.customers import buyer
from shared.domain.document import DocumentKind, DocumentPlan
from shared.domain.money import Rounding
from shared.domain.order import LineKind, Order
from shared.domain.settings import OrderSettings
from shared.domain.view import View
from shared.errors import NeedsUser
from tests.support.orders import woo_order

NOW = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)


def order(**more: Any) -> Order:
    shop = webshop("woocommerce")
    return shop.read_order(shop.decode_order(json.dumps(woo_order(7, **more)).encode()))


def plan(of: Order, **settings: Any) -> DocumentPlan:
    return built(of, OrderSettings(**settings), {})


def built(of: Order, chosen: OrderSettings, products: Mapping[str, str]) -> DocumentPlan:
    kind = DocumentKind(chosen.document)
    closed = price_lines(of, chosen, kind, Rounding())
    return build_document(
        of,
        closed.lines,
        kind=kind,
        day=document_date(of, chosen, NOW),
        customer="10",
        reference="SL1-7",
        total=closed.sums.gross,
        products=products,
        fields={"heading": f"Order {of.number}"},
        wording=Wording(),
    )


def test_a_line_has_its_net_price_after_discounts_per_unit() -> None:
    # Given three cups for 269.97 net after a discount, when the document is built, then each is 89.99
    discounted = order(net="89.99", quantity=3)
    (line,) = plan(discounted).lines
    assert (line.product, line.text, line.quantity, line.unit_price) == (
        "MUG",
        "Kaffekrus",
        Decimal(3),
        Decimal("89.99"),
    )


@given(net=st.decimals(min_value="0.01", max_value="99999.99", places=2), quantity=st.integers(1, 999))
def test_prices_that_the_shop_states_with_two_decimals_come_back_exactly(net: Decimal, quantity: int) -> None:
    # Given any price with two decimals, when a document is built of any number of it, then nothing is rounded away
    line, *_ = plan(order(net=str(net), quantity=quantity), closing_product="AFR").lines
    assert line.unit_price * line.quantity == net * quantity


def test_shipping_and_fees_go_on_the_products_that_the_owner_chose() -> None:
    # Given an order with shipping and a fee
    bought = order()
    lines = [replace(bought.lines[0], kind=kind, sku=None, name=kind) for kind in (LineKind.SHIPPING, LineKind.FEE)]
    both = replace(bought, lines=(*bought.lines, *lines), total=Decimal("375.00"), total_tax=Decimal("75.00"))

    # When the document is built, then each has its product; without one the owner reads which is missing
    document = plan(both, shipping_product="FRAGT", fee_product="GEBYR")
    assert [line.product for line in document.lines] == ["MUG", "FRAGT", "GEBYR"]
    with pytest.raises(NeedsUser, match="missing_shipping_product"):
        plan(both, fee_product="GEBYR")
    with pytest.raises(NeedsUser, match="missing_fee_product"):
        plan(both, shipping_product="FRAGT")


def test_products_are_named_as_the_books_spell_them() -> None:
    # Given books that spell the number in small letters, when the document is built, then it does, too
    document = built(order(), OrderSettings(), {"MUG": "mug"})
    assert [line.product for line in document.lines] == ["mug"]


def test_the_day_is_that_of_the_owners_clock() -> None:
    # Given an order at 23:30 UTC on New Year's Eve, when the document is built in Denmark, then it is of the new year
    late = replace(order(), created_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert plan(late).date == date(2027, 1, 1)
    assert plan(late, time_zone="America/New_York").date == date(2026, 12, 31)


def test_the_recipient_is_the_company_or_the_person_or_the_order() -> None:
    # Given addresses with and without names, when the document is built, then there is always somebody to write to
    billed = order()
    company = replace(billed, billing=replace(billed.billing, company="Lampeland ApS"))
    nobody = replace(billed, billing=replace(billed.billing, first_name="", last_name=""))
    assert [plan(o).recipient.name for o in (billed, company, nobody)] == ["Mette Holm", "Lampeland ApS", "Order 7"]
    assert buyer(View(nobody, OrderSettings()), OrderSettings()).contact.name == "mette@lampeland.example"


def test_the_document_has_its_fields_the_owners_words_and_where_the_goods_go() -> None:
    # Given an order of a company, sent to somebody in Sweden
    billed = order()
    company = replace(billed.billing, company="Lampeland ApS")
    elsewhere = replace(billed.shipping, first_name="Ane", city="Lund", country="SE")
    # When the document is built, then both addresses stand in the owner's language
    document = plan(replace(billed, billing=company, shipping=elsewhere))
    assert (document.recipient.attention, document.recipient.country) == ("Att. Mette Holm", "Danmark")
    assert document.delivery is not None
    assert (document.delivery.name, document.delivery.city, document.delivery.country) == (
        "Ane Holm",
        "Lund",
        "Sverige",
    )
    assert document.fields == {"heading": "Order 7"}
    # And where the goods go to who is billed, nothing is said of them
    assert plan(billed).delivery is None


def test_the_document_is_an_invoice_or_an_order_as_chosen() -> None:
    assert plan(order()).kind is DocumentKind.INVOICE
    assert plan(order(), document="order").kind is DocumentKind.ORDER


@given(st.tuples(st.integers(1, 10**6), st.text(min_size=1, max_size=40), st.integers(1, 9)), st.data())
def test_two_documents_never_share_a_reference(first: tuple[int, str, int], data: st.DataObject) -> None:
    # Given any two orders of any connections and generations, when they differ, then so do their references
    second = data.draw(st.tuples(st.integers(1, 10**6), st.text(min_size=1, max_size=40), st.integers(1, 9)))
    try:
        one, other = reference(*first), reference(*second)
    except UnicodeEncodeError:
        return  # a lone surrogate: a notice holds none
    assert (one == other) == (first == second)
    assert " " not in one


@pytest.mark.parametrize(
    ("chosen", "day"),
    [
        ("order", date(2026, 3, 2)),
        ("paid", date(2026, 3, 5)),
        ("fulfilled", date(2026, 3, 9)),
        # On the owner's calendar it is tomorrow already
        ("today", date(2026, 6, 2)),
    ],
)
def test_the_document_is_of_the_day_that_the_owner_chose(chosen: str, day: date) -> None:
    # Given an order that was paid and sent later, when the document is built, then it is of that day
    sent = replace(
        order(), paid_at=datetime(2026, 3, 5, 9, 0, tzinfo=UTC), completed_at=datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
    )
    assert plan(sent, document_date=chosen).date == day


@pytest.mark.parametrize("chosen", ["paid", "fulfilled"])
def test_an_order_that_has_no_such_day_yet_is_of_its_own(chosen: str) -> None:
    # Given an order that was neither paid nor sent, when the document is built, then it is of the order's day
    assert plan(replace(order(), paid_at=None, completed_at=None), document_date=chosen).date == date(2026, 3, 2)
