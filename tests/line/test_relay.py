"""The relay: every transfer that waits gets a message, whatever the broker does, and no connection gets too many."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest

from ingest.relay import Relay, Turns
from shared.publisher import Publisher
from shared.queue import Queue
from shared.store.database import Database
from tests.line.queues import channel_to, orders_in_queue, publishing_to, take_all
from tests.support.orders import tell, woo_order
from tests.support.servers import Rabbit
from tests.support.shop import Shop, open_shop
from tests.support.waiting import eventually
from tools.servers.rabbitmq import RabbitServer


def test_a_message_holds_ids_and_words_for_the_operator_and_nothing_of_the_customer(
    own_store: Database, relay: Relay, rabbitmq: Rabbit
) -> None:
    # Given an order that was taken in
    shop = open_shop(own_store)
    tell(shop, woo_order(1007, email="planted@lampeland.example"))

    # When the relay looks, then one message is in the queue, and an operator can tell what it is about
    assert relay.round() == (1, 1)
    (message,) = take_all(rabbitmq.amqp_url)
    (transfer,) = shop.rows("select id from transfers")[0]
    assert (message.queue_name, message.actor_name, message.args) == ("orders", "orders", ())
    assert message.kwargs == {
        "account": shop.account,
        "connection": shop.connection,
        "transfer": transfer,
        "order": "1007",
        "reason": "new",
    }

    # And it is rung once
    assert relay.round() == (0, 0)


def test_an_order_that_changed_is_rung_again_and_the_message_says_so(
    own_store: Database, relay: Relay, rabbitmq: Rabbit
) -> None:
    # Given an order whose message is under way, when it changes, then there is one more message
    shop = open_shop(own_store)
    tell(shop, woo_order(1))
    relay.round()
    tell(shop, woo_order(1, modified=5), delivery="d2")
    relay.round()
    assert [m.kwargs["reason"] for m in take_all(rabbitmq.amqp_url)] == ["new", "changed"]


def test_a_thousand_orders_and_four_relays_make_a_thousand_messages(own_store: Database, rabbitmq: Rabbit) -> None:
    # Given many orders of many shops
    shops = [open_shop(own_store) for _ in range(250)]
    for shop in shops:
        for number in range(1, 5):
            tell(shop, woo_order(number))

    # When four relays look at once until nothing is left
    def ring_all() -> None:
        with publishing_to(rabbitmq.amqp_url) as publisher:
            relay = Relay(own_store, publisher)
            while left() > 0:
                relay.round()

    def left() -> int:
        return sum(shop.rows("select count(*) from transfers where rung_at is null")[0][0] for shop in shops[-3:])

    threads = [threading.Thread(target=ring_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    # Then each order has exactly one message
    rung = [(m.kwargs["account"], m.kwargs["transfer"]) for m in take_all(rabbitmq.amqp_url)]
    assert (len(rung), len(set(rung))) == (1000, 1000)


def test_a_crowd_of_one_connection_leaves_room_for_another(own_store: Database, relay: Relay, rabbitmq: Rabbit) -> None:
    # Given 20 orders of one shop and then one of another, when the relay looks
    crowded, quiet = open_shop(own_store), open_shop(own_store)
    for number in range(1, 21):
        tell(crowded, woo_order(number))
    tell(quiet, woo_order(99))

    # Then the crowd has as many in flight as it may have, oldest first, and the other one goes along
    assert relay.round() == (5, 5)
    assert sorted(orders_in_queue(rabbitmq.amqp_url)) == ["1", "2", "3", "4", "99"]

    # And it gets one more when one is done
    assert relay.round() == (0, 0)
    crowded.rows("update transfers set state = 'done' where source_id = '3' returning id")
    assert relay.round() == (1, 1)
    assert orders_in_queue(rabbitmq.amqp_url) == ["5"]


@pytest.mark.parametrize(
    "why",
    [
        "update connections set active = false where id = %(connection)s returning id",
        "update systems set active = false where id = %(webshop)s returning id",
        "update systems set broken_at = now(), broken_reason = 'x' where id = %(books)s returning id",
        "insert into budgets (account_id, system_id, tokens, blocked_until)"
        " values (current_account(), %(books)s, 0, now() + interval '1 minute') returning 1",
        "update accounts set active = false returning id",
        "update transfers set next_attempt_at = now() + interval '1 minute' returning id",
    ],
)
def test_what_is_off_or_rests_is_not_rung(own_store: Database, relay: Relay, why: str) -> None:
    # Given an order whose connection is off, or one of whose systems is off, broken or at rest
    shop = open_shop(own_store)
    tell(shop, woo_order(1))
    with own_store.account(shop.account) as c:
        c.execute(why, {"connection": shop.connection, "webshop": shop.webshop, "books": shop.books})

    # When the relay looks, then it rings for nobody
    assert relay.round() == (0, 0)


def test_a_broker_that_is_killed_costs_no_message(own_store: Database, own_rabbitmq: RabbitServer) -> None:
    # Given a relay at work
    shop = open_shop(own_store)
    with publishing_to(own_rabbitmq.amqp_url()) as publisher:
        relay = Relay(own_store, publisher)
        tell(shop, woo_order(1))
        assert relay.round() == (1, 1)

        # When RabbitMQ is killed, then nothing counts as rung
        own_rabbitmq.kill()
        tell(shop, woo_order(2))
        assert relay.round() == (1, 0)
        assert shop.rows("select source_id from transfers where rung_at is null") == [("2",)]

        # And when it is back, the order is rung for
        own_rabbitmq.start()
        eventually(lambda: relay.round() == (1, 1), what="the ring")
    assert "2" in [m.kwargs["order"] for m in take_all(own_rabbitmq.amqp_url())]


def test_a_queue_that_the_broker_forgot_is_declared_again(
    own_store: Database, relay: Relay, publisher: Publisher, rabbitmq: Rabbit
) -> None:
    # Given a queue that vanishes under an open line
    shop = open_shop(own_store)
    tell(shop, woo_order(1))
    relay.round()
    with channel_to(rabbitmq.amqp_url) as channel:
        channel.queue_delete(Queue.ORDERS)

    # When the next order is rung for, then a confirm for a message that went nowhere counts for nothing
    tell(shop, woo_order(2))
    assert relay.round() == (1, 0)
    assert relay.round() == (1, 1)
    assert orders_in_queue(rabbitmq.amqp_url) == ["2"]


def test_webhooks_are_taken_while_the_broker_hangs(own_store: Database, own_rabbitmq: RabbitServer) -> None:
    # Given a relay that waits for a broker which does not answer
    shop = open_shop(own_store)
    tell(shop, woo_order(1))
    with publishing_to(own_rabbitmq.amqp_url()) as publisher:
        relay = Relay(own_store, publisher)
        relay.round()
        own_rabbitmq.suspend()
        tell(shop, woo_order(1, modified=1), delivery="d2")
        ringing = threading.Thread(target=relay.round)
        ringing.start()
        eventually(lambda: bool(shop.rows("select 1 from transfers where rung_at is not null")))

        # When the same order's next webhook comes, then nothing makes it wait
        before = time.monotonic()
        tell(shop, woo_order(1, modified=2), delivery="d3")
        assert time.monotonic() - before < 1.0
        ringing.join(timeout=15)
        own_rabbitmq.resume()

    # And the order is still to be rung for
    assert shop.rows("select version, rung_at from transfers") == [(3, None)]


def test_a_running_relay_is_awake_within_moments(own_store: Database, relay: Relay, rabbitmq: Rabbit) -> None:
    # Given a relay that runs and has nothing to do
    shop = open_shop(own_store)
    stop = threading.Event()
    running = threading.Thread(target=relay.run, args=(stop,))
    running.start()
    try:
        # When orders come one by one, then each is marked soon after its commit
        waits: list[tuple[float]] = []
        for number in range(1, 5):
            tell(shop, woo_order(number))
            eventually(lambda n=number: marked(shop) == n)  # type: ignore[misc]
            waits += shop.rows(
                "select extract(epoch from rung_at - created_at) * 1000 from transfers where source_id = %s",
                str(number),
            )
    finally:
        stop.set()
        running.join()
    assert min(wait for (wait,) in waits) < 60, waits


def marked(shop: Shop) -> int:
    return int(shop.rows("select count(*) from transfers where rung_at is not null")[0][0])


def test_a_role_without_an_account_still_cannot_read_what_the_relay_rings(own_store: Database) -> None:
    # Given a service's login, when it reads transfers without an account, then it sees none, though ring() would
    tell(open_shop(own_store), woo_order(1))
    assert own_store.run(lambda c: c.execute("select count(*) from transfers").fetchone()) == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        own_store.run(lambda c: c.execute("alter function ring owner to shopledger_app"))


def test_a_connection_of_a_kind_that_nobody_handles_yet_stops_nothing(own_store: Database, relay: Relay) -> None:
    # Given a shop with an order and a connection for products, which has no actor
    shop = open_shop(own_store)
    tell(shop, woo_order(1))
    shop.rows("update connections set kind = 'products' returning id")

    # When the relay looks, then it leaves that alone
    assert relay.round() == (0, 0)


def test_a_relay_that_looks_seldom_looks_at_once_when_it_is_nudged(own_store: Database, rabbitmq: Rabbit) -> None:
    # Given a relay that looks once an hour, and has looked
    shop = open_shop(own_store)
    turns = Turns(look_every=3600.0)
    stop = threading.Event()
    with publishing_to(rabbitmq.amqp_url) as publisher:
        thread = threading.Thread(target=Relay(own_store, publisher, turns).run, args=(stop,))
        thread.start()
        try:
            eventually(lambda: turns.next_look > time.monotonic() + 3000, "it has looked")

            # When an order comes and it is nudged, then it rings
            tell(shop, woo_order(1))
            turns.nudge()
            eventually(lambda: orders_in_queue(rabbitmq.amqp_url) == ["1"], "the order was rung for")
        finally:
            stop.set()

        # And it stops soon when it is told to, however long it would have waited
        thread.join(timeout=5)
        assert not thread.is_alive()
