"""The role of a customer as the REST client reads it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.wrappers import Response

from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.errors import ConnectionBroken, Fate, NeedsUser, Retry
from tests.connectors.woocommerce.asking import client
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings
from tests.connectors.woocommerce.replay import answer, serving

DENIED = {"code": "woocommerce_rest_cannot_view", "message": "Sorry.", "data": {"status": 403}}
NO_ROUTE = {"code": "rest_no_route", "message": "No route.", "data": {"status": 404}}
GONE = {"code": "woocommerce_rest_invalid_id", "message": "Invalid resource ID.", "data": {"status": 404}}


@needs_recordings
def test_the_role_of_a_real_customer_is_read() -> None:
    recorded = load(WOOCOMMERCE / "docs-v3/customers-02-http-request.json")
    with serving(answer(recorded)) as replay, client(replay.url) as shop:
        assert shop.customer_role("25") == "customer"
    assert replay.asked[0].path == "/wp-json/wc/v3/customers/25"


@pytest.mark.parametrize(("told", "read"), [(" wholesale_customer ", "wholesale_customer"), ("", None)])
def test_who_has_no_role_has_none(told: str, read: str | None) -> None:
    with serving(answer({"id": 12, "role": told})) as replay, client(replay.url) as shop:
        assert shop.customer_role("12") == read


def test_who_is_gone_has_none() -> None:
    with serving(answer(GONE, 404)) as replay, client(replay.url) as shop:
        assert shop.customer_role("12") is None


@pytest.mark.parametrize("value", [[], {}, {"id": 13, "role": "customer"}, {"id": 12}, {"id": 12, "role": None}])
def test_what_is_not_that_customer_is_asked_for_again(value: Any) -> None:
    # A role that is only not told is none that an order may be handled by.
    with serving(answer(value)) as replay, client(replay.url) as shop, pytest.raises(Retry) as raised:
        shop.customer_role("12")
    assert raised.value.code == "unexpected_answer"


@pytest.mark.parametrize("refusal", [answer(DENIED, 403), answer(DENIED, 401), answer(NO_ROUTE, 404)])
def test_a_good_key_that_may_not_see_customers_does_not_break_the_connection(refusal: Response) -> None:
    # Given a shop that refuses customers and shows orders
    with serving(refusal, answer([])) as replay, client(replay.url) as shop, pytest.raises(NeedsUser) as raised:
        shop.customer_role("12")
    # Then who is to be asked is told
    assert raised.value.code == "customers_hidden"
    assert "shop manager" in raised.value.message
    assert replay.asked[1].args["per_page"] == "1"


@pytest.mark.parametrize(("second", "fate"), [(answer(DENIED, 403), ConnectionBroken), (answer("", 429), Retry)])
def test_a_key_that_reads_no_orders_either_has_the_fate_of_that(second: Response, fate: type[Fate]) -> None:
    with serving(answer(DENIED, 401), second) as replay, client(replay.url) as shop, pytest.raises(Fate) as raised:
        shop.customer_role("12")
    assert type(raised.value) is fate


def test_the_sandbox_says_what_a_shop_says() -> None:
    # Given a customer of a plugin's role, one who was deleted, and a plugin that hides customers later
    with WooCommerceSandbox() as sandbox:
        sandbox.put_customer(id=12, email="mette@lampeland.example", role="wholesale_customer")
        shop = WooCommerceClient(sandbox.url, sandbox.consumer_key, sandbox.consumer_secret)
        with shop:
            assert shop.customer_role("12") == "wholesale_customer"
            sandbox.delete_customer(12)
            assert shop.customer_role("12") is None
            sandbox.shop.settings.customers_hidden = True
            with pytest.raises(NeedsUser, match="customers_hidden"):
                shop.customer_role("12")
