"""The connections that threads share: always given back clean, and refused only when PostgreSQL itself is silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import Connection

from shared.store import setup
from shared.store.database import Database, DatabaseDown
from tests.support.servers import DatabaseAddress


@pytest.fixture
def narrow(database: DatabaseAddress) -> Iterator[Database]:
    """One connection, and a second and a half for each call."""
    opened = Database(database.app_url, name="test", connections=1, within=1.5)
    yield opened
    opened.close()


def test_a_connection_comes_back_without_its_transaction_and_its_account(narrow: Database) -> None:
    # Given work that fails inside a transaction, and an account block that fails
    def half(connection: Connection) -> None:
        connection.execute("begin")
        raise ValueError

    with pytest.raises(ValueError):
        narrow.run(half)
    with pytest.raises(ZeroDivisionError), narrow.account(7):
        raise ZeroDivisionError

    # When the next one uses the connection, then it is outside of any transaction and account
    state = narrow.run(lambda c: (c.info.transaction_status.name, c.execute("select current_account()").fetchone()))
    assert state == ("IDLE", (None,))


def test_a_refusal_by_the_schema_is_not_tried_again_and_no_outage(narrow: Database) -> None:
    # Given a statement that a check refuses, when it is run, then the refusal comes at once and as it is
    began = time.monotonic()
    with pytest.raises(psycopg.errors.CheckViolation):
        narrow.run(lambda c: setup.open_account(c, ""), repeat=False)
    assert time.monotonic() - began < 1


def test_a_call_that_waited_for_a_connection_does_not_make_the_others_wait(narrow: Database) -> None:
    # Given a connection that somebody holds for most of the time of a call, and one who then gets the rest of it
    holding = threading.Event()

    def hold(connection: Connection) -> None:
        holding.set()
        connection.execute("select pg_sleep(0.8)")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(narrow.run, hold)
        holding.wait()
        late = pool.submit(narrow.run, lambda c: c.execute("select pg_sleep(30)"))
        first.result()
        with pytest.raises(DatabaseDown, match="in time"):
            late.result()

    # When the next one comes, then it is served: PostgreSQL was never silent
    assert narrow.run(lambda c: c.execute("select 1").fetchone()) == (1,)


def test_who_finds_all_connections_busy_is_told_in_time(narrow: Database) -> None:
    # Given the only connection in use, when the same thread wants another, then it is refused within a call's time
    began = time.monotonic()
    with pytest.raises(DatabaseDown), narrow.account(1):
        narrow.run(lambda c: c.execute("select 1"))
    assert time.monotonic() - began < 2
