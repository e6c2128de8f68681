"""From the shop over HTTP through a real ingest into a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.base import WebhookRequest
from shared.sandbox.journal import EntryKind
from shared.store.database import Database
from tests.connectors.conformance.inbox import SECRET, delivered
from tests.connectors.conformance.judge import NOON, stated
from tests.connectors.conformance.rig import Cases, ShopRig
from tests.support.processes import ingest
from tests.support.servers import DatabaseAddress
from tests.support.shop import Shop, open_shop
from tests.support.wire import exchange, request


@dataclass
class Door:
    """A running ingest, and an account of our own behind it."""

    port: int
    books: Shop

    def path(self, topic: str, secret: str = SECRET) -> str:
        return f"/webhooks/{self.books.add_webhook(topic, secret)}"

    def listen(self, shop: ShopRig, *topics: str) -> None:
        """Makes the shop tell us of these topics."""
        for topic in topics:
            url = f"http://127.0.0.1:{self.port}{self.path(topic)}"
            shop.register_webhook(topic=topic, delivery_url=url, secret=SECRET)

    def send(self, path: str, webhook: WebhookRequest) -> int:
        headers = {name: value for name, value in webhook.headers.items() if name not in ("host", "connection")}
        return exchange(self.port, request("POST", path, {"Connection": "close", **headers}, webhook.body)).status

    def kinds(self) -> list[str]:
        return [kind for (kind,) in self.books.rows("select kind from events order by id")]

    def newest(self) -> Sequence[tuple[Any, ...]]:
        """(source id, body) of the newest word about each transfer."""
        return self.books.rows(
            "select t.source_id, e.body from transfers t join events e on e.id = t.newest_event_id order by t.id"
        )


class ThroughIngest(Cases):
    @pytest.fixture(scope="class")
    @classmethod
    def ingest_port(cls, database: DatabaseAddress) -> Iterator[int]:
        with ingest(database.app_url) as port:
            yield port

    @pytest.fixture
    def door(self, ingest_port: int, store: Database) -> Door:
        return Door(ingest_port, open_shop(store, kind=self.rig.connector.kind))

    def test_an_order_goes_through_ingest_to_the_cent(self, shop: ShopRig, door: Door) -> None:
        # Given a webhook of the shop that leads to us
        shop.set_clock(NOON)
        door.listen(shop, shop.topic_created)
        # When an order is placed
        placed = shop.put_order()
        shop.drain()
        # Then its body is stored, and reads as the shop states it
        [(kind, source_id, number, body)] = door.books.rows("select kind, source_id, source_number, body from events")
        assert (kind, source_id, number) == ("state", placed.id, placed.number)
        order = shop.connector.read_order(shop.connector.decode_order(body))
        assert stated(order) == placed
        assert order.source == shop.connector.decode_order(body)
        assert door.books.transfers() == [(placed.id, "waiting", 1, False)]

    def test_every_call_of_the_shop_its_ping_too_is_answered_200(self, shop: ShopRig, door: Door) -> None:
        door.listen(shop, *shop.connector.order_topics)
        shop.put_order()
        shop.drain()
        answers = [entry.status for entry in shop.sandbox.journal.entries(EntryKind.DELIVERY)]
        assert set(answers) == {200}
        assert len(answers) > len(shop.connector.order_topics)
        assert "refused" not in door.kinds()

    def test_the_same_delivery_twice_is_one_event_and_one_transfer(self, shop: ShopRig, door: Door) -> None:
        # Given a delivery of the shop
        _, delivery, placed = delivered(shop)
        path = door.path(shop.topic_created)
        # When it comes twice
        assert [door.send(path, delivery), door.send(path, delivery)] == [200, 200]
        # Then
        assert door.kinds() == ["state"]
        assert door.books.transfers() == [(placed.id, "waiting", 1, False)]

    def test_a_forged_delivery_is_401_and_stores_nothing(self, shop: ShopRig, door: Door) -> None:
        _, delivery, _ = delivered(shop, secret="of somebody else")
        assert door.send(door.path(shop.topic_created), delivery) == 401
        assert door.kinds() == []

    def test_an_order_created_and_updated_is_one_transfer_with_its_newest_body(self, shop: ShopRig, door: Door) -> None:
        # Given an order whose creation was told
        shop.set_clock(NOON)
        door.listen(shop, shop.topic_created, shop.topic_updated)
        placed = shop.put_order(status="processing")
        shop.drain()
        # When it changes
        shop.tick(60)
        shop.change_order(placed.id, status="completed")
        shop.drain()
        # Then there is one thing to do, and its newest body is the changed one
        [(source_id, body)] = door.newest()
        order = shop.connector.read_order(shop.connector.decode_order(body))
        assert (source_id, order.status, order.total) == (placed.id, "completed", placed.total)
        assert len(door.kinds()) >= 2

    def test_a_deleted_order_is_a_fact_and_removes_no_transfer(self, shop: ShopRig, door: Door) -> None:
        # Given an order that waits
        shop.set_clock(NOON)
        door.listen(shop, shop.topic_created, shop.topic_deleted)
        placed = shop.put_order()
        shop.drain()
        # When the shop deletes it
        shop.tick()
        shop.trash(placed.id)
        shop.drain()
        # Then it waits on, and is looked at again
        assert door.kinds() == ["state", "deleted"]
        [(source_id, state, _, needs_fetch)] = door.books.transfers()
        assert (source_id, state, needs_fetch) == (placed.id, "waiting", True)

    def test_an_order_that_is_gone_before_it_was_told_has_its_end(self, shop: ShopRig, door: Door) -> None:
        # Given an order that is deleted for good while its webhook waits
        door.listen(shop, shop.topic_created)
        shop.hold_deliveries()
        shop.delete(shop.put_order().id)
        # When the shop comes to tell
        shop.drain()
        # Then
        assert door.kinds() == ["gone"]
        assert door.books.transfers() == []

    def test_a_shop_that_may_not_tell_any_more_raises_an_alarm(self, shop: ShopRig, door: Door) -> None:
        # Given a webhook whose owner loses his rights in the shop
        door.listen(shop, shop.topic_created)
        shop.demote_webhook_owner()
        # When an order is placed
        shop.put_order()
        shop.drain()
        # Then
        assert door.kinds() == ["alarm"]
        assert len(door.books.rows("select 1 from alarms where resolved_at is null")) == 1
