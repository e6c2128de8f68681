"""Who is billed, where the goods go, and how countries are called."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import webshop
from shared.domain.addresses import Wording, country_name, delivery, recipient
from shared.domain.document import Delivery, Recipient
from shared.domain.order import Address, Order
from shared.domain.regions import COUNTRIES
from tests.support.orders import woo_order

DANISH = Wording()
METTE = Address(
    first_name="Mette", last_name="Holm", address_1="Lampevej 1", city="Aarhus", postcode="8000", country="DK"
)
ANE = Address(first_name="Ane", last_name="Gave", address_1="Gavevej 2", city="Lund", postcode="222 22", country="SE")
AT_WORK = replace(METTE, company="Lampeland ApS")


def sent(shipping: Address, billing: Address = METTE) -> Delivery | None:
    shop = webshop("woocommerce")
    order: Order = shop.read_order(shop.decode_order(json.dumps(woo_order(7)).encode()))
    return delivery(replace(order, billing=billing, shipping=shipping), DANISH)


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("DK", "da", "Danmark"),
        ("dk", "de", "Dänemark"),
        (" FO ", "da", "Færøerne"),
        ("US", "en", "United States"),
        ("EL", "en", "Greece"),
        ("BR", "pt_BR", "Brasil"),
        ("BR", "pt-BR", "Brasil"),
        # No country, or one that is not known by that name, is left as it is
        ("XI", "da", "XI"),
        ("ZZ", "da", "ZZ"),
        ("EU", "da", "EU"),
        ("", "da", ""),
        ("DK", "xx", "DK"),
        ("DK", "", "DK"),
        ("DK", "da; drop", "DK"),
    ],
)
def test_a_country_is_called_by_its_name_in_the_owners_language(code: str, language: str, name: str) -> None:
    assert country_name(code, language) == name


def test_every_country_that_shops_have_has_a_danish_name() -> None:
    assert [code for code in COUNTRIES if country_name(code, "da") == code] == []


@given(st.text(max_size=10), st.text(max_size=10))
def test_no_country_and_no_language_is_too_odd(code: str, language: str) -> None:
    assert isinstance(country_name(code, language), str)


def test_the_recipient_is_the_company_and_names_who_buys_there() -> None:
    # Given a buyer at a company, in the words of an owner who writes English
    english = Wording(language="en", attention="Attn:")
    assert recipient(AT_WORK, fallback="Order 7", wording=english) == Recipient(
        name="Lampeland ApS",
        attention="Attn: Mette Holm",
        address="Lampevej 1",
        postcode="8000",
        city="Aarhus",
        country="Denmark",
    )
    # And a company without a person, and a person without a company, need no such line
    nobody = replace(AT_WORK, first_name="", last_name=" ")
    assert recipient(nobody, fallback="", wording=english).attention == ""
    assert recipient(METTE, fallback="", wording=english).attention == ""
    assert recipient(METTE, fallback="", wording=english).name == "Mette Holm"


def test_an_owner_may_want_no_word_before_the_name() -> None:
    assert recipient(AT_WORK, fallback="", wording=Wording(attention="")).attention == "Mette Holm"


def test_a_company_of_blanks_is_none() -> None:
    # Given a checkout that sends a blank for an empty field
    found = recipient(replace(METTE, company=" "), fallback="Order 7", wording=DANISH)
    assert (found.name, found.attention) == ("Mette Holm", "")


@pytest.mark.parametrize(
    ("country", "state", "region"), [("US", "OR", "OR"), ("AU", "NSW", "NSW"), ("DK", "DK-81", ""), ("JP", "JP13", "")]
)
def test_a_state_is_named_where_letters_name_it(country: str, state: str, region: str) -> None:
    found = recipient(replace(METTE, country=country, state=state), fallback="", wording=DANISH)
    assert found.region == region


def test_a_gift_names_who_gets_it() -> None:
    # Given goods that go to somebody else in another country, Then her name and her country stand there
    assert sent(ANE) == Delivery(
        name="Ane Gave", address="Gavevej 2", postcode="222 22", city="Lund", country="Sverige"
    )


def test_the_buyers_own_other_address_names_nobody_again() -> None:
    # Given Mette's goods, sent to her cottage
    cottage = replace(METTE, address_1="Strandvej 9", city="Skagen", postcode="9990")
    assert sent(cottage) == Delivery(address="Strandvej 9", postcode="9990", city="Skagen", country="Danmark")


def test_goods_that_go_to_work_name_the_company_and_the_person() -> None:
    found = sent(replace(AT_WORK, address_1="Kontorvej 3"))
    assert found is not None
    assert (found.name, found.attention, found.address) == ("Lampeland ApS", "Att. Mette Holm", "Kontorvej 3")


def test_somebody_else_at_the_same_address_is_another_delivery() -> None:
    found = sent(replace(METTE, first_name="Ane"))
    assert found is not None
    assert (found.name, found.address) == ("Ane Holm", "Lampevej 1")


@pytest.mark.parametrize(
    "shipping",
    [
        METTE,
        replace(METTE, first_name="METTE ", address_1="lampevej  1", city="AARHUS", country="dk"),
        replace(METTE, first_name="", last_name=""),
        replace(METTE, state="DK-82", phone="12345678", email="ane@lampeland.example"),
        Address(),
        # All that a shop knows of goods that are downloaded
        Address(first_name="Mette", last_name="Holm", country="DK"),
    ],
    ids=["the same", "written otherwise", "without a name", "of another phone", "nothing", "no place"],
)
def test_the_same_place_or_none_is_no_delivery(shipping: Address) -> None:
    assert sent(shipping) is None


def test_a_company_that_pays_and_the_buyer_himself_at_its_address_are_no_two() -> None:
    # Given a company in the billing address only
    assert sent(METTE, billing=AT_WORK) is None
