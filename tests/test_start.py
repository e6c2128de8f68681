"""A service that cannot work says so in one line, with an exit code, and does not start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.processes import ROOT, environment, free_port
from tests.support.servers import DatabaseAddress

SERVICES = ("ingest", "workers", "scheduler")


def start(service: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", service], env=env, cwd=ROOT, text=True, capture_output=True, timeout=30
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_login_that_sees_all_accounts_is_refused(service: str, database: DatabaseAddress) -> None:
    # Given an administrator's login, when a service starts with it, then it refuses and says which login to use
    ended = start(service, environment(database.admin_url))
    assert ended.returncode == 78
    assert "log in as shopledger_app" in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_database_that_is_not_there_is_said_in_one_line(service: str) -> None:
    # Given an address where nothing listens
    ended = start(service, environment(f"postgresql://shopledger_app:secret@127.0.0.1:{free_port()}/shopledger"))
    assert ended.returncode == 69
    assert ended.stderr == "shopledger: PostgreSQL cannot be reached (SHOPLEDGER_DATABASE_URL)\n"


@pytest.mark.parametrize("service", SERVICES)
def test_a_missing_or_wrong_setting_is_named(service: str) -> None:
    # Given no database address and a wrong number
    env = environment("x", SHOPLEDGER_WORKER_THREADS="many")
    del env["SHOPLEDGER_DATABASE_URL"]
    ended = start(service, env)

    # Then both are named, and no value is shown
    assert ended.returncode == 78
    assert "SHOPLEDGER_DATABASE_URL: Field required" in ended.stderr
    assert "SHOPLEDGER_WORKER_THREADS" in ended.stderr
    assert "many" not in ended.stderr


def test_ingest_does_not_start_with_keys_it_cannot_read(database: DatabaseAddress) -> None:
    # Given a key that is too short, when ingest starts, then it says so and does not show the key
    ended = start("ingest", environment(database.app_url, SHOPLEDGER_SECRET_KEYS="k1:c2hvcnQ="))
    assert ended.returncode == 78
    assert "key 'k1' of SHOPLEDGER_SECRET_KEYS has 5 bytes, not 32" in ended.stderr
    assert "c2hvcnQ" not in ended.stderr
