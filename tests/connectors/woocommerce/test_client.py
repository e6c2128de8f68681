"""The REST client against a real HTTP server."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import quote

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from connectors.base import WebhookSubscription
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.credentials import Credentials
from connectors.woocommerce.walk import PER_PAGE
from shared.errors import NeedsUser, OutcomeUnknown, Retry
from tests.connectors.woocommerce.asking import KEY, SECRET, SINCE, client, create, orders_of
from tests.connectors.woocommerce.examples import example
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, needs_recordings
from tests.connectors.woocommerce.replay import answer, serving


def test_an_order_is_fetched_with_its_amounts_undamaged() -> None:
    with serving(answer(example("order_rich"))) as replay, client(replay.url) as shop:
        body = shop.get_order("4102")
    assert WooCommerce().read_order(body).total == Decimal("110.93")
    assert replay.asked[0].path == "/wp-json/wc/v3/orders/4102"
    assert replay.asked[0].headers["User-Agent"] == "shopledger"
    assert replay.asked[0].headers["Accept"] == "application/json"


@pytest.mark.parametrize(("how", "decimals"), [({"exact": True}, "6"), ({"exact": False}, None), ({}, None)])
def test_decimals_are_asked_for_where_amounts_must_be_exact(how: dict[str, bool], decimals: str | None) -> None:
    with serving(answer(example("order_rich"))) as replay, client(replay.url) as shop:
        shop.get_order("4102", **how)
    assert replay.asked[0].args.get("dp") == decimals


def test_plain_http_is_signed_as_the_shop_recomputes_it() -> None:
    with serving(answer([])) as replay, client(replay.url) as shop:
        orders_of(shop)
        orders_of(shop)
    for asked in replay.asked:
        given = asked.args.pop("oauth_signature")
        pairs = "&".join(f"{quote(name, safe='')}={quote(asked.args[name], safe='')}" for name in sorted(asked.args))
        base = "&".join(("GET", quote(replay.url + asked.path, safe=""), quote(pairs, safe="")))
        expected = hmac.new(f"{SECRET}&".encode(), base.encode(), hashlib.sha256).digest()
        assert given == base64.b64encode(expected).decode()
        assert "Authorization" not in asked.headers
    assert replay.asked[0].args["oauth_nonce"] != replay.asked[1].args["oauth_nonce"]


def test_https_is_proven_by_basic_and_nothing_in_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a transport in place of a TLS server
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=[])

    real = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **k: real(**k | {"transport": httpx.MockTransport(handle)}))
    credentials = Credentials.model_validate(
        {"url": "https://shop.example/butik/", "consumer_key": KEY, "consumer_secret": SECRET}
    )
    # When
    shop = WooCommerce().connect(credentials)
    list(shop.list_orders(modified_after=SINCE))
    shop.close()
    # Then
    assert asked[0].headers["authorization"] == "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert str(asked[0].url).startswith("https://shop.example/butik/wp-json/wc/v3/orders?")
    assert "oauth" not in str(asked[0].url)


@pytest.mark.parametrize(
    "moment",
    [SINCE, SINCE.astimezone(timezone(timedelta(hours=5, minutes=30)))],
)
def test_orders_are_asked_for_in_the_one_safe_form(moment: datetime) -> None:
    with serving(answer([], X_WP_TotalPages="0")) as replay, client(replay.url) as shop:
        assert list(shop.list_orders(modified_after=moment)) == []
    args = {name: value for name, value in replay.asked[0].args.items() if not name.startswith("oauth_")}
    assert args == {
        "modified_after": "2026-03-02T11:59:59",
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "status": "any",
        "per_page": "100",
        "page": "1",
    }


def test_a_moment_without_a_zone_is_refused() -> None:
    with client("http://127.0.0.1:9") as shop, pytest.raises(ValueError, match="zone"):
        list(shop.list_orders(modified_after=SINCE.replace(tzinfo=None)))


def shop_of(seconds: dict[int, int]) -> Callable[[Request], Response]:
    """A shop that filters strictly, sorts stably and pages as WooCommerce does."""

    def by(request: Request) -> Response:
        since = datetime.fromisoformat(request.args["modified_after"]).replace(tzinfo=UTC)
        rows = sorted(
            (moment.isoformat()[:19], order)
            for order, second in seconds.items()
            if (moment := SINCE.replace(microsecond=0) + timedelta(seconds=second)) > since
        )
        page, size = int(request.args["page"]), int(request.args["per_page"])
        chosen = [{"id": order, "date_modified_gmt": at} for at, order in rows[(page - 1) * size : page * size]]
        return answer(chosen, X_WP_TotalPages=str(-(-len(rows) // size) if chosen else 0))

    return by


@pytest.mark.parametrize(
    "seconds",
    [
        {n: n for n in range(PER_PAGE - 1)},
        {n: n for n in range(PER_PAGE)},
        {n: n for n in range(PER_PAGE + 1)},
        {n: n // 3 for n in range(3 * PER_PAGE)},
        dict.fromkeys(range(2 * PER_PAGE + 50), 5),
        {n: 5 if n < 250 else n for n in range(400)},
    ],
)
def test_all_orders_come_once(seconds: dict[int, int]) -> None:
    with serving(by=shop_of(seconds)) as replay, client(replay.url) as shop:
        orders = orders_of(shop)
    assert sorted(order["id"] for order in orders) == sorted(seconds)


def test_an_order_of_the_very_second_is_listed_and_one_before_is_not() -> None:
    with serving(by=shop_of({1: 0, 2: -1, 3: 1})) as replay, client(replay.url) as shop:
        assert [order["id"] for order in orders_of(shop)] == [1, 3]


def test_a_plugin_that_thins_out_a_page_hides_nothing() -> None:
    # Given a first page with one row taken out, and the shop's own count of pages
    rows = [{"id": n, "date_modified_gmt": f"2026-03-02T12:01:{n:02}"} for n in range(40)]
    pages = [answer(rows[:30], X_WP_TotalPages="2"), answer(rows[29:], X_WP_TotalPages="1")]
    with serving(*pages) as replay, client(replay.url) as shop:
        assert len(orders_of(shop)) == 40


def test_all_pages_of_webhooks_are_read() -> None:
    hooks = [
        {"id": n, "topic": "order.created", "delivery_url": f"https://in.example/{n}", "status": "disabled"}
        for n in range(1, 143)
    ]
    with serving(answer(hooks[:100]), answer(hooks[100:])) as replay, client(replay.url) as shop:
        found = shop.list_webhooks()
    assert len(found) == 142
    assert found[141] == WebhookSubscription("142", "order.created", "https://in.example/142", "disabled")
    assert [asked.args["page"] for asked in replay.asked] == ["1", "2"]


def test_a_webhook_is_made() -> None:
    made = {"id": 7, "topic": "order.created", "delivery_url": "https://in.example/h", "status": "active"}
    with serving(answer(made, 201)) as replay, client(replay.url) as shop:
        assert create(shop) == WebhookSubscription("7", "order.created", "https://in.example/h", "active")
    assert replay.asked[0].method == "POST"
    assert b'"secret":"s1"' in replay.asked[0].body.replace(b": ", b":")


def test_a_webhook_without_a_secret_is_not_made() -> None:
    with client("http://127.0.0.1:9") as shop, pytest.raises(NeedsUser):
        shop.create_webhook(topic="order.created", delivery_url="https://in.example/h", secret="")


def test_a_webhook_is_deleted_for_good() -> None:
    with serving(answer({"id": 7, "topic": "order.created"})) as replay, client(replay.url) as shop:
        shop.delete_webhook("7")
    [asked] = replay.asked
    assert (asked.method, asked.path, asked.args["force"]) == ("DELETE", "/wp-json/wc/v3/webhooks/7", "true")


@pytest.mark.parametrize("body", [{}, [], {"id": 8}, {"id": "7"}])
def test_a_deletion_that_the_answer_does_not_tell_is_unknown(body: object) -> None:
    with serving(answer(body)) as replay, client(replay.url) as shop, pytest.raises(OutcomeUnknown):
        shop.delete_webhook("7")


def test_a_key_that_may_only_read_deletes_no_webhook() -> None:
    # Given a shop that refuses the deletion and answers the question whether the key is good at all
    refused = {"code": "woocommerce_rest_authentication_error", "message": "Sorry.", "data": {"status": 401}}
    with (
        serving(answer(refused, 401), answer([])) as replay,
        client(replay.url) as shop,
        pytest.raises(NeedsUser) as refusal,
    ):
        shop.delete_webhook("7")
    assert refusal.value.code == "key_may_not_write"
    assert [asked.method for asked in replay.asked] == ["DELETE", "GET"]


@pytest.mark.parametrize(
    "before",
    [
        "\ufeff",
        "<br />\n<b>Warning</b>:  a in <b>plugin.php</b> on line <b>1</b><br />\n",
        "Notice: Array[0] {x} [1] \n",
    ],
)
def test_what_plugins_print_before_the_json_is_passed_over(before: str) -> None:
    with serving(answer(before + '{"id": 4101, "total": "1.10"}')) as replay, client(replay.url) as shop:
        assert shop.get_order("4101")["total"] == "1.10"


@pytest.mark.parametrize("value", [{"id": 1}, ["a"], 5, None])
def test_a_list_that_is_none_is_retried(value: object) -> None:
    with serving(answer(value)) as replay, client(replay.url) as shop:
        for ask in (orders_of, WooCommerceClient.list_webhooks):
            with pytest.raises(Retry):
                ask(shop)


@needs_recordings
def test_the_recorded_warning_before_json_is_read() -> None:
    recorded = (WOOCOMMERCE / "live/rest/errors_infra/warning_before_json_200.http").read_bytes()
    body = recorded.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    with serving(answer(body, X_WP_TotalPages="1")) as replay, client(replay.url) as shop:
        assert orders_of(shop) == [{"id": 140}]
