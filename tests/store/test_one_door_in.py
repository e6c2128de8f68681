"""What an event does to the transfers of its order: the rules of `take_in`, each as a short history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, Taken, take_in
from shared.store.database import Database
from tests.support.shop import Shop, open_shop

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def shop(store: Database) -> Shop:
    return open_shop(store)


def tell(
    shop: Shop,
    body: bytes,
    *,
    second: int | None = 0,
    kind: NoticeKind = NoticeKind.STATE,
    topic: str = "order.updated",
    delivery: str = "d",
    order: str | None = "7",
    number: str | None = "1007",
    origin: Origin = Origin.WEBHOOK,
    reason: str = "",
    webhook: int | None = None,
) -> Taken:
    notice = Notice(
        kind=kind,
        topic=topic,
        delivery_id=delivery,
        source_type=SourceType.ORDER,
        source_id=order,
        source_number=number,
        modified_at=None if second is None else NOON + timedelta(seconds=second),
        reason=reason,
    )
    sender = Sender(account_id=shop.account, system_id=shop.webshop, subscription_id=webhook)
    return shop.database.run(lambda c: take_in(c, sender, origin, notice, body))


def tell_of_deletion(shop: Shop) -> None:
    tell(shop, b'{"id":7}', kind=NoticeKind.DELETED, second=None, number=None, topic="order.deleted")


def newest(shop: Shop) -> tuple[int | None, bool]:
    return shop.rows("select newest_event_id, needs_fetch from transfers")[0]


def test_an_order_becomes_an_event_and_a_transfer_in_one_commit(shop: Shop) -> None:
    # Given an active connection, when an order comes
    taken = tell(shop, b'{"id":7}')

    # Then its raw bytes and its transfer stand in the store
    assert shop.rows("select id, body, source_number from events") == [(taken.event_id, b'{"id":7}', "1007")]
    assert shop.rows("select state, version, source_number, newest_event_id, needs_fetch from transfers") == [
        ("waiting", 1, "1007", taken.event_id, False)
    ]


def test_the_same_delivery_twice_is_one_event(shop: Shop) -> None:
    # Given a delivery that was taken, when exactly the same comes again, then nothing new happens
    first = tell(shop, b"a")
    again = tell(shop, b"a")
    assert again == Taken(first.event_id, False, 0)
    assert shop.transfers() == [("7", "waiting", 1, False)]
    assert shop.rows("select repeats from event_keys") == [(1,)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"topic": "order.created"}, "created and updated of one second share the delivery id's second"),
        ({"delivery": "e"}, "an order can change back to what it was"),
        ({"body": b"b"}, "WooCommerce gives all orders of a second one delivery id"),
    ],
)
def test_none_of_topic_delivery_and_body_alone_makes_a_repeat(shop: Shop, change: dict[str, Any], why: str) -> None:
    # Given a delivery, when one that differs in a single part comes, then it is news
    told: dict[str, Any] = {"body": b"a", "topic": "order.updated", "delivery": "d"}
    tell(shop, **told)
    assert tell(shop, **{**told, **change}).is_new, why


def test_the_same_delivery_of_two_webhooks_is_two_events(shop: Shop) -> None:
    # Given two webhooks of one shop, when both bring the same body in the same second, then both are kept
    for webhook in [shop.add_subscription(topic) for topic in ("order.created", "order.updated")]:
        assert tell(shop, b"a", webhook=webhook).is_new


HISTORIES: dict[str, tuple[list[tuple[bytes, int | None]], int, bool]] = {
    # name: (tellings as (body, second), which of them is the newest, whether it must be fetched)
    "a later change is the newest": ([(b"a", 0), (b"b", 1)], 1, False),
    "an older change that comes late is not, but the shop's clock may have gone back": (
        [(b"a", 1), (b"b", 0)],
        0,
        True,
    ),
    "two bodies of one second are uncertain": ([(b"a", 0), (b"b", 0)], 1, True),
    "a later change does not make an uncertain one certain before it was fetched": (
        [(b"a", 0), (b"b", 0), (b"c", 1)],
        2,
        True,
    ),
    "a body without a date is fetched": ([(b"a", 0), (b"b", None)], 0, True),
    "the first body without a date is fetched, too": ([(b"a", None)], 0, True),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_newest_state(shop: Shop, name: str) -> None:
    # Given the changes of an order in the order they came, when all were taken
    tellings, expected, uncertain = HISTORIES[name]
    taken = [tell(shop, body, second=second) for body, second in tellings]

    # Then the newest is known, or known to be uncertain
    assert newest(shop) == (taken[expected].event_id, uncertain)
    assert shop.transfers()[0][2] == len(tellings)


def test_the_same_body_from_created_and_updated_in_one_second_is_certain(shop: Shop) -> None:
    # Given the pair that every order made over REST sends, when both came, then nothing needs to be fetched
    tell(shop, b"a", topic="order.created")
    tell(shop, b"a", topic="order.updated")
    assert shop.transfers() == [("7", "waiting", 2, False)]


def test_there_and_back_within_a_second_is_fetched(shop: Shop) -> None:
    # Given an order that changed and changed back: the third delivery equals the first in every part
    tell(shop, b"a")
    tell(shop, b"b")
    shop.rows("update transfers set needs_fetch = false returning 1")  # a worker fetched it in between

    # When the third comes, then it is no event, but the order is looked at again
    assert tell(shop, b"a") == Taken(event_id=tell(shop, b"a").event_id, is_new=False, transfers=1)
    assert newest(shop)[1] is True


def test_an_event_without_a_body_is_fetched(shop: Shop) -> None:
    # Given a known order, when an action says that something happened to it
    first = tell(shop, b"a")
    tell(shop, b'{"action":"x","arg":7}', kind=NoticeKind.FETCH, second=None, number=None, topic="action.x")

    # Then the newest body stays, is known to be uncertain, and the number is not forgotten
    assert newest(shop) == (first.event_id, True)
    assert shop.rows("select source_number, version from transfers") == [("1007", 2)]


def test_an_unknown_order_that_something_happened_to_waits_to_be_fetched(shop: Shop) -> None:
    # Given no such order yet, when an action names it, then a transfer without a body waits
    tell(shop, b"{}", kind=NoticeKind.FETCH, second=None, number=None)
    assert newest(shop) == (None, True)
    assert shop.transfers() == [("7", "waiting", 1, True)]


def test_deleted_is_a_fact_and_never_a_deletion(shop: Shop) -> None:
    # Given an order that waits, when the shop says it was deleted
    tell(shop, b"a")
    tell_of_deletion(shop)

    # Then the fact is kept and the order is looked at again, since it may live
    assert shop.transfers() == [("7", "waiting", 2, True)]
    assert shop.rows("select kind from events order by id") == [("state",), ("deleted",)]


def test_deleted_makes_no_transfer_of_an_order_we_never_saw(shop: Shop) -> None:
    # Given no order, when one is said to be deleted, then only the fact is kept
    tell_of_deletion(shop)
    assert shop.transfers() == []


@pytest.mark.parametrize("kind", [NoticeKind.UNKNOWN, NoticeKind.REFUSED, NoticeKind.GONE])
def test_what_names_no_order_is_stored_and_visible_without_a_transfer(shop: Shop, kind: NoticeKind) -> None:
    # Given something that names no order, when it comes, then it is an event with its reason and no transfer
    tell(shop, b"\xff", kind=kind, second=None, order=None, number=None, reason="bad_json")
    assert shop.rows("select kind, reason, body from events") == [(kind, "bad_json", b"\xff")]
    assert shop.transfers() == []


@pytest.mark.parametrize("state", ["done", "skipped", "failed"])
def test_news_wake_a_transfer_that_had_ended(shop: Shop, state: str) -> None:
    # Given an order that was dealt with, when it changes, then somebody looks again
    tell(shop, b"a")
    shop.rows("update transfers set state = %s, rung_at = now() returning 1", state)
    tell(shop, b"b", second=5)
    assert shop.rows("select state, version, rung_at from transfers") == [("waiting", 2, None)]


def test_news_do_not_take_a_transfer_from_its_worker(shop: Shop) -> None:
    # Given an order in a worker's hands, when it changes, then the version rises and the worker keeps it
    tell(shop, b"a")
    shop.rows("update transfers set state = 'working' returning 1")
    tell(shop, b"b", second=5)
    assert shop.transfers() == [("7", "working", 2, False)]


def test_an_alarm_opens_once_and_ends_with_the_next_order(shop: Shop) -> None:
    # Given a webhook whose user lost his rights: every event becomes the same error
    webhook = shop.add_subscription("order.updated")
    for delivery in ("1", "2"):
        tell(shop, b"{}", kind=NoticeKind.ALARM, order=None, delivery=delivery, reason="cannot_view", webhook=webhook)
    assert shop.rows("select code, count, resolved_at from alarms") == [("cannot_view", 2, None)]

    # When another webhook or a poll brings an order, then the alarm stays: it is about this one's user
    tell(shop, b"a", webhook=shop.add_subscription("order.created"))
    tell(shop, b"b", origin=Origin.POLL)
    assert shop.rows("select count(*) from alarms where resolved_at is null") == [(1,)]

    # When this webhook brings an order again, then the alarm is resolved
    tell(shop, b"c", webhook=webhook)
    assert shop.rows("select code, resolved_at is not null from alarms") == [("cannot_view", True)]


def test_an_order_that_was_deleted_before_a_slow_poll_brings_it_is_fetched(shop: Shop) -> None:
    # Given a poll that has read a page; then the order is put into the bin, which nothing lists
    tell_of_deletion(shop)

    # When the poll brings its old state, then it is known to be uncertain
    tell(shop, b"a", origin=Origin.POLL)
    assert shop.transfers() == [("7", "waiting", 1, True)]


def test_an_order_that_was_ever_deleted_is_fetched_however_late_its_state_comes(shop: Shop) -> None:
    # Given an order that was deleted, and the deletion dealt with
    tell(shop, b"a")
    tell_of_deletion(shop)
    shop.rows("update transfers set state = 'done', needs_fetch = false returning 1")

    # When a state comes that is dated later, then only the shop can say whether it lives
    tell(shop, b"b", second=5)
    assert shop.transfers() == [("7", "waiting", 3, True)]


def test_deleted_twice_in_one_second_is_looked_at_twice(shop: Shop) -> None:
    # Given an order that was deleted, looked at, restored and deleted again in the same second
    tell(shop, b"a")
    for _ in range(2):
        tell_of_deletion(shop)
        assert shop.transfers()[0][3] is True
        shop.rows("update transfers set needs_fetch = false returning 1")
    assert shop.transfers()[0][2] == 3


def test_content_that_both_a_webhook_and_a_poll_brought_makes_no_more_work(shop: Shop) -> None:
    # Given an order that came by poll and by webhook with the same bytes, and was dealt with
    tell(shop, b"a", origin=Origin.POLL)
    tell(shop, b"a")
    shop.rows("update transfers set state = 'done' returning 1")

    # When polls go on finding it unchanged, then it is left alone
    for _ in range(3):
        assert tell(shop, b"a", origin=Origin.POLL).transfers == 0
    assert shop.transfers() == [("7", "done", 2, False)]


def test_polls_come_through_the_same_door(shop: Shop) -> None:
    # Given an order that a poll found, when the same content is found again, then it makes no work
    assert tell(shop, b"a", origin=Origin.POLL, delivery="").is_new
    assert tell(shop, b"a", origin=Origin.POLL, delivery="") == Taken(newest(shop)[0] or 0, False, 0)
    assert shop.transfers() == [("7", "waiting", 1, False)]
