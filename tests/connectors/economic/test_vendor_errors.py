"""Answers as they were recorded, as the conformance suite plays them back, and in any shape at all."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.economic.walk_errors import Finding, walk
from shared.errors import ConnectionBroken, NeedsUser, OutcomeUnknown
from tests.connectors.conformance.rig import CUSTOMER
from tests.connectors.economic.examples import FIXTURES, envelope, leaf, needs_fixtures, on_line
from tests.connectors.economic.test_errors import MISTAKE, ending, judged
from tests.connectors.economic.vendor_errors import VENDOR_ERRORS

#: Their fate depends on what was asked: `test_errors.py`.
ELSEWHERE = {"E06000", "ProductNumberAlreadyExists"}
KNOWN = {
    "E02250", "AccessDeniedAgreementMissingModules", "E06600", "E07080", "E07150", "E07180", "E04041", "E04870",
    "E04042", "E04760", "E04500", "E04730", "E04740", "E04800", "E04810", "E06151", "E04300", "PayloadChanged",
    "URLChanged", "CustomerAlreadyExists", "CustomerInvalidCustomerNumber", "CustomerInvalidEmail",
    "CustomerInvalidEAN", "CustomerInvalidPNumber", "CustomerMissingName", "CustomerInvalidGroupId",
    "CustomerInvalidVatZone", "CustomerInvalidPaymentTerm", "CustomerBarredPaymentTerm", "CustomerInvalidCharacters",
    "ProductGroupDoesNotExist", "InvalidCurrency", "JournalVoucherAccountingYearClosed",
    "JournalEntryDateAccountingYearDoesNotExist", "JournalEntryDateAccountingYearPeriodBarred",
    "JournalEntryCurrencyNotFound", "JournalEntryExchangeRateMustBeOneHundredForBaseCurrency",
    "JournalEntryAccountIsBlockedForDirectEntries", "BadFilterRequest", "UpdateConflict",
}  # fmt: skip


def codes_of(body: Any) -> set[str]:
    return {found.code for found in walk(body) if found.code is not None}


def played_back() -> set[str]:
    bodies = (json.loads(error.body) for error in VENDOR_ERRORS if error.body.startswith("{"))
    return {code for body in bodies for code in codes_of(body)}


def test_every_code_that_is_known_is_played_back() -> None:
    assert played_back() >= KNOWN


@needs_fixtures
def test_every_recorded_code_is_played_back() -> None:
    # Given all that was recorded
    files = sorted((FIXTURES / "errors").glob("[4R]*.json"))
    recorded = {code for file in files for code in codes_of(json.loads(file.read_text()))}
    # Then
    assert len(recorded) > 15
    assert recorded - ELSEWHERE <= played_back()


def test_every_answer_of_e_conomic_names_a_customer_who_must_come_out_nowhere() -> None:
    quiet = [error.name for error in VENDOR_ERRORS if error.body not in ("", "{}") and CUSTOMER not in error.body]
    assert quiet == []


FATES = {
    "400.E04300.E04041-account-not-found-and-E07150": (NeedsUser, "account_missing"),
    "400.E04300.E04041-barred-period.da": (NeedsUser, "period_closed"),
    "400.E04300.E06600-barred-product": (NeedsUser, "product_barred"),
    "400.E04300.paymentTerms-E07080-and-type-E07180": (NeedsUser, "payment_terms"),
    "400.E04870-booking-barred-period": (NeedsUser, "period_closed"),
    "400.PayloadChanged-idempotency": (OutcomeUnknown, "key_was_used"),
    "401.E02250-bad-tokens": (ConnectionBroken, "grant_revoked"),
    "401.no-tokens": (ConnectionBroken, "not_authorised"),
    "409.UpdateConflict-objectVersion": (OutcomeUnknown, "write_unproven"),
    "RECONSTRUCTED.400.E04042-dueDate-missing": (NeedsUser, "due_date"),
    "RECONSTRUCTED.400.E04730-quantity-and-E04740-scale": MISTAKE,
    "RECONSTRUCTED.400.E04760-dueDate-before-date": (NeedsUser, "due_date"),
    "RECONSTRUCTED.400.E04800-contact-of-other-customer": MISTAKE,
    "RECONSTRUCTED.400.E04810-pagesize": MISTAKE,
    "RECONSTRUCTED.400.E06151-paymentTerms-immutable": MISTAKE,
    "RECONSTRUCTED.400.bad-filter-allowedFilteringFields": (NeedsUser, "refused"),
    "RECONSTRUCTED.400.null-value": MISTAKE,
    "RECONSTRUCTED.400.problem-json-openapi": (NeedsUser, "payment_terms"),
    "RECONSTRUCTED.403.problem-json-missing-module": (ConnectionBroken, "module_missing"),
    "RECONSTRUCTED.404.E06000": (NeedsUser, "refused"),
    "RECONSTRUCTED.409.problem-json-openapi-UpdateConflict": (OutcomeUnknown, "write_unproven"),
}


@needs_fixtures
def test_every_recorded_refusal_of_a_change_has_its_fate() -> None:
    files = [file for file in (FIXTURES / "errors").glob("*.json") if not file.name.startswith("headers")]
    found = {}
    for file in files:
        status = int(next(part for part in file.stem.split(".") if part.isdigit()))
        found[file.stem] = ending(json.loads(file.read_text()), status=status)
    assert found == FATES


def test_an_error_is_found_in_every_shape() -> None:
    period = {"arrayIndex": 3, "entries": {"errors": [], "items": [{"arrayIndex": 0, "date": leaf("Date", "E04041")}]}}
    assert walk(envelope([period])) == [Finding("[3].entries[0].date", "Date", "E04041")]
    assert walk(envelope(on_line(8, {"product": leaf("product", "E06600", "K-3")}))) == [
        Finding("lines[8].product", "product", "E06600", "K-3")
    ]
    assert walk({"errors": ["Filtering is not allowed.", "Nor is this."]}) == [Finding(), Finding()]
    assert walk({"errorCode": "X", "errors": [{"message": "m", "errorCode": "X", "property": "ean"}]}) == [
        Finding("", "ean", "X")
    ]
    nothing: tuple[object, ...] = (None, "page", [], {}, {"errors": {}}, {"errors": None})
    assert [walk(body) for body in nothing] == [[]] * len(nothing)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(CUSTOMER),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errors",
                    "items",
                    "arrayIndex",
                    "errorCode",
                    "propertyName",
                    "inputValue",
                    "property",
                    "product",
                    "title",
                ]
            )
            | st.just(CUSTOMER)
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(anything, st.integers(300, 599), st.booleans())
def test_no_answer_is_without_a_fate_and_none_tells_of_a_customer(body: object, status: int, write: bool) -> None:
    fate = judged(body, status=status, write=write)
    assert fate.code
    assert fate.message.endswith(".")
    assert CUSTOMER not in str(fate)
    assert "{" not in fate.message
    assert isinstance(fate, OutcomeUnknown) <= write
