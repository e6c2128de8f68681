"""Keys: what is let in, and how the shop says no."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.samples import MUG, recorded, recorded_headers

DIGESTS: dict[str, Callable[..., Any]] = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


def signed(
    shop: WooCommerceSandbox,
    path: str = "/orders",
    query: dict[str, str] | None = None,
    *,
    method: str = "HMAC-SHA256",
    verb: str = "GET",
    **changes: str,
) -> dict[str, str]:
    """The query of a request, signed as RFC 5849 says."""
    oauth = {
        "oauth_consumer_key": shop.consumer_key,
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": "nonce-1",
        "oauth_signature_method": method,
        **changes,
    }
    parameters = {**(query or {}), **oauth}
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters.items())
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(quote(part, safe="~") for part in (verb, f"{shop.url}/wp-json/wc/v3{path}", joined))
    digest = hmac.new(f"{shop.consumer_secret}&".encode(), base.encode(), DIGESTS.get(method, hashlib.sha256))
    return {**parameters, "oauth_signature": base64.b64encode(digest.digest()).decode()}


def get(shop: WooCommerceSandbox, query: dict[str, str], path: str = "/orders") -> httpx.Response:
    return httpx.get(f"{shop.url}/wp-json/wc/v3{path}", params=query, trust_env=False)


@pytest.mark.parametrize("method", DIGESTS)
@pytest.mark.parametrize("query", [{}, {"modified_after": "2026-01-01T00:00:00+01:00", "status": "any"}])
def test_oauth_lets_a_signed_request_in(shop: WooCommerceSandbox, method: str, query: dict[str, str]) -> None:
    assert get(shop, signed(shop, query=query, method=method)).status_code == 200


def test_oauth_takes_a_signed_write(shop: WooCommerceSandbox) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    query = signed(shop, f"/orders/{order_id}", verb="PUT")
    url = f"{shop.url}/wp-json/wc/v3/orders/{order_id}"
    assert httpx.put(url, params=query, json={"status": "completed"}, trust_env=False).json()["status"] == "completed"


def test_oauth_takes_the_authorization_header(shop: WooCommerceSandbox) -> None:
    header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in signed(shop).items())
    answer = httpx.get(f"{shop.url}/wp-json/wc/v3/orders", headers={"Authorization": header}, trust_env=False)
    assert answer.status_code == 200


def test_observed_28_a_nonce_is_good_for_once(shop: WooCommerceSandbox) -> None:
    query = signed(shop)
    assert [get(shop, query).status_code for _ in range(2)] == [200, 401]
    assert get(shop, query).json()["message"] == "Invalid nonce - nonce has already been used."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"oauth_timestamp": "1"}, "Invalid timestamp."),
        ({"oauth_consumer_key": "ck_nobody"}, "Consumer key is invalid."),
        ({"method": "PLAINTEXT"}, "Invalid signature - signature method is invalid."),
    ],
)
def test_oauth_that_proves_wrong(shop: WooCommerceSandbox, changes: dict[str, Any], message: str) -> None:
    answer = get(shop, signed(shop, **changes))
    assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_oauth_covers_the_whole_query(shop: WooCommerceSandbox) -> None:
    answer = get(shop, {**signed(shop), "per_page": "100"})
    assert answer.json()["message"] == "Invalid signature - provided signature does not match."


def test_oauth_with_a_part_missing(shop: WooCommerceSandbox) -> None:
    query = signed(shop)
    del query["oauth_nonce"]
    assert get(shop, query).json()["message"] == "Missing OAuth parameter oauth_nonce"


@pytest.mark.parametrize(("recording", "basic"), [("no_auth", False), ("basic_over_plain_http", True)])
def test_observed_24_no_key_and_basic_over_http_look_the_same(
    shop: WooCommerceSandbox, recording: str, basic: bool
) -> None:
    # Given a shop that takes Basic over https only
    shop.shop.settings.basic_over_http = False
    # When somebody asks over http
    auth = (shop.consumer_key, shop.consumer_secret) if basic else None
    answer = httpx.get(f"{shop.url}/wp-json/wc/v3/orders", auth=auth, trust_env=False)
    # Then he is nobody
    assert (answer.status_code, answer.json()) == (401, recorded(f"rest/errors/{recording}.json"))
    recorded_names = {name.lower() for name in recorded_headers(f"rest/errors/{recording}.headers.json")}
    assert recorded_names - {"transfer-encoding"} == set(answer.headers) - {"content-length"}


@pytest.mark.parametrize("recording", ["wrong_key", "wrong_secret"])
def test_observed_24_wrong_keys(shop: WooCommerceSandbox, recording: str) -> None:
    known = shop.consumer_key if recording == "wrong_secret" else "ck_nobody"
    answer = httpx.get(f"{shop.url}/wp-json/wc/v3/orders", auth=(known, "cs_wrong"), trust_env=False)
    assert (answer.status_code, answer.json()) == (401, recorded(f"rest/errors/{recording}.json"))


@pytest.mark.parametrize(
    ("recording", "permissions", "method"),
    [("write_with_read_key", "read", "POST"), ("read_with_write_key", "write", "GET")],
)
def test_observed_24_a_key_may_do_what_it_was_made_for(
    shop: WooCommerceSandbox, control: httpx.Client, recording: str, permissions: str, method: str
) -> None:
    key = control.post("/keys", json={"permissions": permissions}).json()
    auth = (key["consumer_key"], key["consumer_secret"])
    answer = httpx.request(method, f"{shop.url}/wp-json/wc/v3/orders", auth=auth, trust_env=False)
    assert (answer.status_code, answer.json()) == (401, recorded(f"rest/errors/{recording}.json"))


def test_a_revoked_key_is_nobody(shop: WooCommerceSandbox, api: httpx.Client, control: httpx.Client) -> None:
    assert api.get("/orders").status_code == 200
    control.delete(f"/keys/{shop.consumer_key}")
    assert api.get("/orders").json()["code"] == "woocommerce_rest_cannot_view"


def test_the_journal_holds_no_credentials(shop: WooCommerceSandbox) -> None:
    query = signed(shop)
    get(shop, query)
    httpx.get(
        f"{shop.url}/wp-json/wc/v3/orders",
        params={"consumer_key": shop.consumer_key, "consumer_secret": shop.consumer_secret},
        trust_env=False,
    )
    written = str(shop.journal.entries())
    assert "oauth_nonce" in written
    assert not [word for word in (shop.consumer_key, shop.consumer_secret, query["oauth_signature"]) if word in written]
