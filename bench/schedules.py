"""Schedules that become due: how late their messages come, and what they cost; beside bare publishing."""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import dramatiq
import pika
from pika.exceptions import AMQPError

from bench.relay import bare
from bench.stand import Meter, Stand, service, until
from shared.queue import Queue

#: Seconds of the rhythm that connections have, and for which they are watched.
EVERY, WATCHED = 300, 60
#: Seconds from the plan to the first of them.
AHEAD = 3
#: What the issue of jobs asks for: the lateness of 99 of 100, in seconds.
TARGET = 2.0
MAKE = """
    with made as (
      insert into shopledger.accounts (name) select 'Account ' || g from generate_series(1, %(count)s) g returning id
    ),
    shops as (
      insert into shopledger.systems (account_id, kind, role, name)
      select id, 'woocommerce', 'webshop', 'Shop' from made returning account_id, id
    ),
    books as (
      insert into shopledger.systems (account_id, kind, role, name)
      select id, 'economic', 'accounting', 'Books' from made returning account_id, id
    ),
    added as (
      insert into shopledger.connections
        (account_id, kind, name, source_system_id, target_system_id, active, active_since, settings_version)
      select s.account_id, 'orders', 'Orders', s.id, b.id, true, now(), 1 from shops s join books b using (account_id)
      returning account_id, id, source_system_id
    ),
    chosen as (
      insert into shopledger.connection_settings (account_id, connection_id, version, settings, created_by)
      select account_id, id, 1, '{"time_zone": "Europe/Copenhagen"}', 'bench' from added
    )
    insert into shopledger.schedules (account_id, system_id, connection_id, job)
    select account_id, source_system_id, id, 'poll' from added
"""
EVEN = """
    update shopledger.schedules s
    set next_due = now() + interval '1 s' * (%(ahead)s + n.place * %(every)s / %(count)s::float), rung_at = null
    from (select id, row_number() over (order by md5(id::text)) as place from shopledger.schedules) n
    where n.id = s.id
"""
DUE_NOW = "update shopledger.schedules set next_due = now(), rung_at = null"
NOTHING_DUE = "update shopledger.schedules set next_due = now() + interval '1 day', rung_at = null"


@dataclass(frozen=True)
class Figure:
    """CPU in milliseconds per message; seconds of lateness where they were due one by one."""

    per_second: float
    scheduler: float
    postgres: float
    p50: float
    p99: float
    worst: float


class Listener:
    """Takes every message as a worker would, and how late it came."""

    def __init__(self, url: str) -> None:
        self.late: list[float] = []
        self._url = url
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        connection = pika.BlockingConnection(pika.URLParameters(self._url))
        channel = connection.channel()
        channel.basic_consume(Queue.POLLS, self._took, auto_ack=True)
        with contextlib.suppress(AMQPError):  # its server ends before it does
            channel.start_consuming()

    def _took(self, _: object, __: object, ___: object, body: bytes) -> None:
        due = datetime.fromisoformat(dramatiq.Message.decode(body).kwargs["due"])
        self.late.append(time.time() - due.timestamp())


def report(count: int) -> None:
    print(f"{count} schedules, each every {EVERY} s; CPU in ms per message, lateness in s\n")
    with Stand() as stand:
        stand.admin.execute(MAKE, {"count": count})
        stand.admin.execute(NOTHING_DUE)
        stand.admin.execute("vacuum analyze")
        limit = statistics.median(bare(stand, count // 5) for _ in range(3))
        print("| | messages/s | of bare | CPU scheduler | CPU PostgreSQL | late p50 | p99 | at most |")
        print("|---|---|---|---|---|---|---|---|")
        print(f"| bare publishing | {limit:.0f} | 1 | | | | | |", flush=True)
        with scheduling(stand) as (pid, listener):
            stand.admin.execute(EVEN, {"count": count, "every": EVERY, "ahead": AHEAD})
            print(line("one by one", watched(stand, pid, listener), limit), flush=True)
            stand.admin.execute(NOTHING_DUE)
            print(line("all at once", emptied(stand, pid, listener, count), limit), flush=True)
    print(f"\ntarget: p99 {TARGET:g} s at {count / EVERY:.0f} a second")


@contextlib.contextmanager
def scheduling(stand: Stand) -> Iterator[tuple[int, Listener]]:
    with service("scheduler", env=stand.environment()) as pid:
        yield pid, Listener(stand.rabbitmq.amqp_url())


def watched(stand: Stand, pid: int, listener: Listener) -> Figure:
    until(lambda: len(listener.late) > 0, every=0.05, what="the first message")
    before, meter = len(listener.late), meter_of(stand, pid)
    time.sleep(WATCHED)
    used, late = meter.used(), sorted(listener.late[before:])
    return figure(WATCHED, late, used)


def emptied(stand: Stand, pid: int, listener: Listener, count: int) -> Figure:
    listener.late.clear()
    meter, began = meter_of(stand, pid), time.monotonic()
    stand.admin.execute(DUE_NOW)
    until(lambda: len(listener.late) >= count, every=0.05, what="the last message")
    seconds, used = time.monotonic() - began, meter.used()
    return figure(seconds, sorted(listener.late), used)


def meter_of(stand: Stand, pid: int) -> Meter:
    return Meter({"scheduler": [pid], "postgres": [stand.postgres.pid]})


def figure(seconds: float, late: list[float], used: dict[str, float]) -> Figure:
    many = len(late)
    return Figure(
        many / seconds,
        1000 * used["scheduler"] / many,
        1000 * used["postgres"] / many,
        late[many // 2],
        late[many * 99 // 100],
        late[-1],
    )


def line(name: str, run: Figure, limit: float) -> str:
    lateness = f"{run.p50:.2f} | {run.p99:.2f} | {run.worst:.2f}"
    return (
        f"| {name} | {run.per_second:.0f} | {run.per_second / limit:.2f} | {run.scheduler:.3f} | {run.postgres:.3f}"
        f" | {lateness} |"
    )
