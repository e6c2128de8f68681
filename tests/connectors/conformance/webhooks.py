"""Webhooks made and found through the connector."""

from __future__ import annotations

from tests.connectors.conformance.inbox import inbox
from tests.connectors.conformance.judge import NOWHERE, WEBHOOK_SECRET
from tests.connectors.conformance.rig import Cases, ShopRig

#: What nothing in a shop has for an id; some of it is more than an id in an address.
NO_WEBHOOKS = ("987654321", "", " ", "/", "..", "0", "-1", "1/..", "?", "1?x=1", "%31", "*", "batch", "9" * 40)


class Webhooks(Cases):
    def test_a_webhook_that_is_made_is_found_pings_and_delivers(self, shop: ShopRig) -> None:
        # Given a webhook made through the connector
        with inbox() as receiver, shop.client() as client:
            made = client.create_webhook(topic=shop.topic_created, delivery_url=receiver.url, secret=WEBHOOK_SECRET)
            found = list(client.list_webhooks())
            # When an order is placed
            placed = shop.put_order()
            shop.drain()
        # Then it is listed as it was made, its ping was answered, and its delivery is proven with our secret
        assert (made.topic, made.delivery_url, made.status) == (shop.topic_created, receiver.url, "active")
        assert found == [made]
        ping, delivery = receiver.received
        assert shop.connector.is_ping(ping)
        assert shop.connector.verify(delivery, [WEBHOOK_SECRET])
        assert shop.connector.read_notice(delivery).source_id == placed.id

    def test_a_webhook_that_is_deleted_is_gone_and_the_others_stay(self, shop: ShopRig) -> None:
        # Given two webhooks of ours and one of another service, all of one topic
        with inbox() as receiver, shop.client() as client:
            shop.register_webhook(topic=shop.topic_created, delivery_url=receiver.url, secret="theirs")
            theirs = list(client.list_webhooks())
            ours, other = (
                client.create_webhook(topic=shop.topic_created, delivery_url=receiver.url, secret=WEBHOOK_SECRET)
                for _ in range(2)
            )
            # When one of ours is deleted
            client.delete_webhook(ours.id)
            # Then it is gone for good, the others are as they were, and the shop tells each of them once
            assert list(client.list_webhooks()) == [*theirs, other]
            receiver.received.clear()
            shop.put_order()
            shop.drain()
        assert len(receiver.received) == 2

    def test_deleting_a_webhook_that_is_gone_or_never_was_is_no_trouble(self, shop: ShopRig) -> None:
        # Given a webhook of ours that somebody deleted, and one that is there
        with shop.client() as client:
            gone, there = (
                client.create_webhook(topic=shop.topic_created, delivery_url=NOWHERE, secret=WEBHOOK_SECRET)
                for _ in range(2)
            )
            client.delete_webhook(gone.id)
            # When it is deleted again, and with it what no webhook is
            for webhook_id in (gone.id, *NO_WEBHOOKS):
                client.delete_webhook(webhook_id)
            # Then nothing happens
            assert list(client.list_webhooks()) == [there]

    def test_every_topic_of_orders_can_be_subscribed_to(self, shop: ShopRig) -> None:
        with inbox() as receiver, shop.client() as client:
            for topic in shop.connector.order_topics:
                client.create_webhook(topic=topic, delivery_url=receiver.url, secret=WEBHOOK_SECRET)
            found = {webhook.topic for webhook in client.list_webhooks()}
        assert found == set(shop.connector.order_topics)

    def test_more_webhooks_than_a_page_are_all_listed(self, shop: ShopRig) -> None:
        # Given a shop with many webhooks of other services, and one of ours
        with inbox() as receiver:
            for _ in range(self.rig.page_size + 3):
                shop.register_webhook(topic=shop.topic_updated, delivery_url=receiver.url, secret="theirs")
            with shop.client() as client:
                ours = client.create_webhook(
                    topic=shop.topic_created, delivery_url=f"{receiver.url}/ours", secret=WEBHOOK_SECRET
                )
                found = list(client.list_webhooks())
        # Then
        assert len({webhook.id for webhook in found}) == len(found) == self.rig.page_size + 4
        assert ours in found

    def test_a_webhook_whose_address_does_not_answer_is_made_all_the_same(self, shop: ShopRig) -> None:
        with shop.client() as client:
            made = client.create_webhook(topic=shop.topic_created, delivery_url=NOWHERE, secret=WEBHOOK_SECRET)
            assert list(client.list_webhooks()) == [made]
