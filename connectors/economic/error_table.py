"""What e-conomic refuses -> a fate: the table. Read from the top; the first row that fits an error counts.

Never by the code alone: E04300 is an envelope, and E04041 is a closed period at a date but a missing account at an
account. Codes of what is not found differ by what it is, and not all are known, so there the property decides.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip

OUR_MISTAKE = "our_mistake"
REFUSED = "refused"
BOOKING_REFUSED = "booking_refused"

#: Paths of requests, as `Row.request` takes them.
BOOKING = "invoices/booked"
DRAFTS = r"(?:orders|invoices)/drafts(?:/\d+)?"
CUSTOMERS = r"customers(?:/\d+)?"
YEARS = "accounting-years(?:/.+)?"
RATES = r"product-groups/\d+/sales-accounts|accounts/\d+|vat-accounts"

UNPROVEN = "e-conomic did not say whether it made the change: that is looked up first."
MISTAKEN = (
    "shopledger asked e-conomic for something it does not take{detail}: the mistake is ours, please contact support."
)


@dataclass(frozen=True, slots=True)
class Row:
    """`sentence` may hold {value}, {line}, {module} and {detail}, each empty or with its own leading space."""

    fate: type[Fate]
    reason: str
    sentence: str
    #: None fits all, here and below.
    statuses: Container[int] | None = None
    #: A pattern for the whole error code.
    codes: str | None = None
    #: A pattern for the property, case aside.
    names: str | None = None
    #: A pattern for the path of our request, without a slash before it.
    request: str | None = None
    #: True: only for writing requests. False: only for reading ones.
    write: bool | None = None
    #: True: the body is not e-conomic's (a page, nothing). False: it is.
    foreign: bool | None = None


def _mistake(codes: str) -> Row:
    return Row(NeedsUser, OUR_MISTAKE, MISTAKEN, codes=codes)


def _setting(reason: str, name: str, codes: str | None, what: str) -> tuple[Row, ...]:
    """A choice of the owner's that the books do not have, known by its code or by the property."""
    sentence = f"{what}{{value}} does not exist in e-conomic, or may not be used: choose another one in the settings."
    by_name = Row(NeedsUser, reason, sentence, names=name)
    return (by_name,) if codes is None else (Row(NeedsUser, reason, sentence, codes=codes), by_name)


_CLOSED = (
    "The date lies in a period or a year that is closed in e-conomic: open it there, or let the order have a later"
    " date."
)
_ACCOUNT = (
    "Account{value} is missing or barred in e-conomic: check the accounts of the product group and the VAT zone there."
)
_DUE_DATE = (
    "The payment terms ask for a due date, which a shop's order has not: choose other payment terms in the settings."
)
_NO_RIGHTS = (
    "e-conomic does not give shopledger the right to do this: connect it again as an administrator, with a plan that"
    " lets other programs write."
)
_CUSTOMER_FIELD = "e-conomic does not take what the order says of the customer{detail}: correct it in the shop."
_CUSTOMER_FIELDS = (
    "name|email|ean|pNumber|zip|city|address|country|telephoneAndFaxNumber|mobilePhone|website"
    "|corporateIdentificationNumber|vatNumber|publicEntryNumber"
)
_NO_BOOKING = "e-conomic refuses to book the draft{detail}: try to book it there, where the reason is shown."

#: Answers whose status, or whose lack of words, says enough.
_BY_STATUS = (
    Row(OutcomeUnknown, "write_unproven", UNPROVEN, range(300, 400), write=True),
    Row(ConnectionBroken, "moved", "e-conomic answers from another address: check the address.", (301, 308)),
    Row(Retry, "unexpected_answer", "e-conomic sent the request elsewhere.", range(300, 400)),
    Row(
        ConnectionBroken,
        "grant_revoked",
        "e-conomic does not know the connection any more: connect e-conomic again.",
        codes="E02250",
    ),
    Row(
        ConnectionBroken,
        "not_authorised",
        "e-conomic does not accept the connection: connect e-conomic again.",
        (401,),
    ),
    Row(Retry, "rate_limited", "e-conomic asks for fewer requests.", (429,)),
    Row(OutcomeUnknown, "write_unproven", UNPROVEN, (408, 409, *range(500, 600)), write=True),
    Row(Retry, "changed_meanwhile", "Somebody changed this in e-conomic at the same moment.", (409,)),
    Row(Retry, "unavailable", "e-conomic is not available just now.", (408, 502, 503, 504)),
    Row(Retry, "books_error", "e-conomic failed with an error of its own.", range(500, 600)),
    Row(OutcomeUnknown, "write_unproven", UNPROVEN, write=True, foreign=True),
    Row(Retry, "not_economic", "Something before e-conomic answered in its place.", foreign=True),
)

