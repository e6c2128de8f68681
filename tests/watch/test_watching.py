"""Each hour a shop's webhooks are looked at; what is wrong is made anew, and said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.base import WebhookSubscription
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from shared.store import look, setup
from shared.store.database import Database
from shared.store.watched import MENDED, STAY_WRONG
from tests.line.rig import Killed
from tests.support.shop import KEYRING, open_shop
from tests.watch.rig import INGEST, TOPICS, Watched, watched_shop
from tools.doctor.alarms import OF_WATCHING, told


def disabled(watched: Watched) -> None:
    watched.at_shop("order.updated").status = "disabled"


def paused(watched: Watched) -> None:
    watched.at_shop("order.updated").status = "paused"


def gone(watched: Watched) -> None:
    watched.woo.desk.webhooks.delete(watched.at_shop("order.updated").id)


def wrong_address(watched: Watched) -> None:
    one = watched.at_shop("order.updated")
    one.delivery_url = one.delivery_url.replace(INGEST, "http://127.0.0.1:8")


def wrong_topic(watched: Watched) -> None:
    watched.at_shop("order.updated").topic = "product.updated"


def doubled(watched: Watched) -> None:
    one = watched.at_shop("order.updated")
    watched.woo.put_webhook(topic=one.topic, delivery_url=one.delivery_url, secret="by hand")


def test_what_is_in_order_is_left_alone_and_relied_on(watched: Watched) -> None:
    # Given webhooks that are as they should be, when they are looked at, then nothing is written anywhere
    watched.look()
    assert (watched.writes(), watched.works(), watched.alarms()) == ([], True, {})
    assert watched.is_in_order()
    assert watched.jobs.counts("webhooks") == (4, 0, 4, 0)


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (disabled, "the shop has it as disabled"),
        (paused, "the shop has it as paused"),
        (gone, "the shop does not have it any more"),
        (wrong_address, "it delivered to another address"),
        (wrong_topic, "the shop has it for another topic"),
        (doubled, "1 more of it at the shop deleted"),
    ],
)
def test_what_is_wrong_is_put_right_and_said_until_a_look_finds_all_well(
    watched: Watched, harm: Callable[[Watched], None], why: str
) -> None:
    # Given
    harm(watched)
    # When
    watched.look()
    # Then it is right, and the owner can read what was so; until the next look nobody relies on it
    assert watched.is_in_order()
    assert watched.alarms() == {"webhooks_mended": f"order.updated ({why})"}
    assert not watched.works()
    assert watched.jobs.counts("webhooks") == (4, 1, 3, 0)
    # And the next look ends that
    watched.look()
    assert (watched.alarms(), watched.works()) == ({}, True)


def test_a_webhook_is_made_anew_with_a_secret_of_its_own_and_the_former_one_still_proves(watched: Watched) -> None:
    # Given a webhook that the shop switched off
    old = watched.at_shop("order.updated")
    old.status = "disabled"
    # When
    watched.look()
    # Then the shop has another one, with its failures uncounted, under the same address and another secret
    new = watched.at_shop("order.updated")
    assert new.id != old.id
    assert (new.delivery_url, new.secret == old.secret, new.failure_count) == (old.delivery_url, False, 0)
    rows = watched.shop.rows(
        "select cardinality(secrets), external_id from subscriptions where topic = 'order.updated'"
    )
    assert rows == [(2, str(new.id))]


def test_whoever_makes_webhooks_is_not_overtaken_by_the_first_look(store: Database) -> None:
    # Given rows that `apply` has just stored, whose webhooks it is making
    shop = open_shop(store)
    shop.add_webhook("order.updated", "secret")
    # Then nobody looks at them for some minutes
    rows = shop.rows("select next_due > now() + interval '4 minutes' from schedules where job = 'webhooks'")
    assert rows == [(True,)]


def test_the_doctor_has_words_for_what_a_look_says(watched: Watched) -> None:
    assert set(OF_WATCHING) == {MENDED, STAY_WRONG}
    disabled(watched)
    watched.look()
    with watched.shop.database.account(watched.shop.account) as inside:
        (alarm,) = look.alarms(inside)
    assert "made anew" in told(alarm).says
    assert "order.updated (the shop has it as disabled)" in told(alarm).says


def test_the_gap_is_polled_at_once(watched: Watched) -> None:
    # Given a poll whose time comes in a quarter of an hour, and a webhook that was switched off
    watched.shop.rows("update schedules set next_due = now() + interval '15 m' where job = 'poll' returning id")
    disabled(watched)
    # When
    watched.look()
    # Then it is due now
    assert watched.shop.rows("select next_due <= now() from schedules where job = 'poll'") == [(True,)]


def test_other_services_and_other_accounts_webhooks_stay(watched: Watched, store: Database) -> None:
    # Given another account with the same shop, a webhook of another service, and one of ours that no row knows
    other = open_shop(store)
    theirs = f"{INGEST}/webhooks/{other.add_webhook('order.updated', 'theirs')}"
    watched.woo.put_webhook(topic="order.updated", delivery_url=theirs, secret="theirs")
    watched.woo.put_webhook(topic="order.updated", delivery_url="http://127.0.0.1:9/other", secret="another's")
    watched.woo.put_webhook(topic="order.updated", delivery_url=f"{INGEST}/webhooks/{'x' * 32}", secret="nobody's")
    # When
    watched.look()
    # Then only the last one goes
    secrets = {one.secret for one in watched.woo.shop.webhooks.values()}
    assert {"theirs", "another's"} < secrets
    assert "nobody's" not in secrets
    assert watched.works()


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


@pytest.mark.parametrize("code", ["forged_webhooks", "cannot_view"])
def test_one_that_fails_although_it_looks_right_is_made_anew_once_a_day(watched: Watched, code: str) -> None:
    # Given an open alarm about a webhook, which was made long ago
    watched.shop.rows(
        "insert into alarms (account_id, system_id, subscription_id, code, detail)"
        " select account_id, system_id, id, %s, topic from subscriptions where topic = 'order.updated' returning id",
        code,
    )
    watched.shop.rows("update schedules set cursor = '{}' where job = 'webhooks' returning id")
    old = watched.at_shop("order.updated")
    # When it is looked at twice
    watched.look()
    watched.look()
    # Then there is one other, no third one, and nobody relies on it while the alarm is open
    new = watched.at_shop("order.updated")
    assert new.id > old.id
    assert len([line for line in watched.writes() if line.startswith("POST")]) == 1
    assert not watched.works()


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


def test_all_topics_are_needed(store: Database) -> None:
    # Given a shop of which a former version knew two topics only
    with watched_shop(store) as watched:
        watched.woo.desk.webhooks.delete(watched.at_shop("order.restored").id)
        watched.shop.rows("delete from subscriptions where topic = 'order.restored' returning id")
        # When
        watched.look()
        # Then the one that is missing is made, with a row of its own
        assert watched.is_in_order()
        assert sorted(topic for (topic,) in watched.shop.rows("select topic from subscriptions")) == TOPICS
