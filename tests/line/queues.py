"""Looking into RabbitMQ as an operator does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import dramatiq
import pika
from pika.adapters.blocking_connection import BlockingChannel

from shared.publisher import Publisher
from shared.queue import Queue, make_broker

#: Seconds that anything may take to happen.
PATIENCE = 20.0


@contextlib.contextmanager
def channel_to(amqp_url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


@contextlib.contextmanager
def publishing_to(amqp_url: str) -> Iterator[Publisher]:
    broker = make_broker(amqp_url)
    broker.declare_queue(Queue.ORDERS)
    publisher = Publisher(broker)
    try:
        yield publisher
    finally:
        publisher.close()
        broker.close()


def take_all(amqp_url: str, queue: str = Queue.ORDERS) -> list[dramatiq.Message[Any]]:
    """Every message that waits, taken out."""
    found: list[dramatiq.Message[Any]] = []
    with channel_to(amqp_url) as channel:
        while True:
            _, _, body = channel.basic_get(queue, auto_ack=True)
            if body is None:
                return found
            found.append(dramatiq.Message.decode(body))


def orders_in_queue(amqp_url: str) -> list[str]:
    """Order numbers, in the order of the queue, taken out."""
    return [message.kwargs["order"] for message in take_all(amqp_url)]
