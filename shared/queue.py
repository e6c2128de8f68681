"""RabbitMQ as the services use it: the doorbell. A message carries ids and a few readable words, never a body."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.common import q_name
from dramatiq.middleware import (
    AgeLimit,
    Callbacks,
    CurrentMessage,
    Middleware,
    Retries,
    ShutdownNotifications,
    TimeLimit,
)

#: Retries in the broker end after about a minute; longer waits are rows in PostgreSQL.
MOST_RETRIES = 4
FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 30_000
#: An actor that runs longer is interrupted.
TIME_LIMIT_MS = 120_000
#: pika: a dead broker is noticed after this, a blocked one (memory or disk alarm) raises after that.
HEARTBEAT_SECONDS = 60
BLOCKED_SECONDS = 5


class Queue(StrEnum):
    """Every queue there is. A test holds that each has an actor, and each actor one of these."""

    ORDERS = "orders"
    POLLS = "polls"
    RECHECK = "recheck"
    IMPORTS = "imports"
    UPKEEP = "upkeep"


#: Those whose work is soon done and waited for. All others have worker processes of their own, so that no long job of
#: one shop keeps another one's orders waiting.
PROMPT = (Queue.ORDERS, Queue.UPKEEP)
PATIENT = (Queue.POLLS, Queue.RECHECK, Queue.IMPORTS)


def make_broker(url: str) -> RabbitmqBroker:
    """A broker with publisher confirms; without them a RabbitMQ that is killed loses what it had not written yet."""
    joint = "&" if "?" in url else "?"
    limits = f"heartbeat={HEARTBEAT_SECONDS}&blocked_connection_timeout={BLOCKED_SECONDS}"
    return RabbitmqBroker(url=f"{url}{joint}{limits}", confirm_delivery=True, middleware=_middleware())


def make_local_broker() -> StubBroker:
    """One for a single process: its messages are gone when that ends, and the store rings anew."""
    return StubBroker(middleware=_middleware())


def _middleware() -> list[Middleware]:
    return [
        AgeLimit(),
        TimeLimit(time_limit=TIME_LIMIT_MS),
        ShutdownNotifications(),
        Callbacks(),
        Retries(max_retries=MOST_RETRIES, min_backoff=FIRST_RETRY_MS, max_backoff=LONGEST_RETRY_MS),
        CurrentMessage(),
    ]


def publish(broker: dramatiq.Broker, queue: Queue, **words: int | str) -> None:
    """Rings the actor of that queue (it bears the queue's name) and returns once RabbitMQ has confirmed."""
    broker.declare_queue(q_name(queue))
    broker.enqueue(message_for(queue, **words))


def message_for(queue: Queue, **words: int | str) -> dramatiq.Message[Any]:
    """The message that rings the actor of that queue; an operator reads its words in RabbitMQ's management page."""
    return dramatiq.Message(queue_name=q_name(queue), actor_name=queue, args=(), kwargs=dict(words), options={})
