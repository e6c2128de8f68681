"""Each hour a shop's webhooks are looked at; what is wrong is made anew, and said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.store import look
from shared.store.database import Database
from shared.store.watched import MENDED, STAY_WRONG
from tests.support.shop import open_shop
from tests.watch.rig import INGEST, TOPICS, Watched, disabled, gone, watched_shop
from tools.doctor.alarms import OF_WATCHING, told


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


def test_what_a_person_paused_in_the_shop_stays_so_until_he_wants_it_otherwise(watched: Watched) -> None:
    # Given a webhook that was paused by hand, and another one that the shop switched off
    one = watched.at_shop("order.updated")
    one.status = "paused"
    watched.at_shop("order.created").status = "disabled"
    # When it is looked at twice
    watched.look()
    watched.look()
    # Then the paused one is as it was, the other one is well, and the alarm says whose turn it is
    assert (watched.at_shop("order.updated"), one.status) == (one, "paused")
    assert watched.at_shop("order.created").status == "active"
    assert set(watched.alarms()) == {STAY_WRONG}
    assert watched.alarms()[STAY_WRONG].startswith("order.updated is paused there, as only a person does.")
    assert not watched.works()
    # And when he sets it to active, all is well
    one.status = "active"
    watched.look()
    assert (watched.alarms(), watched.works(), watched.is_in_order()) == ({}, True, True)


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
    watched.woo.put_webhook(topic="order.updated", delivery_url=f"{INGEST}/webhooks/erp", secret="a neighbour's")
    watched.woo.put_webhook(topic="order.updated", delivery_url=f"{INGEST}/webhooks/{'x' * 32}", secret="nobody's")
    # When
    watched.look()
    # Then only the last one goes
    secrets = {one.secret for one in watched.woo.shop.webhooks.values()}
    assert {"theirs", "another's", "a neighbour's"} < secrets
    assert "nobody's" not in secrets
    assert watched.works()


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
