"""Accounting connectors with one mistake each in how customers are found by several keys, made and updated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

from connectors.accounting import Request, Updated
from connectors.economic import Economic, filters, read
from connectors.economic.body import as_json
from connectors.economic.client import EconomicClient
from connectors.economic.customers import NOT_WRITTEN
from connectors.economic.lookups import rows
from connectors.economic.write_customer import PLACES, by_property, write_contact
from shared.domain.company_numbers import read_company_number
from shared.domain.contact import FIELDS, Contact
from shared.domain.document import Customer, CustomerKey, NewCustomer
from shared.errors import NeedsUser, Skip
from tests.connectors.conformance.books.customer_keys import PHONE


class FindsPhonesAsTyped(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        if key is not CustomerKey.PHONE:
            return super().find_customers(key, value, home)
        return _asked(self, filters.equals("telephoneAndFaxNumber", value))


class LooksAtOnePhone(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        found = super().find_customers(key, value, home)
        if key is not CustomerKey.PHONE:
            return found
        return [one for one in found if "telephoneAndFaxNumber" in self._rest.get(f"customers/{one.number}").value]


class ComparesTheLastDigits(EconomicClient):
    """Of a phone; who knows how it begins."""

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        if key is not CustomerKey.PHONE or not value[-8:].isdecimal():
            return super().find_customers(key, value, home)
        found = [*rows(self._rest, "customers")]
        return [
            customer
            for row in found
            if "".join(filter(str.isdecimal, row.get("telephoneAndFaxNumber", ""))).endswith(value[-8:])
            and (customer := read.customer(row)) is not None
        ]


class TellsOneForEachPhone(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        found = super().find_customers(key, value, home)
        return [*found, *found] if key is CustomerKey.PHONE else found


class FindsCompaniesAsTyped(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        if key is not CustomerKey.COMPANY_NUMBER:
            return super().find_customers(key, value, home)
        return _asked(self, filters.equals("corporateIdentificationNumber", value))


class TakesOneCountryForAnother(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        if key is CustomerKey.COMPANY_NUMBER and (wanted := read_company_number(value)) is not None:
            return super().find_customers(key, wanted.number, home)
        return super().find_customers(key, value, home)


class TakesWhatIsAskedForAsHome(EconomicClient):
    """A number in the books without its country is one of whoever is looked for."""

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        if key is CustomerKey.PHONE and (code := re.match(r"\+(4[57])", value)) is not None:
            home = {"45": "DK", "47": "NO"}[code[1]]
        if key is CustomerKey.COMPANY_NUMBER and (wanted := read_company_number(value)) is not None:
            home = wanted.country or home
        return super().find_customers(key, value, home)


class TakesTheFirst(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        return super().find_customers(key, value, home)[:1]


class FindsNumbersThatBeginAlike(EconomicClient):
    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        found = super().find_customers(key, value, home)
        if key is not CustomerKey.NUMBER or not found:
            return found
        return [
            one for row in rows(self._rest, "customers") if (one := read.customer(row)) and one.number.startswith(value)
        ]


class CountsCustomers(EconomicClient):
    def next_customer_number(self, first: int, last: int) -> str | None:
        number = first + len(list(rows(self._rest, "customers")))
        return str(number) if number <= last else None


class FindsThoseWithout(EconomicClient):
    """An e-mail address, when none is asked for."""

    def find_customers(self, key: CustomerKey, value: str, home: str) -> Sequence[Customer]:
        return super().find_customers(key, value, home) if value.strip() else _asked(self, "email$eq:$null:")


class TellsOnePhone(EconomicClient):
    def get_customer(self, number: str) -> Customer:
        there = super().get_customer(number)
        return replace(there, phones=there.phones[:1])


class KeepsTheTermsToItself(EconomicClient):
    def get_customer(self, number: str) -> Customer:
        return replace(super().get_customer(number), payment_terms=None)


class UpdatesInItsOwnWay(EconomicClient):
    """The right way, in parts that a mistake can replace."""

    def update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        row = self._rest.get(f"customers/{self.get_customer(number).number}").value
        written = write_contact(contact, fields)
        changed = {field: text for field, text in written.texts.items() if row.get(PLACES[field].property) != text}
        body = self.body(row, by_property(changed), contact)
        answer = self._rest.put(f"customers/{number}", as_json(body), key=self.key(body))
        return Updated(_read(answer.value), tuple(changed), written.cut)

    def body(self, row: Mapping[str, Any], changes: Mapping[str, str], contact: Contact) -> Mapping[str, Any]:
        return {**{name: value for name, value in row.items() if name not in NOT_WRITTEN}, **changes}

    def key(self, body: Mapping[str, Any]) -> str:
        return uuid4().hex


class WritesThoughNothingDiffers(UpdatesInItsOwnWay):
    """The right way but for that."""


class UpdatesWhatItOnlySays(EconomicClient):
    def would_update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        return self.update_customer(number, contact, fields)


class SendsWhatItKnows(UpdatesInItsOwnWay):
    """As if e-conomic kept what is left out."""

    def body(self, row: Mapping[str, Any], changes: Mapping[str, str], contact: Contact) -> Mapping[str, Any]:
        needed = ("name", "currency", "customerGroup", "vatZone", "paymentTerms", "layout", "barred")
        return {**{name: row[name] for name in needed if name in row}, **changes}


class LosesTheBar(UpdatesInItsOwnWay):
    def body(self, row: Mapping[str, Any], changes: Mapping[str, str], contact: Contact) -> Mapping[str, Any]:
        kept = super().body(row, changes, contact)
        return {name: value for name, value in kept.items() if name != "barred"}


class BarsWhomItUpdates(UpdatesInItsOwnWay):
    def body(self, row: Mapping[str, Any], changes: Mapping[str, str], contact: Contact) -> Mapping[str, Any]:
        return {**super().body(row, changes, contact), "barred": True}


class OverwritesWithEmpty(UpdatesInItsOwnWay):
    def body(self, row: Mapping[str, Any], changes: Mapping[str, str], contact: Contact) -> Mapping[str, Any]:
        empty = {PLACES[field].property for field in FIELDS if not getattr(contact, field) and field != "name"}
        return {name: value for name, value in super().body(row, changes, contact).items() if name not in empty}


class WritesAllThatItKnows(EconomicClient):
    """Whatever may be changed."""

    def update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        return super().update_customer(number, contact, FIELDS)


class TakesTheBodyForItsKey(UpdatesInItsOwnWay):
    def key(self, body: Mapping[str, Any]) -> str:
        return hashlib.sha256(as_json(body)).hexdigest()


class UpdatesWithoutLooking(EconomicClient):
    """The books make a customer who is not there."""

    def update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        with suppress(Skip):
            return super().update_customer(number, contact, fields)
        body = {
            "name": contact.name,
            "currency": "DKK",
            "customerGroup": {"customerGroupNumber": 1},
            "vatZone": {"vatZoneNumber": 1},
            "paymentTerms": {"paymentTermsNumber": 1},
        }
        return Updated(_read(self._rest.put(f"customers/{number}", as_json(body), key=uuid4().hex).value))


class CutsInSilence(EconomicClient):
    def update_customer(self, number: str, contact: Contact, fields: Collection[str]) -> Updated:
        return replace(super().update_customer(number, contact, fields), cut=())


class StumblesOverATakenNumber(EconomicClient):
    def create_customer(self, request: bytes, *, key: str) -> Customer:
        try:
            return super().create_customer(request, key=key)
        except Skip as there:
            raise NeedsUser(there.code, there.message) from None


class TakesTheNextNumber(Economic):
    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        return super().write_customer(replace(customer, number=None), settings)


class KnowsNamesAndAddressesOnly(Economic):
    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        contact = replace(customer.contact, company_number="", ean="")
        return super().write_customer(replace(customer, contact=contact), settings)


class CutsWhatMustBeWhole(Economic):
    def write_customer(self, customer: NewCustomer, settings: BaseModel) -> Request:
        said = customer.contact
        short = {field: getattr(said, field)[: place.limit] for field, place in PLACES.items() if place.uncut}
        return super().write_customer(replace(customer, contact=replace(said, **short)), settings)


def _asked(client: EconomicClient, question: str) -> Sequence[Customer]:
    return [_read(row) for row in rows(client._rest, "customers", {"filter": question})]


def _read(row: Mapping[str, Any]) -> Customer:
    found = read.customer(row)
    assert found is not None
    return found


SHARED = (CustomerKey.PHONE, PHONE, Contact(phone=PHONE))
#: As in `test_suite_can_fail.py`: a client, or a connector, a case that it fails, and what the case is given.
TALKING: Sequence[tuple[type[EconomicClient], str, *tuple[Any, ...]]] = (
    (FindsPhonesAsTyped, "test_a_phone_is_found_however_it_is_written", "phone"),
    (FindsPhonesAsTyped, "test_a_phone_is_found_behind_the_zero_of_its_country", "+46812345678"),
    (LooksAtOnePhone, "test_a_phone_is_found_however_it_is_written", "mobile_phone"),
    (ComparesTheLastDigits, "test_a_phone_is_found_however_it_is_written", "phone"),
    (TellsOneForEachPhone, "test_a_customer_with_one_phone_in_two_places_is_one"),
    (FindsCompaniesAsTyped, "test_a_company_is_found_with_its_prefix_and_without", "12345678"),
    (FindsCompaniesAsTyped, "test_a_company_abroad_is_found_by_either_of_its_numbers", "SE556123456701"),
    (TakesOneCountryForAnother, "test_companies_of_two_countries_are_two"),
    (TakesWhatIsAskedForAsHome, "test_a_phone_without_its_countrys_code_is_one_of_the_books_own_country"),
    (TakesWhatIsAskedForAsHome, "test_companies_of_two_countries_are_two"),
    (TakesTheFirst, "test_all_who_share_a_key_are_found_and_barred_ones_say_so", *SHARED),
    (FindsNumbersThatBeginAlike, "test_a_number_finds_its_customer_only"),
    (CountsCustomers, "test_the_next_number_of_a_range_is_behind_the_highest_there"),
    (FindsThoseWithout, "test_what_can_be_nobodys_finds_nobody", CustomerKey.PHONE),
    (TellsOnePhone, "test_a_customer_says_by_what_it_is_found"),
    (KeepsTheTermsToItself, "test_a_customer_says_what_is_its_own"),
    (UpdatesWhatItOnlySays, "test_what_an_update_would_change_is_said_and_not_done"),
    (WritesThoughNothingDiffers, "test_nothing_is_written_where_nothing_differs", FIELDS),
    (WritesThoughNothingDiffers, "test_nothing_is_written_where_nothing_differs", ()),
    (SendsWhatItKnows, "test_a_field_that_was_named_is_changed_and_nothing_else", "phone"),
    (SendsWhatItKnows, "test_what_the_contact_does_not_say_is_never_emptied"),
    (LosesTheBar, "test_a_bar_stays_as_it_is", True),
    (BarsWhomItUpdates, "test_a_bar_stays_as_it_is", False),
    (OverwritesWithEmpty, "test_what_the_contact_does_not_say_is_never_emptied"),
    (WritesAllThatItKnows, "test_a_field_that_was_named_is_changed_and_nothing_else", "ean"),
    (WritesAllThatItKnows, "test_what_must_not_be_cut_is_for_the_user_and_named"),
    (TakesTheBodyForItsKey, "test_the_same_update_is_made_again_after_somebody_took_it_back"),
    (UpdatesWithoutLooking, "test_a_customer_who_is_gone_is_not_made_again"),
    (CutsInSilence, "test_texts_that_are_too_long_are_cut_and_named"),
    (StumblesOverATakenNumber, "test_a_number_that_is_taken_makes_no_customer_and_is_all_right"),
)  # fmt: skip
WRITING: Sequence[tuple[type[Economic], str, *tuple[Any, ...]]] = (
    (TakesTheNextNumber, "test_a_customer_is_made_with_the_number_that_was_asked_for"),
    (TakesTheNextNumber, "test_a_number_that_no_customer_can_have_is_refused", "0"),
    (KnowsNamesAndAddressesOnly, "test_a_customer_is_made_with_all_that_is_known_of_him"),
    (CutsWhatMustBeWhole, "test_what_must_not_be_cut_is_for_the_user_and_named"),
)  # fmt: skip
