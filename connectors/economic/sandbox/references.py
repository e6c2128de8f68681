"""From a reference in a body to what it refers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from connectors.economic.sandbox.furniture import VatZone
from connectors.economic.sandbox.ids import decode_id
from connectors.economic.sandbox.problems import Code, Path, Problems
from connectors.economic.sandbox.state import Books


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of thing that bodies refer to."""

    #: As messages call it.
    title: str
    number: str
    collection: str
    code: Code


LAYOUT = Resource("Layout", "layoutNumber", "layouts", Code.NO_LAYOUT)
PAYMENT_TERMS = Resource("PaymentTerms", "paymentTermsNumber", "payment-terms", Code.NO_PAYMENT_TERMS)
VAT_ZONE = Resource("VatZone", "vatZoneNumber", "vat-zones", Code.NO_VAT_ZONE)
CUSTOMER_GROUP = Resource("CustomerGroup", "customerGroupNumber", "customer-groups", Code.NO_CUSTOMER_GROUP)
PRODUCT_GROUP = Resource("ProductGroup", "productGroupNumber", "product-groups", Code.NO_PRODUCT_GROUP)
UNIT = Resource("Unit", "unitNumber", "units", Code.NO_UNIT)
EMPLOYEE = Resource("Employee", "employeeNumber", "employees", Code.NO_OTHER)
PROJECT = Resource("Project", "projectNumber", "projects", Code.NO_OTHER)
DELIVERY_LOCATION = Resource(
    "DeliveryLocation", "deliveryLocationNumber", "customers/:n/delivery-locations", Code.NO_OTHER
)
CUSTOMER = Resource("Customer", "customerNumber", "customers", Code.NO_CUSTOMER)
PRODUCT = Resource("Product", "productNumber", "products", Code.NO_PRODUCT)


class Finder:
    """Looks references up and notes what is wrong with them."""

    def __init__(self, books: Books, problems: Problems) -> None:
        self._books = books
        self._problems = problems

    def row(self, path: Path, reference: Mapping[str, Any] | None, resource: Resource) -> Any:
        """The master data referred to; None where nothing was said, or where a problem was noted."""
        if reference is None:
            return None
        number = self._number(path, reference, resource)
        row = self._books.rows(resource.collection).get(number) if number is not None else None
        if number is not None and row is None:
            self._not_found(path, number, resource)
        return row

    def customer(self, path: Path, reference: Mapping[str, Any]) -> dict[str, Any] | None:
        number = self._number(path, reference, CUSTOMER)
        found = self._books.customers.get(number) if number is not None else None
        if number is not None and found is None:
            self._not_found(path, number, CUSTOMER)
        elif found is not None and found.get("barred"):
            self._problems.add(path, f"Customer '{number}' is barred.", Code.BARRED_CUSTOMER, value=number)
        return found

    def vat_zone(self, path: Path, reference: Mapping[str, Any]) -> VatZone | None:
        zone: VatZone | None = self.row(path, reference, VAT_ZONE)
        if zone is not None and not zone.for_customers:
            message = f"VatZone '{zone.number}' is not enabled for customers."
            self._problems.add(path, message, Code.NO_VAT_ZONE, value=zone.number)
        return zone

    def product(self, path: Path, reference: Mapping[str, Any]) -> dict[str, Any] | None:
        number = reference.get("productNumber") or _last_of(reference)
        if not number:
            self._no_identifier(path, PRODUCT)
            return None
        found = self._books.products.get(number.lower())
        if found is None:
            self._not_found(path, number, PRODUCT)
        elif found.get("barred"):
            message, hint = f"Product '{number}' is barred.", self._hint(PRODUCT)
            self._problems.add(path, message, Code.BARRED_PRODUCT, value=number, hint=hint)
        return found

    def _number(self, path: Path, reference: Mapping[str, Any], resource: Resource) -> int | None:
        if isinstance(given := reference.get(resource.number), int):
            return given
        if (last := _last_of(reference)).isdecimal():
            return int(last)
        self._no_identifier(path, resource)
        return None

    def _no_identifier(self, path: Path, resource: Resource) -> None:
        message = f"{resource.title} must have an identifier: {resource.number} or self."
        self._problems.add(path, message, Code.NO_IDENTIFIER)

    def _not_found(self, path: Path, number: int | str, resource: Resource) -> None:
        message, hint = f"{resource.title} '{number}' not found.", self._hint(resource)
        self._problems.add(path, message, resource.code, value=number, hint=hint)

    def _hint(self, resource: Resource) -> str:
        plural = f"{resource.title[0].lower()}{resource.title[1:]}s"
        return f"Find a list of {plural} at {self._books.url}/{resource.collection} ."


def _last_of(reference: Mapping[str, Any]) -> str:
    """The id at the end of a `self` link."""
    return decode_id(unquote(str(reference.get("self", "")).rpartition("/")[2]))
