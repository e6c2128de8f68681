"""How e-conomic and what stands before it are known to refuse, and what becomes of it.

Codes and shapes are e-conomic's; the messages are not, since they are translated and name customers. What is missing
here depends on the request, and is in `test_errors.py`: E06000 (404), ProductNumberAlreadyExists, a question's 403.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry
from tests.connectors.conformance.rig import CUSTOMER, VendorError
from tests.connectors.economic.examples import envelope, leaf, on_line

JSON = {"Content-Type": "application/json; charset=utf-8", "X-CallCost": "3"}
HTML = {"Content-Type": "text/html"}
PAGE = f"<!DOCTYPE html><html><body>Runtime error. {{ {CUSTOMER} }} [ ]</body></html>"
SAYS_WHO = f"Kunden {CUSTOMER} kan ikke bruges."

Kind = type[Fate]


def answer(
    name: str, status: int, body: Mapping[str, Any], read: Kind | None, write: Kind | None, **headers: str
) -> VendorError:
    named = JSON | {key.replace("_", "-"): value for key, value in headers.items()}
    return VendorError(name=name, status=status, body=json.dumps(body), read=read, write=write, headers=named)


def plain(status: int, code: str, read: Kind | None, write: Kind | None, **more: Any) -> VendorError:
    """An error of the whole request."""
    body = {"message": SAYS_WHO, "errorCode": code, "httpStatusCode": status} | more
    return answer(f"{status} {code}", status, body, read, write)


def field(code: str, name: str, where: str = "", value: object = None) -> VendorError:
    """An error of one property of what was to be made."""
    return answer(
        f"400 {code}{where and ' ' + where}",
        400,
        envelope({name: leaf(name, code, value, SAYS_WHO)}),
        None,
        NeedsUser,
    )


def on_product(code: str, name: str) -> VendorError:
    errors = on_line(8, {name: leaf(name, code, "KRUS-3", SAYS_WHO)})
    return answer(f"400 {code}", 400, envelope(errors), None, NeedsUser)


def problem(status: int, code: str, read: Kind | None, write: Kind | None, title: str = "Bad Request") -> VendorError:
    """As the newer services write it; parts of the older API do, too."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": SAYS_WHO,
        "errorCode": code,
        "errors": [{"message": SAYS_WHO, "errorCode": code, "property": "whatever"}],
    }
    return answer(f"{status} {code}", status, body, read, write)


def page(status: int, what: str, read: Kind, write: Kind, body: str = PAGE, **headers: str) -> VendorError:
    """What a proxy, a firewall or a server without its application answers."""
    named = HTML | {name.replace("_", "-"): value for name, value in headers.items()}
    return VendorError(name=f"{status} {what}", status=status, body=body, read=read, write=write, headers=named)


PERIOD = {"voucherAccountingYear": "2026/2027", "entryDate": "2026-08-30"}


def _barred_period() -> VendorError:
    """A bare list, with lists in it."""
    entry = {"arrayIndex": 0, "date": leaf("Date", "E04041", PERIOD, SAYS_WHO)}
    errors = [{"arrayIndex": 0, "entries": {"errors": [], "items": [entry]}}]
    return answer("400 E04041 at a date", 400, envelope(errors), None, NeedsUser)


BAD_FILTER = {
    "message": "Filter query could not be parsed",
    "httpStatusCode": 400,
    "errors": [f"Filtering is not allowed on property '{CUSTOMER}'."],
    "allowedFilteringFields": ["name"],
}
NEEDS_USER = (
    "CustomerAlreadyExists", "CustomerInvalidCustomerNumber", "CustomerInvalidEmail", "CustomerInvalidEAN",
    "CustomerInvalidPNumber", "CustomerMissingName", "CustomerInvalidGroupId", "CustomerInvalidVatZone",
    "CustomerInvalidPaymentTerm", "CustomerBarredPaymentTerm", "CustomerInvalidCharacters", "ProductGroupDoesNotExist",
    "InvalidCurrency", "JournalVoucherAccountingYearClosed", "JournalEntryDateAccountingYearDoesNotExist",
    "JournalEntryDateAccountingYearPeriodBarred", "JournalEntryCurrencyNotFound",
    "JournalEntryExchangeRateMustBeOneHundredForBaseCurrency", "JournalEntryAccountIsBlockedForDirectEntries",
)  # fmt: skip

