"""Facts: what they say of an order, and that they say it of every order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.order import Address
from shared.domain.view import FACTS, View
from tests.domain.mapping.orders import viewed
from tests.domain.zones.orders import DANISH


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("number", "7"),
        ("currency", "DKK"),
        ("total", Decimal("125.00")),
        ("country", "DK"),
        ("delivery_country", "DK"),
        ("buyer", "private"),
        ("company", None),
        ("vat_number", "none"),
        ("payment_method", "card"),
        ("payment_title", "Card"),
        ("is_paid", True),
        ("is_guest", True),
        ("status", "processing"),
        ("customer_note", None),
        ("email", "mette@lampeland.example"),
        ("phone", None),
        ("customer_id", None),
        ("coupons", None),
        ("products", ["MUG"]),
        ("shipping_methods", None),
    ],
)
def test_each_fact_of_a_small_order(fact: str, value: object) -> None:
    # Given an order of a private guest, when it is asked, then each fact is what the shop said, or nothing
    assert viewed().fact(fact) == value


def _addressed(country: str, delivery: str = "") -> View:
    view = viewed()
    there = Address(country=country)
    return replace(view, order=replace(view.order, billing=there, shipping=Address(country=delivery)))


@pytest.mark.parametrize(
    ("view", "fact", "value"),
    [
        (viewed(billing={"company": "Lampeland ApS"}), "buyer", "business"),
        (viewed(meta_data=[{"id": 1, "key": "_billing_cvr", "value": DANISH}]), "buyer", "business"),
        (viewed(meta_data=[{"id": 1, "key": "_billing_cvr", "value": DANISH}]), "vat_number", "valid"),
        (viewed(meta_data=[{"id": 1, "key": "_billing_cvr", "value": "12345678"}]), "vat_number", "invalid"),
        (viewed(customer_id=17), "is_guest", False),
        (viewed(customer_id=17), "customer_id", "17"),
        (viewed(status="pending", date_paid_gmt=None), "is_paid", False),
        (viewed(customer_note="  Ring first "), "customer_note", "Ring first"),
        (_addressed("dk", "SE"), "delivery_country", "SE"),
        (_addressed("dk"), "delivery_country", "DK"),
        (_addressed("", "SE"), "country", None),
    ],
)
def test_a_fact_follows_the_order(view: View, fact: str, value: object) -> None:
    # Given an order that is different in one thing, when it is asked about that, then it says so
    assert view.fact(fact) == value


@pytest.mark.parametrize("country", ["", "XX", "Danmark"])
@pytest.mark.parametrize("fact", FACTS)
def test_no_fact_needs_a_country(fact: str, country: str) -> None:
    # Given an order whose country nobody knows, when each fact is asked, then none raises, and what needs one is None
    answer: Any = _addressed(country).fact(fact)
    assert answer is None or fact not in ("buyer", "vat_number")
