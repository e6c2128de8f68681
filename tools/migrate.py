"""Brings a database to the state this code needs: roles, then the migrations it does not have yet, in order.

A migration is a SQL file; its name tells the story, and once released it never changes (its checksum is kept). Files
with `_pre_` run before new code starts, files with `_post_` after the last old process has stopped.
"""

from __future__ import annotations

import hashlib
from typing import LiteralString

import psycopg
from psycopg import sql

from shared.store.sql import migrations, sql_file

#: Two migrations at once wait for each other on this advisory lock.
LOCK = 7_402_118_001
#: How often two migrations may meet at the roles.
MEETINGS = 10


class MigrationError(Exception):
    """The database and this code do not fit together; the message says what to do."""


def migrate(admin_url: str, *, app_password: str) -> list[str]:
    """Migrates the database that `admin_url` names and returns the names of the migrations that ran now.

    The administrator needs the right to create roles (a superuser, or CREATEROLE). `app_password` becomes the
    password of the role `shopledger_app`, under which the services log in.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        make_roles(connection, app_password)
        connection.execute("create schema if not exists shopledger authorization shopledger_owner")
        connection.execute("set role shopledger_owner")
        connection.execute("set search_path = shopledger, pg_temp")
        return run_missing(connection, migrations())


def make_roles(connection: psycopg.Connection, app_password: str) -> None:
    """Roles belong to the whole server: two migrations in two of its databases may meet here, and one tries again."""
    for attempt in range(MEETINGS):
        try:
            connection.execute(sql_file("roles.sql"))
            connection.execute(sql.SQL("alter role shopledger_app password {}").format(sql.Literal(app_password)))
            connection.execute("grant shopledger_owner to current_user")
            break
        except psycopg.errors.InternalError_ as error:
            if "concurrently updated" not in str(error) or attempt == MEETINGS - 1:
                raise
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("revoke temporary on database {} from public").format(database))


def run_missing(connection: psycopg.Connection, wanted: dict[str, LiteralString]) -> list[str]:
    connection.execute(
        "create table if not exists migrations"
        " (name text primary key, checksum text not null, applied_at timestamptz not null default now())"
    )
    connection.execute("grant select on migrations to shopledger_app")
    applied: dict[str, str] = dict(connection.execute("select name, checksum from migrations").fetchall())
    if unknown := sorted(applied.keys() - wanted.keys()):
        raise MigrationError(f"the database has {', '.join(unknown)}, which this code lacks: install the newer version")
    done = []
    for name, text in wanted.items():
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if name not in applied:
            with connection.transaction():
                connection.execute(text)
                connection.execute("insert into migrations (name, checksum) values (%s, %s)", [name, checksum])
            done.append(name)
        elif applied[name] != checksum:
            raise MigrationError(f"{name} was changed after it ran here; write a new migration instead")
    return done
