"""A whole set-up that is well: shop, books, store, RabbitMQ with workers, ingest. And the doctor, who looks at it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import dramatiq
import psycopg
from click.testing import CliRunner, Result

from connectors.registry import webhook_sender
from connectors.woocommerce.sandbox.state import Permissions
from ingest.app import create_app
from ingest.subscriptions import Subscriptions
from ingest.webhook import Receiver
from shared.queue import Queue, make_broker
from shared.store.database import Database
from tests.apply.rig import Desk
from tests.line.queues import channel_to
from tests.support.servers import DatabaseAddress, Rabbit
from tests.support.shop import KEYRING, SECRET_KEYS
from tools.cli.main import shopledger
from tools.embedded.front import Front, listen


@dataclass(frozen=True)
class Line:
    """One finding. `part` is where it stands."""

    part: str
    level: str
    about: str
    says: str
    remedy: str


class Report:
    """What the doctor said."""

    def __init__(self, result: Result) -> None:
        self.exit_code = result.exit_code
        self.output = result.output
        self.parts: list[dict[str, Any]] = json.loads(result.stdout)
        self.lines = [Line(part["part"], **finding) for part in self.parts for finding in part["findings"]]

    def of(self, level: str, part: str = "") -> list[Line]:
        return [line for line in self.lines if line.level == level and part in line.part]

    def the(self, level: str) -> Line:
        """The only one that is not ok."""
        (line,) = [line for line in self.lines if line.level != "ok"]
        assert line.level == level, line
        assert self.exit_code == (1 if level == "failing" else 0)
        return line


@dataclass
class Clinic:
    """`environment` is what the command finds; an empty value takes a setting away."""

    desk: Desk
    address: DatabaseAddress
    rabbit: Rabbit
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.rabbit.management_url is not None
        self.environment |= {
            "SHOPLEDGER_DATABASE_URL": self.address.app_url,
            "SHOPLEDGER_BROKER_URL": self.rabbit.amqp_url,
            "SHOPLEDGER_MANAGEMENT_URL": self.rabbit.management_url,
            "SHOPLEDGER_SECRET_KEYS": SECRET_KEYS,
            "SHOPLEDGER_PUBLIC_URL": self.desk.public_url or "",
        }

    def run(self, *arguments: str, columns: int | None = None) -> Result:
        terminal = {"TTY_COMPATIBLE": "1", "COLUMNS": str(columns), "TERM": "xterm-256color"} if columns else {}
        env: Mapping[str, str] = {**self.environment, **terminal}
        return CliRunner().invoke(shopledger, ["doctor", *arguments], env=env, prog_name="shopledger")

    def examine(self) -> Report:
        return Report(self.run("--json"))

    def change(self, statement: str, *values: object) -> None:
        """As a superuser, whom nothing binds."""
        with psycopg.connect(self.address.admin_url, options="-c search_path=shopledger") as connection:
            connection.execute(statement.encode(), values or None)

    def allow(self, permissions: Permissions) -> None:
        """What the shop's key may do from now on."""
        shop = self.desk.woo.shop
        shop.keys[self.desk.woo.consumer_key] = replace(shop.keys[self.desk.woo.consumer_key], permissions=permissions)

    def open_account(self, name: str) -> None:
        """Another one, set up from the same file."""
        file = self.desk.text
        self.desk.edit("Lampeland", name)
        assert self.desk.apply().done is not None
        self.desk.text = file

    def store_credentials(self, role: str, credentials: Mapping[str, str] | None) -> None:
        (system,) = self.desk.rows(f"select id from systems where role = '{role}'")[0]
        sealed = credentials and KEYRING.seal(json.dumps(credentials), bound_to=f"systems:{system}")
        self.change("update systems set credentials = %s where id = %s", sealed, system)

    def place_order(self, number: int, **columns: str) -> None:
        """A transfer as it stands in the store; `columns` in SQL, which is where time is moved."""
        given = {"state": "'waiting'", **columns}
        names, values = ", ".join(given), ", ".join(given.values())
        self.change(
            f"insert into transfers (account_id, connection_id, source_type, source_id, source_number, {names})"
            f" select account_id, id, 'order', '{number}', '{number}', {values} from connections order by id limit 1"
        )


@contextlib.contextmanager
def ingest_on(database: Database) -> Iterator[str]:
    """Ingest in this process; its address."""
    listening = listen("127.0.0.1", 0)
    app = create_app(
        database, Receiver(database, Subscriptions(database, KEYRING), webhook_sender), max_body_bytes=10_000
    )
    front = Front(app, listening, threads=2, max_body_bytes=10_000)
    front.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        front.stop()


@contextlib.contextmanager
def working(amqp_url: str) -> Iterator[dramatiq.Broker]:
    """Each queue with somebody who takes from it; the queues are gone afterwards."""
    broker = make_broker(amqp_url)
    consumers = [broker.consume(queue, timeout=1) for queue in Queue]
    try:
        for consumer in consumers:
            assert next(consumer) is None
        yield broker
    finally:
        for consumer in consumers:
            consumer.close()
        broker.close()
        with channel_to(amqp_url) as channel:
            for queue in Queue:
                for name in (queue, f"{queue}.DQ", f"{queue}.XQ"):
                    channel.queue_delete(name)


@contextlib.contextmanager
def clinic_at(address: DatabaseAddress, rabbit: Rabbit, desk: Desk) -> Iterator[Clinic]:
    """Set up as users do, and well."""
    with ingest_on(desk.database) as public_url:
        desk.public_url = public_url
        assert desk.apply().done is not None
        desk.woo.drain()
        yield Clinic(desk, address, rabbit)
