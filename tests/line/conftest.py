"""A store and a relay of a test's own: a relay sees all accounts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.relay import Relay
from shared.publisher import Publisher
from shared.queue import Queue
from shared.store.database import Database
from tests.line.queues import channel_to, publishing_to
from tests.support.servers import DatabaseAddress, Rabbit


@pytest.fixture
def own_store(fresh_database: DatabaseAddress) -> Iterator[Database]:
    """A relay sees all accounts, so these tests share no database."""
    opened = Database(fresh_database.app_url, name="test", connections=4)
    yield opened
    opened.close()


@pytest.fixture
def publisher(rabbitmq: Rabbit) -> Iterator[Publisher]:
    with publishing_to(rabbitmq.amqp_url) as publisher:
        publisher.publish([], within=5)
        yield publisher
        with channel_to(rabbitmq.amqp_url) as channel:
            channel.queue_delete(Queue.ORDERS)


@pytest.fixture
def relay(own_store: Database, publisher: Publisher) -> Relay:
    return Relay(own_store, publisher)
