"""shopledger as the demo runs it: in one process, or as processes on a private RabbitMQ."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from shared.settings import PREFIX, Settings
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.definitions import load_definitions
from tools.embedded.folder import DataFolder
from tools.embedded.own_postgres import OwnPostgres
from tools.embedded.system import Embedded
from tools.servers.process import ServerError, free_port, tail
from tools.servers.rabbitmq import USER, RabbitServer, find_rabbitmq
from tools.services.command import SERVICES, supervised

#: Seconds until separate processes are ready.
READY_WITHIN = 60.0
#: Connections of who looks on, and seconds that one look may take.
CONNECTIONS = 2
WITHIN = 10.0
LOOK_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    place: Place
    #: Where ingest listens.
    address: str
    #: "in-process" or "rabbitmq".
    broker: str
    #: What else a reader wants to know of it.
    also: Sequence[str] = ()


@contextlib.contextmanager
def embedded(folder: DataFolder, settings: Settings) -> Iterator[Running]:
    """Raises Problem."""
    with (
        Embedded(folder, settings, port=0) as system,
        contextlib.closing(system.postgres.open("demo", connections=CONNECTIONS, within=WITHIN)) as database,
    ):
        place = Place(database, system.postgres.keyring, system.address, f"the data folder {folder.path}")
        yield Running(place, system.address, "in-process")


@contextlib.contextmanager
def with_rabbitmq(folder: DataFolder, settings: Settings, ended: threading.Event) -> Iterator[Running]:
    """The processes' output goes into the folder's log. Nobody waits for them once `ended` is set.

    Raises Problem, and ServerError where there is no RabbitMQ.
    """
    find_rabbitmq()
    port = free_port()
    address = f"http://{settings.ingest_host}:{port}"
    with (
        OwnPostgres(folder, "up", address=address) as postgres,
        private_rabbitmq(folder.path / "rabbitmq") as rabbit,
        contextlib.closing(postgres.open("demo", connections=CONNECTIONS, within=WITHIN)) as database,
        supervised(
            {name: module for processes in SERVICES.values() for name, module in processes.items()},
            {
                **{name: value for name, value in os.environ.items() if not name.startswith(PREFIX)},
                f"{PREFIX}DATABASE_URL": postgres.app_url,
                f"{PREFIX}BROKER_URL": rabbit.amqp_url(),
                f"{PREFIX}SECRET_KEYS": folder.secret_keys,
                f"{PREFIX}INGEST_HOST": settings.ingest_host,
                f"{PREFIX}INGEST_PORT": str(port),
            },
            log=folder.log,
        ),
        kept(postgres),
    ):
        wait_until_ready(address, folder.log, ended)
        place = Place(database, postgres.keyring, address, f"the data folder {folder.path}")
        page = (rabbit.management_url or "").rpartition("@")[2]
        login = f"RabbitMQ's management page is  http://{page}  user {USER}, password {rabbit.password}"
        yield Running(place, address, "rabbitmq", (login,))


@contextlib.contextmanager
def kept(postgres: OwnPostgres) -> Iterator[None]:
    """Started again whenever it ends, as `up` does."""
    stop = threading.Event()
    keeper = threading.Thread(target=postgres.keep, args=(stop,), name="postgres")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


@contextlib.contextmanager
def private_rabbitmq(folder: Path) -> Iterator[RabbitServer]:
    """With its policies and its management page. Raises Problem."""
    folder.mkdir(exist_ok=True)
    try:
        with RabbitServer(folder) as rabbit:
            load_definitions(rabbit.management_url or "", "/", patience=READY_WITHIN)
            yield rabbit
    except ServerError as error:
        raise Problem(str(error), Exit.UNAVAILABLE) from None


def wait_until_ready(address: str, log: Path, ended: threading.Event) -> None:
    """Or until `ended` is set. Raises Problem."""
    give_up = time.monotonic() + READY_WITHIN
    while not ended.wait(LOOK_EVERY):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
        if time.monotonic() > give_up:
            raise Problem(f"ingest did not start; the end of {log}:\n{tail(log)}", Exit.UNAVAILABLE)
