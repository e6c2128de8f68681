"""Deliveries that fail: no second try, and after seven in a row the shop falls silent."""

from __future__ import annotations

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.receiver import Receiver
from tests.connectors.woocommerce.sandbox.samples import MUG


@pytest.fixture
def webhook_id(shop: WooCommerceSandbox, receiver: Receiver) -> int:
    return shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret="s")


def tell(shop: WooCommerceSandbox, times: int = 1) -> None:
    for _ in range(times):
        shop.put_order(lines=[MUG])
        shop.drain()


def state(control: httpx.Client, webhook_id: int) -> tuple[str, int]:
    inside = control.get(f"/webhooks/{webhook_id}").json()
    return inside["status"], inside["failure_count"]


@pytest.mark.parametrize(
    ("status", "failures"),
    [(200, 0), (204, 0), (299, 0), (301, 0), (302, 0), (303, 1), (307, 1), (404, 1), (410, 1), (500, 1), (0, 1)],
)
def test_observed_16_17_what_counts_as_delivered(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, webhook_id: int, status: int, failures: int
) -> None:
    # Given a receiver that answers so, When an order is told
    receiver.answers.append(status)
    tell(shop)
    # Then it was tried once, a redirect not followed, and counted
    assert len(receiver.deliveries) == 1
    assert state(control, webhook_id) == ("active", failures)


def test_observed_16_a_refused_connection_is_a_failure(shop: WooCommerceSandbox, control: httpx.Client) -> None:
    gone = Receiver()
    webhook_id = shop.put_webhook(topic="order.created", delivery_url=gone.url, secret="s")
    gone.close()
    tell(shop)
    assert state(control, webhook_id) == ("active", 1)


def test_observed_16_the_seventh_failure_in_a_row_disables(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, api: httpx.Client, webhook_id: int
) -> None:
    # Given a receiver that is down
    receiver.default = 500
    tell(shop, 6)
    assert state(control, webhook_id) == ("active", 6)
    # When it fails for the seventh time
    tell(shop)
    # Then the webhook is disabled, its count stands at six, and later events are lost
    assert state(control, webhook_id) == ("disabled", 6)
    assert api.get(f"/webhooks/{webhook_id}").json()["status"] == "disabled"
    tell(shop, 2)
    assert len(receiver.deliveries) == 7


@pytest.mark.parametrize(("next_answer", "expected"), [(500, ("disabled", 6)), (200, ("active", 0))])
def test_observed_16_after_reactivation_one_answer_decides(
    shop: WooCommerceSandbox,
    receiver: Receiver,
    control: httpx.Client,
    api: httpx.Client,
    webhook_id: int,
    next_answer: int,
    expected: tuple[str, int],
) -> None:
    # Given a disabled webhook that is made active again
    receiver.default = 500
    tell(shop, 7)
    assert api.put(f"/webhooks/{webhook_id}", json={"status": "active"}).json()["status"] == "active"
    assert state(control, webhook_id) == ("active", 6)
    # When the next delivery fails, or does not
    receiver.default = next_answer
    tell(shop)
    # Then it is disabled at once, or its count is gone
    assert state(control, webhook_id) == expected


def test_observed_16_a_success_in_between_starts_the_count_again(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, webhook_id: int
) -> None:
    receiver.answers.extend([500] * 6 + [200] + [500] * 6)
    tell(shop, 13)
    assert state(control, webhook_id) == ("active", 6)


def test_observed_17_the_ping_follows_a_redirect(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client
) -> None:
    receiver.answers.append(307)
    webhook_id = shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret="s")
    assert len(receiver.pings) == 2
    assert control.get(f"/webhooks/{webhook_id}").json()["pending_delivery"] is False


def test_observed_18_a_slow_receiver_delays_every_webhook(
    shop: WooCommerceSandbox, receiver: Receiver, webhook_id: int
) -> None:
    # Given a receiver that holds its answer back, and another webhook
    other = Receiver()
    shop.put_webhook(topic="order.created", delivery_url=other.url, secret="s")
    receiver.gate.clear()
    # When an order is told
    shop.put_order(lines=[MUG])
    receiver.wait_for(lambda received: len([one for one in received if not one.is_ping]) == 1)
    # Then the other hears nothing until the first has answered
    assert other.deliveries == []
    receiver.gate.set()
    shop.drain()
    assert len(other.deliveries) == 1
    other.close()


def test_observed_18_an_answer_that_takes_too_long_is_a_failure(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, webhook_id: int
) -> None:
    control.patch("/shop", json={"delivery_timeout": 0.2})
    receiver.gate.clear()
    tell(shop)
    receiver.gate.set()
    assert state(control, webhook_id) == ("active", 1)
    assert [entry.status for entry in shop.journal.entries() if entry.note.startswith("order.created")] == [0]


@pytest.mark.parametrize(("silence", "delivered"), [("pause", 1), ("delete", 0)])
def test_observed_19_pausing_does_not_stop_what_waits_and_deleting_does(
    shop: WooCommerceSandbox, receiver: Receiver, api: httpx.Client, webhook_id: int, silence: str, delivered: int
) -> None:
    # Given a delivery that waits
    shop.pause_deliveries()
    shop.put_order(lines=[MUG])
    # When the webhook is paused or deleted
    if silence == "pause":
        api.put(f"/webhooks/{webhook_id}", json={"status": "paused"})
    else:
        assert api.delete(f"/webhooks/{webhook_id}").status_code == 501
        assert api.delete(f"/webhooks/{webhook_id}", params={"force": "true"}).status_code == 200
        assert shop.desk.queue.waiting() == []
    tell(shop)
    # Then what waited goes out or not, and what happened afterwards does not
    assert len(receiver.deliveries) == delivered


def test_deliveries_stand_in_the_journal(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, webhook_id: int
) -> None:
    receiver.answers.append(404)
    tell(shop)
    entries = control.get("/journal", params={"kind": "delivery"}).json()
    assert [(entry["note"].split()[0], entry["status"]) for entry in entries] == [("ping", 200), ("order.created", 404)]
    assert entries[1]["path"] == receiver.url