VENDOR_ERRORS = (
    # The connection.
    plain(401, "E02250", ConnectionBroken, ConnectionBroken),
    answer("401 no tokens", 401, {"message": SAYS_WHO, "httpStatusCode": 401}, ConnectionBroken, ConnectionBroken),
    problem(403, "AccessDeniedAgreementMissingModules", None, ConnectionBroken, f"Missing modules: {CUSTOMER}"),
    answer("403 role", 403, {"message": SAYS_WHO, "httpStatusCode": 403}, None, ConnectionBroken),
    # What was asked, or sent, is wrong.
    on_product("E06600", "product"),
    on_product("E04500", "product"),
    on_product("E04730", "quantity"),
    on_product("E04740", "unitNetPrice"),
    field("E07080", "paymentTerms", value=4711),
    field("E07150", "Account", value=3562),
    field("E07180", "paymentTermsType", value="invoiceMonth"),
    _barred_period(),
    field("E04041", "account", "at an account", "3562"),
    plain(400, "E04870", None, NeedsUser),
    field("E04042", "dueDate"),
    field("E04760", "dueDate", value="0001-01-01"),
    field("E04800", "customerContact"),
    field("E06151", "paymentTermsType"),
    field("E04300", "address", "null", CUSTOMER),
    field("E07999", "layout", "at a layout", 20),
    field("E07998", "vatZone", "at a VAT zone", 9),
    field("E07997", "customer", "at a customer", CUSTOMER),
    field("E09999", "name", "at a name", CUSTOMER),
    field("E09998", "whatever", "at something new", CUSTOMER),
    plain(400, "E04810", NeedsUser, None),
    answer("400 bad filter", 400, BAD_FILTER, NeedsUser, None),
    problem(400, "BadFilterRequest", NeedsUser, None),
    *(problem(400, code, None, NeedsUser) for code in NEEDS_USER),
    plain(405, "E00405", NeedsUser, NeedsUser),
    plain(415, "E00415", NeedsUser, NeedsUser),
    plain(422, "E00422", NeedsUser, NeedsUser),
    # What may have been done.
    answer("400 PayloadChanged", 400, {"title": SAYS_WHO, "errorCode": "PayloadChanged"}, None, OutcomeUnknown),
    answer("400 URLChanged", 400, {"title": SAYS_WHO, "errorCode": "URLChanged"}, None, OutcomeUnknown),
    problem(409, "UpdateConflict", Retry, OutcomeUnknown),
    answer("409 older", 409, {"message": SAYS_WHO, "property": "version"}, Retry, OutcomeUnknown),
    plain(500, "E00500", Retry, OutcomeUnknown),
    plain(501, "E00501", Retry, OutcomeUnknown),
    answer("200 nothing in it", 200, {}, Retry, OutcomeUnknown),
    # Patience.
    answer("429 with a time", 429, {"message": SAYS_WHO}, Retry, Retry, Retry_After="37"),
    page(429, "without a time", Retry, Retry, ""),
    # What stands before e-conomic.
    page(200, "page in place of data", Retry, OutcomeUnknown),
    page(200, "nothing in place of data", Retry, OutcomeUnknown, ""),
    page(301, "to another address", ConnectionBroken, OutcomeUnknown, Location=f"https://www.example/?{CUSTOMER}"),
    page(302, "to a login", Retry, OutcomeUnknown, Location=f"/login?{CUSTOMER}"),
    page(400, "of a proxy", Retry, OutcomeUnknown),
    page(401, "of a proxy", ConnectionBroken, ConnectionBroken),
    page(403, "of a firewall", Retry, OutcomeUnknown),
    page(404, "without an API", Retry, OutcomeUnknown),
    page(408, "of a proxy", Retry, OutcomeUnknown, ""),
    page(413, "of a proxy", Retry, OutcomeUnknown),
    page(500, "of a server", Retry, OutcomeUnknown),
    page(502, "of a gateway", Retry, OutcomeUnknown),
    page(503, "of maintenance", Retry, OutcomeUnknown, Retry_After="600"),
    page(504, "of a gateway", Retry, OutcomeUnknown, ""),
)
