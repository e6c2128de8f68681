"""The servers of a test run: started once by the process that controls it, found by the workers through a folder.

The controller starts them in the background and writes what became of each into a file; a worker that needs one waits
for that file. So collection overlaps with the start, and a run of pure tests never waits.
"""

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from tools.migrate import migrate
from tools.servers.postgres import PostgresServer
from tools.servers.rabbitmq import RabbitServer, install_rabbitmq

#: Longer than any start, the installation of RabbitMQ included.
PATIENCE = 300.0
APP_PASSWORD = "app of a test run"
TEMPLATE = "shopledger_template"
#: The migrated database in a server of a test's own.
OWN = "shopledger"


@dataclass(frozen=True)
class DatabaseAddress:
    """One migrated database, with the addresses of its two kinds of user."""

    name: str
    admin_url: str
    app_url: str


@dataclass(frozen=True)
class Postgres:
    """The run's PostgreSQL, seen from a worker."""

    #: Without the name of a database.
    superuser_url: str
    seed: Path

    @classmethod
    def of(cls, server: PostgresServer, seed: Path) -> Self:
        return cls(server.url(""), seed)

    @property
    def admin_url(self) -> str:
        return self.url("postgres")

    def url(self, database: str) -> str:
        """The superuser's address of a database."""
        return self.superuser_url + database

    def clone(self, name: str) -> DatabaseAddress:
        """A new database with everything that the migrations made."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            statement = sql.SQL("create database {} template {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        return described(name, self.url(name))

    def drop(self, database: DatabaseAddress) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(database.name)))


@dataclass(frozen=True)
class Rabbit:
    """A RabbitMQ, seen from a worker."""

    amqp_url: str
    management_url: str | None


class OwnPostgres(PostgresServer):
    """A server that a test may kill, with a migrated database in it."""

    @property
    def database(self) -> DatabaseAddress:
        return described(OWN, self.url(OWN))


def described(name: str, admin_url: str) -> DatabaseAddress:
    address = admin_url.rpartition("@")[2]
    return DatabaseAddress(name, admin_url, f"postgresql://shopledger_app:{APP_PASSWORD.replace(' ', '%20')}@{address}")


class Run:
    """The servers of one run, in the process that controls it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shopledger-tests-"))
        # A server that may not run as root has to reach its folder below.
        self.folder.chmod(0o711)
        self.failures: list[str] = []
        self._servers: list[PostgresServer | RabbitServer] = []
        self._stopping = threading.Event()
        jobs = {"postgres": self._start_postgres, "rabbitmq": self._start_rabbitmq}
        self._threads = [threading.Thread(target=self._report, args=job, daemon=True) for job in jobs.items()]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Nothing in these servers is worth an orderly stop."""
        self._stopping.set()
        while any(thread.is_alive() for thread in self._threads):
            self._kill()
            time.sleep(0.02)
        self._kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kill(self) -> None:
        for server in list(self._servers):
            server.kill()

    def _report(self, name: str, start: Callable[[], dict[str, str | None]]) -> None:
        try:
            result = start()
        except Exception as error:
            if self._stopping.is_set():
                return
            result = {"error": f"{name}: {error}"}
            self.failures.append(f"{name}: {error}")
        written = self.folder / f"{name}.part"
        written.write_text(json.dumps(result))
        written.rename(self.folder / f"{name}.json")

    def _start_postgres(self) -> dict[str, str | None]:
        folder = self.folder / "postgres"
        server = PostgresServer(folder, fast=True, throw_away=self.folder)
        self._servers.append(server)
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
        migrate(server.url(TEMPLATE), app_password=APP_PASSWORD)
        address = Postgres.of(server, self.folder / "seed")
        address.clone(OWN)
        server.stop()
        shutil.copytree(folder, address.seed)
        server.start()
        return {"superuser_url": address.superuser_url, "seed": str(address.seed)}

    def _start_rabbitmq(self) -> dict[str, str | None]:
        install_rabbitmq()
        server = RabbitServer(self.folder / "rabbitmq", throw_away=self.folder)
        self._servers.append(server)
        server.start()
        return asdict(Rabbit(server.amqp_url(), server.management_url))


class ServerMissing(Exception):
    """A server that the tests need did not start; never a reason to skip."""


def told(folder: Path, name: str) -> dict[str, str | None]:
    """What the controller says about a server, as soon as it does."""
    file = folder / f"{name}.json"
    deadline = time.monotonic() + PATIENCE
    while not file.exists():
        if time.monotonic() > deadline or not folder.exists():
            raise ServerMissing(f"{name}: the process that controls this run said nothing about it")
        time.sleep(0.02)
    result: dict[str, str | None] = json.loads(file.read_text())
    if error := result.get("error"):
        raise ServerMissing(error)
    return result


def must_not_miss() -> bool:
    """On the build machine a run without its servers fails, even when no test asked for them."""
    return os.environ.get("CI", "").lower() in {"1", "true"}
