"""A plan as the request that e-conomic gets."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.economic.settings import Settings
from connectors.economic.texts import cut
from connectors.economic.write import write_booking, write_document, write_product
from shared.domain.document import (
    DocumentKind,
    DocumentLine,
    DocumentPlan,
    NewProduct,
    Recipient,
    SendBy,
)
from shared.errors import NeedsUser
from tests.connectors.economic.examples import MUG, PLAN, SETTINGS

TEXT = DocumentLine(product=None, text="Pakkes ind.", quantity=Decimal(0), unit_price=Decimal(0))


def body(plan: DocumentPlan, settings: Settings = SETTINGS) -> Any:
    return json.loads(write_document(plan, settings).body, parse_float=Decimal)


def with_line(**changes: Any) -> DocumentPlan:
    return replace(PLAN, lines=(MUG, replace(MUG, **changes)))


def refused(plan: DocumentPlan) -> NeedsUser:
    with pytest.raises(NeedsUser) as raised:
        write_document(plan, SETTINGS)
    return raised.value


def test_an_order_is_written_to_the_byte() -> None:
    # Given an order with a line of text
    plan = replace(PLAN, lines=(MUG, TEXT))
    # Then this is sent, today and in a year, since a key and its bytes belong together
    assert write_document(plan, SETTINGS.model_copy(update={"unit": 1})).body.decode() == (
        '{"date":"2026-03-01","currency":"DKK","layout":{"layoutNumber":19},"paymentTerms":{"paymentTermsNumber":1},'
        '"customer":{"customerNumber":10001},'
        '"recipient":{"name":"Ane Lampe","address":"Lampevej 1\\n2. th.","zip":"9999","city":"Lampeland",'
        '"country":"DK","vatZone":{"vatZoneNumber":1}},'
        '"notes":{"heading":"Ordre 42"},"references":{"other":"SL7-42-1"},'
        '"lines":[{"lineNumber":1,"product":{"productNumber":"KRUS-3"},"description":"Kaffekrus","unit":{"unitNumber":1},'
        '"quantity":2.00,"unitNetPrice":79.60},{"lineNumber":2,"description":"Pakkes ind."}]}'
    )


def test_an_exchange_rate_that_was_given_goes_along_and_one_with_too_many_decimals_does_not() -> None:
    # Given a plan with a rate, when it is written, then e-conomic gets it to the digit
    assert body(replace(PLAN, currency="EUR", exchange_rate=Decimal("745.951234")))["exchangeRate"] == Decimal(
        "745.951234"
    )
    assert "exchangeRate" not in body(replace(PLAN, currency="EUR"))
    # And one that it would refuse is refused before
    assert refused(replace(PLAN, exchange_rate=Decimal("745.9512345"))).code == "exchange_rate"
    assert refused(replace(PLAN, exchange_rate=Decimal(0))).code == "exchange_rate"


def test_a_discount_in_percent_goes_along() -> None:
    first, second = body(with_line(discount=Decimal("12.5")))["lines"]
    assert "discountPercentage" not in first
    assert second["discountPercentage"] == Decimal("12.50")


def test_what_is_empty_is_left_out() -> None:
    written = body(replace(PLAN, recipient=Recipient(name="Ane"), fields={"heading": " "}))
    assert written["recipient"] == {"name": "Ane", "vatZone": {"vatZoneNumber": 1}}
    assert "notes" not in written
    assert "unit" not in written["lines"][0]


def test_a_document_stands_in_the_zone_of_its_plan_or_else_of_the_settings() -> None:
    abroad = SETTINGS.model_copy(update={"vat_zone": 3})
    zones = [body(replace(PLAN, vat_zone=zone), abroad)["recipient"]["vatZone"] for zone in (None, "12")]
    assert zones == [{"vatZoneNumber": 3}, {"vatZoneNumber": 12}]
    assert refused(replace(PLAN, vat_zone="EU")).code == "vat_zone"


def test_a_line_that_says_nothing_is_left_out_and_a_product_without_a_text_is_called_by_its_number() -> None:
    written = body(replace(PLAN, lines=(replace(TEXT, text=" \n "), replace(MUG, text=""))))
    assert [line["description"] for line in written["lines"]] == ["KRUS-3"]


def test_an_invoice_may_take_something_off_but_an_order_may_not() -> None:
    less = with_line(quantity=Decimal("-1"))
    assert body(replace(less, kind=DocumentKind.INVOICE))["lines"][1]["quantity"] == Decimal("-1.00")
    assert refused(less).code == "order_quantity"
    assert "line 2" in refused(less).message
    assert refused(with_line(quantity=Decimal(0))).code == "order_quantity"


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["0", "0.0", "0.00000", "0E+3", "-0"]))
def test_an_amount_is_a_plain_number_however_it_was_computed(value: Decimal, nothing: str) -> None:
    # Given the same amount with other zeros
    lines = replace(MUG, unit_price=value), replace(MUG, unit_price=value + Decimal(nothing))
    written = [write_document(replace(PLAN, lines=(line,)), SETTINGS).body for line in lines]
    # Then it is written in the same way, and without an exponent
    assert written[0] == written[1]
    assert json.loads(written[0], parse_float=Decimal)["lines"][0]["unitNetPrice"] == value
    assert b"-0.00" not in written[0]
    assert b'"unitNetPrice":' + f"{value + 0:.2f}".encode().replace(b"-0.00", b"0.00") in written[0]


@pytest.mark.parametrize("amount", ["0.005", "1.234", "1e-9", "NaN", "Infinity", "-Infinity", "1e12", "1e40"])
@pytest.mark.parametrize("field", ["quantity", "unit_price"])
def test_an_amount_that_the_books_cannot_hold_is_for_the_user(field: str, amount: str) -> None:
    fate = refused(with_line(**{field: Decimal(amount)}))
    assert fate.code == "amount"
    assert "in line 2" in fate.message


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "product_number_missing"),
        ("9" * 26, "product_number"),
        ("A\tB", "product_number"),
        ("\ud800", "product_number"),
    ],
)
def test_a_product_number_is_never_changed(number: str, code: str) -> None:
    assert refused(with_line(product=number)).code == code
    with pytest.raises(NeedsUser) as raised:
        write_product(NewProduct(number=number, name="Krus"), SETTINGS)
    assert raised.value.code == code


def test_a_price_without_a_product_is_not_lost() -> None:
    assert refused(with_line(product=None)).code == "line_without_product"


@pytest.mark.parametrize("customer", ["", "0", "01", "1000000000", "-1", "K-1", "1.5", "٣"])
def test_a_customer_number_has_one_to_nine_digits(customer: str) -> None:
    assert refused(replace(PLAN, customer=customer)).code == "customer_number"


@pytest.mark.parametrize("currency", ["", "DK", "KRONE", "D K", "kr."])
def test_a_currency_has_three_letters(currency: str) -> None:
    assert refused(replace(PLAN, currency=currency)).code == "currency"


@pytest.mark.parametrize("reference", ["", "x" * 251, "a\nb"])
def test_a_reference_is_never_changed(reference: str) -> None:
    assert refused(replace(PLAN, reference=reference)).code == "reference"
    assert body(replace(PLAN, reference="x" * 250))["references"] == {"other": "x" * 250}


def test_credit_notes_and_nameless_buyers_are_for_the_user() -> None:
    assert refused(replace(PLAN, kind=DocumentKind.CREDIT_NOTE)).code == "document_kind"
    assert refused(replace(PLAN, recipient=Recipient(name=" "))).code == "customer_name"


def test_texts_are_cut_where_e_conomic_ends_them() -> None:
    long = "å" * 3000
    plan = replace(
        PLAN,
        recipient=Recipient(name=long, address=long, postcode=long, city=long, country=long),
        fields={"heading": long},
        lines=(replace(MUG, text=long),),
    )
    written = body(plan)
    assert {field: len(text) for field, text in written["recipient"].items() if isinstance(text, str)} == {
        "name": 250, "address": 250, "zip": 50, "city": 250, "country": 50,
    }  # fmt: skip
    assert len(written["notes"]["heading"]) == 250
    assert len(written["lines"][0]["description"]) == 2500


@given(st.text(max_size=40), st.integers(1, 30))
def test_a_cut_text_is_the_beginning_within_the_limit_as_e_conomic_counts(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode("utf-16-le")) // 2 <= limit
    assert cut(text, 1000).startswith(short)
    assert cut(short, limit) == short


def test_half_an_emoji_is_not_left() -> None:
    assert cut("ab🎁", 3) == "ab"
    assert cut("ab🎁", 4) == "ab🎁"
    assert cut("a\r\nb\x00c\ud800", 10) == "a\nb c"


def test_settings_that_are_not_filled_are_named() -> None:
    for missing, code in (("layout", "layout"), ("payment_terms", "payment_terms")):
        with pytest.raises(NeedsUser) as raised:
            write_document(PLAN, SETTINGS.model_copy(update={missing: None}))
        assert raised.value.code == code
        assert missing.replace("_", " ") in raised.value.message


def test_a_product_needs_a_group_that_somebody_chose() -> None:
    product = NewProduct(number="KRUS/3", name="K" * 400)
    written = json.loads(write_product(product, SETTINGS))
    assert written == {"productNumber": "KRUS/3", "name": "K" * 300, "productGroup": {"productGroupNumber": 3}}
    with pytest.raises(NeedsUser) as raised:
        write_product(product, Settings())
    assert raised.value.code == "product_group"


@pytest.mark.parametrize(
    ("send_by", "number", "rest"),
    [
        (SendBy.NONE, None, b'"sendBy":"none"}'),
        (SendBy.EMAIL, None, b'"sendBy":"Email"}'),
        (SendBy.EAN, 70012, b'"sendBy":"EAN","bookWithNumber":70012}'),
    ],
)
def test_a_booking_says_how_it_is_sent_and_names_a_number_only_where_one_was_chosen(
    send_by: SendBy, number: int | None, rest: bytes
) -> None:
    assert write_booking("368", send_by, number) == b'{"draftInvoice":{"draftInvoiceNumber":368},' + rest
