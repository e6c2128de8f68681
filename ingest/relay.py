"""The relay: rings RabbitMQ for every transfer that waits. Run as many as you like: `python -m ingest.relay`.

A transfer is marked as rung before its message goes out, and no lock is held meanwhile: the broker is never in the way
of a webhook. A message that is not confirmed takes its mark back; a relay that is killed in between leaves the mark to
the scheduler's sweep.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

import dramatiq
import structlog
from dramatiq.common import q_name

from shared.logs import configure_logs
from shared.publisher import Bell, Publisher
from shared.queue import Queue, make_broker, message_for
from shared.settings import settings
from shared.startup import open_database, or_exit
from shared.store.database import Database, DatabaseDown
from shared.store.sql import query

#: Messages that one round rings at most.
BATCH = 1000
#: Threads of one relay: while one waits for confirms, another one asks the store.
THREADS = 2
#: Seconds between two looks at the store when there was nothing to ring.
LOOK_EVERY = 0.02
#: Seconds until RabbitMQ must have confirmed a batch.
CONFIRM_WITHIN = 5.0
#: Seconds of rest when the store or the broker is away, at first and at most.
REST = 0.5
LONGEST_REST = 5.0
#: A look that found nothing is followed by a pause as long as it took, up to this: many connections may have no room.
LONGEST_PAUSE = 0.5
#: Seconds between two looks whether it is time to stop.
LOOK_AT_STOP = 0.5
#: Which queue a message goes to, by the connection's kind; other kinds are not rung for yet.
QUEUES = {"orders": Queue.ORDERS}

#: account, connection, transfer, kind of the connection, order number, why it is rung for
Row = tuple[Any, ...]

log = structlog.get_logger()


class Turns:
    """The threads of a relay take turns: one asks the store while the others wait for confirms."""

    def __init__(self, look_every: float = LOOK_EVERY) -> None:
        """`look_every` may be long where `nudge` tells that there is something."""
        self.lock = threading.Lock()
        self.look_every = look_every
        #: When the store is to be asked again, on the monotonic clock.
        self.next_look = 0.0
        self._nudged = threading.Event()

    def nudge(self) -> None:
        """There is something: the next look is now."""
        self._nudged.set()

    def wait(self, stop: threading.Event) -> bool:
        """Until the next look; True when it is time to stop."""
        while not stop.is_set() and (left := self.next_look - time.monotonic()) > 0:
            if self._nudged.wait(min(left, LOOK_AT_STOP)):
                break
        self._nudged.clear()
        return stop.is_set()


class Relay:
    """One thread of a relay."""

    def __init__(self, database: Database, bell: Bell, turns: Turns | None = None) -> None:
        self._database = database
        self._bell = bell
        self._turns = turns or Turns()
        self._wanted = {"most": BATCH, "kinds": list(QUEUES)}
        #: Seconds; longer each time in a row that the store or the broker is away.
        self._rest = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Whatever is away only makes it wait."""
        while not stop.is_set():
            with self._turns.lock:
                if self._turns.wait(stop):
                    return
                rows = self._look()
            try:
                if self._ring(rows) < len(rows):
                    self._turns.next_look = time.monotonic() + REST
            except DatabaseDown as error:
                log.warning("database_away", problem=str(error))

    def round(self) -> tuple[int, int]:
        """Rings once; how many there were, and how many of them the broker has. Raises DatabaseDown."""
        rows = self._ask()
        return len(rows), self._ring(rows)

    def _look(self) -> list[Row]:
        """What is to be rung for now, and when to look again."""
        started = time.monotonic()
        rows: list[Row] = []
        try:
            is_there = self._bell.open(within=CONFIRM_WITHIN)
            rows = self._ask() if is_there else []
        except DatabaseDown as error:
            log.warning("database_away", problem=str(error))
            is_there = False
        self._rest = 0.0 if is_there else min(max(REST, self._rest * 2), LONGEST_REST)
        took = time.monotonic() - started
        pause = LOOK_EVERY if rows else max(self._turns.look_every, min(2 * took, LONGEST_PAUSE))
        self._turns.next_look = started + (0.0 if len(rows) == BATCH else pause) + self._rest
        return rows

    def _ask(self) -> list[Row]:
        return self._database.run(lambda c: c.execute(query("ring"), self._wanted).fetchall(), repeat=False)

    def _ring(self, rows: Sequence[Row]) -> int:
        """How many messages the broker has; the marks of the others are taken back."""
        confirmed = self._bell.publish([_message(*row) for row in rows], within=CONFIRM_WITHIN)
        lost = [row for row, is_there in zip(rows, confirmed, strict=True) if not is_there]
        if lost:
            log.warning("not_confirmed", messages=len(lost), of=len(rows))
            values = {"accounts": [row[0] for row in lost], "transfers": [row[2] for row in lost]}
            self._database.one("unring", values)
        return len(rows) - len(lost)


def _message(
    account: int, connection: int, transfer: int, kind: str, number: str | None, reason: str
) -> dramatiq.Message[Any]:
    return message_for(
        QUEUES[kind],
        account=account,
        connection=connection,
        transfer=transfer,
        order=number or "",
        reason=reason,
    )


def main() -> None:
    chosen = or_exit(settings)
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    database = or_exit(lambda: open_database("relay", chosen.database_url, connections=THREADS, within=10.0))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    url = chosen.broker_url.get_secret_value()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="relay") as threads:
        turns = Turns()
        running = [threads.submit(_run, database, url, turns, stop) for _ in range(THREADS)]
        wait(running, return_when=FIRST_EXCEPTION)
        stop.set()
    database.close()
    for thread in running:
        thread.result()


def _run(database: Database, url: str, turns: Turns, stop: threading.Event) -> None:
    broker = make_broker(url)
    for queue in QUEUES.values():
        broker.declare_queue(q_name(queue))
    publisher = Publisher(broker)
    try:
        Relay(database, publisher, turns).run(stop)
    finally:
        publisher.close()
        broker.close()


if __name__ == "__main__":
    main()
