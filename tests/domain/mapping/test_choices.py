"""Choices: the first row that holds counts."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.domain.choices import Choices, chosen
from shared.errors import NeedsUser
from tests.domain.mapping.orders import viewed

_CHOICES: TypeAdapter[Choices] = TypeAdapter(Choices)
CARD = {"fact": "payment_method", "is": ["card", "mobilepay"]}
INVOICE = {"fact": "payment_method", "is": "invoice"}


def choices(*rows: object) -> Choices:
    return _CHOICES.validate_json(json.dumps({"payment_terms": rows}), strict=True)


@pytest.mark.parametrize(("method", "terms"), [("card", 7), ("mobilepay", 7), ("invoice", "Net 30"), ("bacs", 1)])
def test_terms_by_payment_method(method: str, terms: str | int) -> None:
    # Given terms by payment method, and others for the rest, when orders come, then the first row that holds counts
    rows = choices({"when": CARD, "use": 7}, {"when": INVOICE, "use": "Net 30"}, {"use": 1})["payment_terms"]
    assert chosen(rows, viewed(payment_method=method)) == terms


def test_nothing_is_chosen_where_no_row_holds() -> None:
    # Given one row for cards, when an order is paid in another way, then the setting's own value is left to count
    rows = choices({"when": CARD, "use": 7})["payment_terms"]
    assert chosen(rows, viewed(payment_method="bacs")) is None


def test_a_row_that_cannot_be_asked_waits_for_the_owner() -> None:
    # Given a row whose question the order has no answer to, when a choice is made, then no other row is taken for it
    rows = choices({"when": {"path": "line_items", "is": "x"}, "use": 1}, {"use": 2})["payment_terms"]
    with pytest.raises(NeedsUser, match="condition_unanswered"):
        chosen(rows, viewed())


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{"use": 1}, {"when": CARD, "use": 2}], "row 2 is never reached: row 1 has no `when`"),
        ([{"when": CARD}], "Field required"),
        ([{"use": True}], "valid string"),
        ([{"use": "  "}], "at least 1 character"),
        ([], "at least 1 item"),
    ],
)
def test_rows_that_make_no_sense_are_refused(rows: list[object], why: str) -> None:
    # Given rows that are never reached, or choose nothing, when they are saved, then the owner reads why
    with pytest.raises(ValidationError) as refused:
        choices(*rows)
    assert why in str(refused.value)
