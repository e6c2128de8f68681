"""Whether an order still answers what the settings asked when its document was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.answers import Answers, Asked
from shared.domain.condition import holds
from shared.domain.expected import Expected
from shared.domain.order import Financial, Order
from shared.domain.settings import OrderSettings
from tests.domain.test_build import order

THEN = replace(order(), source={"pickup": {"place": "Aarhus"}, "weight": 3})


def answers(*paths: str, facts: tuple[str, ...] = (), document_date: str = "order") -> Answers:
    asked = Asked(THEN, OrderSettings())
    asked.day(document_date)
    for path in paths:
        asked.path(path)
    for fact in facts:
        asked.fact(fact)
    return Answers.of(THEN, asked.questions)


def body(**more: Any) -> Order:
    return replace(THEN, source={**THEN.source, **more})


@pytest.mark.parametrize(
    ("now", "is_same"),
    [
        (THEN, True),
        (body(weight=4), True),
        (replace(THEN, status="refunded"), True),
        (body(pickup={"place": "Odense"}), False),
        (body(pickup=None), False),
        (body(pickup={"place": {"city": "Aarhus"}}), False),
    ],
)
def test_a_path_answers_the_same_until_something_else_stands_there(now: Order, is_same: bool) -> None:
    assert answers("pickup.place").are_those_of(now) == is_same


def test_states_count_where_they_were_asked_for() -> None:
    # Given an order that is paid, and then is not
    unpaid = replace(THEN, paid_at=None, financial=Financial.PENDING)
    assert not answers(facts=("is_paid",)).are_those_of(unpaid)
    assert answers(facts=("status",)).are_those_of(unpaid)
    assert answers().are_those_of(unpaid)


def test_the_day_of_a_document_counts_where_it_is_that_of_the_payment() -> None:
    assert THEN.paid_at is not None
    later = replace(THEN, paid_at=THEN.paid_at + timedelta(days=3))
    assert not answers(document_date="paid").are_those_of(later)
    assert answers(document_date="fulfilled").are_those_of(later)
    assert answers(document_date="today").are_those_of(later)


def test_what_did_not_come_to_be_asked_does_not_count() -> None:
    # Given a condition that its first question decides
    settings = OrderSettings.model_validate(
        {"only": {"any": [{"fact": "is_paid", "is": True}, {"path": "pickup.place", "is": "Aarhus"}]}}
    )
    asked = Asked(THEN, settings)
    assert settings.only is not None
    assert holds(settings.only, asked)
    # Then
    assert asked.questions == {"fact is_paid"}


def test_what_is_kept_of_answers_tells_nothing_of_them() -> None:
    kept = answers("pickup.place").as_json()
    assert "Aarhus" not in str(kept)
    assert Answers.read(kept) == answers("pickup.place")


def test_a_document_of_an_older_release_is_judged_as_it_was_before() -> None:
    # Given what an older release kept
    stored = {
        "lines": [],
        "vat": "0",
        "rounding": "document/away",
        "limit": "0.10",
        "order": ["125.00", "25.00"],
        "fingerprint": "f",
        "said": "",
    }
    expected = Expected.read(stored)
    # Then nothing was asked, and nobody knows by what its customer was found
    assert expected.answers.are_those_of(body(pickup=None))
    assert expected.customer_key == ""
