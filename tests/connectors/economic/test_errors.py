"""What e-conomic refuses, by its codes and properties, what does not arrive, and what is told of it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.economic import rest
from connectors.economic.client import EconomicClient
from connectors.economic.errors import Refusal, fate_of, read_retry_after
from connectors.pace import Said
from shared.domain.document import CustomerKey
from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.conformance.rig import CUSTOMER
from tests.connectors.economic.examples import GRANT, SECRET, asked, client, envelope, leaf, on_line, outcome_of
from tests.connectors.woocommerce.replay import answer, serving

DRAFTS = "orders/drafts"
MISTAKE = (NeedsUser, "our_mistake")


def judged(body: object, *, status: int = 400, request: str = DRAFTS, write: bool = True) -> Fate:
    return fate_of(Refusal(status=status, body=body, request=request, write=write))


def ending(body: object, **how: Any) -> tuple[type[Fate], str]:
    fate = judged(body, **how)
    return type(fate), fate.code


@pytest.mark.parametrize(
    ("code", "name", "fate", "reason"),
    [
        ("E06600", "product", NeedsUser, "product_barred"),
        ("E07080", "paymentTerms", NeedsUser, "payment_terms"),
        ("E07150", "Account", NeedsUser, "account_missing"),
        ("E04041", "Date", NeedsUser, "period_closed"),
        ("E04041", "account", NeedsUser, "account_missing"),
        ("E04041", "whatever", NeedsUser, "refused"),
        ("E04042", "dueDate", NeedsUser, "due_date"),
        ("E04760", "dueDate", NeedsUser, "due_date"),
        ("E09999", "date", NeedsUser, "date"),
        ("E09999", "layout", NeedsUser, "layout"),
        ("E09999", "layoutNumber", NeedsUser, "layout"),
        ("E09999", "VatZone", NeedsUser, "vat_zone"),
        ("E09999", "customerGroup", NeedsUser, "customer_group"),
        ("E09999", "productGroup", NeedsUser, "product_group"),
        ("E09999", "unit", NeedsUser, "unit"),
        ("E09999", "salesPerson", NeedsUser, "sales_person"),
        ("E09999", "vendorReference", NeedsUser, "vendor_reference"),
        ("E09999", "project", NeedsUser, "project"),
        ("E09999", "currency", NeedsUser, "currency"),
        ("E09999", "customer", NeedsUser, "customer"),
        ("E09999", "product", NeedsUser, "product_missing"),
        ("E09999", "productNumber", NeedsUser, "product_missing"),
        ("E09999", "name", NeedsUser, "customer_field"),
        ("E09999", "whatever", NeedsUser, "refused"),
        # Ours, whatever the property.
        ("E04300", "layout", *MISTAKE),
        ("E04500", "product", *MISTAKE),
        ("E04730", "quantity", *MISTAKE),
        ("E04740", "unitNetPrice", *MISTAKE),
        ("E04800", "customerContact", *MISTAKE),
        ("E06151", "paymentTermsType", *MISTAKE),
        ("E07180", "paymentTermsType", *MISTAKE),
    ],
)
def test_a_property_that_is_refused(code: str, name: str, fate: type[Fate], reason: str) -> None:
    assert ending(envelope({name: leaf(name, code)})) == (fate, reason)
    # And where only the path says which property it is
    assert ending(envelope({name: {"errors": [{"errorCode": code}]}})) == (fate, reason)


@pytest.mark.parametrize(
    ("status", "code", "fate", "reason"),
    [
        (401, "E02250", ConnectionBroken, "grant_revoked"),
        (401, "", ConnectionBroken, "not_authorised"),
        (403, "AccessDeniedAgreementMissingModules", ConnectionBroken, "module_missing"),
        (403, "", ConnectionBroken, "no_rights"),
        (400, "E04870", NeedsUser, "period_closed"),
        (400, "E04810", *MISTAKE),
        (400, "PayloadChanged", OutcomeUnknown, "key_was_used"),
        (400, "URLChanged", OutcomeUnknown, "key_was_used"),
        (409, "UpdateConflict", OutcomeUnknown, "write_unproven"),
        (404, "E06000", NeedsUser, "refused"),
        (400, "BadFilterRequest", *MISTAKE),
        (400, "CustomerAlreadyExists", NeedsUser, "customer_exists"),
        (400, "CustomerInvalidCustomerNumber", NeedsUser, "customer"),
        (400, "CustomerInvalidEmail", NeedsUser, "customer_field"),
        (400, "CustomerInvalidEAN", NeedsUser, "customer_field"),
        (400, "CustomerInvalidPNumber", NeedsUser, "customer_field"),
        (400, "CustomerInvalidCharacters", NeedsUser, "customer_field"),
        (400, "CustomerMissingName", NeedsUser, "customer_name"),
        (400, "CustomerInvalidGroupId", NeedsUser, "customer_group"),
        (400, "CustomerInvalidVatZone", NeedsUser, "vat_zone"),
        (400, "CustomerInvalidPaymentTerm", NeedsUser, "payment_terms"),
        (400, "CustomerBarredPaymentTerm", NeedsUser, "payment_terms"),
        (400, "ProductGroupDoesNotExist", NeedsUser, "product_group"),
        (400, "InvalidCurrency", NeedsUser, "currency"),
        (400, "JournalEntryCurrencyNotFound", NeedsUser, "currency"),
        (400, "JournalVoucherAccountingYearClosed", NeedsUser, "year_closed"),
        (400, "JournalEntryDateAccountingYearDoesNotExist", NeedsUser, "year_closed"),
        (400, "JournalEntryDateAccountingYearPeriodBarred", NeedsUser, "period_closed"),
        (400, "JournalEntryAccountIsBlockedForDirectEntries", NeedsUser, "account_blocked"),
        (400, "JournalEntryExchangeRateMustBeOneHundredForBaseCurrency", *MISTAKE),
        (400, "E99999", NeedsUser, "refused"),
        (405, "", NeedsUser, "refused"),
        (415, "", NeedsUser, "refused"),
        (422, "", NeedsUser, "refused"),
    ],
)
def test_a_change_that_is_refused_as_a_whole(status: int, code: str, fate: type[Fate], reason: str) -> None:
    body = {"message": "Nej.", "errorCode": code} if code else {"message": "Nej."}
    assert ending(body, status=status) == (fate, reason)


@pytest.mark.parametrize(
    ("request_path", "write", "fate", "reason"),
    [
        ("orders/drafts/5", False, Skip, "document_gone"),
        ("invoices/booked/5", False, Skip, "document_gone"),
        ("orders/drafts/5", True, Skip, "document_gone"),
        ("invoices/booked", True, Skip, "document_gone"),
        ("customers/5", False, Skip, "customer_gone"),
        ("products/KRUS_6_3", False, Skip, "product_gone"),
        # A list is never gone: an order must not be skipped for it.
        ("orders/drafts", False, Retry, "unexpected_answer"),
        ("products", False, Retry, "unexpected_answer"),
        ("customers", True, NeedsUser, "refused"),
    ],
)
def test_what_is_gone_depends_on_what_was_asked_for(
    request_path: str, write: bool, fate: type[Fate], reason: str
) -> None:
    body = {"message": "Findes ikke.", "errorCode": "E06000", "httpStatusCode": 404}
    assert ending(body, status=404, request=request_path, write=write) == (fate, reason)
    # And a page that is not there says nothing of the document
    assert ending(None, status=404, request=request_path, write=write)[0] in (Retry, OutcomeUnknown)


@pytest.mark.parametrize(
    "body",
    [{"errorCode": "AccessDeniedAgreementMissingModules", "title": "Missing modules: X"}, {"message": "Nej."}],
)
def test_who_may_not_look_at_years_or_rates_can_do_all_the_rest(body: dict[str, str]) -> None:
    # Given a 403, Then it ends everything wherever documents go
    for path in ("self", "customers", "products/KRUS", "layouts", "orders/drafts", "invoices/booked/5"):
        assert ending(body, status=403, request=path, write=False)[0] is ConnectionBroken
    for path in ("orders/drafts", "orders/drafts/5", "invoices/booked", "customers"):
        assert ending(body, status=403, request=path, write=True)[0] is ConnectionBroken
    # And only the search for another day, or for rates, where it is for what the role Sales may not reach
    years, rates = ("accounting-years", "accounting-years/2025_6_2026/periods"), ("accounts/1010", "vat-accounts")
    for path in (*years, "product-groups/1/sales-accounts", *rates):
        reason = "years_hidden" if path in years else "rates_hidden"
        assert ending(body, status=403, request=path, write=False) == (NeedsUser, reason)


def test_a_taken_product_number_is_no_trouble_only_where_a_product_is_made() -> None:
    taken = {"title": "Nej", "errorCode": "ProductNumberAlreadyExists"}
    assert ending(taken, request="products") == (Skip, "product_exists")
    assert ending(taken)[0] is NeedsUser
    assert ending(envelope({"productNumber": leaf("productNumber", "E04300")}), request="products") == (
        NeedsUser,
        "product_number",
    )


def test_a_sentence_names_the_product_and_its_line_counted_from_one() -> None:
    fate = judged(envelope(on_line(8, {"product": leaf("product", "E06600", "KRUS-3")})))
    assert fate.message == (
        "Product KRUS-3 (line 9) is barred in e-conomic: lift the bar there, or give the shop's product another number."
    )


def test_the_most_telling_error_comes_first_and_all_are_counted() -> None:
    # Given a mistake of ours, something nobody knows, and something that the owner can put right
    errors = {
        "paymentTermsType": leaf("paymentTermsType", "E07180"),
        "new": leaf("new", "E98765"),
        "paymentTerms": leaf("paymentTerms", "E07080", 4711),
    }
    fate = judged(envelope(errors))
    assert fate.code == "payment_terms"
    assert fate.message.startswith("Payment term 4711 ")
    assert fate.message.endswith(" e-conomic names 3 errors in all.")


def test_a_missing_module_is_named_and_nothing_else() -> None:
    for title, told in (
        ("Missing modules: Project", "a module (Project):"),
        (f"Missing modules: {CUSTOMER}", "module:"),
    ):
        fate = judged({"title": title, "errorCode": "AccessDeniedAgreementMissingModules"}, status=403)
        assert told in fate.message


def test_errors_within_errors_without_end_are_given_up() -> None:
    body: dict[str, Any] = {}
    for _ in range(5000):
        body = {"errors": {"deeper": body}}
    assert ending(body) == (NeedsUser, "refused")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("37", 37), (" 0 ", 0), ("999999999", 86400), ("-1", None), ("soon", None), ("٣", None), ("", None), (None, None)],
)
def test_the_time_to_wait_is_read_in_seconds(value: str | None, seconds: int | None) -> None:
    assert read_retry_after(value) == (None if seconds is None else timedelta(seconds=seconds))


# On the line.


class Counting:
    """A pace that gives so many seconds, and keeps what it was told."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self.said: list[Said] = []

    def before_call(self) -> float:
        return self._seconds

    def after_call(self, said: Said) -> None:
        self.said.append(said)


