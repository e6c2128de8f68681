"""The doorbell within one process: what RabbitMQ and its publisher are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dramatiq
from dramatiq.brokers.stub import StubBroker

from ingest.relay import Turns


class LocalBell:
    """A `Bell` for the relay. What it takes surely arrives: it lies in the same memory as the worker."""

    def __init__(self, broker: StubBroker) -> None:
        self._broker = broker

    def open(self, *, within: float) -> bool:  # noqa: ARG002
        return True

    def publish(self, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:  # noqa: ARG002
        for message in messages:
            self._broker.enqueue(message)
        return [True] * len(messages)


class Nudging(dramatiq.Middleware):
    """A message was dealt with: its connection has room for the next one."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def after_process_message(self, *_: object, **__: object) -> None:
        self._turns.nudge()
