"""Lists of orders: what the shop makes of parameters, and what a poll can trip over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.conftest import NOON
from tests.connectors.woocommerce.sandbox.samples import MUG, recorded_headers

#: Seconds after noon (UTC 11:00, shop 12:00) at which orders are placed.
PLACED = (-7200, -1, 0, 1, 7200)


@pytest.fixture
def five(shop: WooCommerceSandbox) -> dict[int, int]:
    """Orders by the second they were placed at."""
    made = {}
    for second in PLACED:
        shop.set_clock(NOON + timedelta(seconds=second))
        made[second] = int(shop.put_order(lines=[MUG])["id"])
    return made


def ids(api: httpx.Client, **query: Any) -> list[int]:
    response = api.get("/orders", params={"per_page": 100, "order": "asc", "orderby": "id", **query})
    assert response.status_code == 200, response.text
    return [order["id"] for order in response.json()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"modified_after": "2026-11-22T12:00:00"}, [1, 7200], id="no zone: the shop's wall clock"),
        pytest.param({"modified_after": "2026-11-22T11:00:00Z"}, [1, 7200], id="Z: an instant"),
        pytest.param({"modified_after": "2026-11-22T13:00:00+02:00"}, [1, 7200], id="an offset: an instant"),
        pytest.param(
            {"modified_after": "2026-11-22T11:00:00", "dates_are_gmt": "true"}, [1, 7200], id="no zone but GMT: UTC"
        ),
        pytest.param(
            {"modified_after": "2026-11-22T11:00:00Z", "dates_are_gmt": "true"}, [7200], id="Z and GMT: shifted twice"
        ),
        pytest.param({"modified_after": "2026-11-22T11:00:00.500Z"}, [-1, 0, 1, 7200], id="fraction: no zone"),
        pytest.param(
            {"modified_after": "2026-11-22T11:00:00.123456+00:00"}, [-1, 0, 1, 7200], id="fraction, offset: no zone"
        ),
        pytest.param({"modified_before": "2026-11-22T11:00:00Z"}, [-7200, -1], id="before is strict, too"),
        pytest.param({"after": "2026-11-22T11:00:00Z"}, [1, 7200], id="after: the date of creation"),
        pytest.param({"before": "2026-11-22T11:00:00Z"}, [-7200, -1], id="before: the date of creation"),
    ],
)
def test_observed_21_how_dates_are_read(
    api: httpx.Client, five: dict[int, int], query: dict[str, str], expected: list[int]
) -> None:
    # Given orders around noon, When the list is bounded, Then the bound is strict and means what it says there
    assert ids(api, **query) == [five[second] for second in expected]


@pytest.mark.parametrize(
    "text", ["2026-11-22T11:00:00z", "2026-11-22T11:00:00-0000", "2026-11-22", "yesterday", "2026-11-22T11:00:00 01:00"]
)
def test_observed_21_dates_the_shop_refuses(api: httpx.Client, text: str) -> None:
    # Given a text that is no date to WordPress, When it bounds a list
    response = api.get("/orders", params={"modified_after": text})
    # Then the parameter is named
    assert response.status_code == 400
    assert response.json()["data"]["details"]["modified_after"]["code"] == "rest_invalid_date"


def test_observed_21_an_unescaped_plus_is_a_blank(api: httpx.Client) -> None:
    assert api.get("/orders?modified_after=2026-11-22T11:00:00+01:00").status_code == 400


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, ["processing", "checkout-draft"]),
        ("any", ["processing", "checkout-draft"]),
        ("any,trash", ["processing", "checkout-draft"]),
        ("trash", ["trash"]),
        ("processing,trash", ["processing", "trash"]),
    ],
)
def test_observed_22_any_has_drafts_and_no_trash(
    api: httpx.Client, shop: WooCommerceSandbox, status: str | None, expected: list[str]
) -> None:
    # Given an order, a draft and a trashed order
    shop.put_order(lines=[MUG])
    shop.put_order(lines=[MUG], status="checkout-draft")
    shop.trash(shop.put_order(lines=[MUG])["id"])
    # When the list is asked for
    found = api.get("/orders", params={"orderby": "id", "order": "asc"} | ({"status": status} if status else {}))
    # Then trash shows only by its own name
    assert [order["status"] for order in found.json()] == expected


def test_observed_22_a_trashed_order_is_still_read_by_its_id(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    shop.trash(order_id)
    response = api.get(f"/orders/{order_id}")
    assert (response.status_code, response.json()["status"]) == (200, "trash")


def test_observed_23_a_page_beyond_the_end_is_empty_and_says_zero(api: httpx.Client, five: dict[int, int]) -> None:
    # Given five orders, When pages of two are read, Then the third is the last and a fourth pretends there are none
    pages = [api.get("/orders", params={"per_page": 2, "page": page}) for page in (1, 2, 3, 4)]
    assert [len(page.json()) for page in pages] == [2, 2, 1, 0]
    totals = [(page.headers["X-WP-Total"], page.headers["X-WP-TotalPages"]) for page in pages]
    assert totals == [("5", "3"), ("5", "3"), ("5", "3"), ("0", "0")]
    assert pages[3].status_code == 200


@pytest.mark.parametrize("per_page", [0, 101, -1])
def test_observed_23_per_page_is_one_to_a_hundred(api: httpx.Client, per_page: int) -> None:
    response = api.get("/orders", params={"per_page": per_page})
    assert (response.status_code, response.json()["code"]) == (400, "rest_invalid_param")


def test_observed_23_paging_by_modified_skips_when_the_set_moves(api: httpx.Client, five: dict[int, int]) -> None:
    # Given the first page of a list by modification
    query: dict[str, str | int] = {"orderby": "modified", "order": "asc", "per_page": 2}
    first = [order["id"] for order in api.get("/orders", params=query).json()]
    # When an order of that page changes before the next page is read
    api.put(f"/orders/{first[0]}", json={"customer_note": "x"})
    second = [order["id"] for order in api.get("/orders", params={**query, "page": 2}).json()]
    # Then the order that moved up into the first page is never seen
    assert five[0] not in first + second


def test_observed_23_orders_of_one_second_keep_their_order(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    placed = [shop.put_order(lines=[MUG])["id"] for _ in range(6)]
    query: dict[str, str | int] = {"orderby": "modified", "order": "asc", "per_page": 2}
    pages = [api.get("/orders", params={**query, "page": page}).json() for page in (1, 2, 3)]
    assert [order["id"] for page in pages for order in page] == placed


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("include[]={0}&include[]={2}", [0, 2], id="brackets"),
        pytest.param("include={0},{2}", [0, 2], id="a list in one"),
        pytest.param("exclude[]={0}&exclude[]={1}", [2, 3, 4], id="the others"),
        pytest.param("orderby=date&order=desc&per_page=2", [4, 3], id="newest first"),
    ],
)
def test_include_exclude_and_orderby(api: httpx.Client, five: dict[int, int], query: str, expected: list[int]) -> None:
    known = list(five.values())
    defaults = "" if "orderby" in query else "&orderby=id&order=asc"
    response = api.get(f"/orders?{query.format(*known)}{defaults}")
    assert [order["id"] for order in response.json()] == [known[position] for position in expected]


def test_observed_28_links_repeat_what_was_asked_and_the_defaults(
    api: httpx.Client, shop: WooCommerceSandbox, five: dict[int, int]
) -> None:
    # Given a recorded second page of four
    recorded = recorded_headers("rest/orders_page2.headers.json")["Link"]
    # When the second page of three is read here
    response = api.get("/orders?per_page=2&page=2&orderby=id&order=asc")
    # Then the links have the same parts in the same order
    expected = recorded.replace("http://127.0.0.1:8088", shop.url).replace("per_page=20", "per_page=2")
    assert response.headers["Link"] == expected
    beyond = recorded_headers("rest/orders_page5.headers.json")["Link"]
    expected = beyond.replace("http://127.0.0.1:8088", shop.url).replace("per_page=20", "per_page=2")
    assert api.get("/orders?per_page=2&page=5&orderby=id&order=asc").headers["Link"] == expected


def test_observed_35_in_the_repeated_hour_only_gmt_tells_two_orders_apart(shop: WooCommerceSandbox) -> None:
    # Given the hour that comes twice in the shop
    orders = []
    for hour in (0, 1):
        shop.set_clock(datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
        # When an order is placed in each of them
        orders.append(shop.put_order(lines=[MUG]))
    # Then their local times are the same
    assert orders[0]["date_created"] == orders[1]["date_created"] == "2026-10-25T02:30:00"
    assert [order["date_created_gmt"] for order in orders] == ["2026-10-25T00:30:00", "2026-10-25T01:30:00"]
