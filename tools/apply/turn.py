"""One apply at a time: a second one waits until the first is through, and then plans anew."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import psycopg

from shared.store.database import Database, DatabaseDown
from shared.store.sql import query
from tools.cli.problems import Exit, Problem

#: Seconds that one apply waits for another, which may be waiting for a slow shop.
PATIENCE = 120.0
#: Seconds in which PostgreSQL says that the turn is still ours, or that it would have let another one in.
AT_ONCE = 5.0
#: What the lock is called.
LOCK = "shopledger.apply"


@contextlib.contextmanager
def our_turn(database: Database) -> Iterator[Callable[[], None]]:
    """Waits for it. Raises Problem where that takes too long, DatabaseDown.

    What it yields raises DatabaseDown once the turn may be another's: the lock ends with its connection.
    """
    with database.held(patience=PATIENCE) as held:
        try:
            held.run(lambda c: c.execute(query("wait_for_turn"), {"what": LOCK}), within=PATIENCE + AT_ONCE)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):
            says = f"another apply has been at work for {PATIENCE:.0f} seconds: apply the file again when it is through"
            raise Problem(says, Exit.UNAVAILABLE) from None

        def still_ours() -> None:
            row = held.run(lambda c: c.execute(query("can_write")).fetchone(), within=AT_ONCE)
            if row is None or not row[0]:
                raise DatabaseDown("PostgreSQL only reads")

        yield still_ours