_BY_CODE = (
    # The same key came with other content: the first request may have been carried out.
    Row(
        OutcomeUnknown,
        "key_was_used",
        "e-conomic has had this request before with other content: what became of that is looked up first.",
        codes="PayloadChanged|URLChanged",
        write=True,
    ),
    # The role Sales reaches all that documents need, and not these; of accounts and VAT codes that is not known.
    Row(
        NeedsUser,
        "years_hidden",
        "e-conomic does not let shopledger see its accounting years, without which no open day is found: give the app"
        " the role SuperUser and approve it again, or let the settings look for no other day.",
        (403,),
        request=YEARS,
    ),
    Row(
        NeedsUser,
        "rates_hidden",
        "e-conomic does not let shopledger see its accounts and VAT codes, by which the VAT of each line is compared"
        " before anything is sent: give the app the role SuperUser and approve it again.",
        (403,),
        request=RATES,
    ),
    Row(
        ConnectionBroken,
        "module_missing",
        "The e-conomic agreement lacks a module{module}: add it in e-conomic, then connect it again.",
        codes="AccessDeniedAgreementMissingModules",
    ),
    Row(ConnectionBroken, "no_rights", _NO_RIGHTS, (403,)),
    # There already, or no more.
    Row(
        Skip,
        "product_exists",
        "e-conomic has a product with this number.",
        codes="ProductNumberAlreadyExists",
        request="products",
    ),
    Row(
        NeedsUser,
        "customer_exists",
        "e-conomic has a customer with this number: choose that customer for the order, or change the number there.",
        codes="CustomerAlreadyExists",
    ),
    Row(
        Skip,
        "document_gone",
        "e-conomic has no such document any more.",
        (404,),
        codes="E06000",
        request=rf"(?:orders|invoices)/\w+/\d+|{BOOKING}",
    ),
    Row(Skip, "customer_gone", "e-conomic has no such customer.", (404,), codes="E06000", request=r"customers/.+"),
    Row(Skip, "product_gone", "e-conomic has no such product.", (404,), codes="E06000", request=r"products/.+"),
    Row(Retry, "unexpected_answer", "e-conomic answered with something unexpected.", (404,), write=False),
    # Whatever the code: it may be taken, and is looked up.
    Row(
        NeedsUser,
        "product_number",
        "e-conomic does not take the product's number: give the shop's product another one.",
        names="productNumber",
        request="products",
    ),
    Row(
        NeedsUser,
        "customer_number",
        "e-conomic does not take the number that the customer is to have: choose another one.",
        names="customerNumber",
        request=CUSTOMERS,
    ),
    Row(NeedsUser, "customer_field", _CUSTOMER_FIELD, names=_CUSTOMER_FIELDS, request=CUSTOMERS),
    # Of what is wrong at booking nothing but a closed period was recorded: `refused_booking` looks for the rest.
    Row(
        NeedsUser,
        "booked_number",
        "e-conomic does not take the number that the invoice is to have: choose another one, or let it take the next.",
        names="bookWithNumber",
        request=BOOKING,
    ),
    Row(
        NeedsUser,
        "send_by",
        "e-conomic cannot send the invoice: check the customer's e-mail address and EAN number there, or let invoices"
        " be booked without being sent.",
        names="sendBy",
        request=BOOKING,
    ),
    Row(NeedsUser, BOOKING_REFUSED, _NO_BOOKING, codes="E04300", request=BOOKING),
    # Mistakes of ours, before the rows that look at the property only.
    _mistake(r"E04300|E04500|E04730|E04740|E04800|E04810|E06151|E07180"),
    _mistake("BadFilterRequest|JournalEntryExchangeRateMustBeOneHundredForBaseCurrency|PayloadChanged|URLChanged"),
    # What the owner can put right.
    Row(
        NeedsUser,
        "product_barred",
        "Product{value}{line} is barred in e-conomic: lift the bar there, or give the shop's product another number.",
        codes="E06600",
    ),
    Row(NeedsUser, "period_closed", _CLOSED, codes="E04870|JournalEntryDateAccountingYearPeriodBarred"),
    Row(NeedsUser, "period_closed", _CLOSED, codes="E04041", names="date"),
    Row(
        NeedsUser,
        "year_closed",
        "The accounting year of this date is closed or missing in e-conomic: open it there.",
        codes="JournalVoucherAccountingYearClosed|JournalEntryDateAccountingYearDoesNotExist",
    ),
    Row(NeedsUser, "account_missing", _ACCOUNT, codes="E07150"),
    Row(NeedsUser, "account_missing", _ACCOUNT, codes="E04041", names="account(?:Number)?"),
    Row(
        NeedsUser,
        "account_blocked",
        "Account{value} takes no direct entries in e-conomic: choose another one.",
        codes="JournalEntryAccountIsBlockedForDirectEntries",
    ),
    Row(NeedsUser, "due_date", _DUE_DATE, codes="E04042|E04760"),
    Row(
        NeedsUser,
        "date",
        "e-conomic does not take the order's date: check that there is an open accounting year for it.",
        names="date",
    ),
)

