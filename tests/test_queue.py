"""RabbitMQ as the doorbell: every queue has somebody who answers, and a broker that is away only delays."""

from __future__ import annotations

import threading

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker

from scheduler.clock import Clock
from scheduler.jobs import UPKEEP_EVERY, ringing_jobs
from shared.publisher import Publisher
from shared.queue import Queue, make_broker
from shared.store.database import Database
from tests.support.servers import Rabbit
from tests.support.shop import KEYRING
from tools.servers.rabbitmq import RabbitServer
from workers.main import add_actors


def clock_of(store: Database, broker: RabbitmqBroker) -> Clock:
    return Clock(ringing_jobs(store, broker, Publisher(broker)), threading.Event(), lambda: True)


def waiting(amqp_url: str, queue: Queue) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    try:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
    finally:
        connection.close()


def test_every_queue_has_an_actor_and_every_actor_a_queue(store: Database, rabbitmq: Rabbit) -> None:
    # Given all actors, when they are bound to a broker, then each queue has exactly one, of its own name
    broker = make_broker(rabbitmq.amqp_url)
    add_actors(broker, store, KEYRING, threads=8)
    assert {actor.queue_name: actor.actor_name for actor in broker.actors.values()} == {q: q for q in Queue}
    broker.close()


def test_a_message_says_why_and_carries_no_body(store: Database, rabbitmq: Rabbit) -> None:
    # Given the clock's first tick, when an operator looks into the queue, then he reads what it is about
    broker = make_broker(rabbitmq.amqp_url)
    clock_of(store, broker).tick(now=0.0)
    connection = pika.BlockingConnection(pika.URLParameters(rabbitmq.amqp_url))
    _, _, body = connection.channel().basic_get(Queue.UPKEEP, auto_ack=True)
    message = dramatiq.Message.decode(body)
    assert (message.actor_name, message.args, message.kwargs) == ("upkeep", (), {"reason": "scheduled"})
    connection.close()
    broker.close()


def test_the_clock_emits_once_until_it_is_due_again(store: Database, rabbitmq: Rabbit) -> None:
    # Given a clock that ticks often, when the time has not come, then it says nothing; when it has, it does
    broker = make_broker(rabbitmq.amqp_url)
    clock = clock_of(store, broker)
    for now in (0.0, 1.0, UPKEEP_EVERY - 1):
        clock.tick(now)
    assert waiting(rabbitmq.amqp_url, Queue.UPKEEP) == 1
    clock.tick(UPKEEP_EVERY)
    assert waiting(rabbitmq.amqp_url, Queue.UPKEEP) == 2
    broker.flush_all()
    broker.close()


def test_a_broker_that_is_away_delays_a_message_and_ends_nothing(store: Database, own_rabbitmq: RabbitServer) -> None:
    # Given a clock whose broker is killed
    broker = make_broker(own_rabbitmq.amqp_url())
    clock = clock_of(store, broker)
    clock.tick(0.0)
    own_rabbitmq.kill()

    # When it is due, then it goes on without
    clock.tick(UPKEEP_EVERY)

    # And when the broker is back, the message that was due is emitted at the next tick, and none before its time
    own_rabbitmq.start()
    clock.tick(UPKEEP_EVERY + 10)
    emitted = waiting(own_rabbitmq.amqp_url(), Queue.UPKEEP)
    assert emitted >= 1
    clock.tick(UPKEEP_EVERY + 20)
    assert waiting(own_rabbitmq.amqp_url(), Queue.UPKEEP) == emitted
    broker.close()
