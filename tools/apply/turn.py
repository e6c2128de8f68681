"""One apply at a time: a second one waits until the first is through, and then plans anew."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg

from shared.store.database import Database
from shared.store.sql import query
from tools.cli.problems import Exit, Problem

#: Seconds that one apply waits for another, which may be waiting for a slow shop.
PATIENCE = 120
#: What the lock is called.
LOCK = "shopledger.apply"


class Turn:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def check(self) -> None:
        """Raises Problem where the server broke the connection off, and the lock with it."""
        try:
            self._connection.execute(query("can_write"))
        except psycopg.Error:
            says = "PostgreSQL broke the connection off before anything was written: apply the file again"
            raise Problem(says, Exit.UNAVAILABLE) from None


@contextlib.contextmanager
def our_turn(database: Database) -> Iterator[Turn]:
    """Waits for it, on a connection of its own: others have a time limit. Raises Problem, DatabaseDown."""
    info, password = database.run(lambda c: (c.info.dsn, c.info.password))
    options = f"-c search_path=shopledger,pg_temp -c statement_timeout=0 -c lock_timeout={PATIENCE}s"
    try:
        connection = psycopg.connect(
            info, password=password, options=options, autocommit=True, application_name="shopledger apply"
        )
    except psycopg.OperationalError:
        raise Problem("PostgreSQL cannot be reached: apply the file again when it answers", Exit.UNAVAILABLE) from None
    with contextlib.closing(connection):
        try:
            connection.execute(query("wait_for_turn"), {"what": LOCK})
        except psycopg.errors.LockNotAvailable:
            says = f"another apply has been at work for {PATIENCE} seconds: apply the file again when it is through"
            raise Problem(says, Exit.UNAVAILABLE) from None
        yield Turn(connection)
