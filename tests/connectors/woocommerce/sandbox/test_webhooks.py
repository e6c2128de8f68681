"""What the shop tells, when, in which order, and what of it can be believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from connectors.woocommerce.sandbox import Via, WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.receiver import Receiver
from tests.connectors.woocommerce.sandbox.samples import MUG, recorded

SECRET = "s3cret"
ORDER_TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")


def subscribe(shop: WooCommerceSandbox, receiver: Receiver, topics: Iterable[str] = ORDER_TOPICS) -> list[int]:
    return [shop.put_webhook(topic=topic, delivery_url=receiver.url, secret=SECRET) for topic in topics]


def told(shop: WooCommerceSandbox, receiver: Receiver) -> list[tuple[str | None, Any]]:
    """Topics and bodies delivered so far, after everything that waits has been delivered."""
    shop.drain()
    return [(one.topic, json.loads(one.body)) for one in receiver.deliveries]


def topics(shop: WooCommerceSandbox, receiver: Receiver) -> list[str | None]:
    return [topic for topic, _ in told(shop, receiver)]


def test_observed_1_delivery_ids_repeat_within_a_second(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    # Given a clock that stands, When two orders are told, and a third a second later
    subscribe(shop, receiver, ["order.created"])
    for seconds in (0, 0, 1):
        shop.advance_clock(seconds)
        shop.put_order(lines=[MUG])
        shop.drain()
    # Then the first two have the same id
    first, second, third = [one.header("X-WC-Webhook-Delivery-ID") for one in receiver.deliveries]
    assert first == second != third


def test_observed_2_the_body_is_made_at_delivery(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    # Given deliveries that wait
    subscribe(shop, receiver, ["order.created"])
    shop.pause_deliveries()
    order_id = shop.put_order(lines=[MUG])["id"]
    # When the order is trashed before they go out
    shop.trash(order_id)
    # Then order.created says trash
    assert [(topic, body["status"]) for topic, body in told(shop, receiver)] == [("order.created", "trash")]


def test_observed_2_three_changes_in_the_queue_are_one_delivery(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    order_id = shop.put_order(lines=[MUG], status="pending")["id"]
    subscribe(shop, receiver, ["order.updated"])
    shop.pause_deliveries()
    for status in ("on-hold", "processing", "completed"):
        shop.change_order(order_id, status=status)
    assert [(topic, body["status"]) for topic, body in told(shop, receiver)] == [("order.updated", "completed")]


def test_observed_3_an_order_deleted_meanwhile_is_a_signed_error(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    # Given a delivery that waits
    subscribe(shop, receiver, ["order.created"])
    shop.pause_deliveries()
    order_id = shop.put_order(lines=[MUG])["id"]
    # When the order is gone by then
    shop.delete(order_id)
    # Then the error is the body, with a good signature
    shop.drain()
    [delivery] = receiver.deliveries
    assert json.loads(delivery.body) == recorded("webhooks/000063_order.created.json")["body_json"]
    assert delivery.header("X-WC-Webhook-Signature") == sign(SECRET, delivery.body)


@pytest.mark.parametrize(("owner", "status"), [("demoted", 403), ("deleted", 401)])
def test_observed_3_without_its_owner_every_webhook_is_a_signed_refusal(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, owner: str, status: int
) -> None:
    # Given webhooks whose owner lost his rights
    ids = subscribe(shop, receiver)
    control.patch("/shop", json={"owner": owner})
    # When an order is placed
    shop.put_order(lines=[MUG])
    # Then every event is a refusal, and the webhooks stay active
    bodies = [body for _, body in told(shop, receiver)]
    assert [(body["code"], body["data"]["status"]) for body in bodies] == [("woocommerce_rest_cannot_view", status)] * 2
    assert {shop.shop.webhooks[webhook_id].status for webhook_id in ids} == {"active"}


def test_observed_4_the_ping(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    # Given the recorded ping
    real = recorded("webhooks/000001_ping.json")
    # When a webhook is made
    [webhook_id] = subscribe(shop, receiver, ["order.created"])
    # Then it is a form without any X-WC header
    [ping] = receiver.pings
    assert ping.body == f"webhook_id={webhook_id}".encode()
    assert {name.lower() for name, _ in ping.headers} == set(real["headers"])
    same = ("user-agent", "accept", "accept-encoding", "connection", "content-type")
    assert {name: ping.header(name) for name in same} == {name: real["headers"][name] for name in same}


@pytest.mark.parametrize("status", [201, 204, 404, 0])
def test_observed_4_a_ping_not_answered_with_200_comes_again_after_every_delivery(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, status: int
) -> None:
    # Given a receiver that did not answer the ping with exactly 200
    receiver.answers.append(status)
    [webhook_id] = subscribe(shop, receiver, ["order.created"])
    assert control.get(f"/webhooks/{webhook_id}").json()["status"] == "active"
    # When two orders are told, the ping after the first is refused again, the one after the second is not
    receiver.answers.extend([200, status, 200, 200])
    for _ in range(3):
        shop.put_order(lines=[MUG])
        shop.drain()
    # Then pings followed until one was answered with 200
    assert (len(receiver.deliveries), len(receiver.pings)) == (3, 3)


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("plain", "plain"),
        ("a&amp;b", "a&b"),
        ("a&lt;b", "a<b"),
        ("q\"u'o<t>e", "q\"u'o<t>e"),
        ("ænø ü", "ænø ü"),
        ("tab\tline\n", "tab\tline\n"),
        ("x" * 300, "x" * 300),
    ],
)
def test_observed_5_the_secret_is_entity_decoded(
    shop: WooCommerceSandbox, receiver: Receiver, secret: str, key: str
) -> None:
    shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret=secret)
    shop.put_order(lines=[MUG])
    shop.drain()
    [delivery] = receiver.deliveries
    assert delivery.header("X-WC-Webhook-Signature") == sign(key, delivery.body)


def test_observed_5_no_secret_is_a_secret_nobody_knows(
    shop: WooCommerceSandbox, api: httpx.Client, receiver: Receiver
) -> None:
    made = api.post("/webhooks", json={"topic": "order.created", "delivery_url": receiver.url}).json()
    assert "secret" not in made
    assert len(shop.shop.webhooks[made["id"]].secret) == 50


def test_observed_6_headers_and_body_are_as_recorded(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    # Given a recorded delivery
    real = recorded("webhooks/000037_order.created.json")
    # When an order is told here
    [webhook_id] = subscribe(shop, receiver, ["order.created"])
    shop.put_order(lines=[MUG], billing={"city": "København N / S"}, shipping_lines=[{"total": "10"}])
    shop.drain()
    [delivery] = receiver.deliveries
    # Then it has the same headers, and an ASCII body with PHP's escapes and the same keys
    assert {name.lower() for name, _ in delivery.headers} == set(real["headers"])
    common = ("user-agent", "accept", "accept-encoding", "connection", "content-type")
    same = (*common, "x-wc-webhook-topic", "x-wc-webhook-resource", "x-wc-webhook-event")
    assert {name: delivery.header(name) for name in same} == {name: real["headers"][name] for name in same}
    assert delivery.header("X-WC-Webhook-Source") == f"{shop.url}/"
    assert delivery.header("X-WC-Webhook-ID") == str(webhook_id)
    assert rb"K\u00f8benhavn N \/ S" in delivery.body
    assert delivery.body.isascii()
    assert list(json.loads(delivery.body)) == list(real["body_json"])


def test_observed_6_actions_say_their_name_and_the_order(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    order_id = shop.put_order(lines=[MUG], status="pending")["id"]
    subscribe(shop, receiver, ["action.woocommerce_order_status_completed", "action.woocommerce_order_refunded"])
    shop.change_order(order_id, status="completed")
    shop.refund(order_id, amount="1")
    assert told(shop, receiver) == [
        (
            "action.woocommerce_order_status_completed",
            {"action": "woocommerce_order_status_completed", "arg": order_id},
        ),
        ("action.woocommerce_order_refunded", {"action": "woocommerce_order_refunded", "arg": order_id}),
    ]


def test_observed_7_two_deliveries_can_be_the_same_byte_for_byte(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    subscribe(shop, receiver, ["order.updated"])
    for _ in range(2):
        shop.change_order(order_id)
        shop.drain()
    first, second = receiver.deliveries
    assert first.body == second.body


@pytest.mark.parametrize(
    ("via", "status", "expected"),
    [
        (Via.REST, "processing", ["order.created", "order.updated"]),
        (Via.CLASSIC, "processing", ["order.created", "order.updated"]),
        (Via.BLOCK, "processing", ["order.updated", "order.created"]),
        (Via.ADMIN, "pending", ["order.updated", "order.created"]),
        (Via.BLOCK, "checkout-draft", ["order.updated"]),
    ],
)
def test_observed_8_the_order_of_created_and_updated(
    shop: WooCommerceSandbox, receiver: Receiver, via: Via, status: str, expected: list[str]
) -> None:
    subscribe(shop, receiver)
    shop.put_order(lines=[MUG], via=via, status=status)
    assert topics(shop, receiver) == expected


def test_observed_9_the_draft_of_a_refused_order_is_told(
    shop: WooCommerceSandbox, api: httpx.Client, receiver: Receiver
) -> None:
    subscribe(shop, receiver)
    api.post("/orders", json={"coupon_lines": [{"code": "nope"}]})
    assert topics(shop, receiver) == ["order.created", "order.updated"]


Action = Callable[[WooCommerceSandbox, int], Any]
AFTER: list[tuple[str, Action, list[str]]] = [
    ("10 trash says deleted", lambda shop, order: shop.trash(order), ["order.deleted"]),
    ("10 permanent delete says nothing", lambda shop, order: shop.delete(order), []),
    ("11 wp-admin restore says restored", lambda shop, order: trash_and_restore(shop, order), ["order.restored"]),
    ("13 an empty change says updated", lambda shop, order: shop.change_order(order), ["order.updated"]),
    ("32 a refund says updated", lambda shop, order: shop.refund(order, amount="5"), ["order.updated"]),
    ("plugin SQL says nothing", lambda shop, order: shop.change_order(order, announce=False, number="9"), []),
]


def trash_and_restore(shop: WooCommerceSandbox, order_id: int) -> None:
    shop.trash(order_id)
    shop.pause_deliveries()
    for webhook in shop.shop.webhooks.values():
        shop.desk.queue.forget(webhook.id)
    shop.restore(order_id)


@pytest.mark.parametrize(("act", "expected"), [pytest.param(act, topics, id=name) for name, act, topics in AFTER])
def test_observed_10_to_13_what_is_told_after_a_change(
    shop: WooCommerceSandbox, receiver: Receiver, act: Action, expected: list[str]
) -> None:
    # Given an order, and webhooks made after it
    order_id = shop.put_order(lines=[MUG])["id"]
    subscribe(shop, receiver)
    shop.pause_deliveries()
    # When something happens to it, Then the shop says this
    act(shop, order_id)
    assert topics(shop, receiver) == expected


def test_observed_10_deleted_carries_the_id_alone(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    subscribe(shop, receiver)
    shop.trash(order_id)
    assert told(shop, receiver) == [("order.deleted", {"id": order_id})]


def test_observed_11_deleted_can_be_the_last_word_about_a_live_order(
    shop: WooCommerceSandbox, api: httpx.Client, receiver: Receiver
) -> None:
    # Given a trashed order whose order.deleted still waits
    order_id = shop.put_order(lines=[MUG])["id"]
    subscribe(shop, receiver)
    shop.pause_deliveries()
    shop.trash(order_id)
    # When PUT brings it back
    assert api.put(f"/orders/{order_id}", json={"status": "completed"}).json()["status"] == "completed"
    # Then the shop only says that it was deleted
    assert told(shop, receiver) == [("order.deleted", {"id": order_id})]


def test_observed_12_deleting_a_refund_leaves_no_trace(
    shop: WooCommerceSandbox, api: httpx.Client, receiver: Receiver
) -> None:
    # Given a refunded order
    order_id = shop.put_order(lines=[MUG])["id"]
    refund_id = shop.refund(order_id, amount="25")["id"]
    before = shop.order(order_id)
    subscribe(shop, receiver)
    shop.advance_clock(60)
    # When the refund is deleted, with or without force
    assert api.delete(f"/orders/{order_id}/refunds/{refund_id}").status_code == 200
    # Then neither a webhook nor date_modified says so
    assert topics(shop, receiver) == []
    after = shop.order(order_id)
    assert (after["date_modified"], after["refunds"]) == (before["date_modified"], [])


def sign(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
