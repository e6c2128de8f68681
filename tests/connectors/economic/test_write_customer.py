"""The request that makes a customer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from connectors.economic.settings import Settings
from connectors.economic.write_customer import write_customer
from shared.domain.contact import Contact
from shared.domain.document import NewCustomer
from shared.errors import NeedsUser
from tests.connectors.economic.examples import NEW_CUSTOMER, SETTINGS

ANE = NEW_CUSTOMER.contact


def who(**changes: str) -> NewCustomer:
    return replace(NEW_CUSTOMER, contact=replace(ANE, **changes))


def test_a_customer_is_written_with_what_is_known() -> None:
    assert json.loads(write_customer(NEW_CUSTOMER, SETTINGS).body) == {
        "name": "Ane Lampe",
        "currency": "DKK",
        "customerGroup": {"customerGroupNumber": 2},
        "vatZone": {"vatZoneNumber": 1},
        "paymentTerms": {"paymentTermsNumber": 1},
        "email": "ane@lampeland.example",
        "zip": "9999",
    }


def test_a_number_of_the_owners_is_written_as_a_number() -> None:
    written = json.loads(write_customer(replace(NEW_CUSTOMER, number="999999999"), SETTINGS).body)
    assert written["customerNumber"] == 999_999_999


@pytest.mark.parametrize(
    ("customer", "settings", "code"),
    [
        (who(name=""), SETTINGS, "customer_name"),
        (who(name=" \r\n"), SETTINGS, "customer_name"),
        (who(email="a" * 240 + "@lampeland.example"), SETTINGS, "customer_email"),
        (who(email="a\0@lampeland.example"), SETTINGS, "customer_email"),
        (who(p_number="123456789"), SETTINGS, "customer_p_number"),
        (who(ean="57900000000123"), SETTINGS, "customer_ean"),
        (who(company_number="1234\n5678"), SETTINGS, "customer_company_number"),
        (replace(NEW_CUSTOMER, currency="?"), SETTINGS, "currency"),
        *((replace(NEW_CUSTOMER, number=odd), SETTINGS, "customer_number") for odd in ("0", "", "K1", "1000000000")),
        (NEW_CUSTOMER, Settings(payment_terms=1), "customer_group"),
    ],
)
def test_a_customer_that_cannot_be_made_is_for_the_user(customer: NewCustomer, settings: Settings, code: str) -> None:
    with pytest.raises(NeedsUser) as raised:
        write_customer(customer, settings)
    assert raised.value.code == code


def test_what_is_cut_is_named_and_an_emoji_is_not_halved() -> None:
    # Given a city whose 50th and 51st units are one emoji, and a street that only has blanks too many
    customer = who(city="x" * 49 + "🏙", address=f" Vejen 1\r\nGården{' ' * 600}", country="y" * 50)
    # When
    request = write_customer(customer, SETTINGS)
    # Then
    body = json.loads(request.body)
    assert (body["city"], body["address"], body["country"]) == ("x" * 49, "Vejen 1\nGården", "y" * 50)
    assert request.cut == ("city",)


def test_a_customer_of_whom_only_the_name_is_known_is_written_without_the_rest() -> None:
    body = json.loads(write_customer(NewCustomer(contact=Contact(name="Ane"), currency="DKK"), SETTINGS).body)
    assert set(body) == {"name", "currency", "customerGroup", "vatZone", "paymentTerms"}
