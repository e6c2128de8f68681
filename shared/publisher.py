"""Publishes many messages at once and waits for RabbitMQ's confirms: many may be under way, none is taken for sent.

pika's blocking channel waits for each confirm (1,400 messages/s); here confirms come as they come (ten times as many).
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Sequence
from typing import Any, Protocol

import dramatiq
import pika
import structlog
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.errors import BrokerError
from pika.exceptions import AMQPError

log = structlog.get_logger()

PERSISTENT = pika.BasicProperties(delivery_mode=2)


#: Seconds that a line which is closed goes on for, to let go of its socket.
LAST_ROUNDS = 0.05


class Bell(Protocol):
    """What rings: a `Publisher`, or whatever stands in for RabbitMQ."""

    def open(self, *, within: float) -> bool:
        """Whether it can ring just now."""
        ...

    def publish(self, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:
        """Which of them surely arrived."""
        ...


class Publisher:
    """One connection, kept open; used by one thread. What it publishes must be harmless when it comes twice."""

    def __init__(self, broker: RabbitmqBroker) -> None:
        """`broker` declares the queues, so that both agree on their arguments."""
        self._broker = broker
        self._line: _Line | None = None
        self._is_away = False

    def open(self, *, within: float) -> bool:
        """Whether there is a line to RabbitMQ; makes one if need be. Never raises for a broker."""
        if self._line is not None and self._line.is_open:
            return True
        try:
            self._line = self._connect(time.monotonic() + within)
        except (AMQPError, OSError, TimeoutError, BrokerError) as error:
            if not self._is_away:
                log.warning("broker_away", problem=str(error) or type(error).__name__)
            self._is_away = True
            return False
        if self._is_away:
            log.info("broker_back")
        self._is_away = False
        return True

    def publish(self, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:
        """Which of them RabbitMQ confirmed to have, in order; all False when it is away. Never raises for a broker.

        One that is not confirmed may be there nevertheless.
        """
        give_up = time.monotonic() + within
        if not messages or not self.open(within=within):
            return [False] * len(messages)
        assert self._line is not None
        confirmed = self._line.publish(messages, give_up)
        if self._line.lost_queues or self._line.is_silent or not self._line.is_open:
            self.close()
        return confirmed

    def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _connect(self, give_up: float) -> _Line:
        self.close()
        # A broker that was killed may have forgotten what it had confirmed.
        self._broker.queues_pending |= self._broker.queues
        for queue in sorted(self._broker.queues):
            self._broker.declare_queue(queue, ensure=True)
        del self._broker.connection  # nobody would answer the heartbeats of an idle one
        addresses = self._broker.parameters
        return _Line(random.choice(addresses) if isinstance(addresses, list) else addresses, give_up)  # noqa: S311


class _Line:
    """A connection with a loop and a thread of its own; its state is only touched under the condition."""

    def __init__(self, parameters: pika.connection.Parameters, give_up: float) -> None:
        self._changed = threading.Condition()
        self._channel: Any = None
        self._failed: BaseException | None = None
        #: Confirms still out: delivery tag -> place in the batch.
        self._open: dict[int, int] = {}
        self._confirmed: list[bool] = []
        self._next_tag = 1
        self.lost_queues: set[str] = set()
        #: It did not answer about everything in time.
        self.is_silent = False
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=lambda c: c.channel(on_open_callback=self._opened),
            on_open_error_callback=lambda _, error: self._fail(error),
            on_close_callback=lambda _, error: self._fail(error),
        )
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()
        try:
            self._wait(lambda: self._channel is not None, give_up)
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        return self._failed is None

    def publish(self, messages: Sequence[dramatiq.Message[Any]], give_up: float) -> list[bool]:
        bodies = [(message.queue_name, message.encode()) for message in messages]
        with self._changed:
            self._confirmed = [False] * len(bodies)
            self._open = {self._next_tag + at: at for at in range(len(bodies))}
            self._next_tag += len(bodies)
        self._connection.ioloop.add_callback_threadsafe(lambda: self._send(bodies))
        with contextlib.suppress(Exception):  # whatever broke the line: some may be confirmed
            self._wait(lambda: not self._open, give_up)
        with self._changed:
            self.is_silent = bool(self._open)
            self._open = {}
            return list(self._confirmed)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._connection.ioloop.add_callback_threadsafe(self._shut)
        self._thread.join(timeout=2)

    def _shut(self) -> None:
        if self._connection.is_open:
            self._connection.close()
        else:
            self._fail(ConnectionError("closed"))

    def _run(self) -> None:
        try:
            self._connection.ioloop.start()
        except Exception as error:
            self._fail(error)
        finally:
            self._connection.ioloop.close()

    def _send(self, bodies: Sequence[tuple[str, bytes]]) -> None:
        try:
            for queue, body in bodies:
                self._channel.basic_publish("", queue, body, PERSISTENT, mandatory=True)
        except AMQPError as error:
            self._fail(error)

    def _opened(self, channel: Any) -> None:
        channel.add_on_close_callback(lambda _, error: self._fail(error))
        channel.add_on_return_callback(self._returned)
        channel.confirm_delivery(self._answered, callback=lambda _: self._ready(channel))

    def _ready(self, channel: Any) -> None:
        with self._changed:
            self._channel = channel
            self._changed.notify_all()

    def _returned(self, _: Any, method: Any, *__: Any) -> None:
        """There is no such queue: the confirm that follows means nothing for this message."""
        with self._changed:
            self.lost_queues.add(method.routing_key)

    def _answered(self, frame: Any) -> None:
        is_ack = isinstance(frame.method, pika.spec.Basic.Ack)
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        with self._changed:
            for told in [t for t in self._open if t <= tag] if multiple else [tag]:
                at = self._open.pop(told, None)
                if at is not None:
                    self._confirmed[at] = is_ack and not self.lost_queues
            if not self._open:
                self._changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failed = self._failed or error
            self._changed.notify_all()
        # Not at once: the connection closes its socket in the next rounds of the loop.
        self._connection.ioloop.call_later(LAST_ROUNDS, self._connection.ioloop.stop)

    def _wait(self, ready: Any, give_up: float) -> None:
        with self._changed:
            self._changed.wait_for(
                lambda: ready() or self._failed is not None, timeout=max(0.0, give_up - time.monotonic())
            )
            if not ready():
                raise self._failed or TimeoutError("the broker did not answer in time")
