"""When which message is due. A broker that is away delays a message; it never ends the clock."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import dramatiq
import structlog
from dramatiq.errors import BrokerError

from shared.queue import Queue, publish

#: Months are made three ahead, so any time within weeks would do; an hour shows soon that the line works.
UPKEEP_EVERY = 3600.0

log = structlog.get_logger()


@dataclass
class Clock:
    broker: dramatiq.Broker
    stop: threading.Event
    #: queue -> when it is due next, on the monotonic clock
    _due: dict[Queue, float] = field(default_factory=lambda: {Queue.UPKEEP: 0.0})

    def run(self, tick_seconds: float) -> None:
        """Until `stop` is set."""
        while not self.stop.is_set():
            self.tick(time.monotonic())
            self.stop.wait(tick_seconds)
        self.broker.close()

    def tick(self, now: float) -> None:
        for queue, due in self._due.items():
            if due > now:
                continue
            try:
                publish(self.broker, queue, reason="scheduled")
            except BrokerError as error:
                log.warning("broker_away", queue=queue, problem=str(error) or type(error).__name__)
                return
            self._due[queue] = now + UPKEEP_EVERY
            log.info("emitted", queue=queue)
