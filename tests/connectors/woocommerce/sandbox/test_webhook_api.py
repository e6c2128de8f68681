"""Webhooks over REST, and the shop's controls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.receiver import Receiver
from tests.connectors.woocommerce.sandbox.samples import MUG, recorded


@pytest.mark.parametrize("topic", ["order.updated", "order.deleted", "action.woocommerce_order_status_completed"])
def test_a_webhook_reads_like_a_recorded_one(api: httpx.Client, receiver: Receiver, topic: str) -> None:
    # Given a recorded webhook of that topic
    real = next(webhook for webhook in recorded("rest/misc/webhooks.json") if webhook["topic"] == topic)
    # When one is made
    wanted = {"name": "lab", "topic": topic, "delivery_url": receiver.url, "secret": "s"}
    made = api.post("/webhooks", json=wanted)
    # Then it has the same keys in the same order, and the same hooks behind it
    assert made.status_code == 201
    body = made.json()
    assert list(body) == list(real)
    same = ("status", "topic", "resource", "event", "hooks")
    assert {name: body[name] for name in same} == {name: real[name] for name in same}
    assert api.get(f"/webhooks/{body['id']}").json() == body
    assert api.get("/webhooks").json() == [body]


def test_webhooks_are_listed_newest_first_and_by_status(api: httpx.Client, receiver: Receiver) -> None:
    made = [
        api.post("/webhooks", json={"topic": "order.updated", "delivery_url": receiver.url, "status": status}).json()
        for status in ("active", "paused", "active")
    ]
    assert [webhook["id"] for webhook in api.get("/webhooks").json()] == [one["id"] for one in reversed(made)]
    assert [webhook["id"] for webhook in api.get("/webhooks?order=asc").json()] == [one["id"] for one in made]
    assert [webhook["id"] for webhook in api.get("/webhooks?status=paused").json()] == [made[1]["id"]]
    page = api.get("/webhooks", params={"per_page": 2})
    assert (page.headers["X-WP-Total"], page.headers["X-WP-TotalPages"]) == ("3", "2")


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("PUT", 400)])
def test_a_webhook_that_is_not_there(api: httpx.Client, method: str, status: int) -> None:
    response = api.request(method, "/webhooks/77", json={"status": "active"})
    assert response.status_code == status
    assert response.json()["code"] == "woocommerce_rest_shop_webhook_invalid_id"


def test_a_batch_of_nothing_is_a_success_that_does_nothing(api: httpx.Client, shop: WooCommerceSandbox) -> None:
    for path in ("/webhooks/batch", "/orders/batch"):
        response = api.post(path, json={})
        assert (response.status_code, response.json()) == (200, [])
    assert not shop.shop.webhooks
    assert not shop.shop.orders


def test_a_batch_makes_changes_and_deletes_webhooks(api: httpx.Client, receiver: Receiver) -> None:
    # Given two webhooks
    wanted = {"topic": "order.updated", "delivery_url": receiver.url, "secret": "s"}
    first, second = (api.post("/webhooks", json=wanted).json()["id"] for _ in range(2))
    # When a batch makes a third, pauses the first and deletes the second, and one that is not there
    rows = {"create": [wanted], "update": [{"id": first, "status": "paused"}], "delete": [second, 77]}
    done = api.post("/webhooks/batch", json=rows).json()
    # Then each row has its answer
    assert [webhook["status"] for webhook in (*done["create"], *done["update"])] == ["active", "paused"]
    assert done["delete"][0]["id"] == second
    assert done["delete"][1]["error"]["code"] == "woocommerce_rest_shop_webhook_invalid_id"
    assert {webhook["id"] for webhook in api.get("/webhooks").json()} == {done["create"][0]["id"], first}


@pytest.mark.parametrize("path", ["/webhooks/batch", "/orders/batch"])
def test_a_key_that_may_only_read_may_not_even_batch_nothing(
    shop: WooCommerceSandbox, control: httpx.Client, path: str
) -> None:
    key = control.post("/keys", json={"permissions": "read"}).json()
    auth = (key["consumer_key"], key["consumer_secret"])
    answer = httpx.post(f"{shop.url}/wp-json/wc/v3{path}", json={}, auth=auth, trust_env=False)
    assert (answer.status_code, answer.json()) == (401, recorded("rest/errors/write_with_read_key.json"))
    nobody = httpx.post(f"{shop.url}/wp-json/wc/v3{path}", json={}, trust_env=False)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "woocommerce_rest_cannot_batch")


def test_a_deleted_webhook_needs_force_and_is_gone(api: httpx.Client, receiver: Receiver) -> None:
    made = api.post("/webhooks", json={"topic": "order.updated", "delivery_url": receiver.url}).json()
    path = f"/webhooks/{made['id']}"
    assert api.delete(path).json()["code"] == "woocommerce_rest_trash_not_supported"
    assert api.delete(path, params={"force": "true"}).json()["id"] == made["id"]
    again = api.delete(path, params={"force": "true"})
    assert (again.status_code, again.json()["code"]) == (404, "woocommerce_rest_shop_webhook_invalid_id")


def test_every_answer_is_dated_by_the_servers_clock_even_a_fault(
    api: httpx.Client, control: httpx.Client, shop: WooCommerceSandbox
) -> None:
    control.patch("/shop", json={"clock_ahead": -86400 * 366})
    shop.add_fault(kind="answer", status=503, path="*/orders")
    for path in ("/webhooks", "/orders"):
        [date] = api.get(path).headers.get_list("date")
        assert parsedate_to_datetime(date) < datetime.now(UTC) - timedelta(days=365)


def test_an_order_lives_and_dies_through_the_controls(
    api: httpx.Client, control: httpx.Client, shop: WooCommerceSandbox
) -> None:
    # Given an order placed over HTTP
    order = control.post("/orders", json={"lines": [MUG], "via": "block"}).json()
    path = f"/orders/{order['id']}"
    # When it is changed, refunded, trashed, restored and deleted there
    assert control.patch(path, json={"status": "completed"}).json()["date_completed"] == "2026-11-22T12:00:00"
    assert control.post(f"{path}/refund", json={"amount": "5"}).status_code == 201
    assert control.post(f"{path}/trash").json()["status"] == "trash"
    assert control.post(f"{path}/restore").json()["status"] == "completed"
    assert control.post(f"{path}/delete").status_code == 200
    # Then it is gone, and none of this stands in the journal
    assert api.get(path).status_code == 404
    assert {entry["path"] for entry in control.get("/journal").json()} == {f"/wp-json/wc/v3{path}"}


def test_a_change_without_touch_is_invisible_to_a_poll(control: httpx.Client, shop: WooCommerceSandbox) -> None:
    order = shop.put_order(lines=[MUG])
    shop.advance_clock(60)
    changed = control.patch(f"/orders/{order['id']}?touched=0&announce=0", json={"customer_note": "x"}).json()
    assert (changed["customer_note"], changed["date_modified"]) == ("x", order["date_modified"])


def test_the_clock_and_the_queue_are_turned_over_http(
    control: httpx.Client, shop: WooCommerceSandbox, receiver: Receiver
) -> None:
    # Given a paused queue with one delivery
    webhook_id = shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret="s")
    control.post("/queue/pause")
    assert control.post("/clock", json={"set": "2026-01-01T00:00:00Z"}).json()["now"] == "2026-01-01T00:00:00+00:00"
    order = shop.put_order(lines=[MUG])
    assert control.get("/queue").json() == {
        "paused": True,
        "waiting": [{"webhook": webhook_id, "argument": order["id"]}],
    }
    # When it is drained
    assert control.post("/queue/drain").status_code == 204
    # Then it was delivered, and the queue is paused still
    assert len(receiver.deliveries) == 1
    assert control.get("/queue").json() == {"paused": True, "waiting": []}
    assert order["date_created"] == "2026-01-01T01:00:00"


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("POST", "/clock", {"set": "2026-01-01T00:00:00"}),
        ("GET", "/journal?kind=dream", None),
        ("POST", "/orders", {"lines": [{"name": "no price"}]}),
        ("POST", "/orders", {"lnes": []}),
        ("PATCH", "/shop", {"colour": "red"}),
    ],
)
def test_a_control_turned_wrongly_says_so(control: httpx.Client, method: str, path: str, sent: object) -> None:
    assert control.request(method, path, json=sent).status_code == 400


def test_resuming_delivers_what_waited(control: httpx.Client, shop: WooCommerceSandbox, receiver: Receiver) -> None:
    shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret="s")
    shop.pause_deliveries()
    shop.put_order(lines=[MUG])
    control.post("/queue/resume")
    shop.drain()
    assert len(receiver.deliveries) == 1


def test_the_command_serves_a_shop_until_it_is_told_to_stop() -> None:
    # Given the command, on a free port
    command = [sys.executable, "-u", "-m", "connectors.woocommerce.sandbox", "--port", "0", "--basic-over-http"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        assert process.stdout is not None
        said = dict(process.stdout.readline().rsplit(maxsplit=1) for _ in range(4))
        # When it is asked with the key it printed
        auth = (said["consumer key"], said["consumer secret"])
        answer = httpx.get(f"{said['shop']}/wp-json/wc/v3/orders", auth=auth, trust_env=False)
        process.send_signal(signal.SIGTERM)
        # Then it answers, and ends when asked to
        assert (answer.status_code, answer.json()) == (200, [])
        assert process.wait(10) == 0
