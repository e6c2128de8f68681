"""What nobody foresaw: tried again for a while, then marked for a person, and it tells nothing about the customer."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import dramatiq
import pytest

from shared import queue as queues
from shared.queue import Queue, make_broker, message_for
from shared.store.database import Database, DatabaseDown
from tests.line.queues import channel_to, eventually
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from tests.support.servers import Rabbit
from tests.support.shop import KEYRING
from workers import order_steps
from workers.main import add_actors

CUSTOMER = "planted@lampeland.example"


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        tell(line.shop, woo_order(1, email=CUSTOMER))
        yield line


@pytest.fixture
def broker(line: Line, rabbitmq: Rabbit, monkeypatch: pytest.MonkeyPatch) -> Iterator[dramatiq.Broker]:
    """A worker in this process, which tries again at once."""
    monkeypatch.setattr(queues, "FIRST_RETRY_MS", 10)
    monkeypatch.setattr(queues, "LONGEST_RETRY_MS", 20)
    broker = make_broker(rabbitmq.amqp_url)
    add_actors(broker, line.database, KEYRING, threads=2)
    worker = dramatiq.Worker(broker, worker_threads=2, worker_timeout=50)
    worker.start()
    yield broker
    worker.stop()
    broker.close()
    with channel_to(rabbitmq.amqp_url) as channel:
        for name in Queue:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(f"{name}{suffix}")


def ring(line: Line, broker: dramatiq.Broker) -> None:
    ((transfer,),) = line.shop.rows("update transfers set rung_at = now() returning id")
    broker.enqueue(message_for(Queue.ORDERS, account=line.shop.account, transfer=transfer, order="1"))


def test_a_mistake_is_tried_again_and_then_left_to_a_person(
    line: Line, broker: dramatiq.Broker, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # Given a step that fails in a way nobody foresaw, with the customer in the error's text
    def mistaken(*_: object) -> None:
        raise KeyError(CUSTOMER)

    with patch.object(order_steps, "decide", mistaken):
        # When its message comes, then it is tried as often as the broker does, and marked
        ring(line, broker)
        eventually(lambda: bool(line.shop.rows("select 1 from dead_letters")), what="the mark")

    tries = line.shop.rows("select reason, outcome from attempt_stages where stage = 'ended'")
    assert tries == [("internal_error", "internal_error")] * (queues.MOST_RETRIES + 1)
    assert line.state(1) == ("failed", "dead_letter")
    ((error,),) = line.shop.rows("select error from dead_letters")
    assert "KeyError at line/test_mistakes_of_ours.py:" in error

    # And neither the row, the log nor the message in RabbitMQ tells who the customer is
    output = capfd.readouterr()
    assert CUSTOMER not in output.out + output.err + caplog.text + error + line.said(1)
    assert line.books.documents() == []


def test_the_dead_message_itself_tells_nothing_about_the_customer(
    line: Line, broker: dramatiq.Broker, rabbitmq: Rabbit
) -> None:
    # Given a message that died of such a mistake, when an operator looks at it, then he sees ids and the place
    def mistaken(*_: object) -> None:
        raise ValueError(CUSTOMER)

    with patch.object(order_steps, "decide", mistaken):
        ring(line, broker)
        eventually(lambda: bool(line.shop.rows("select 1 from dead_letters")), what="the mark")
    with channel_to(rabbitmq.amqp_url) as channel:
        eventually(lambda: channel.queue_declare("orders.XQ", passive=True).method.message_count == 1)
        _, _, body = channel.basic_get("orders.XQ", auto_ack=True)
    assert body is not None
    assert CUSTOMER.encode() not in body
    assert b"ValueError at line/test_mistakes_of_ours.py" in body


def test_a_store_that_is_away_for_a_moment_costs_nothing(line: Line, broker: dramatiq.Broker) -> None:
    # Given a store that is away when the message comes, when it is back, then the order goes
    run, calls = line.database.run, []

    def away_at_first(*given: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise DatabaseDown("gone for a moment")
        return run(*given, **named)  # type: ignore[arg-type]

    with patch.object(line.database, "run", away_at_first):
        ring(line, broker)
        eventually(lambda: line.state(1) == ("done", ""), what="the document")
    assert len(line.books.documents()) == 1
