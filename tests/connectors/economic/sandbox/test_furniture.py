"""What new books have: all that a document refers to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox


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


def test_self_names_the_agreement(api: httpx.Client) -> None:
    said = api.get("/self").json()
    assert said["settings"]["baseCurrency"] == "DKK"
    assert said["application"]["requiredRoles"][0]["name"] == "SuperUser"
