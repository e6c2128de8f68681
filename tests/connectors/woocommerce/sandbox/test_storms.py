"""A shop whose webhooks get lost, come twice and overtake each other, and that sells while it is listed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from unittest.mock import patch

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from connectors.woocommerce.sandbox.state import Webhook
from shared.sandbox.journal import EntryKind
from tests.connectors.woocommerce.sandbox.conftest import NOON
from tests.connectors.woocommerce.sandbox.receiver import Receiver
from tests.connectors.woocommerce.sandbox.samples import MUG

ORDERS = 200


def told(shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client, **knobs: object) -> list[int]:
    """Ids of the orders that the receiver was told of, in the order in which it was."""
    shop.put_webhook(topic="order.created", delivery_url=receiver.url, secret="s")
    assert control.patch("/shop", json=knobs).status_code == 200
    shop.pause_deliveries()
    for _ in range(ORDERS):
        shop.put_order(lines=[MUG])
    shop.drain()
    return [json.loads(one.body)["id"] for one in receiver.deliveries]


def test_a_share_is_lost_and_a_share_comes_twice(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client
) -> None:
    # When
    came = Counter(told(shop, receiver, control, lost=0.3, doubled=0.2, seed=7))
    # Then about so many are missing, about so many came twice, and none more often
    assert 0.2 * ORDERS < ORDERS - len(came) < 0.4 * ORDERS
    assert 0.1 * ORDERS < sum(times == 2 for times in came.values()) < 0.3 * ORDERS
    assert max(came.values()) == 2
    # And the shop knows nothing of it: its webhook is active, the journal alone tells
    assert shop.shop.webhooks[1].failure_count == 0
    notes = [entry.note for entry in shop.journal.entries(EntryKind.DELIVERY)]
    assert sum(note.endswith(": lost") for note in notes) == ORDERS - len(came)


def test_the_same_seed_loses_the_same(control: httpx.Client, shop: WooCommerceSandbox, receiver: Receiver) -> None:
    first = told(shop, receiver, control, lost=0.5, seed=3)
    with WooCommerceSandbox() as again:
        again.shop.settings.lost, again.shop.settings.seed = 0.5, 3
        other = Receiver()
        again.put_webhook(topic="order.created", delivery_url=other.url, secret="s")
        for _ in range(ORDERS):
            again.put_order(lines=[MUG])
        again.drain()
        second = [json.loads(one.body)["id"] for one in other.deliveries]
        other.close()
    assert first == second


def test_shuffled_deliveries_all_come_and_not_in_order(
    shop: WooCommerceSandbox, receiver: Receiver, control: httpx.Client
) -> None:
    came = told(shop, receiver, control, shuffled=True)
    assert came != sorted(came)
    assert len(came) == len(set(came)) == ORDERS


def test_an_older_body_comes_after_a_newer_one(shop: WooCommerceSandbox, receiver: Receiver) -> None:
    # Given an order that is told of by six webhooks, and changes after each of the first deliveries was made
    shop.shop.settings.shuffled = True
    order_id = shop.put_order(lines=[MUG])["id"]
    for _ in range(6):
        shop.put_webhook(topic="order.updated", delivery_url=receiver.url, secret="s")
    shop.pause_deliveries()
    sender, deliver = shop.desk.sender, shop.desk.sender.deliver

    def deliver_and_change(webhook: Webhook, argument: int) -> None:
        deliver(webhook, argument)
        shop.advance_clock(1)
        shop.change_order(order_id, announce=False)

    shop.change_order(order_id)
    # When they arrive
    with patch.object(sender, "deliver", deliver_and_change):
        shop.drain()
    # Then not in the order of their change
    dates = [json.loads(one.body)["date_modified_gmt"] for one in receiver.deliveries]
    assert len(set(dates)) == 6
    assert dates != sorted(dates)


def test_orders_are_saved_between_pages_and_the_same_ones_for_a_seed(
    shop: WooCommerceSandbox, api: httpx.Client
) -> None:
    # Given ten orders, two of which are saved after each list
    for _ in range(10):
        shop.put_order(lines=[MUG])
    shop.advance_clock(60)
    shop.shop.settings.unrest, shop.shop.settings.seed = 2, 5
    # When it is listed twice
    query = {"orderby": "modified", "order": "asc", "per_page": "100"}
    first, second = (api.get("/orders", params=query).json() for _ in range(2))
    # Then two of the orders have moved to the end, and say nothing new
    moved = [order["id"] for order in second if order["date_modified"] != first[0]["date_modified"]]
    assert len(moved) == 2
    assert [order["id"] for order in second[-2:]] == moved
    assert {order["id"]: order["status"] for order in first} == {order["id"]: order["status"] for order in second}


def test_a_date_of_creation_is_set_by_hand(shop: WooCommerceSandbox, control: httpx.Client, api: httpx.Client) -> None:
    # Given
    order_id = shop.put_order(lines=[MUG])["id"]
    shop.advance_clock(60)
    # When
    answer = control.post(f"/orders/{order_id}/date", json={"created": "2025-10-26T00:30:00Z"})
    # Then both writings say it, it is a change, and lists go by it
    assert answer.json()["date_created"] == "2025-10-26T02:30:00"
    assert answer.json()["date_created_gmt"] == "2025-10-26T00:30:00"
    assert answer.json()["date_modified_gmt"] == NOON.replace(minute=1).isoformat()[:19]
    found = api.get("/orders", params={"before": "2025-12-31T00:00:00"}).json()
    assert [order["id"] for order in found] == [order_id]
    assert shop.date_order(order_id, datetime(2026, 1, 1, tzinfo=UTC))["date_created_gmt"] == "2026-01-01T00:00:00"


def test_custom_fields_come_by_key_alone_and_as_they_were_made_in_a_list(
    shop: WooCommerceSandbox, api: httpx.Client
) -> None:
    order_id = shop.put_order(lines=[MUG])["id"]
    for key in ("zebra", "ape"):
        shop.change_order(order_id, meta_data=[{"key": key, "value": "x"}])
    assert [row["key"] for row in api.get(f"/orders/{order_id}").json()["meta_data"]] == ["ape", "zebra"]
    assert [row["key"] for row in api.get("/orders").json()[0]["meta_data"]] == ["zebra", "ape"]


@pytest.mark.parametrize("name", ["include", "exclude"])
def test_ids_that_are_no_numbers_are_refused(api: httpx.Client, name: str) -> None:
    answer = api.get("/orders", params={name: "1,x"})
    assert answer.status_code == 400
    assert answer.json()["data"]["params"][name] == f"{name}[1] is not of type integer."


def test_trashed_orders_are_listed_by_id_where_the_trash_is_asked(shop: WooCommerceSandbox, api: httpx.Client) -> None:
    there, trashed = (shop.put_order(lines=[MUG])["id"] for _ in range(2))
    shop.trash(trashed)
    asked = {"include": f"{there},{trashed},999"}
    assert [order["id"] for order in api.get("/orders", params=asked | {"status": "any"}).json()] == [there]
    assert [order["id"] for order in api.get("/orders", params=asked | {"status": "trash"}).json()] == [trashed]
