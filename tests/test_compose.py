"""docker-compose.yml without Docker: each service's own command, run as a process with its own environment."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml

from tests.support.processes import ROOT, free_port, running, wait_until_ready
from tests.support.servers import OwnPostgres, Rabbit
from tests.support.shop import SECRET_KEYS
from tests.support.wire import exchange, request

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "definitions", "ingest", "relay", "worker", "jobs", "scheduler")
MONTHS = "select count(*) from pg_class where relispartition and relkind = 'r' and relname like 'events_2%'"
WITHIN = 30.0
#: One that must have a value, or may be empty.
VARIABLE = r"\$\{(\w+):[?-]\}"


class Installation:
    """Stands in for Docker: variables filled in as compose does, host names replaced by where our servers listen."""

    def __init__(self, postgres: OwnPostgres, rabbitmq: Rabbit) -> None:
        database, broker = urlsplit(postgres.url("shopledger")), urlsplit(rabbitmq.amqp_url)
        self.admin_url = postgres.url("shopledger")
        self.variables = {
            "POSTGRES_PASSWORD": database.password or "",
            "APP_PASSWORD": "app0password",
            "RABBITMQ_PASSWORD": broker.password or "",
            "SECRET_KEYS": SECRET_KEYS,
            "PUBLIC_URL": "",
        }
        management = urlsplit(rabbitmq.management_url or "")
        self.hosts = {
            f"shopledger:{broker.password}@rabbitmq:15672": management.netloc,
            "@postgres:5432": f"@{database.hostname}:{database.port}",
            f"shopledger:{broker.password}@rabbitmq:5672/shopledger": f"{broker.netloc}{broker.path}",
        }

    def environment(self, service: str) -> dict[str, str]:
        environment = {"PATH": os.environ["PATH"]}
        for name, value in COMPOSE["services"][service]["environment"].items():
            filled = re.sub(VARIABLE, lambda m: self.variables[m[1]], str(value))
            for theirs, ours in self.hosts.items():
                filled = filled.replace(theirs, ours)
            environment[name] = filled
        return environment

    def command(self, service: str) -> list[str]:
        program, *arguments = COMPOSE["services"][service]["command"]
        programs = {"python": [sys.executable], "shopledger": [sys.executable, "-m", "tools"]}
        return [*programs[program], *arguments]

    @contextlib.contextmanager
    def up(self, service: str, **replaced: str) -> Iterator[subprocess.Popen[str]]:
        environment = self.environment(service) | replaced
        with running(self.command(service), environment) as process:
            yield process


@pytest.fixture
def installation(own_postgres: OwnPostgres, rabbitmq: Rabbit) -> Installation:
    return Installation(own_postgres, rabbitmq)


def months(installation: Installation) -> int:
    with psycopg.connect(installation.admin_url) as connection:
        row = connection.execute(MONTHS).fetchone()
    assert row is not None
    return int(row[0])


def drop_last_month(installation: Installation) -> None:
    with psycopg.connect(installation.admin_url) as connection:
        connection.execute(
            "do $$ begin execute (select 'drop table shopledger.' || max(relname) from pg_class"
            " where relispartition and relkind = 'r' and relname like 'events_2%'); end $$"
        )


def test_all_services_start_with_their_own_command_and_environment(installation: Installation) -> None:
    # Given the servers of the file, when the migration runs as it stands there
    for once in ("migrate", "definitions"):
        ran = subprocess.run(
            installation.command(once), env=installation.environment(once), cwd=ROOT, text=True, capture_output=True
        )
        assert ran.returncode == 0, ran.stderr
    drop_last_month(installation)
    before = months(installation)

    # And the services run as they stand there (only the port and the address are free ones)
    port = free_port()
    with (
        installation.up("ingest", SHOPLEDGER_INGEST_PORT=str(port), SHOPLEDGER_INGEST_HOST="127.0.0.1") as ingest,
        installation.up("relay") as relay,
        installation.up("worker") as worker,
        installation.up("jobs") as jobs,
        installation.up("scheduler") as scheduler,
    ):
        wait_until_ready(port, ingest)
        assert exchange(port, request("GET", "/health/ready", {}, b"")).status == 200

        # Then the scheduler's first message goes through RabbitMQ to the worker, which makes the missing month
        give_up = time.monotonic() + WITHIN
        while months(installation) == before:
            assert time.monotonic() < give_up, "the message went nowhere"
            assert [service.poll() for service in (relay, worker, jobs, scheduler)] == [None] * 4
            time.sleep(0.05)
    assert [service.returncode for service in (ingest, relay, worker, jobs, scheduler)] == [0] * 5


def test_the_file_has_the_services_of_the_design() -> None:
    # Given the file, when its services are listed, then they are these, and ours start after the migration
    services = COMPOSE["services"]
    assert set(services) == {"postgres", "rabbitmq", *OURS}
    assert services["rabbitmq"]["image"].endswith("-management")
    for name in ("ingest", "relay", "worker", "jobs", "scheduler"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_service_but_the_front_door_and_the_management_page_is_published_and_only_locally() -> None:
    # Given the file, when published ports are listed, then each is bound to this machine
    ports = {name: s["ports"] for name, s in COMPOSE["services"].items() if "ports" in s}
    assert ports == {"rabbitmq": ["127.0.0.1:15672:15672"], "ingest": ["127.0.0.1:8080:8080"]}


def test_every_variable_of_the_file_is_explained_in_the_example() -> None:
    # Given the variables that the file wants, when .env.example is read, then it names all of them and no other
    wanted = set(re.findall(VARIABLE, (ROOT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert explained == wanted


def test_whoever_makes_webhooks_is_told_where_they_go() -> None:
    # Given the services that look after webhooks, and the one in which `apply` is run, then each has the address
    for name in ("worker", "jobs"):
        assert COMPOSE["services"][name]["environment"]["SHOPLEDGER_PUBLIC_URL"] == "${PUBLIC_URL:-}"


def test_the_image_holds_every_package_and_does_not_run_as_root() -> None:
    # Given the packages of the distribution, when the Dockerfile is read, then it copies each and changes the user
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {p.rstrip("*") for p in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line}
    assert packages <= copied
    assert [line for line in lines if line.startswith("USER")] == ["USER shopledger"]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert packages <= allowed


def test_the_image_installs_what_is_locked_for_running() -> None:
    # Given the lock files, when both are read, then the image's is a part of the checkout's, version for version
    pinned = [
        set(re.findall(r"^([\w.-]+==[^ ]+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements-run.lock", "requirements.lock")
    ]
    assert pinned[0] < pinned[1]
