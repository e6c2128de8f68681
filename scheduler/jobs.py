"""What the scheduler does: it wakes rows, so that the relay rings for them, and emits timed messages."""

from __future__ import annotations

from copy import copy

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.common import q_name
from pika.exceptions import AMQPError

from scheduler.bulk import RunBell
from scheduler.clock import Job
from scheduler.emitting import Emitter
from shared.publisher import Bell
from shared.queue import Queue, publish
from shared.store.database import Database

#: Months are made three ahead, so any time within weeks would do; an hour shows soon that the line works.
UPKEEP_EVERY = 3600.0
#: Seconds between two looks at what waited for a time, and at leases that ran out.
WAKE_EVERY = 1.0
SWEEP_EVERY = 5.0
#: Seconds between two looks at schedules that are due, and at runs of which nothing was heard.
EMIT_EVERY = 0.5
REMIND_EVERY = 5.0
#: Seconds after which a message of which nothing came counts as lost: the queue is empty, or it still holds messages.
LOST_AFTER = 15.0
LOST_AFTER_IN_A_CROWD = 45.0
#: Seconds that RabbitMQ may take to tell how long a queue is.
ASK_WITHIN = 3


def waking_jobs(database: Database) -> list[Job]:
    """Those that need the store only: a broker that hangs must not hold them up."""
    return [
        Job("wake_due", WAKE_EVERY, lambda: int(database.one("wake_due")[0])),
        Job("free_expired", WAKE_EVERY, lambda: int(database.one("free_expired")[0])),
    ]


def emitting_jobs(database: Database, broker: dramatiq.Broker, bell: Bell) -> list[Job]:
    """Those that ring for what is due; `bell` rings many at once. What else there is must not make them late."""
    for queue in Queue:
        broker.declare_queue(q_name(queue))
    return [
        Job("emit", EMIT_EVERY, Emitter(database, bell).emit),
        Job("bulk", EMIT_EVERY, RunBell(database, bell).ring),
    ]


def ringing_jobs(database: Database, broker: dramatiq.Broker, bell: Bell) -> list[Job]:
    """Those that ask RabbitMQ, or ring once more. `bell` is another one than that of `emitting_jobs`."""
    emitter = Emitter(database, bell)
    for queue in Queue:
        broker.declare_queue(q_name(queue))

    def upkeep() -> int:
        publish(broker, Queue.UPKEEP, reason="scheduled")
        return 1

    def sweep() -> int:
        older = lost_after(waiting(broker, Queue.ORDERS))
        return int(database.one("sweep", {"older": older})[0])

    def remind() -> int:
        return emitter.remind(is_crowded=any(waiting(broker, queue) for queue in (Queue.POLLS, Queue.RECHECK)))

    return [
        Job("upkeep", UPKEEP_EVERY, upkeep),
        Job("sweep", SWEEP_EVERY, sweep),
        Job("remind", REMIND_EVERY, remind),
    ]


def lost_after(waiting_messages: int | None) -> float:
    """Messages may wait long in a full queue; in an empty one there is nothing that could still come."""
    return LOST_AFTER if waiting_messages == 0 else LOST_AFTER_IN_A_CROWD


def waiting(broker: dramatiq.Broker, queue: Queue) -> int | None:
    """Messages that wait in the queue; None where nobody can say. A queue that does not exist holds none."""
    if not isinstance(broker, RabbitmqBroker):
        return None
    addresses = broker.parameters if isinstance(broker.parameters, list) else [broker.parameters]
    try:
        connection = pika.BlockingConnection([_impatient(address) for address in addresses])
        try:
            return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
        except pika.exceptions.ChannelClosedByBroker:
            return 0
        finally:
            if connection.is_open:
                connection.close()
    except (AMQPError, OSError):
        return None


def _impatient(address: pika.connection.Parameters) -> pika.connection.Parameters:
    quick = copy(address)
    quick.socket_timeout = quick.stack_timeout = quick.blocked_connection_timeout = ASK_WITHIN
    return quick
