"""One database connection per thread, opened when first needed and again when it breaks."""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from psycopg import Connection

from shared.store.deadline import Watchdog
from shared.store.sql import query

T = TypeVar("T")

#: A call that must answer somebody gives up after this; a webhook's 503 is due within two seconds.
ANSWER_WITHIN = 1.5
#: Errors of the moment: the statement may simply be repeated.
TRY_AGAIN = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)


class DatabaseDown(Exception):
    """PostgreSQL cannot be reached, did not answer in time, or stores nothing (disk full, a standby).

    Nothing is known to be stored.
    """


class UnsafeRole(Exception):
    """The services would not be bound by row-level security."""


class Database:
    """The store as one process sees it, logged in as `shopledger_app`."""

    def __init__(self, url: str, *, name: str) -> None:
        self._url = url
        self._options: dict[str, Any] = {
            "autocommit": True,
            "prepare_threshold": 0,
            "application_name": f"shopledger {name}",
            "options": "-c search_path=shopledger",
            "connect_timeout": 2,
            "client_encoding": "utf8",
        }
        self._local = threading.local()
        self._watchdog = Watchdog()
        self._connector = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database-connect")

    def check_role(self) -> None:
        """Raises UnsafeRole unless row-level security binds this login. Every service calls it at its start."""
        row = self.run(lambda connection: connection.execute(query("role_rights")).fetchone())
        if row is None or any(row[1:]):
            raise UnsafeRole(
                f"the database login {row[0] if row else ''!r} may see all accounts (superuser, BYPASSRLS or owner);"
                " log in as shopledger_app, which `python -m tools.migrate` makes"
            )

    def run(self, work: Callable[[Connection], T], *, within: float = ANSWER_WITHIN) -> T:
        """Does `work` and returns its result; raises DatabaseDown at the latest after `within` seconds.

        A broken connection (the server was restarted) is replaced, a deadlock is tried again, while there is time; so
        the work must be a single statement that may be repeated.
        """
        give_up = time.monotonic() + within
        while True:
            connection = self._connection(give_up)
            try:
                with self._watchdog.limit(connection, give_up - time.monotonic()):
                    return work(connection)
            except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
                if not isinstance(error, TRY_AGAIN):
                    self._drop()
                if not connection.broken and not isinstance(error, TRY_AGAIN):
                    raise DatabaseDown(f"PostgreSQL refuses to store anything ({error.sqlstate})") from error
                if time.monotonic() >= give_up:
                    raise DatabaseDown("PostgreSQL did not answer in time") from error

    @contextlib.contextmanager
    def account(self, account_id: int) -> Iterator[Connection]:
        """A transaction that sees this account only."""
        connection = self._connection(time.monotonic() + 10)
        with connection.transaction():
            connection.execute("select set_config('shopledger.account_id', %s, true)", [str(account_id)])
            yield connection

    def close(self) -> None:
        """Closes this thread's connection."""
        self._drop()

    def _connection(self, give_up: float) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is not None and not connection.closed and not _was_hung_up(connection):
            return connection
        self._drop()
        self._local.connection = self._connect(give_up)
        return self._local.connection  # type: ignore[no-any-return]

    def _connect(self, give_up: float) -> Connection:
        # libpq waits two seconds at least for a server that takes the call and says nothing: too long for us.
        attempt = self._connector.submit(lambda: psycopg.connect(self._url, **self._options))
        try:
            return attempt.result(timeout=max(0.0, give_up - time.monotonic()))
        except TimeoutError as error:
            if not attempt.cancel():
                attempt.add_done_callback(_close_late)
            raise DatabaseDown("PostgreSQL did not answer in time") from error
        except psycopg.OperationalError as error:
            raise DatabaseDown("PostgreSQL cannot be reached") from error

    def _drop(self) -> None:
        connection: Connection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()


def _was_hung_up(connection: Connection) -> bool:
    """An idle connection has nothing to read, unless the server has said good-bye or the line broke."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _close_late(attempt: Future[Connection]) -> None:
    if attempt.exception() is None:
        attempt.result().close()
