"""Real servers for every test that wants one: a database and a vhost per worker, or a server to kill."""

import itertools
import os
import shutil
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import settings

from shared.store.database import Database
from tests.support.processes import NO_BROKER, ingest
from tests.support.servers import DatabaseAddress, OwnPostgres, Postgres, Rabbit, Run, must_not_miss, told
from tests.support.waiting import eventually
from tools.definitions import load_definitions
from tools.servers.rabbitmq import RabbitServer

# `make test` tries a fixed sample of each property, `make exhaustive` many more at random.
# One failure of a property at a time: several come as a group, which no test expects.
settings.register_profile("sample", derandomize=True, deadline=None, report_multiple_bugs=False)
settings.register_profile("exhaustive", max_examples=5000, deadline=None, report_multiple_bugs=False)
settings.load_profile(os.environ.get("PROOFS", "sample"))

RUN = pytest.StashKey[Run]()
FOLDER = pytest.StashKey[Path]()


class Hand:
    """Hands the folder of the run to each worker; a plugin of its own because xdist may be absent or off."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["servers"] = str(self.folder)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workerinput"):
        config.stash[FOLDER] = Path(config.workerinput["servers"])
    elif not config.option.collectonly:
        run = config.stash[RUN] = Run()
        config.stash[FOLDER] = run.folder
        config.pluginmanager.register(Hand(run.folder))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash.get(RUN, None)
    if run is not None and run.failures and must_not_miss() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    for failure in run.failures if run is not None else []:
        terminalreporter.write_line(f"a server is missing: {failure}", red=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None:
        run.stop()


@pytest.fixture(scope="session")
def servers_folder(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.stash[FOLDER]


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Postgres:
    """The run's PostgreSQL: its superuser's addresses, and clones of the migrated template."""
    result = told(servers_folder, "postgres")
    return Postgres(str(result["superuser_url"]), Path(str(result["seed"])))


@pytest.fixture(scope="session")
def database(postgres: Postgres, worker: str) -> DatabaseAddress:
    """This worker's database. Tests share it and keep apart by accounts of their own."""
    return postgres.clone(f"shopledger_{worker}")


@pytest.fixture(scope="session")
def store(database: DatabaseAddress) -> Iterator[Database]:
    """The same, logged in as the services are, under row-level security."""
    opened = Database(database.app_url, name="test")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ingest_port(database: DatabaseAddress) -> Iterator[int]:
    """Of an ingest on this worker's database."""
    with ingest(database.app_url, SHOPLEDGER_BROKER_URL=NO_BROKER) as port:
        yield port


@pytest.fixture(scope="session")
def fresh_names(worker: str) -> Iterator[str]:
    return (f"fresh_{worker}_{number}" for number in itertools.count())


@pytest.fixture
def fresh_database(postgres: Postgres, fresh_names: Iterator[str]) -> Iterator[DatabaseAddress]:
    """A migrated database that no other test sees."""
    made = postgres.clone(next(fresh_names))
    yield made
    postgres.drop(made)


@pytest.fixture
def own_folder(servers_folder: Path, fresh_names: Iterator[str]) -> Iterator[Path]:
    """Where a server of the test's own may live: reachable for whom it runs as, and removed after the test."""
    folder = servers_folder / next(fresh_names)
    folder.mkdir(mode=0o711)
    yield folder

    def is_gone() -> bool:
        # The guard of a server whose starter was killed may be removing it at the same time.
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    eventually(is_gone, f"{folder} is removed")


@pytest.fixture
def own_postgres(postgres: Postgres, own_folder: Path) -> Iterator[OwnPostgres]:
    """A durable, migrated server that the test may kill, suspend and start again."""
    shutil.copytree(postgres.seed, own_folder / "postgres")
    with OwnPostgres(own_folder / "postgres", throw_away=own_folder) as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq(servers_folder: Path, worker: str) -> Rabbit:
    """The run's RabbitMQ, with a vhost of this worker's own."""
    shared = told(servers_folder, "rabbitmq")
    amqp_url, management_url = str(shared["amqp_url"]), str(shared["management_url"])
    httpx.put(f"{management_url}/api/vhosts/{worker}").raise_for_status()
    user = urllib.parse.urlsplit(amqp_url).username
    rights = {"configure": ".*", "write": ".*", "read": ".*"}
    httpx.put(f"{management_url}/api/permissions/{worker}/{user}", json=rights).raise_for_status()
    load_definitions(management_url, worker)
    return Rabbit(f"{amqp_url.rpartition('/')[0]}/{worker}", management_url)


@pytest.fixture
def own_rabbitmq(servers_folder: Path, own_folder: Path) -> Iterator[RabbitServer]:
    """A node that the test may kill, suspend and start again; without the management page, which stops slowly."""
    told(servers_folder, "rabbitmq")
    with RabbitServer(own_folder / "rabbitmq", plugins=(), throw_away=own_folder) as server:
        yield server
