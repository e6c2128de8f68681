"""Addresses and fields of a plan as e-conomic gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.economic.write import write_document
from shared.domain.document import Delivery, FieldValue, Recipient
from tests.connectors.economic.examples import MUG, PLAN, SETTINGS
from tests.connectors.economic.test_write import TEXT, body, refused


def test_what_was_cut_is_named_by_its_place() -> None:
    # Given a gift whose texts are too long, but for the recipient's name
    long = "å" * 3000
    plan = replace(
        PLAN,
        recipient=replace(PLAN.recipient, attention="Att. Ane", address=long),
        delivery=Delivery(name="Bo", address=long, city="b" * 49, region="OR", terms=long),
        fields={"heading": long, "text_1": "kort", "reference": long},
        lines=(MUG, replace(TEXT, text=" \n"), replace(TEXT, text=long)),
    )
    # Then each is named, a line by its number in the document
    assert sorted(write_document(plan, SETTINGS).cut) == [
        "delivery.address", "delivery.city", "delivery.terms", "heading", "line 2", "recipient.address", "reference",
    ]  # fmt: skip
    # And what is only tidied is not
    assert write_document(replace(PLAN, fields={"heading": f" {'x' * 250}\t "}), SETTINGS).cut == ()


def test_names_stand_before_the_street_and_a_state_behind_the_city() -> None:
    written = body(
        replace(
            PLAN,
            recipient=Recipient(name="Lamp Inc.", attention="Att. Ane", address="1 Main", city="Salem", region="OR"),
            delivery=Delivery(name="Bo ApS", attention="Att. Bo", address="2 Side\nbox 3", region="NSW"),
        )
    )
    assert (written["recipient"]["address"], written["recipient"]["city"]) == ("Att. Ane\n1 Main", "Salem, OR")
    assert written["delivery"] == {"address": "Bo ApS\nAtt. Bo\n2 Side\nbox 3", "city": "NSW"}


def test_a_document_with_fields_is_written_to_the_byte() -> None:
    fields: Mapping[str, FieldValue] = {
        "reference": "Rekvisition\n4711",
        "project": Decimal("12"),
        "sales_person": Decimal("3.0"),
        "delivery_date": date(2026, 3, 9),
        "ean": "5790 0000 00012",
        "text_1": "Tak\nfor handelen",
        "heading": "Ordre\n42",
        "mobile_phone": "",
    }
    written = write_document(replace(PLAN, fields=fields), SETTINGS).body.decode()
    assert (
        '"country":"DK","ean":"5790000000012","vatZone":{"vatZoneNumber":1}},"project":{"projectNumber":12},'
        '"delivery":{"deliveryDate":"2026-03-09"},"notes":{"heading":"Ordre 42","textLine1":"Tak\\nfor handelen"},'
        '"references":{"salesPerson":{"employeeNumber":3},"other":"SL7-42-1 Rekvisition 4711"},"lines":['
    ) in written


@given(st.text(max_size=300), st.integers(0, 245))
def test_our_reference_stands_whole_before_the_owners_words(words: str, length: int) -> None:
    # Given a reference of any length, and any words
    reference = "SL1-" + "9" * length
    plan = replace(PLAN, reference=reference, fields={"reference": words})
    # Then e-conomic gets it whole, in one line that it can hold
    other = body(plan)["references"]["other"]
    assert other.split(" ", 1)[0] == reference
    assert len(other.encode("utf-16-le")) // 2 <= 250
    assert "\n" not in other


def test_words_without_any_room_are_named_as_cut() -> None:
    plan = replace(PLAN, reference="x" * 250, fields={"reference": "Rekvisition"})
    request = write_document(plan, SETTINGS)
    assert request.cut == ("reference",)
    assert json.loads(request.body)["references"] == {"other": "x" * 250}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ean", "57900000000123"),
        ("public_entry_number", "x" * 41),
        ("nemhandel_type", "EAN"),
        ("sales_person", Decimal(0)),
        ("sales_person", Decimal("NaN")),
        ("project", Decimal(10) ** 9),
        ("project", Decimal("1E+999999999")),
        ("vendor_reference", "7"),
        ("delivery_date", datetime(2026, 3, 1, tzinfo=UTC)),
        ("text_3", "Tak"),
    ],
)
def test_a_field_that_e_conomic_cannot_hold_is_for_the_user(name: str, value: FieldValue) -> None:
    # Given such a field, Then the owner reads which it is, and not what a customer wrote there
    refusal = refused(replace(PLAN, fields={name: value}))
    assert refusal.code in ("document_field", "ean")
    assert name in refusal.message.lower()
    assert not re.search("579000|xxxx", refusal.message)