def ask(economic: EconomicClient) -> tuple[type[Fate], str]:
    return outcome_of(lambda: economic.find_customers(CustomerKey.EMAIL, "ane@lampeland.example", "DK"))


def change(economic: EconomicClient) -> tuple[type[Fate], str]:
    return outcome_of(lambda: economic.create_customer(b"{}", key="k"))


def test_what_an_answer_says_of_the_budget_is_told_whatever_it_is() -> None:
    answers = [
        answer({}, 400, X_CallCost="3", X_RateLimiting="token-limit-10000-per-60-seconds: 147/10000"),
        answer({}, 400, X_CallCost="13", X_RateLimiting="token-limit-10000-per-60-seconds: 10007/10000"),
        answer("<html>", 502),
        answer("<html>", 200, X_CallCost="many", X_RateLimiting="none"),
        answer("", 429, Retry_After="37"),
        answer("not gzip", content_encoding="gzip"),
    ]
    pace = Counting()
    with serving(*answers) as replay, client(replay.url, pace) as economic:
        for _ in answers:
            ask(economic)
    assert pace.said == [Said(cost=3, left=9853), Said(cost=13, left=0), Said(), Said(), Said(), Said()]


def test_the_vendors_time_reaches_whoever_tries_again() -> None:
    with serving(answer("", 429, Retry_After="37")) as replay, client(replay.url) as economic:
        with pytest.raises(Retry) as raised:
            economic.create_customer(b"{}", key="k")
        assert raised.value.after == timedelta(seconds=37)


