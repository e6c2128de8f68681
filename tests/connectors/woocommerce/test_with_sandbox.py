"""The connector against the imitation of a shop, which shares no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.base import WebhookRequest
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.domain.notice import NoticeKind
from shared.errors import ConnectionBroken, NeedsUser, Skip
from tests.connectors.woocommerce.replay import answer, serving

SHOP = WooCommerce()
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LINES = [{"name": "Krus", "price": "125", "quantity": 2}]


@pytest.fixture
def sandbox() -> Iterator[WooCommerceSandbox]:
    with WooCommerceSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: WooCommerceSandbox) -> Iterator[WooCommerceClient]:
    with WooCommerceClient(sandbox.url, sandbox.consumer_key, sandbox.consumer_secret) as client:
        yield client


def test_an_order_comes_alike_by_id_by_list_and_by_webhook(
    sandbox: WooCommerceSandbox, client: WooCommerceClient
) -> None:
    # Given a webhook of ours and an order
    with serving(answer("")) as receiver:
        client.create_webhook(topic="order.created", delivery_url=f"{receiver.url}/in", secret="a&amp;b")
        order_id = str(sandbox.put_order(lines=LINES, country="DK")["id"])
        sandbox.drain()
    # When
    ping, delivery = (
        WebhookRequest({name.lower(): value for name, value in asked.headers.items()}, asked.body)
        for asked in receiver.asked
    )
    notice = SHOP.read_notice(delivery)
    fetched = SHOP.read_order(client.get_order(order_id))
    listed = [
        order for page in client.list_orders(modified_after=notice.modified_at or LONG_AGO) for order in page.orders
    ]
    # Then
    assert SHOP.is_ping(ping)
    assert SHOP.verify(delivery, ["a&amp;b"])
    assert (notice.kind, notice.source_id) == (NoticeKind.STATE, order_id)
    delivered = SHOP.read_order(SHOP.decode_order(delivery.body))
    assert delivered.total == fetched.total == Decimal("250.00")
    assert [SHOP.read_order(order).lines for order in listed] == [fetched.lines] == [delivered.lines]


def test_a_hundred_and_some_orders_of_one_second_are_listed(
    sandbox: WooCommerceSandbox, client: WooCommerceClient
) -> None:
    # Given
    sandbox.set_clock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))
    ids = {sandbox.put_order(lines=LINES)["id"] for _ in range(230)}
    # When
    listed = [order["id"] for page in client.list_orders(modified_after=LONG_AGO) for order in page.orders]
    # Then
    assert set(listed) >= ids
    assert len(listed) == len(set(listed))


def test_a_trashed_order_can_be_fetched_and_a_deleted_one_is_gone(
    sandbox: WooCommerceSandbox, client: WooCommerceClient
) -> None:
    order_id = sandbox.put_order(lines=LINES)["id"]
    sandbox.trash(order_id)
    assert SHOP.read_order(client.get_order(str(order_id))).status == "trash"
    sandbox.delete(order_id)
    with pytest.raises(Skip):
        client.get_order(str(order_id))


def test_a_wrong_key_breaks_the_connection(sandbox: WooCommerceSandbox) -> None:
    with WooCommerceClient(sandbox.url, "ck_wrong", "cs_wrong") as client, pytest.raises(ConnectionBroken):
        list(client.list_orders(modified_after=LONG_AGO))


def test_webhooks_are_listed_and_a_bad_one_is_refused(client: WooCommerceClient) -> None:
    with serving(answer("")) as receiver:
        made = client.create_webhook(topic="order.updated", delivery_url=receiver.url, secret="s")
    assert list(client.list_webhooks()) == [made]
    with pytest.raises(NeedsUser) as refusal:
        client.create_webhook(topic="order.updated", delivery_url="ftp://in.example", secret="s")
    assert refusal.value.code == "webhook_refused"


def test_a_webhook_that_was_paused_or_switched_off_says_so(
    sandbox: WooCommerceSandbox, client: WooCommerceClient
) -> None:
    # Given three webhooks: one that works, one that somebody pauses, and one whose receiver fails seven times in a row
    with serving(answer("")) as good, serving(answer("", 500)) as bad:
        topics = {"order.created": good.url, "order.restored": good.url, "order.updated": bad.url}
        made = [client.create_webhook(topic=topic, delivery_url=url, secret="s") for topic, url in topics.items()]
        sandbox.shop.webhooks[int(made[1].id)].status = "paused"
        for _ in range(7):
            sandbox.put_order(lines=LINES)
            sandbox.drain()
    # When they are listed, Then a watcher sees all that it needs
    found = [(one.topic, one.delivery_url, one.status) for one in client.list_webhooks()]
    assert found == [
        ("order.created", good.url, "active"),
        ("order.restored", good.url, "paused"),
        ("order.updated", bad.url, "disabled"),
    ]
