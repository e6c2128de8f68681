"""Made-up values: of the same shape, the same for the same value, and nothing of the original in what nobody listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import webshop
from shared.domain.masking import NOTHING, Form, Kept, Mask
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, needs_recordings, orders_in, rest_bodies
from tests.support.orders import woo_order
from tools.replay.kept import kept_of

MASK = Mask(bytes(32))
ORDER = kept_of("woocommerce", "order", "state")


def masked(order: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(MASK.body(json.dumps(order, default=str).encode(), ORDER), parse_float=Decimal)
    return made


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Mette Holm", "Aaaaa Aaaa"),
        ("+45 12 34 56 78", "+00 00 00 00 00"),
        ("Ærøskøbing 4, 2. tv", "Aaaaaaaaaa 0, 0. aa"),
        ("株式会社", "aaaa"),
        ("DK-12345678", "AA-00000000"),
        ("", ""),
        (" - ", " - "),
    ],
)
def test_a_text_keeps_its_shape_and_nothing_else(text: str, shape: str) -> None:
    # Given a text, when it is masked, then letters are letters, digits are digits, and it says something else
    made = MASK.text(text)
    assert "".join("0" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c for c in made) == shape
    assert made.isascii()
    assert made != text or not any(map(str.isalnum, text))


def test_an_email_leads_nowhere_and_is_found_again_however_it_is_written() -> None:
    # Given one address twice, when it is masked, then both are one made-up address of a domain that is nobody's
    made = MASK.text("mette@lampeland.dk")
    assert made.endswith(".example")
    assert made.count("@") == 1
    assert MASK.text("METTE@LAMPELAND.DK").casefold() == made.casefold()
    assert "dk" not in MASK.text("write to jens@lampeland.dk, please").partition("@")[2].split()[0]


def test_the_same_value_is_the_same_everywhere_under_one_key_and_another_under_another() -> None:
    # Given a name in two orders, when both are masked, then they have one customer still
    first, second = masked(woo_order(1)), masked(woo_order(2, net="5.00"))
    assert first["billing"] == second["billing"]
    assert first["billing"]["last_name"] == first["shipping"]["last_name"] != "Holm"

    # And whoever has another key cannot tell
    assert Mask(b"x" * 32).text("Holm") != MASK.text("Holm")


def test_amounts_and_products_are_kept_to_the_digit() -> None:
    # Given an order with amounts that no float holds
    body = json.dumps(woo_order(7)).replace('"price": 100.0', '"price": 100.1000000000000000055')
    made = json.loads(MASK.body(body.encode(), ORDER), parse_float=Decimal)

    # Then they are as they were, and so are the product, the state and the country
    assert made["line_items"][0]["price"] == Decimal("100.1000000000000000055")
    for name in ("id", "number", "status", "currency", "total", "total_tax", "date_modified_gmt", "tax_lines"):
        assert made[name] == json.loads(body, parse_float=Decimal)[name]
    assert made["line_items"][0]["name"] == "Kaffekrus"
    assert made["billing"]["country"] == "DK"

    # And the connector reads it
    shop = webshop("woocommerce")
    assert shop.read_order(made).total == Decimal("125.00")


def test_what_nobody_listed_is_masked_and_what_is_listed_must_look_like_it() -> None:
    # Given an order with fields of plugins, and personal data where a code belongs
    order = woo_order(7, status="Mette Holm", payment_method="card of Mette", currency_symbol="kr.")
    order["loyalty_card"] = {"Mette Holm": [4571123412341234, "gold", {"born": 19700101.5}]}
    order["meta_data"] = [
        {"id": 1, "key": "_billing_cvr", "value": "12345678", "display_key": "CVR", "display_value": "12345678"},
        {"id": 2, "key": "is_vat_exempt", "value": "no"},
        {"id": 3, "key": "For Mette Holm", "value": True},
    ]

    # When it is masked
    made = masked(order)

    # Then nothing of a person is left in it
    text = json.dumps(made, default=str)
    for told in (
        "Mette",
        "Holm",
        "4571123412341234",
        "gold",
        "born",
        "19700101",
        "12345678",
        "CVR",
        "Lampevej",
        "8000",
    ):
        assert told not in text

    # And custom fields that programs read are found under their names; what says nothing about anybody is there
    assert [field["key"] for field in made["meta_data"]][:2] == ["_billing_cvr", "is_vat_exempt"]
    assert made["meta_data"][1]["value"] == "no"
    assert "loyalty_card" in made


def test_a_system_nobody_listed_keeps_nothing() -> None:
    # Given a body of another kind of shop, or one that is no JSON, when it is masked, then no value of it is left
    assert kept_of("shopify", "order", "state") is NOTHING
    made = MASK.body(b'{"customer": {"name": "Mette"}, "total": "125.00"}', NOTHING)
    assert b"Mette" not in made
    assert b"125" not in made
    assert b"Mette" not in MASK.body(b"\xff Mette {", ORDER)
    assert b"Mette" not in MASK.body(b'["Mette"]', ORDER)
    assert b"Mette" not in MASK.body(b'{"total": NaN, "total_tax": "Mette"}', ORDER)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_masked_is_made_up_the_same_way_twice(value: Any) -> None:
    # Given any JSON that nobody listed, when it is masked, then each leaf that can be is another, twice the same
    made = MASK.value(value, None)
    assert MASK.value(value, None) == made
    for before, after in zip(leaves(value), leaves(made), strict=True):
        if isinstance(before, str) and any(not (c.isascii() and not c.isalnum()) for c in before):
            assert after != before
        assert type(after) is type(before)


@given(st.text(max_size=30))
def test_a_kept_text_is_kept_and_a_kept_number_is_one(text: str) -> None:
    # Given any text where a number belongs, when it is kept, then it is one
    assert MASK.value(text, Form.TEXT) == text
    made = MASK.value({"total": text}, Kept({"total": Form.NUMBER}))["total"]
    assert made != text or not any(map(str.isalpha, text))


#: Fields whose values belong to a person, wherever they stand.
PERSONAL = ("first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "email", "phone")


def personal(order: dict[str, Any]) -> Iterator[str]:
    for address in (order.get("billing"), order.get("shipping")):
        if isinstance(address, dict):
            yield from (str(address[name]) for name in PERSONAL if isinstance(address.get(name), str))
    for name in ("customer_note", "customer_ip_address", "customer_user_agent", "transaction_id", "order_key"):
        yield str(order.get(name) or "")
    yield from (str(one.get("reason") or "") for one in order.get("refunds") or () if isinstance(one, dict))
    for field in order.get("meta_data") or ():
        yield from (str(leaf) for leaf in leaves(field.get("value")) if isinstance(leaf, str))


@needs_recordings
def test_of_every_recorded_order_nothing_personal_is_left_and_it_can_be_read_as_before() -> None:
    # Given every order that real shops sent
    shop, count = webshop("woocommerce"), 0
    bodies = [body for _, body in rest_bodies()]
    bodies += [json.loads(path.read_bytes()) for path in sorted((WOOCOMMERCE / "live" / "webhooks").glob("*.json"))]
    for order in (order for body in bodies for order in orders_in(body) if isinstance(order.get("billing"), dict)):
        # When it is masked
        made = masked(order)
        told = [str(leaf) for leaf in leaves(made)]
        text = " ".join(told)
        count += 1

        # Then no value of a person is in it that is not in what is kept on purpose
        products = " ".join(
            str(leaf) for name in ("line_items", "tax_lines", "number", "currency") for leaf in leaves(made.get(name))
        )
        for value in personal(order):
            if len(value) > 3 and value not in products:
                assert value not in (text if len(value) > 5 else told), value

        # And its amounts are what they were
        try:
            before = shop.read_order(json.loads(json.dumps(order, default=str), parse_float=Decimal))
        except ValueError:
            continue
        after = shop.read_order(made)
        assert [(one.total, one.taxes) for one in after.lines] == [(one.total, one.taxes) for one in before.lines]
        assert (after.total, after.total_tax, after.refunds[:1] == ()) == (
            before.total,
            before.total_tax,
            before.refunds[:1] == (),
        )
    assert count > 500


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_what_stands_in_the_texts_that_are_kept_leads_to_nobody() -> None:
    # Given a voucher with an address in its name, a coupon with a name in its code, and a line with one in a field
    order = woo_order(7)
    order["line_items"][0]["name"] = "Gavekort til mette@lampeland.dk"
    order["line_items"][0]["meta_data"] = [{"id": 1, "key": "engraving", "value": "Mette Holm"}]
    order["coupon_lines"] = [{"id": 1, "code": "METTE10", "discount": "1.00", "meta_data": []}]
    order |= {"customer_ip_address": "203.0.113.77", "customer_note": "Ring til Mette", "billing_vat": "DK12345678"}

    # When it is masked, then the product is known still, and nobody else
    text = json.dumps(masked(order), default=str)
    assert "Gavekort til " in text
    for told in ("lampeland.dk", "mette", "METTE10", "Mette", "203.0.113.77", "DK12345678"):
        assert told not in text


@pytest.mark.parametrize("source_type", ["coupon", "customer"])
def test_a_body_of_what_nobody_listed_keeps_its_id_alone(source_type: str) -> None:
    body = b'{"id": 7, "code": "METTE10", "action": "Mette"}'
    made = json.loads(MASK.body(body, kept_of("woocommerce", source_type, "state")))
    assert (made["id"], "METTE10" in made.values(), "Mette" in made.values()) == (7, False, False)


def test_a_number_of_a_billion_digits_is_masked_at_once() -> None:
    assert MASK.body(b'{"loyalty": 1e999999999}', ORDER) == b'{"loyalty": 1}'
