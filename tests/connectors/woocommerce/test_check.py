"""What the check of an API key finds, and what it tells people to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.domain.findings import Finding, Level
from tests.connectors.woocommerce.asking import KEY, SECRET, client
from tests.connectors.woocommerce.replay import answer, serving

API = "/wp-json/wc/v3"
DENIED = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 403}}


@pytest.fixture
def shop() -> Iterator[WooCommerceSandbox]:
    with WooCommerceSandbox() as shop:
        yield shop


def check(shop: WooCommerceSandbox, *, key: str = "", secret: str = "", path: str = "") -> Sequence[Finding]:
    key, secret = key or shop.consumer_key, secret or shop.consumer_secret
    with WooCommerceClient(shop.url + path, key, secret) as client:
        return client.check()


def about(found: Sequence[Finding], what: str) -> Finding:
    [finding] = [finding for finding in found if finding.about == what]
    return finding


def test_a_good_key_is_good_in_four_requests_one_of_which_asks_for_the_right_to_write(
    shop: WooCommerceSandbox,
) -> None:
    found = check(shop)
    assert [(finding.level, finding.about) for finding in found] == [
        (Level.OK, "credentials"),
        (Level.OK, "rights"),
        (Level.OK, "clock"),
        (Level.OK, "version"),
    ]
    assert about(found, "version").says == "WooCommerce 10.5.2."
    assert [(entry.method, entry.path, entry.body) for entry in shop.journal.entries()] == [
        ("GET", f"{API}/orders", ""),
        ("GET", f"{API}/webhooks", ""),
        ("POST", f"{API}/webhooks/batch", "{}"),
        ("GET", f"{API}/system_status", ""),
    ]


def test_no_order_is_read_to_see_whether_orders_can_be_read(shop: WooCommerceSandbox) -> None:
    shop.put_order(lines=[{"name": "Krus", "price": "125"}])
    check(shop)
    [entry] = [entry for entry in shop.journal.entries() if entry.path == f"{API}/orders"]
    assert "per_page=1&_fields=id" in entry.query


@pytest.mark.parametrize(("key", "secret"), [("ck_wrong", ""), ("", "cs_wrong")])
def test_a_wrong_key_is_told_where_a_new_one_is_made(shop: WooCommerceSandbox, key: str, secret: str) -> None:
    finding = about(check(shop, key=key, secret=secret), "credentials")
    assert finding.level is Level.FAILING
    assert "Settings > Advanced > REST API" in finding.remedy


@pytest.mark.parametrize(("permissions", "level"), [("read", Level.WARNING), ("write", Level.FAILING)])
def test_a_key_that_may_do_half_of_it(shop: WooCommerceSandbox, permissions: Any, level: Level) -> None:
    key = shop.shop.add_key(permissions)
    found = check(shop, key=key.consumer_key, secret=key.consumer_secret)
    [finding] = [finding for finding in found if finding.level is not Level.OK]
    assert finding.level is level
    assert "Read/Write" in finding.remedy


@pytest.mark.parametrize("path", [f"{API}/webhooks", f"{API}/webhooks/batch"])
def test_a_user_who_may_not_look_after_webhooks_is_a_warning(shop: WooCommerceSandbox, path: str) -> None:
    # Given a key of somebody who sees orders and does not manage the shop
    body = '{"code": "woocommerce_rest_cannot_batch", "message": "Sorry.", "data": {"status": 403}}'
    shop.add_fault(kind="answer", status=403, body=body, path=path)
    finding = about(check(shop), "rights")
    assert finding.level is Level.WARNING
    assert "shop manager" in finding.remedy


def test_a_wrong_folder_is_said_of_the_address(shop: WooCommerceSandbox) -> None:
    finding = about(check(shop, path="/butik"), "address")
    assert (finding.level, finding.says) == (Level.FAILING, "There is no WooCommerce API at this address.")
    assert "permalinks" in finding.remedy


def test_a_shop_that_moved_is_told_where_to_without_what_was_signed(shop: WooCommerceSandbox) -> None:
    location = "https://www.shop.example/wp-json/?oauth_signature=abc"
    shop.add_fault(kind="answer", status=301, headers={"Location": location})
    finding = about(check(shop), "address")
    assert "enter https://www.shop.example," in finding.remedy
    assert "oauth" not in finding.remedy


def test_a_firewall_is_told_to_let_us_pass(shop: WooCommerceSandbox) -> None:
    shop.add_fault(kind="answer", status=403, body="<html>No.</html>", method="POST")
    found = check(shop)
    assert "firewall" in about(found, "rights").says
    assert "/wp-json/wc/" in about(found, "rights").remedy
    assert about(found, "credentials").level is Level.OK


def test_a_shop_that_asks_to_wait_is_checked_again_when_it_said(shop: WooCommerceSandbox) -> None:
    shop.add_fault(kind="answer", status=429, headers={"Retry-After": "37"})
    assert about(check(shop), "shop").remedy == "Check again in 37 seconds."


# Clocks.


@pytest.mark.parametrize(
    ("seconds", "level"),
    [(55, Level.OK), (65, Level.WARNING), (-580, Level.WARNING), (605, Level.FAILING), (-605, Level.FAILING)],
)
def test_over_http_a_clock_may_be_ten_minutes_off(shop: WooCommerceSandbox, seconds: float, level: Level) -> None:
    shop.shop.settings.clock_ahead = seconds
    found = check(shop)
    assert about(found, "clock").level is level
    assert about(found, "credentials").level is Level.OK


def test_a_key_that_is_refused_for_the_clock_is_not_blamed(shop: WooCommerceSandbox) -> None:
    # Given clocks that are further apart than what is signed may be old
    shop.shop.settings.clock_ahead = -1000
    clock, credentials = check(shop)
    # Then the clock comes first, and nobody is told to make a new key
    assert (clock.about, clock.level, credentials.level) == ("clock", Level.FAILING, Level.FAILING)
    assert "behind this machine's" in clock.says
    assert "new key" not in credentials.remedy


def test_over_https_no_clock_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a transport in place of a TLS server, whose clock is of another year
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=[], headers={"Date": "Mon, 02 Mar 2020 12:00:00 GMT"})

    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **k: real(**k | {"transport": httpx.MockTransport(handle)}))
    with WooCommerceClient("https://shop.example", KEY, SECRET) as client:
        found = client.check()
    assert about(found, "clock").level is Level.WARNING
    assert about(found, "credentials").says == "The API key opens https://shop.example."


# The version.


def telling(version: object) -> Sequence[Finding]:
    def by(request: Request) -> Response:
        return answer(version if request.path.endswith("/system_status") else [])

    with serving(by=by) as replay, client(replay.url) as shop:
        return [finding for finding in shop.check() if finding.about == "version"]


@pytest.mark.parametrize(("version", "level"), [("5.7.2", Level.FAILING), ("5.8", Level.OK), ("10.5.2-rc.1", Level.OK)])
def test_a_shop_that_is_too_old_to_list_by_change_fails(version: str, level: Level) -> None:
    [finding] = telling({"environment": {"version": version}})
    assert (finding.level, version in finding.says) == (level, True)


@pytest.mark.parametrize(
    "said", [[], {}, {"environment": []}, {"environment": {"version": 5}}, {"environment": {"version": "1.2\n<b>"}}]
)
def test_a_version_that_is_none_is_not_told(said: object) -> None:
    assert telling(said) == []


def test_a_shop_that_may_not_tell_its_version_is_well(shop: WooCommerceSandbox) -> None:
    shop.add_fault(kind="answer", status=403, body=str(DENIED).replace("'", '"'), path="*/system_status")
    assert {finding.level for finding in check(shop)} == {Level.OK}
