"""The role of an order's customer: who asks for it, and what it changes of an order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.answers import Answers, Asked
from shared.domain.changes import fingerprint
from shared.domain.condition import holds, why_not
from shared.domain.roles import asks_for_role
from shared.domain.settings import OrderSettings
from shared.domain.view import View
from tests.domain.test_build import order

WHOLESALE: dict[str, Any] = {"fact": "customer_role", "is": "wholesale_customer"}
OF_WHOLESALE = replace(order(), customer_id="12", customer_role="wholesale_customer")


@pytest.mark.parametrize(
    ("settings", "asks"),
    [
        ({}, False),
        ({"only": {"fact": "country", "is": "DK"}}, False),
        ({"only": WHOLESALE}, True),
        ({"only": {"not": {"any": [{"fact": "country", "is": "DK"}, {"all": [WHOLESALE]}]}}}, True),
        ({"choices": {"payment_terms": [{"when": WHOLESALE, "use": 3}]}}, True),
        ({"choices": {"customer_group": [{"when": WHOLESALE, "use": 3}, {"use": 1}]}}, True),
        ({"fields": {"heading": {"fact": "customer_role"}}}, True),
        ({"fields": {"heading": {"concat": [{"const": "Web"}, {"fact": "customer_role"}]}}}, True),
        ({"fields": {"heading": [{"const": "Web", "when": WHOLESALE}]}}, True),
        ({"customer_fields": {"contact": {"fact": "customer_role"}}}, True),
        ({"customer_number": {"fact": "customer_role"}}, True),
        ({"fields": {"heading": {"const": "customer_role"}}}, False),
    ],
)
def test_it_is_asked_for_wherever_settings_speak_of_it(settings: dict[str, Any], asks: bool) -> None:
    # Given settings as an owner wrote them, when they are looked through, then they and what is read of them say alike
    assert asks_for_role(settings) is asks
    if "contact" not in settings.get("customer_fields", {}):
        assert asks_for_role(OrderSettings.model_validate(settings).model_dump()) is asks


def test_conditions_compare_it_and_reasons_name_it() -> None:
    condition = OrderSettings.model_validate({"only": WHOLESALE}).only
    assert condition is not None
    assert holds(condition, View(OF_WHOLESALE, OrderSettings()))
    guest = View(replace(OF_WHOLESALE, customer_id=None, customer_role=None), OrderSettings())
    assert why_not(condition, guest) == "customer_role is not there, and wholesale_customer is asked for"


def test_an_order_is_the_same_whether_its_role_was_asked_for_or_not() -> None:
    assert fingerprint(OF_WHOLESALE) == fingerprint(replace(OF_WHOLESALE, customer_role=None))


def test_a_document_that_was_written_by_it_is_of_that_role() -> None:
    # Given a document whose settings asked for the role
    asked = Asked(OF_WHOLESALE, OrderSettings())
    asked.fact("customer_role")
    then = Answers.of(OF_WHOLESALE, asked.questions)
    # When the customer gets another one, then the document is of before
    assert then.are_those_of(OF_WHOLESALE)
    assert not then.are_those_of(replace(OF_WHOLESALE, customer_role="customer"))