_BY_NAME = (
    *_setting(
        "payment_terms", r"paymentTerms(?:Number)?", "E07080|Customer(?:Invalid|Barred)PaymentTerm", "Payment term"
    ),
    *_setting("layout", r"layout(?:Number)?", None, "Layout"),
    *_setting("vat_zone", r"vatZone(?:Number)?", "CustomerInvalidVatZone", "VAT zone"),
    *_setting("customer_group", r"customerGroup(?:Number)?", "CustomerInvalidGroupId", "Customer group"),
    *_setting("product_group", r"productGroup(?:Number)?", "ProductGroupDoesNotExist", "Product group"),
    *_setting("unit", r"unit(?:Number)?", None, "Unit"),
    *_setting("sales_person", "salesPerson", None, "Employee"),
    *_setting("vendor_reference", "vendorReference", None, "Employee"),
    *_setting("project", r"project(?:Number)?", None, "Project"),
    *(
        Row(
            NeedsUser,
            "currency",
            "e-conomic does not have the order's currency{value}: switch it on there, under the currencies.",
            codes=codes,
            names=names,
        )
        for codes, names in (("InvalidCurrency|JournalEntryCurrencyNotFound", None), (None, "currency"))
    ),
    Row(
        NeedsUser,
        "product_missing",
        "Product{value}{line} does not exist in e-conomic, or may not be used: make it there, or change its number in"
        " the shop.",
        names="product(?:Number)?",
    ),
    *(
        Row(
            NeedsUser,
            "customer",
            "Customer{value} does not exist in e-conomic, or is barred there: lift the bar, or choose another one.",
            codes=codes,
            names=names,
        )
        for codes, names in (("CustomerInvalidCustomerNumber", None), (None, "customer(?:Number)?"))
    ),
    Row(
        NeedsUser,
        "customer_name",
        "e-conomic asks for the customer's name: enter it in the order.",
        codes="CustomerMissingName",
    ),
    Row(
        NeedsUser,
        "customer_field",
        _CUSTOMER_FIELD,
        codes="Customer(?:InvalidEmail|InvalidEAN|InvalidPNumber|InvalidCharacters)",
    ),
    Row(NeedsUser, "customer_field", _CUSTOMER_FIELD, names=_CUSTOMER_FIELDS, request=DRAFTS),
)

_THE_REST = (
    # A filter that cannot be read has texts in place of codes.
    Row(NeedsUser, OUR_MISTAKE, MISTAKEN, range(400, 500), write=False),
    Row(NeedsUser, BOOKING_REFUSED, _NO_BOOKING, range(400, 500), request=BOOKING, write=True),
    Row(NeedsUser, REFUSED, "e-conomic refuses the request{detail}: please contact support.", range(400, 500)),
    Row(OutcomeUnknown, "write_unproven", UNPROVEN, write=True),
    Row(Retry, "unexpected_answer", "e-conomic answered with something unexpected."),
)

TABLE: tuple[Row, ...] = (*_BY_STATUS, *_BY_CODE, *_BY_NAME, *_THE_REST)
