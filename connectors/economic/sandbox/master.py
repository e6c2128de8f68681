"""Customers and products: created, replaced as a whole, shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox import furniture, references
from connectors.economic.sandbox.ids import encode_id
from connectors.economic.sandbox.problems import Code, Problems
from connectors.economic.sandbox.references import Finder
from connectors.economic.sandbox.state import Books

NO_AMOUNT = Decimal("0.00")


def put_customer(books: Books, body: Mapping[str, Any], number: int | None = None) -> dict[str, Any]:
    """Creates, or with a number replaces or creates under it. Raises ApiError 400."""
    problems = Problems()
    find = Finder(books, problems)
    parts = {
        "customerGroup": find.row(("customerGroup",), body["customerGroup"], references.CUSTOMER_GROUP),
        "vatZone": find.vat_zone(("vatZone",), body["vatZone"]),
        "paymentTerms": find.row(("paymentTerms",), body["paymentTerms"], references.PAYMENT_TERMS),
        "layout": find.row(("layout",), body.get("layout"), references.LAYOUT),
    }
    find.row(("salesPerson",), body.get("salesPerson"), references.EMPLOYEE)
    if body["currency"].upper() not in furniture.RATES:
        message = f"Currency '{body['currency']}' not found."
        problems.add(("currency",), message, Code.NO_CURRENCY, value=body["currency"])
    wanted = body.get("customerNumber")
    if number is None and wanted is not None and wanted in books.customers:
        problems.add(("customerNumber",), f"Customer number '{wanted}' is in use.", value=wanted)
    problems.raise_any()
    number = number or wanted or max(books.customers.keys(), default=0) + 1
    links = {name: _short(row.as_json(books.url)) for name, row in parts.items() if row is not None}
    entity = {**body, "currency": body["currency"].upper(), **links, **_customer_extras(books, number)}
    books.customers.put(number, _without_false(entity))
    return _without_false(entity)


def put_product(books: Books, body: Mapping[str, Any], number: str | None = None) -> dict[str, Any]:
    """Creates, or with a number replaces or creates under it. A number is kept as it was spelt first."""
    problems = Problems()
    find = Finder(books, problems)
    group = find.row(("productGroup",), body["productGroup"], references.PRODUCT_GROUP)
    unit = find.row(("unit",), body.get("unit"), references.UNIT)
    wanted = number or body["productNumber"]
    known = books.products.get(wanted.lower())
    if number is None and known is not None:
        problems.add(("productNumber",), f"Product number '{wanted}' is in use.", value=wanted)
    problems.raise_any()
    spelt = wanted if known is None else known["productNumber"]
    entity = {
        **dict.fromkeys(("salesPrice", "costPrice", "recommendedPrice"), NO_AMOUNT),
        **body,
        "productNumber": spelt,
        "productGroup": group.as_json(books.url),
        **({} if unit is None else {"unit": unit.as_json(books.url)}),
        **_product_extras(books, spelt),
    }
    books.products.put(spelt.lower(), _without_false(entity))
    return _without_false(entity)


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """A reference: the number and the link."""
    return {name: value for name, value in row.items() if name == "self" or name.endswith("Number")}


def _without_false(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entity.items() if value is not False}


def _customer_extras(books: Books, number: int) -> dict[str, Any]:
    link = f"{books.url}/customers/{number}"
    return {
        "customerNumber": number,
        "balance": NO_AMOUNT,
        "dueAmount": NO_AMOUNT,
        "lastUpdated": books.clock.stamp(),
        "contacts": f"{link}/contacts",
        "deliveryLocations": f"{link}/delivery-locations",
        "templates": {
            "invoice": f"{link}/templates/invoice",
            "invoiceLine": f"{link}/templates/invoiceline",
            "self": f"{link}/templates",
        },
        "self": link,
    }


def _product_extras(books: Books, number: str) -> dict[str, Any]:
    link = f"{books.url}/products/{encode_id(number)}"
    return {
        "lastUpdated": books.clock.stamp(),
        "pricing": {"currencySpecificSalesPrices": f"{link}/pricing/currency-specific-sales-prices"},
        "self": link,
    }
