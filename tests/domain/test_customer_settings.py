"""What an owner may choose for customers, and what makes no sense."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.customer_settings import CustomerSettings
from shared.domain.document import CustomerKey

BY_ID = {"fact": "customer_id"}


def chosen(**settings: Any) -> CustomerSettings:
    return CustomerSettings.model_validate(settings)


@pytest.mark.parametrize(
    ("customers", "more", "key"),
    [
        ("by_email", {}, CustomerKey.EMAIL),
        ("by_phone", {}, CustomerKey.PHONE),
        ("by_company_number", {}, CustomerKey.COMPANY_NUMBER),
        ("by_number", {"customer_number": BY_ID}, CustomerKey.NUMBER),
        ("default", {"default_customer": "1"}, None),
    ],
)
def test_the_ways_of_finding(customers: str, more: dict[str, Any], key: CustomerKey | None) -> None:
    assert chosen(customers=customers, **more).customer_key is key


def test_who_chooses_nothing_finds_by_email_makes_and_changes_nobody() -> None:
    usual = chosen()
    assert (usual.customer_key, usual.create_customers) == (CustomerKey.EMAIL, True)
    assert not usual.update_customers
    assert (usual.guests, usual.several_customers, usual.new_customer_fields) == ("own", "ask", None)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"customers": "default"}, "customers: default needs default_customer"),
        ({"guests": "default"}, "guests: default needs default_customer"),
        ({"several_customers": "default"}, "several_customers: default needs default_customer"),
        ({"customers": "by_number"}, "by_number needs customer_number"),
        ({"customers": "by_name"}, "Input should be 'by_email'"),
        ({"default_customer": "  "}, "at least 1 character"),
        ({"linked_customers": {" ": "1"}}, "at least 1 character"),
        ({"linked_customers": {"Mette@x.example": "1", "mette@x.example": "2"}}, "names somebody twice"),
        ({"update_customers": ["adress"]}, "customers have no field 'adress'; there are name, email"),
        ({"new_customer_fields": ["attention"]}, "customers have no field 'attention'"),
        ({"customer_fields": {"fax": {"const": "1"}}}, "there is no such field"),
        ({"customer_fields": {"name": None}}, "every customer has a name"),
        ({"customer_fields": {"ean": {"const": "1" * 511}}}, "ean: the constant"),
        ({"customer_number": {"const": "1" * 41}}, "customer_number: the constant"),
        ({"customer_number": {"fact": "customer_number"}}, "there is no fact 'customer_number'"),
        ({"language": "dansk"}, "'dansk' is no language"),
        ({"language": ""}, "'' is no language"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        chosen(**settings)
    assert says in str(refused.value)


@pytest.mark.parametrize("language", ["da", "en", "de", "pt_BR", "pt-BR"])
def test_languages(language: str) -> None:
    assert chosen(language=language).language == language


def test_blanks_around_a_link_do_not_count() -> None:
    assert chosen(linked_customers={" 12 ": " 1001 "}).linked_customers == {"12": "1001"}
