"""Messages that no worker could handle, in RabbitMQ: each queue has one for them, `<queue>.XQ`.

Looking takes nothing away: messages are taken without a word and go back to their places when the channel is closed
(RabbitMQ marks them as delivered before; where somebody else takes some at the same time, they may change places).
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import dramatiq
import pika
from dramatiq.common import xq_name
from dramatiq.errors import DecodeError
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from shared.queue import Queue, message_for
from tools.cli.problems import Exit, Problem

#: Seconds that RabbitMQ may take for one step.
PATIENCE = 10
NOT_FOUND = 404
PERSISTENT = 2


@dataclass(frozen=True, slots=True)
class Dead:
    """`id`: the message's; of one that nobody can read, a digest of its bytes."""

    id: str
    queue: Queue
    #: None where RabbitMQ does not say.
    died_at: datetime | None
    #: What it says: ids and names; None where nobody can read it.
    words: Mapping[str, Any] | None
    body: bytes = field(repr=False)

    @property
    def account(self) -> int | None:
        return _number(self.words, "account")

    @property
    def transfer(self) -> int | None:
        return _number(self.words, "transfer")


class Graveyard:
    """One connection. All methods raise Problem where RabbitMQ does not answer."""

    def __init__(self, connection: pika.BlockingConnection) -> None:
        self._connection = connection

    def look(self, queue: Queue, *, most: int | None = None) -> tuple[list[Dead], int]:
        """The messages that died first, at most so many; and how many there are."""
        with _told(), self._taken(queue) as (channel, count):
            wanted = count if most is None else min(most, count)
            return [dead for _, dead in _take(channel, queue, wanted)], count

    def take(self, queue: Queue) -> Generator[Grave]:
        """Each message that is there now, in a grave that it stays in unless it is taken out."""
        with _told(), self._taken(queue) as (channel, count):
            for tag, dead in _take(channel, queue, count):
                yield Grave(channel, tag, dead)

    @contextlib.contextmanager
    def _taken(self, queue: Queue) -> Iterator[tuple[BlockingChannel, int]]:
        channel = self._connection.channel()
        try:
            count = channel.queue_declare(xq_name(queue), passive=True).method.message_count
        except ChannelClosedByBroker as error:
            if error.reply_code != NOT_FOUND:
                raise
            yield self._connection.channel(), 0
            return
        try:
            channel.confirm_delivery()
            yield channel, count
        finally:
            if channel.is_open:
                channel.close()


@dataclass(frozen=True, slots=True)
class Grave:
    channel: BlockingChannel
    tag: int
    dead: Dead

    def requeue(self) -> None:
        """Into its own queue, for the queue's actor, as if it had just been sent. Raises Problem where it cannot go.

        It leaves the grave once RabbitMQ has confirmed: whoever is killed between leaves it twice, which is harmless.
        """
        dead = self.dead
        assert dead.words is not None
        message = message_for(dead.queue, **dead.words).copy(message_id=dead.id)
        properties = pika.BasicProperties(delivery_mode=PERSISTENT)
        with _told():
            self.channel.basic_publish("", dead.queue, message.encode(), properties, mandatory=True)
            self.channel.basic_ack(self.tag)

    def drop(self) -> None:
        with _told():
            self.channel.basic_ack(self.tag)


@contextlib.contextmanager
def opened_graveyard(broker_url: str) -> Iterator[Graveyard]:
    """Raises Problem."""
    # It logs each failure that is told here, too.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    try:
        address = pika.URLParameters(broker_url)
    except Exception:  # of any kind, and its message may repeat the password
        raise Problem(
            "SHOPLEDGER_BROKER_URL is no address of RabbitMQ; write it like amqp://user:password@host:5672/vhost",
            Exit.WRONG_CONFIGURATION,
        ) from None
    address.socket_timeout = address.blocked_connection_timeout = address.stack_timeout = PATIENCE
    address.connection_attempts = 1
    try:
        connection = pika.BlockingConnection(address)
    except (AMQPError, AMQPConnectorException, OSError) as error:
        says = f"RabbitMQ at {address.host}:{address.port} does not let us in ({type(error).__name__})"
        raise Problem(f"{says}: `shopledger doctor` says more", Exit.UNAVAILABLE) from None
    try:
        yield Graveyard(connection)
    finally:
        with contextlib.suppress(AMQPError, OSError):
            connection.close()


def _take(channel: BlockingChannel, queue: Queue, count: int) -> Iterator[tuple[int, Dead]]:
    for _ in range(count):
        method, properties, body = channel.basic_get(xq_name(queue))
        if method is None or properties is None or body is None:
            return
        yield method.delivery_tag, _read(queue, properties, body)


def _read(queue: Queue, properties: pika.BasicProperties, body: bytes) -> Dead:
    died_at = _died_at(properties)
    try:
        message = dramatiq.Message.decode(body)
        words = message.kwargs
        if isinstance(words, dict) and isinstance(message.message_id, str) and isinstance(message.actor_name, str):
            return Dead(message.message_id, queue, died_at, words, body)
    except (DecodeError, TypeError, KeyError, AttributeError, ValueError):
        pass
    return Dead(f"bytes-{hashlib.sha256(body).hexdigest()[:16]}", queue, died_at, None, body)


def _died_at(properties: pika.BasicProperties) -> datetime | None:
    try:
        when: datetime = properties.headers["x-death"][0]["time"]
        return when.replace(tzinfo=UTC)
    except (TypeError, KeyError, IndexError, AttributeError):
        return None


def _number(words: Mapping[str, Any] | None, name: str) -> int | None:
    value = None if words is None else words.get(name)
    return value if type(value) is int and 0 < value < 2**63 else None


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except UnroutableError:
        raise Problem(
            "RabbitMQ has no queue for it: start a worker first (`shopledger up worker`); it stays where it is",
            Exit.UNAVAILABLE,
        ) from None
    except NackError:
        raise Problem("RabbitMQ takes no more into that queue; it stays where it is", Exit.UNAVAILABLE) from None
    except (AMQPError, OSError) as error:
        says = f"RabbitMQ broke off ({type(error).__name__}); what was not confirmed stays where it is"
        raise Problem(says, Exit.UNAVAILABLE) from None
