"""What the scheduler does for rows that wait: for a time, for a lost message, for a worker that is gone."""

from __future__ import annotations

import pytest

from ingest.relay import Relay
from shared.publisher import Publisher
from shared.queue import make_broker
from shared.store.database import Database
from shared.store.sql import query
from tests.line.queues import orders_in_queue
from tests.support.orders import tell, woo_order
from tests.support.servers import Rabbit
from tests.support.shop import open_shop


def call(store: Database, name: str, **values: object) -> int:
    row = store.run(lambda c: c.execute(query(name), values).fetchone())
    assert row is not None
    return int(row[0])


def test_a_relay_that_is_killed_between_mark_and_message_is_made_good_by_the_sweep(
    own_store: Database, relay: Relay, rabbitmq: Rabbit
) -> None:
    # Given a relay that died after it had marked an order
    shop = open_shop(own_store)
    tell(shop, woo_order(1))

    class Dies(Publisher):
        def publish(self, messages: object, *, within: float) -> list[bool]:
            raise SystemExit

    with pytest.raises(SystemExit):
        Relay(own_store, Dies(make_broker(rabbitmq.amqp_url))).round()
    assert relay.round() == (0, 0)

    # When the sweep comes too early, then it believes that the message is under way
    assert call(own_store, "sweep", older=15) == 0

    # And when it comes late enough, the order is rung for
    shop.rows("update transfers set rung_at = rung_at - interval '16 s' returning id")
    assert call(own_store, "sweep", older=15) == 1
    assert relay.round() == (1, 1)
    assert orders_in_queue(rabbitmq.amqp_url) == ["1"]


def test_what_waited_for_a_time_is_rung_when_it_has_come(own_store: Database, relay: Relay) -> None:
    # Given two orders that wait for a time, one of which has come
    shop = open_shop(own_store)
    for number in (1, 2):
        tell(shop, woo_order(number))
    shop.rows("update transfers set next_attempt_at = now() + (id - %s) * interval '1 h' returning id", 2)
    shop.rows("update transfers set next_attempt_at = now() where source_id = '1' returning id")

    # When the scheduler wakes what is due, then the relay rings for that one
    shop.rows("update transfers set next_attempt_at = now() + interval '1 h' where source_id = '2' returning id")
    assert call(own_store, "wake_due") == 1
    assert relay.round() == (1, 1)


def test_a_lease_that_ran_out_gives_the_order_back(own_store: Database, relay: Relay) -> None:
    # Given two workers of which one is gone
    shop = open_shop(own_store)
    for number in (1, 2):
        tell(shop, woo_order(number))
    relay.round()
    shop.rows(
        "update transfers set state = 'working', lease_token = gen_random_uuid(),"
        " lease_until = now() + case source_id when '1' then -1 else 60 end * interval '1 s' returning id"
    )

    # When the scheduler looks, then the lost one waits again and says why
    assert call(own_store, "free_expired") == 1
    assert shop.rows("select source_id, state, reason from transfers where state = 'waiting'") == [
        ("1", "waiting", "worker_lost")
    ]
    assert relay.round() == (1, 1)
