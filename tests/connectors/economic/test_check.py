"""What the check of both tokens finds, and what it tells people to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connectors.economic.client import EconomicClient
from connectors.economic.credentials import Credentials
from connectors.economic.sandbox import EconomicSandbox, Role
from shared.domain.findings import Finding, Level
from tests.connectors.economic.examples import books as answering
from tests.connectors.economic.examples import client, collection
from tests.connectors.woocommerce.replay import serving

CHOICES = {
    "GET /layouts": collection({"layoutNumber": 19}),
    "GET /payment-terms": collection({"paymentTermsNumber": 1, "name": "Netto", "paymentTermsType": "net"}),
}


@pytest.fixture
def books() -> Iterator[EconomicSandbox]:
    with EconomicSandbox() as books:
        yield books


def check(books: EconomicSandbox, **changes: str) -> Sequence[Finding]:
    tokens = {"app_secret_token": books.app_secret_token, "agreement_grant_token": books.agreement_grant_token}
    with EconomicClient(Credentials.model_validate({**tokens, "url": books.url, **changes})) as client:
        return client.check()


def about(found: Sequence[Finding], what: str) -> Finding:
    [finding] = [finding for finding in found if finding.about == what]
    return finding


def said_of(agreement: object) -> str:
    """The line about the credentials, for what `/self` answers."""
    with serving(by=answering(**{"GET /self": agreement, **CHOICES})) as replay, client(replay.url) as economic:
        return about(economic.check(), "credentials").says


def test_the_agreement_is_named_in_seven_requests_that_only_read(books: EconomicSandbox) -> None:
    found = check(books)
    assert about(found, "credentials").says == "agreement 1234567, Lampeland ApS, DKK"
    assert [f"{entry.method} {entry.path}" for entry in books.journal.entries()] == [
        "GET /self",
        "GET /layouts",
        "GET /payment-terms",
        "GET /customers",
        "GET /products",
        "GET /orders/drafts",
        "GET /invoices/drafts",
    ]


@pytest.mark.parametrize(
    ("agreement", "says"),
    [
        ({}, "an agreement"),
        ({"agreementNumber": 7}, "agreement 7"),
        ({"agreementNumber": True, "company": [], "settings": {"baseCurrency": 3}}, "an agreement"),
        (
            {"agreementNumber": 7, "company": {"name": " Ane\n\x1b[31mLampe "}, "settings": {"baseCurrency": "SEK"}},
            "agreement 7, Ane  [31mLampe, SEK",
        ),
    ],
)
def test_as_much_of_the_agreement_is_named_as_is_told(agreement: dict[str, Any], says: str) -> None:
    assert said_of(agreement) == says


@pytest.mark.parametrize("token", ["app_secret_token", "agreement_grant_token"])
def test_a_wrong_token_is_said_of_the_credentials(books: EconomicSandbox, token: str) -> None:
    finding = about(check(books, **{token: "wrong"}), "credentials")
    assert finding.level is Level.FAILING
    assert "administrator" in finding.remedy


@pytest.mark.parametrize("role", [Role.BOOKKEEPING, Role.PROJECT_EMPLOYEE])
def test_a_role_that_does_not_sell_is_named_and_nothing_more_is_asked(books: EconomicSandbox, role: Role) -> None:
    books.settings.role = role
    finding = about(check(books), "rights")
    assert (finding.level, role in finding.says) == (Level.FAILING, True)
    assert "Sales or SuperUser" in finding.remedy
    assert len(books.journal.entries()) == 1


def test_an_app_that_only_sells_is_enough(books: EconomicSandbox) -> None:
    books.settings.role = Role.SALES
    assert {finding.level for finding in check(books)} == {Level.OK}


@pytest.mark.parametrize(
    ("path", "what"),
    [("/layouts", "Layouts and payment terms"), ("/customers", "Customers"), ("/products", "Products")],
)
def test_what_documents_need_and_may_not_be_read_is_named(books: EconomicSandbox, path: str, what: str) -> None:
    # Given books that refuse one thing, without a word about roles in /self
    books.add_fault(kind="answer", status=403, body='{"message": "Nej.", "httpStatusCode": 403}', path=path)
    finding = about(check(books), "rights")
    assert finding.level is Level.FAILING
    assert finding.says == f"{what} cannot be read: e-conomic does not give shopledger the right to do this."


def test_a_missing_module_is_named(books: EconomicSandbox) -> None:
    books.settings.missing_modules = ["orders"]
    finding = about(check(books), "rights")
    assert finding.level is Level.WARNING
    assert finding.says == "Draft orders cannot be made: the e-conomic agreement lacks a module (Orders)."
    assert finding.remedy.startswith("Add the module in e-conomic.")


def test_books_without_a_layout_can_hold_no_document(books: EconomicSandbox) -> None:
    books.books.layouts.clear()
    finding = about(check(books), "rights")
    assert (finding.level, finding.says) == (Level.FAILING, "e-conomic has no layout for invoices.")


def test_a_check_is_of_now_whatever_was_looked_up_before(books: EconomicSandbox) -> None:
    # Given a client that has found all well
    tokens = {"app_secret_token": books.app_secret_token, "agreement_grant_token": books.agreement_grant_token}
    with EconomicClient(Credentials.model_validate({**tokens, "url": books.url})) as client:
        client.check()
        # When the grant is taken back
        books.revoke_grant()
        # Then it is told
        assert about(client.check(), "credentials").level is Level.FAILING


@pytest.mark.parametrize(("seconds", "words"), [(90, "behind"), (-90, "ahead of")])
def test_it_is_this_machine_whose_clock_is_wrong(books: EconomicSandbox, seconds: float, words: str) -> None:
    books.advance_clock(seconds)
    finding = about(check(books), "clock")
    assert finding.level is Level.WARNING
    assert finding.says.startswith("This machine's clock is ")
    assert finding.says.endswith(f" {words} e-conomic's.")
    assert "this machine's clock" in finding.remedy
