"""What the owner chose in the books is checked before the first order is refused for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel

from connectors.accounting import AccountingClient
from shared.domain.document import DocumentKind, DocumentPlan, NewProduct
from shared.domain.document_settings import OF_CUSTOMERS
from shared.domain.findings import Finding, Level
from shared.errors import NeedsUser
from tests.connectors.conformance.books.calls import KEY, PRODUCT, buyer, draft
from tests.connectors.conformance.books.pacing import Watching
from tests.connectors.conformance.books.rig import BooksCases, BooksRig
from tests.connectors.conformance.checking import in_words
from tests.connectors.conformance.judge import fate_of
from tests.connectors.conformance.refusals import TROUBLES
from tests.connectors.conformance.rig import CUSTOMER
from tests.connectors.conformance.secrecy import assert_tells_nothing, listening


class Choosing(BooksCases):
    def test_choices_that_the_books_have_are_well(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given what an owner chose, and what the books fill in where he left it open
            assert told_of(client, books.settings) == []
            assert told_of(client, client.fill_settings(books.settings)) == []

    def test_a_choice_that_orders_would_be_refused_for_is_told_before(self, books: BooksRig) -> None:
        for wrong in self.rig.wrong_choices:
            with books.client() as client:
                # Given a choice for which the books refuse something that an order needs
                settings = choosing(books, client, wrong)
                assert is_refused(books, client, settings), wrong
                # Then it is named, and nothing else is
                assert names(told_of(client, settings)) == [*wrong]

    def test_all_wrong_choices_are_told_at_once(self, books: BooksRig) -> None:
        wrong = {name: value for choice in self.rig.wrong_choices for name, value in choice.items()}
        with books.client() as client:
            assert sorted(names(told_of(client, choosing(books, client, wrong)))) == sorted(wrong)

    def test_a_customers_own_choice_is_usable_where_a_document_may_have_it(self, books: BooksRig) -> None:
        with books.client() as client:
            filled = client.fill_settings(books.settings)
            # Given what documents are refused for, of that which a customer may have of his own
            wrong = [one for choice in self.rig.wrong_choices for one in choice.items() if one[0] in OF_CUSTOMERS]
            assert {name for name, _ in wrong} == OF_CUSTOMERS
            # Then none of it is usable, and what the books fill in is
            assert [one for one in wrong if client.is_usable(one[0], str(one[1]))] == []
            assert [name for name in OF_CUSTOMERS if not client.is_usable(name, str(getattr(filled, name)))] == []

    def test_every_vat_zone_that_is_told_can_be_a_documents(self, books: BooksRig) -> None:
        # Given the books' own zones, and one that their owner made
        made = books.put_zone("Tyskland, OSS", for_customers=True)
        with books.client() as client:
            told = {zone.number: zone.name for zone in client.vat_zones()}
            # Then all of them are told, each under its name
            assert {*self.rig.zones, made} <= told.keys()
            assert told[made] == "Tyskland, OSS"
            # And each takes a document
            for zone in told:
                draft(books, client, in_zone(books, zone), key=f"{KEY}-{zone}")

    def test_a_vat_zone_that_no_customer_can_have_is_not_told(self, books: BooksRig) -> None:
        zone = books.put_zone("Varekøb", for_customers=False)
        with books.client() as client:
            # Given a zone in which a document is refused
            assert type(fate_of(draft, books, client, in_zone(books, zone))) is NeedsUser
            # Then
            assert zone not in [one.number for one in client.vat_zones()]

    def test_a_check_of_choices_changes_nothing_not_even_for_a_moment(self, books: BooksRig) -> None:
        with books.client() as client:
            settings = client.fill_settings(books.settings)
            before, seen = books.contents(), list[object]()
            # When the books are looked at again after each answer
            with books.between_requests(lambda _: seen.append(books.contents())):
                told_of(client, settings)
        # Then
        assert seen
        assert [contents for contents in seen if contents != before] == []

    def test_a_check_of_choices_is_of_now(self, books: BooksRig) -> None:
        with books.client() as client:
            # Given choices that were found well
            settings = client.fill_settings(books.settings)
            assert told_of(client, settings) == []
            # When the books let nobody look any more, then that is told
            books.refuse_credentials()
            assert told_of(client, settings)

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_trouble_on_the_way_to_the_choices_is_told_and_never_raised(self, books: BooksRig, trouble: str) -> None:
        with books.impatient(), books.client() as client:
            settings = client.fill_settings(books.settings)
            books.sandbox.add_fault(**TROUBLES[trouble])
            assert told_of(client, settings)

    def test_a_check_of_choices_goes_by_the_pace(self, books: BooksRig) -> None:
        with books.client() as client:
            settings = client.fill_settings(books.settings)
        before, pace = len(books.requests), Watching(books)
        # When
        with books.client(pace) as client:
            told_of(client, settings)
        # Then it was asked before each request
        assert pace.asked == list(range(before, len(books.requests)))
        assert len(pace.said) == len(pace.asked) > 0
        # And without a budget nothing goes out, which is not taken for health
        before = len(books.requests)
        with books.client(Watching(books, calls=0)) as client:
            assert told_of(client, settings)
        assert len(books.requests) == before

    def test_no_finding_about_choices_and_no_log_tells_a_secret(self, books: BooksRig) -> None:
        told = []
        with listening() as everything, books.impatient(), books.client() as client:
            settings = [choosing(books, client, wrong) for wrong in self.rig.wrong_choices]
            # Given wrong choices, and all that may happen on the way to them
            told += [in_words(told_of(client, one)) for one in settings]
            for trouble in (*TROUBLES.values(), *(error.fault for error in self.rig.vendor_errors)):
                books.sandbox.add_fault(**trouble)
                told.append(in_words(told_of(client, settings[0])))
                books.sandbox.faults.clear()
        # Then
        assert_tells_nothing("\n".join(told), *books.secrets, CUSTOMER)
        assert_tells_nothing(everything.text(), *books.secrets, CUSTOMER)


def told_of(client: AccountingClient, settings: BaseModel) -> Sequence[Finding]:
    """What is found; whatever comes out of a check instead is a failure of the case."""
    try:
        found = client.check_settings(settings)
    except Exception as error:
        raise AssertionError(f"a check raised {type(error).__name__}") from error
    for finding in found:
        assert finding.level is Level.FAILING
        assert "\n" not in finding.says + finding.remedy
    return found


def names(found: Sequence[Finding]) -> list[str]:
    """The settings that findings begin with."""
    assert {finding.about for finding in found} <= {"settings"}
    return [finding.says.partition(":")[0] for finding in found]


def choosing(books: BooksRig, client: AccountingClient, wrong: Mapping[str, Any]) -> BaseModel:
    filled = client.fill_settings(books.settings)
    return books.connector.Settings.model_validate({**filled.model_dump(), **wrong})


def in_zone(books: BooksRig, zone: str) -> DocumentPlan:
    return replace(books.plan(DocumentKind.INVOICE, reference=f"SL1-{zone}"), vat_zone=zone)


def is_refused(books: BooksRig, client: AccountingClient, settings: BaseModel) -> bool:
    """Whether the books refuse an order's document, a customer or a product that is made with these settings."""
    connector, plan = books.connector, books.plan(DocumentKind.INVOICE)
    product = NewProduct(number=PRODUCT, name="Krus")
    makings: Sequence[Callable[[str], object]] = (
        lambda key: client.create_document(plan.kind, connector.write_document(plan, settings).body, key=key),
        lambda key: client.create_customer(connector.write_customer(buyer(books), settings).body, key=key),
        lambda key: client.create_product(connector.write_product(product, settings), key=key),
    )
    for number, make in enumerate(makings):
        try:
            make(f"{KEY}-{number}-{settings}"[:200])
        except NeedsUser:
            return True
    return False