def test_a_redirect_is_never_followed() -> None:
    with serving(answer("", 301, Location="/elsewhere")) as replay, client(replay.url) as economic:
        assert ask(economic) == (ConnectionBroken, "moved")
        assert change(economic) == (OutcomeUnknown, "write_unproven")
    assert asked(replay) == ["GET /customers", "POST /customers"]


def test_an_answer_that_drips_is_given_up_when_its_seconds_are_over() -> None:
    # Given a server that says something all the time, but never all of it
    def drip(_: Request) -> Response:
        return Response((b" " for _ in iter(lambda: time.sleep(0.05), True)), content_type="application/json")

    with serving(by=drip) as replay, client(replay.url, Counting(0.3)) as economic:
        began = time.monotonic()
        assert ask(economic)[0] is Retry
        assert change(economic)[0] is OutcomeUnknown
        assert time.monotonic() - began < 3


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "MAX_ANSWER_BYTES", 1000)
    with serving(answer("x" * 5000)) as replay, client(replay.url) as economic:
        assert ask(economic) == (Retry, "unexpected_answer")
        assert change(economic) == (OutcomeUnknown, "write_unproven")


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b"9" * 10_000, b'{"a": 1e99999999999999999999}']
)
def test_what_is_no_json_is_no_answer(raw: bytes) -> None:
    with serving(answer(raw)) as replay, client(replay.url) as economic:
        assert ask(economic) == (Retry, "unexpected_answer")


def test_nobody_who_buys_is_named_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), serving(answer("", 500)) as replay, client(replay.url) as economic:
        ask(economic)
    assert "/customers" in caplog.text
    assert not [word for word in ("lampeland", SECRET, GRANT) if word in caplog.text]
