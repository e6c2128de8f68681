"""The migrations and schema.sql agree, and a migration that ran is never changed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql

from shared.store.sql import migrations, sql_file
from tests.support.servers import APP_PASSWORD, DatabaseAddress, Postgres
from tools import migrate as migrating
from tools.migrate import MigrationError, migrate
from tools.servers.postgres import find_binaries


def dumped(address: str) -> str:
    """The schema as pg_dump tells it, without the record of migrations and what is random in a dump."""
    command = [str(find_binaries() / "pg_dump"), "--schema-only", "--exclude-table=shopledger.migrations", address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in told.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def test_the_schema_file_equals_the_sum_of_the_migrations(postgres: Postgres, fresh_database: DatabaseAddress) -> None:
    # Given a migrated database and one made from schema.sql
    name = f"{fresh_database.name}_from_schema"
    with psycopg.connect(postgres.admin_url, autocommit=True) as c:
        c.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    with psycopg.connect(postgres.url(name)) as c:
        c.execute("create schema shopledger authorization shopledger_owner")
        c.execute("set role shopledger_owner; set search_path = shopledger, pg_temp")
        c.execute(sql_file("schema.sql"))

    # When both are written out, then they are the same, rights and policies included
    assert dumped(postgres.url(name)) == dumped(fresh_database.admin_url)


def test_a_second_run_changes_nothing(fresh_database: DatabaseAddress) -> None:
    # Given a migrated database, when it is migrated again, then nothing runs
    assert migrate(fresh_database.admin_url, app_password=APP_PASSWORD) == []


def test_a_changed_migration_is_refused(fresh_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a migration that was edited after it ran here
    edited = {name: text + "\n-- edited" for name, text in migrations().items()}
    monkeypatch.setattr(migrating, "migrations", lambda: edited)

    # When the database is migrated, then it is refused and nothing runs
    with pytest.raises(MigrationError, match=r"001_pre_.* was changed after it ran here"):
        migrate(fresh_database.admin_url, app_password=APP_PASSWORD)


def test_a_database_that_is_newer_than_the_code_is_refused(fresh_database: DatabaseAddress) -> None:
    # Given a migration that only a newer version knows
    with psycopg.connect(fresh_database.admin_url) as c:
        c.execute("insert into shopledger.migrations (name, checksum) values ('999_pre_tomorrow.sql', '')")

    # When this version migrates, then it says which it lacks
    with pytest.raises(MigrationError, match=r"999_pre_tomorrow\.sql.*newer version"):
        migrate(fresh_database.admin_url, app_password=APP_PASSWORD)


def test_a_migration_that_fails_leaves_nothing_behind(
    fresh_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a migration whose second statement is wrong
    broken = {**migrations(), "900_pre_broken.sql": "create table half (id int); select * from nowhere"}
    monkeypatch.setattr(migrating, "migrations", lambda: broken)

    # When it runs, then its first statement is undone, too
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(fresh_database.admin_url, app_password=APP_PASSWORD)
    with psycopg.connect(fresh_database.admin_url) as c:
        assert c.execute("select to_regclass('shopledger.half')").fetchone() == (None,)


def test_two_databases_of_one_server_are_migrated_at_once(postgres: Postgres, fresh_names: Iterator[str]) -> None:
    # Given several new databases, whose roles belong to all of them
    names = [next(fresh_names) for _ in range(4)]
    with psycopg.connect(postgres.admin_url, autocommit=True) as c:
        for name in names:
            c.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    # When all are migrated at the same time, then none of them fails
    with ThreadPoolExecutor(len(names)) as pool:
        done = list(pool.map(lambda name: migrate(postgres.url(name), app_password=APP_PASSWORD), names))
    assert done == [list(migrations())] * len(names)


def test_migrations_are_numbered_in_order_and_say_when_they_run() -> None:
    # Given the names of all migrations, when they are read, then each has the next number and its phase
    for expected, name in enumerate(migrations(), start=1):
        number, phase, story = name.split("_", 2)
        assert (int(number), phase in ("pre", "post"), bool(story)) == (expected, True, True), name
