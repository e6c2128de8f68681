"""The chart of accounts, the VAT codes, and what they make of a line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from tests.connectors.economic.sandbox.samples import created, draft, line, vendors


def rows(api: httpx.Client, path: str) -> list[dict[str, Any]]:
    response = api.get(path)
    assert response.status_code == 200, response.text
    return list(response.json()["collection"])


def in_zone(zone: int) -> dict[str, Any]:
    return {"name": "Lampeland Handel", "vatZone": {"vatZoneNumber": zone}}


def test_an_account_has_what_a_recorded_one_has(api: httpx.Client) -> None:
    # Given the first account of a real agreement
    recorded = vendors("responses/accounts.collection.json")["collection"][0]
    heading, sales, *_ = rows(api, "/accounts")
    # Then ours has the same fields, and one with VAT its code
    assert set(heading) == set(recorded)
    assert {name: heading[name] for name in ("accountNumber", "accountType", "name")} == {
        "accountNumber": 1000,
        "accountType": "heading",
        "name": "RESULTATOPGØRELSE",
    }
    assert set(sales) - set(recorded) == {"vatAccount"}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/accounts", "accounts.get"),
        ("/vat-accounts", "vat-accounts.get"),
        ("/product-groups/1/sales-accounts", "product-groups.productGroupNumber.sales-accounts.get"),
    ],
)
def test_what_is_told_is_what_the_vendors_schema_knows(api: httpx.Client, path: str, schema: str) -> None:
    known = vendors(f"schemas-rest/{schema}.schema.json")["properties"]["collection"]["items"]["properties"]
    for row in rows(api, path):
        assert set(row) <= set(known)
        for name in ("salesAccount", "vatZone"):
            assert set(row.get(name, {})) <= set(known.get(name, {}).get("properties", {}))


def test_accounts_are_filtered_by_what_the_schema_allows(api: httpx.Client) -> None:
    found = api.get("/accounts", params={"filter": "accountType$eq:status", "sort": "-accountNumber"}).json()
    assert [row["accountNumber"] for row in found["collection"]] == [5820, 5600]
    assert api.get("/accounts", params={"sort": "barred"}).status_code == 400
    assert api.get("/vat-accounts", params={"filter": "vatCode$eq:U25"}).status_code == 400


def test_the_way_from_a_group_to_its_rate(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given a group of odd rates
    books.put_product_group(7, {1: Decimal("5.5"), 2: Decimal("14.975"), 4: Decimal(0)}, "Tilbud")
    # When its links are followed
    found = {}
    for row in rows(api, api.get("/product-groups/7").json()["salesAccounts"]):
        account = api.get(row["salesAccount"]["self"]).json()
        assert account == row["salesAccount"]
        vat = account.get("vatAccount")
        found[row["vatZone"]["vatZoneNumber"]] = vat and api.get(vat["self"]).json()["ratePercentage"]
    # Then they lead to the rates of its zones, an account without a code is without VAT, and one zone has no account
    assert found == {1: 5.5, 2: 14.975, 4: None}
    assert all(len(row["vatCode"]) <= 5 for row in rows(api, "/vat-accounts"))


def test_one_rate_is_one_code(books: EconomicSandbox, api: httpx.Client) -> None:
    # Given groups of rates that are there, that are new, and that no code can spell
    books.put_product_group(7, {1: Decimal("25.00"), 2: Decimal("14.975")})
    books.put_product_group(8, {1: Decimal("9.975"), 2: Decimal("14.975")})
    assert [row["ratePercentage"] for row in rows(api, "/vat-accounts")] == [12.0, 25.0, 14.975, 9.975]


def test_a_changed_rate_is_that_of_new_drafts(
    books: EconomicSandbox, api: httpx.Client, control: httpx.Client, customer: int
) -> None:
    before = created(api.post("/orders/drafts", json=draft()))
    # Given a government that changes a rate
    assert control.patch("/vat-accounts/U25", json={"rate": "27"}).status_code == 204
    after = created(api.post("/orders/drafts", json=draft()))
    # Then new drafts have it, and those that are there keep the old one
    assert (before["vatAmount"], after["vatAmount"]) == (25.0, 27.0)
    assert api.get(before["self"]).json()["vatAmount"] == 25.0


def test_nothing_is_booked_in_a_zone_for_which_a_group_has_no_account(
    books: EconomicSandbox, api: httpx.Client, control: httpx.Client, customer: int
) -> None:
    # Given a product that is sold at home only
    group = {"number": 7, "name": "Kun hjemme", "rates": {"1": "25"}}
    assert control.post("/product-groups", json=group).status_code == 204
    books.put_product("HJEM", group=7)
    # When drafts of two zones are made, Then the other one is without VAT
    drafts = [
        created(api.post("/invoices/drafts", json=draft(line("HJEM"), recipient=in_zone(zone)))) for zone in (1, 2)
    ]
    assert [one["vatAmount"] for one in drafts] == [25.0, 0.0]
    # And cannot be booked
    numbers = [{"draftInvoice": {"draftInvoiceNumber": one["draftInvoiceNumber"]}} for one in drafts]
    answers = [api.post("/invoices/booked", json=number) for number in numbers]
    assert [answer.status_code for answer in answers] == [201, 400]
    assert "no sales account for VAT zone '2'" in answers[1].json()["message"]
