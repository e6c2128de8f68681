"""Looks at webhooks that cannot put everything right, or come to no end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from connectors.base import WebhookSubscription
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from shared.errors import Retry
from shared.store import setup
from shared.store.watched import MENDED, STAY_WRONG
from tests.line.rig import Killed
from tests.support.shop import KEYRING
from tests.watch.rig import Watched, disabled, gone


def test_a_shop_that_keeps_webhooks_otherwise_is_not_filled_with_new_ones(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a shop that tells another address than the one it was given
    listed = WooCommerceClient.list_webhooks

    def otherwise(self: WooCommerceClient) -> list[WebhookSubscription]:
        return [replace(one, delivery_url=one.delivery_url.replace("http:", "https:")) for one in listed(self)]

    monkeypatch.setattr(WooCommerceClient, "list_webhooks", otherwise)
    watched.look()
    watched.woo.journal.clear()
    # When it is looked at once more
    watched.look()
    # Then nothing is written there any more, and the owner is told
    assert watched.writes() == []
    assert "does not keep them as they are made" in watched.alarms()[STAY_WRONG]
    assert not watched.works()


def test_what_was_mended_is_told_although_the_shop_went_away_after_that(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a shop that answers no more once its webhook was made anew
    watched.shop.rows("update schedules set next_due = now() + interval '15 m' where job = 'poll' returning id")
    disabled(watched)
    listed, asked = WooCommerceClient.list_webhooks, []

    def goes_away(self: WooCommerceClient) -> Sequence[WebhookSubscription]:
        asked.append(self)
        if len(asked) > 1:
            raise Retry("no_answer", "The shop does not answer.")
        return listed(self)

    monkeypatch.setattr(WooCommerceClient, "list_webhooks", goes_away)
    # When
    watched.look()
    # Then the run has failed, and the gap is polled all the same
    assert watched.problem() == "The shop does not answer."
    assert watched.alarms() == {MENDED: "order.updated (the shop has it as disabled)"}
    assert watched.shop.rows("select next_due <= now() from schedules where job = 'poll'") == [(True,)]


def test_without_a_public_address_nothing_is_watched(watched: Watched) -> None:
    disabled(watched)
    # When nobody says where ingest is reached
    watched.look(None)
    # Then that stands in the report, and nobody relies on webhooks
    assert watched.report() == {"not_watched": "nobody said under which address shops reach ingest."}
    assert (watched.works(), watched.writes(), watched.problem()) == (False, [], "")


def test_a_shop_elsewhere_is_given_no_address_of_this_machine(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WooCommerce, "origin", lambda *_: "https://shop.example")
    watched.look("http://localhost:8080")
    assert "an address of this machine only" in watched.report()["not_watched"]
    assert watched.writes() == []


def test_a_key_that_may_only_read_is_said_and_not_tried_in_a_loop(watched: Watched) -> None:
    # Given a webhook that is off, and a key that may no longer write
    disabled(watched)
    watched.allow("read")
    # When it is looked at three times
    for _ in range(3):
        watched.look()
    # Then it was tried once; the alarm says what to do, and the job itself has no problem
    assert len(watched.writes()) == 1
    assert watched.alarms() == {
        "webhooks_stay_wrong": "The API key may not write: give it read and write rights in the shop."
    }
    assert (watched.works(), watched.problem()) == (False, "")
    # And a day later, with the right given, it is put right; the secret that was meant for it was not thrown away
    watched.allow("read_write")
    watched.shop.rows(
        "update schedules set cursor = jsonb_set(cursor, '{refused,at}', to_jsonb(now() - interval '25 h'))"
        " where job = 'webhooks' returning id"
    )
    watched.look()
    assert watched.is_in_order()
    assert set(watched.alarms()) == {"webhooks_mended"}
    watched.look()
    assert (watched.alarms(), watched.works()) == ({}, True)


def test_another_key_is_tried_at_once(watched: Watched) -> None:
    # Given a refused one
    disabled(watched)
    watched.allow("read")
    watched.look()
    # When the owner has the same key sealed anew, as `apply` does for another one
    watched.allow("read_write")
    keys = {"url": watched.woo.url, "consumer_key": watched.woo.consumer_key}
    keys["consumer_secret"] = watched.woo.consumer_secret
    with watched.shop.database.account(watched.shop.account) as c:
        setup.change_credentials(c, KEYRING, watched.shop.webshop, keys)
    watched.look()
    # Then
    assert watched.is_in_order()


def test_two_watchers_at_once_leave_one_of_each(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given one that makes a webhook while another one does the same
    gone(watched)
    create = WooCommerceClient.create_webhook
    others: list[str] = []

    def twice(self: WooCommerceClient, *, topic: str, delivery_url: str, secret: str) -> WebhookSubscription:
        if not others:
            others.append(topic)
            watched.woo.put_webhook(topic=topic, delivery_url=delivery_url, secret=secret)
        return create(self, topic=topic, delivery_url=delivery_url, secret=secret)

    # When
    monkeypatch.setattr(WooCommerceClient, "create_webhook", twice)
    watched.look()
    # Then the second look of the same run clears up
    assert watched.is_in_order()


@pytest.mark.parametrize("step", ["change_secret", "create_webhook", "note_webhook", "delete_webhook"])
def test_killed_on_the_way_and_begun_anew(watched: Watched, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    # Given a watcher that dies at that step, after the step
    disabled(watched)
    where = WooCommerceClient if step in ("create_webhook", "delete_webhook") else setup
    does = getattr(where, step)

    def dies(*arguments: object, **named: object) -> None:
        does(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(where, step, dies)
        watched.look()
    assert not watched.works()
    # When the next one comes
    watched.look()
    watched.look()
    # Then there is one of each, and all signs with what is stored
    assert watched.is_in_order()
    assert watched.works()


def test_a_lost_answer_is_looked_up(watched: Watched) -> None:
    # Given a shop that makes the webhook, and whose answer is lost
    disabled(watched)
    watched.woo.add_fault(kind="drop_after_commit", method="POST", path="*/webhooks", count=1)
    watched.look()
    assert watched.is_in_order()


def test_a_shop_that_is_away_is_looked_at_later(watched: Watched) -> None:
    # Given a shop that does not answer
    watched.woo.add_fault(kind="answer", status=503, path="*/webhooks*", count=1)
    # When
    watched.look()
    # Then the run says so, and what was known of its webhooks stays
    assert watched.problem() != ""
    assert watched.works()
    watched.shop.rows("update budgets set blocked_until = null returning system_id")
    watched.look()
    assert watched.problem() == ""


def test_a_key_that_sees_no_webhooks_stops_no_orders(watched: Watched) -> None:
    # Given a shop that lets the key read orders, and not webhooks
    watched.woo.add_fault(
        kind="answer", status=401, path="*/webhooks*", body='{"code": "woocommerce_rest_cannot_view", "data": {}}'
    )
    # When
    watched.look()
    # Then the shop goes on, and the alarm says who has to do something
    assert watched.shop.rows("select broken_at from systems where id = %s", watched.shop.webshop) == [(None,)]
    assert "administrator or shop manager" in watched.alarms()["webhooks_stay_wrong"]
    assert not watched.works()
