"""What new books have: all that a document refers to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from connectors.economic.sandbox.furniture import VatZone
from shared.domain.document import DocumentKind
from tests.connectors.economic.sandbox.samples import vendors


def rows(api: httpx.Client, path: str) -> list[dict[str, Any]]:
    response = api.get(path)
    assert response.status_code == 200, response.text
    return list(response.json()["collection"])


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("/currencies", "code", ["DKK", "EUR", "NOK", "SEK", "USD"]),
        ("/layouts", "layoutNumber", [19, 20]),
        ("/payment-terms", "paymentTermsNumber", [1, 2, 3]),
        ("/vat-zones", "vatZoneNumber", [1, 2, 3, 4]),
        ("/customer-groups", "customerGroupNumber", [1, 2]),
        ("/product-groups", "productGroupNumber", [1, 2, 3]),
        ("/units", "unitNumber", [1]),
        ("/accounts", "accountNumber", [1000, *range(1011, 1023), 5600, 5820]),
        ("/vat-accounts", "vatCode", ["U12", "U25"]),
        ("/customers", "customerNumber", []),
        ("/products", "productNumber", []),
    ],
)
def test_new_books_are_furnished_and_links_lead_to_the_rows(
    books: EconomicSandbox, api: httpx.Client, path: str, key: str, expected: list[Any]
) -> None:
    # When a collection is read, Then it has what the README says, and each row is found by its own link
    found = rows(api, path)
    assert [row[key] for row in found] == expected
    assert all(api.get(row["self"]).json() == row for row in found)


def test_a_vat_zone_for_suppliers_is_refused_for_customers(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given a zone that is not enabled for customers
    books.books.vat_zones[5] = VatZone(5, "Varekøb", for_customers=False)
    assert [row.get("enabledForCustomer") for row in rows(api, "/vat-zones")] == [True, True, True, True, None]
    # When a customer is to have it, then that is refused
    with pytest.raises(ValueError, match="not enabled for customers"):
        books.put_customer("Lampeland Handel", vatZone={"vatZoneNumber": 5})


def test_a_false_is_left_out(api: httpx.Client) -> None:
    assert [row.get("deleted") for row in rows(api, "/layouts")] == [None, True]


def test_terms_say_their_type_and_days(api: httpx.Client) -> None:
    terms = rows(api, "/payment-terms")
    said = [(one["paymentTermsType"], one.get("daysOfCredit")) for one in terms]
    assert said == [("net", 8), ("dueDate", None), ("paidInCash", None)]


def test_sales_accounts_tell_which_zone_has_vat(api: httpx.Client) -> None:
    # Given the product groups, When their accounts are read, Then the VAT code stands where there is VAT
    codes = {}
    for group in (1, 2, 3):
        accounts = rows(api, f"/product-groups/{group}/sales-accounts")
        codes[group] = [row["salesAccount"].get("vatAccount", {}).get("vatCode") for row in accounts]
    assert codes == {1: ["U25", None, None, None], 2: [None] * 4, 3: ["U12", None, None, None]}


def test_three_years_of_open_months_until_one_is_barred(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given the accounting years around today
    this = datetime.now(UTC).year
    assert [row["year"] for row in rows(api, "/accounting-years")] == [str(this - 1), str(this), str(this + 1)]
    # When the leap-proof second month is barred
    books.bar_period(datetime(this, 2, 1, tzinfo=UTC).date(), datetime(this, 3, 1, tzinfo=UTC).date())
    # Then it alone is closed: one barred day does not close March
    periods = rows(api, f"/accounting-years/{this}/periods")
    assert [(row["periodNumber"], row["toDate"][5:]) for row in periods][3:5] == [(4, "04-30"), (5, "05-31")]
    assert [row["periodNumber"] for row in periods if row.get("closed")] == [2]


def test_a_closed_year_says_so_and_its_periods_do_not(
    books: EconomicSandbox, api: httpx.Client, control: httpx.Client
) -> None:
    this = datetime.now(UTC).year
    assert control.post("/years/close", json={"year": str(this)}).status_code == 204
    assert [row["year"] for row in rows(api, "/accounting-years") if row.get("closed")] == [str(this)]
    assert not any("closed" in row for row in rows(api, f"/accounting-years/{this}/periods"))
    # And on none of its days anything can be booked, until it is opened
    number = books.put_draft(DocumentKind.INVOICE, reference="x")
    booking = {"draftInvoice": {"draftInvoiceNumber": number}}
    assert api.post("/invoices/booked", json=booking).json()["errorCode"] == "E04870"
    control.post("/periods/open")
    assert api.post("/invoices/booked", json=booking).status_code == 201
    # And a year that is not there cannot be closed
    assert control.post("/years/close", json={"year": "1999"}).status_code == 400


def test_a_year_of_two_calendar_years_is_reached_by_its_link(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given a first year that begins within a month, and one from July on
    books.put_years((date(2025, 6, 10), date(2025, 6, 30)), (date(2025, 7, 1), date(2026, 6, 30)))
    short, long = rows(api, "/accounting-years")
    assert (short["year"], long["year"]) == ("2025", "2025/2026")
    assert long["self"].endswith("/accounting-years/2025_6_2026")
    assert api.get(long["self"]).json() == long
    assert [(row["fromDate"], row["toDate"]) for row in rows(api, short["periods"])] == [("2025-06-10", "2025-06-30")]
    assert [row["toDate"] for row in rows(api, long["periods"])][::11] == ["2025-07-31", "2026-06-30"]
    # And what they say is what the vendor's schema knows
    schema = vendors("schemas-rest/accounting-years.get.schema.json")
    assert set(long) <= set(schema["properties"]["collection"]["items"]["properties"])


def test_self_names_the_agreement(api: httpx.Client) -> None:
    said = api.get("/self").json()
    assert said["settings"]["baseCurrency"] == "DKK"
    assert said["application"]["requiredRoles"][0]["name"] == "SuperUser"
