"""All that documents refer to and that nobody changes over the API, and `/self`."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

from connectors.economic.sandbox import fields, furniture
from connectors.economic.sandbox.desk import this_desk
from connectors.economic.sandbox.fields import Fields
from connectors.economic.sandbox.frame import dump, or_404
from connectors.economic.sandbox.ids import decode_id
from connectors.economic.sandbox.listing import list_page
from connectors.economic.sandbox.periods import Year
from connectors.economic.sandbox.state import Books, Role
from connectors.economic.sandbox.table import Table

#: Master data with numbers, and what it can be filtered by.
NUMBERED: dict[str, Fields] = {
    "layouts": fields.NONE,
    "payment-terms": fields.NONE,
    "vat-zones": fields.NONE,
    "customer-groups": fields.CUSTOMER_GROUPS,
    "product-groups": fields.NONE,
    "units": fields.NONE,
    "employees": fields.EMPLOYEES,
    "accounts": fields.ACCOUNTS,
}


def register(api: Flask) -> None:
    for collection in NUMBERED:
        _register_numbered(api, collection)
    _register_currencies(api)
    _register_sales_accounts(api)
    _register_vat_accounts(api)
    _register_years(api)
    api.add_url_rule("/self", "get_self", lambda: dump(_self_json(this_desk().books)))


def _register_numbered(api: Flask, collection: str) -> None:
    name = collection.replace("-", "_")

    def list_rows() -> Response:
        books = this_desk().books
        rows = {number: row.as_json(books.url) for number, row in books.rows(collection).items()}
        return dump(_page(books, collection, NUMBERED[collection], rows))

    def get_row(number: int) -> Response:
        books = this_desk().books
        return dump(or_404(books.rows(collection).get(number)).as_json(books.url))

    api.add_url_rule(f"/{collection}", f"list_{name}", list_rows)
    api.add_url_rule(f"/{collection}/<int:number>", f"get_{name}", get_row)


def _register_currencies(api: Flask) -> None:
    def show(code: str) -> dict[str, Any]:
        link = f"{this_desk().books.url}/currencies/{code}"
        return {"code": code, "name": furniture.CURRENCY_NAMES[code], "self": link}

    @api.get("/currencies")
    def list_currencies() -> Response:
        books = this_desk().books
        return dump(_page(books, "currencies", fields.NONE, {code: show(code) for code in furniture.RATES}))

    @api.get("/currencies/<code>")
    def get_currency(code: str) -> Response:
        return dump(show(or_404(code if code in furniture.RATES else None)))


def _register_sales_accounts(api: Flask) -> None:
    @api.get("/product-groups/<int:number>/sales-accounts")
    def list_sales_accounts(number: int) -> Response:
        """The account of each VAT zone, whole; a zone without one is left out."""
        books = this_desk().books
        group: furniture.ProductGroup = or_404(books.product_groups.get(number))
        rows = {
            zone: {
                "vatZone": books.vat_zones[zone].as_json(books.url),
                "salesAccount": books.chart.accounts[account].as_json(books.url),
            }
            for zone, account in group.accounts.items()
        }
        return dump(_page(books, f"product-groups/{number}/sales-accounts", fields.NONE, rows))


def _register_vat_accounts(api: Flask) -> None:
    @api.get("/vat-accounts")
    def list_vat_accounts() -> Response:
        books = this_desk().books
        rows = {code: row.as_json(books.url) for code, row in books.chart.vat_accounts.items()}
        return dump(_page(books, "vat-accounts", fields.NONE, rows))

    @api.get("/vat-accounts/<segment>")
    def get_vat_account(segment: str) -> Response:
        books = this_desk().books
        return dump(or_404(books.chart.vat_accounts.get(decode_id(segment))).as_json(books.url))


def _register_years(api: Flask) -> None:
    @api.get("/accounting-years")
    def list_years() -> Response:
        books = this_desk().books
        rows = {year.name: books.periods.year_as_json(year, books.url) for year in books.periods.years}
        return dump(_page(books, "accounting-years", fields.ACCOUNTING_YEARS, rows))

    @api.get("/accounting-years/<segment>")
    def get_year(segment: str) -> Response:
        books = this_desk().books
        return dump(books.periods.year_as_json(_year(books, segment), books.url))

    @api.get("/accounting-years/<segment>/periods")
    def list_periods(segment: str) -> Response:
        books = this_desk().books
        periods = books.periods.of(_year(books, segment))
        rows = {period.number: books.periods.period_as_json(period, books.url) for period in periods}
        return dump(_page(books, f"accounting-years/{segment}/periods", fields.PERIODS, rows))


def _year(books: Books, segment: str) -> Year:
    return or_404(books.periods.get(decode_id(segment)))


def _self_json(books: Books) -> dict[str, Any]:
    role = books.settings.role
    return {
        "agreementNumber": 1234567,
        "agreementType": {"agreementTypeNumber": 1, "name": "Denmark"},
        "userName": "SHOP",
        "user": {"language": {"languageNumber": 1, "name": "Dansk", "culture": "da-DK"}},
        "company": {"name": "Lampeland ApS", "country": "Danmark", "email": "books@lampeland.example"},
        "application": {
            "appNumber": 1,
            "name": "shopledger",
            "requiredRoles": [{"roleNumber": list(Role).index(role) + 1, "name": role}],
        },
        "settings": {"baseCurrency": furniture.BASE_CURRENCY},
        "canSendElectronicInvoice": True,
        "modules": [],
        "self": f"{books.url}/self",
    }


def _page(books: Books, collection: str, allowed: Fields, rows: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    table: Table[Any] = Table()
    for key, row in rows.items():
        table.put(key, row)
    return list_page(table, allowed, request.args, f"{books.url}/{collection}")
