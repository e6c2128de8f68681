"""The relay's messages per second beside bare confirmed publishing of the same messages, in turn, on one broker."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import pika

from bench.stand import Meter, Stand, service, until
from shared.queue import Queue
from tests.support.processes import ROOT

#: Nobody asks them here.
NO_BOOKS = ["http://127.0.0.1:9"]
#: As many messages as there may be in flight by default: more would have to wait for the workers.
ROOM = 8
AGAIN = "update shopledger.transfers set rung_at = null"


@dataclass(frozen=True)
class Figure:
    """CPU in milliseconds per message."""

    per_second: float
    relay: float
    postgres: float


class Waiting:
    """Looks into the queue of orders, as an operator does."""

    def __init__(self, url: str) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()

    def count(self) -> int:
        return int(self._channel.queue_declare(Queue.ORDERS, passive=True).method.message_count)

    def clear(self) -> None:
        self._channel.queue_purge(Queue.ORDERS)

    def close(self) -> None:
        self._connection.close()


def bare(stand: Stand, count: int) -> float:
    command = [sys.executable, "-m", "bench.bare_publisher", str(count)]
    done = subprocess.run(command, env=stand.environment(), cwd=ROOT, capture_output=True, text=True, check=True)
    return count / float(done.stdout)


def relay(stand: Stand, pid: int, waiting: Waiting, count: int) -> Figure:
    """All transfers of the store are rung for."""
    stand.hold()
    stand.admin.execute(AGAIN)
    waiting.clear()
    meter = Meter({"relay": [pid], "postgres": [stand.postgres.pid]})
    began = stand.release()
    until(lambda: waiting.count() >= count, every=0.01, what="the last message")
    seconds = time.time() - began
    used = meter.used()
    return Figure(count / seconds, 1000 * used["relay"] / count, 1000 * used["postgres"] / count)


def compare(stand: Stand, count: int, rounds: int) -> tuple[list[float], list[Figure]]:
    """Bare messages per second and the relay's runs, in turn."""
    with contextlib.ExitStack() as stack:
        pid = stack.enter_context(service("ingest.relay", env=stand.environment()))
        waiting = Waiting(stand.rabbitmq.amqp_url())
        stack.callback(waiting.close)
        limits, runs = [], []
        for at in range(rounds + 1):
            waiting.clear()
            limit, run = bare(stand, count), relay(stand, pid, waiting, count)
            if at:  # the first one warms up
                limits.append(limit)
                runs.append(run)
    return limits, runs


def report(count: int, rounds: int) -> None:
    print(f"{count} messages a run, medians of {rounds} runs; CPU in ms per message\n")
    print("| connections with work | bare messages/s | relay messages/s | of bare | CPU relay | CPU PostgreSQL |")
    print("|---|---|---|---|---|---|")
    for shops, room in ((20, count), (count // ROOM, ROOM)):
        with Stand() as stand:
            stand.hold()
            stand.take_in(stand.shops(shops, NO_BOOKS, room=room), count)
            limits, runs = compare(stand, count, rounds)
        speed, cpu, database = (
            statistics.median(getattr(run, name) for run in runs) for name in ("per_second", "relay", "postgres")
        )
        limit = statistics.median(limits)
        ratio = statistics.median(run.per_second / bare for run, bare in zip(runs, limits, strict=True))
        print(f"| {shops} | {limit:.0f} | {speed:.0f} | **{ratio:.2f}** | {cpu:.3f} | {database:.3f} |", flush=True)
