"""The test stand: private, durable servers, the services as processes, and what each of them used."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pika
import psycopg

from bench import cpu, load
from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from shared.queue import Queue, make_broker
from shared.store.database import Database
from tests.support.processes import ROOT, environment, free_port
from tests.support.shop import Shop, open_shop
from tools.migrate import migrate
from tools.servers.postgres import PostgresServer
from tools.servers.rabbitmq import RabbitServer

#: What the owner of every connection chose; the rest is what most shops leave as it is.
SETTINGS = {"shipping_product": "FREIGHT"}
APP_PASSWORD = "bench"
#: Seconds that anything may take to come to an end.
PATIENCE = 300.0
#: Resting systems are left alone by the relay, so that all orders of a run can begin in one moment.
HOLD = "update shopledger.systems set broken_at = now()"
RELEASE = "update shopledger.systems set broken_at = null"
LEFT = "select count(*) from shopledger.transfers where state in ('waiting', 'working')"


class Stand:
    """One migrated database, one RabbitMQ node. `with` it; what it starts ends with it."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Stand:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="shopledger-bench-")))
        folder.chmod(0o711)
        self.postgres = self._stack.enter_context(PostgresServer(folder / "postgres"))
        self.rabbitmq = self._stack.enter_context(RabbitServer(folder / "rabbitmq", plugins=()))
        migrate(self.postgres.url(), app_password=APP_PASSWORD)
        self.app_url = self.postgres.url(user="shopledger_app", password=APP_PASSWORD)
        self.database = Database(self.app_url, name="bench", connections=2)
        self.admin = self._stack.enter_context(psycopg.connect(self.postgres.url(), autocommit=True))
        self._declare_queues()
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        self._stack.close()

    def environment(self, **more: str) -> dict[str, str]:
        """As in production, where the log tells of each order."""
        url = self.rabbitmq.amqp_url()
        return environment(self.app_url, SHOPLEDGER_BROKER_URL=url, SHOPLEDGER_LOG_LEVEL="info", **more)

    def shops(self, count: int, books: Sequence[str], *, room: int | None = None) -> list[Shop]:
        """Connections, each to an agreement of its own, their books at these addresses in turn.

        `room`: transfers that each may have in flight, where it is not to be the default.
        """
        opened = []
        for at in range(count):
            credentials = {
                "app_secret_token": "app", "agreement_grant_token": f"grant-{at}", "url": books[at % len(books)],
            }  # fmt: skip
            opened.append(open_shop(self.database, books_credentials=credentials, settings=SETTINGS))
        if room is not None:
            self.admin.execute("update shopledger.connections set most_in_flight = %s", [room])
        return opened

    def take_in(self, shops: Sequence[Shop], count: int) -> None:
        """So many committed transfers, the same number for each shop, the shops in turn."""
        for at in range(count):
            tell(shops[at % len(shops)], next(load.ids))

    def hold(self) -> None:
        self.admin.execute(HOLD)

    def release(self) -> float:
        """The moment from which on the relay may ring, in seconds since the epoch."""
        began = time.time()
        self.admin.execute(RELEASE)
        return began

    def left(self) -> int:
        return int(self.value(LEFT))

    def value(self, statement: str, *values: object) -> Any:
        row = self.admin.execute(statement, values).fetchone()
        assert row is not None
        return row[0]

    def consumers(self, queue: Queue) -> int:
        """Threads of workers that take its messages."""
        with contextlib.closing(pika.BlockingConnection(pika.URLParameters(self.rabbitmq.amqp_url()))) as connection:
            return int(connection.channel().queue_declare(queue, passive=True).method.consumer_count)

    def _declare_queues(self) -> None:
        broker = make_broker(self.rabbitmq.amqp_url())
        for queue in Queue:
            broker.declare_queue(queue, ensure=True)
        broker.close()


def tell(shop: Shop, number: int) -> None:
    """As ingest takes in the webhook of a new order."""
    notice = Notice(
        kind=NoticeKind.STATE, topic="order.created", delivery_id=str(number), source_type=SourceType.ORDER,
        source_id=str(number), source_number=str(number), modified_at=datetime(2026, 11, 22, 11, 31, 13, tzinfo=UTC),
    )  # fmt: skip
    body = load.order_body(number)
    sender = Sender(account_id=shop.account, system_id=shop.webshop)
    shop.database.run(lambda c: take_in(c, sender, Origin.WEBHOOK, notice, body))


@contextlib.contextmanager
def service(module: str, *arguments: str, env: Mapping[str, str]) -> Iterator[int]:
    """`python -m module` as a process; yields its pid. What it said is shown if it fails."""
    with tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, "-m", module, *arguments]
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        try:
            yield process.pid
            if process.poll() is not None:
                raise RuntimeError(f"{module} ended by itself ({process.returncode})")
        except BaseException:
            said.seek(0)
            sys.stderr.write(f"{module}:\n" + "".join(said.readlines()[-20:]))
            raise
        finally:
            process.terminate()
            process.wait(timeout=40)


@contextlib.contextmanager
def fixed_books(seconds: float, origins: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Books that answer after so many seconds: their pid, and their addresses."""
    ports = [free_port() for _ in range(origins)]
    command = [sys.executable, "-m", "bench.books", str(seconds), *map(str, ports)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid, [f"http://127.0.0.1:{port}" for port in ports]
        finally:
            process.terminate()


class Meter:
    """CPU seconds of processes by name, from one moment to another."""

    def __init__(self, pids: Mapping[str, Sequence[int]]) -> None:
        self._pids = pids
        self._before = self._now()

    def used(self) -> dict[str, float]:
        return {name: now - self._before[name] for name, now in self._now().items()}

    def _now(self) -> dict[str, float]:
        return {name: sum(cpu.seconds(pid) for pid in pids) for name, pids in self._pids.items()}


def until(happened: Any, *, every: float, what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > give_up:
            raise RuntimeError(f"{what} did not happen within {PATIENCE:.0f} s")
        time.sleep(every)
