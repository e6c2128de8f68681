"""By which fields a collection can be filtered and sorted, after the vendor's GET schemas and live tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    #: Dates and moments, which e-conomic writes so that they sort as text.
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Fields:
    filterable: Mapping[str, Kind]
    #: Those of them that cannot be sorted by.
    unsortable: frozenset[str] = frozenset()
    #: Filters of the real server that answer 500: (field, operator), operator "" for all of them.
    broken: frozenset[tuple[str, str]] = frozenset()

    @property
    def sortable(self) -> frozenset[str]:
        return frozenset(self.filterable) - self.unsortable


def _of(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


_DOCUMENT = {
    **_of(Kind.MOMENT, "date delivery.deliveryDate"),
    **_of(
        Kind.NUMBER,
        "exchangeRate customer.customerNumber paymentTerms.paymentTermsNumber deliveryLocation.deliveryLocationNumber "
        "references.customerContact.customer.customerNumber references.salesPerson.employeeNumber "
        "references.vendorReference.employeeNumber",
    ),
    **_of(
        Kind.TEXT,
        "currency references.other recipient.name recipient.address recipient.zip recipient.city recipient.country "
        "recipient.ean recipient.publicEntryNumber delivery.address delivery.zip delivery.city delivery.country "
        "delivery.deliveryTerms notes.heading notes.textLine1 notes.textLine2",
    ),
}
_ORDER = {**_DOCUMENT, **_of(Kind.NUMBER, "orderNumber soap.orderHandle.id")}
_CHANGED = _of(Kind.MOMENT, "lastUpdated")
_BROKEN_FOR_ORDERS = frozenset({("paymentTerms.paymentTermsNumber", "")})

OPEN_ORDERS = Fields({**_ORDER, **_CHANGED}, frozenset(_CHANGED), _BROKEN_FOR_ORDERS)
ARCHIVED_ORDERS = Fields(_ORDER, broken=_BROKEN_FOR_ORDERS)
DRAFT_INVOICES = Fields(
    {**_DOCUMENT, **_CHANGED, **_of(Kind.NUMBER, "draftInvoiceNumber soap.currentInvoiceHandle.id")},
    frozenset(_CHANGED),
)
BOOKED_INVOICES = Fields({**_DOCUMENT, **_of(Kind.NUMBER, "bookedInvoiceNumber recipient.vatZone.vatZoneNumber")})

CUSTOMERS = Fields(
    {
        **_CHANGED,
        **_of(Kind.NUMBER, "customerNumber balance creditLimit customerGroup.customerGroupNumber"),
        **_of(Kind.FLAG, "barred"),
        **_of(
            Kind.TEXT,
            "name email address zip city country currency corporateIdentificationNumber ean mobilePhone pNumber "
            "publicEntryNumber telephoneAndFaxNumber vatNumber website",
        ),
    },
    frozenset({"barred", "customerGroup.customerGroupNumber", "pNumber"}),
)

PRODUCTS = Fields(
    {
        **_CHANGED,
        **_of(Kind.NUMBER, "costPrice recommendedPrice salesPrice productGroup.productGroupNumber unit.unitNumber"),
        **_of(Kind.FLAG, "barred"),
        **_of(Kind.TEXT, "productNumber name description barCode"),
    },
    frozenset({"productGroup.productGroupNumber", "unit.unitNumber"}),
    frozenset({("barred", "ne"), ("barred", "null")}),
)

ACCOUNTS = Fields(
    {
        **_of(Kind.NUMBER, "accountNumber balance"),
        **_of(Kind.FLAG, "barred blockDirectEntries"),
        **_of(Kind.TEXT, "accountType debitCredit name"),
    },
    frozenset({"barred"}),
)
EMPLOYEES = Fields(
    {**_of(Kind.NUMBER, "employeeNumber"), **_of(Kind.TEXT, "name email phone"), **_of(Kind.FLAG, "barred")},
    frozenset({"barred"}),
)
CUSTOMER_GROUPS = Fields({**_of(Kind.NUMBER, "customerGroupNumber account.accountNumber"), **_of(Kind.TEXT, "name")})
ACCOUNTING_YEARS = Fields({**_of(Kind.TEXT, "year"), **_of(Kind.MOMENT, "fromDate toDate")})
PERIODS = Fields({**_of(Kind.NUMBER, "periodNumber"), **_of(Kind.MOMENT, "fromDate toDate")})
#: Collections that have no filters at all: page through them.
NONE = Fields({})
