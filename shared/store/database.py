"""The store as one process sees it: a few connections that its threads share, each call with a deadline."""

from __future__ import annotations

import contextlib
import queue
import select
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus

from shared.store.deadline import Watchdog
from shared.store.sql import query

T = TypeVar("T")

#: A call that must answer somebody gives up after this; a webhook's 503 is due within two seconds.
ANSWER_WITHIN = 1.5
#: After a call that the server did not answer, the next ones fail at once for this long.
BREATHE = 0.5
#: The server's own limits come this much earlier than ours, so that it ends what nobody waits for any more.
SERVER_FIRST = 0.3
#: Seconds between two tries of the patient to connect.
KNOCK_EVERY = 0.1
#: Errors of the moment: the statement may simply be repeated, so often at most. A row meant for the default partition
#: is refused while its month is made.
MOST_TRIES = 20
TRY_AGAIN = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.CheckViolation,
)


class DatabaseDown(Exception):
    """PostgreSQL cannot be reached, did not answer in time, or stores nothing (disk full, a standby).

    Nothing is known to be stored.
    """


class UnsafeRole(Exception):
    """The services would not be bound by row-level security."""


class OldSchema(Exception):
    """The database lacks migrations that this code needs."""


class Held:
    """A connection that whoever has it keeps for long. Each call on it has a deadline, as all calls have."""

    def __init__(self, connection: Connection, watchdog: Watchdog) -> None:
        self._connection = connection
        self._watchdog = watchdog

    def run(self, work: Callable[[Connection], T], *, within: float) -> T:
        """Raises DatabaseDown where the connection is broken or silent; other errors of PostgreSQL come as they are."""
        try:
            with self._watchdog.limit(self._connection, within):
                return work(self._connection)
        except psycopg.OperationalError as error:
            if self._connection.closed:
                raise DatabaseDown("PostgreSQL broke the connection off") from error
            raise


class Database:
    """Logged in as `shopledger_app`. Any number of threads may use it; `connections` of them at a time."""

    def __init__(
        self, url: str, *, name: str, connections: int = 8, within: float = 10.0, is_patient: bool = False
    ) -> None:
        """`within`: seconds that one call may take, waiting for a connection included.

        `is_patient`: a server that refuses connections is asked again for so long; it is just being started again.
        """
        self._url = url
        self._within = within
        self._is_patient = is_patient
        self._options: dict[str, Any] = {
            "autocommit": True,
            "prepare_threshold": 0,
            "application_name": f"shopledger {name}",
            "connect_timeout": 2,
            "client_encoding": "utf8",
        }
        self._idle: queue.SimpleQueue[Connection | None] = queue.SimpleQueue()
        for _ in range(connections):
            self._idle.put(None)
        self._watchdog = Watchdog()
        self._connector = ThreadPoolExecutor(max_workers=4, thread_name_prefix="database-connect")
        self._silent_until = 0.0

    def run(self, work: Callable[[Connection], T], *, repeat: bool = True) -> T:
        """Does `work`, a single statement, and returns its result. Raises DatabaseDown within the time of a call.

        A broken connection (the server was restarted) is replaced, a deadlock is tried again, while there is time.
        `repeat=False` for a statement that must not be done twice when its answer is lost.
        """
        give_up = time.monotonic() + self._within
        for _ in range(MOST_TRIES):
            with self._borrowed(give_up) as connection:
                left = give_up - time.monotonic()
                try:
                    with self._watchdog.limit(connection, left):
                        return work(connection)
                except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction, *TRY_AGAIN) as error:
                    self._judge(error, connection, repeat=repeat)
                    if time.monotonic() >= give_up:
                        self._give_up(error, waited=left)
        raise DatabaseDown("PostgreSQL refused every try")

    def one(self, name: str, values: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        """The one row of `queries/<name>.sql`, which may be repeated as in `run`. Raises DatabaseDown."""
        row: tuple[Any, ...] | None = self.run(lambda c: c.execute(query(name), values).fetchone())
        assert row is not None
        return row

    @contextlib.contextmanager
    def account(self, account_id: int) -> Iterator[Connection]:
        """A transaction that sees this account only, and lasts no longer than a call may.

        Raises DatabaseDown where the connection cannot be had or breaks; other errors of PostgreSQL come as they are.
        """
        give_up = time.monotonic() + self._within
        with self._borrowed(give_up) as connection:
            try:
                with self._watchdog.limit(connection, give_up - time.monotonic()), connection.transaction():
                    connection.execute("select set_config('shopledger.account_id', %s, true)", [str(account_id)])
                    yield connection
            except psycopg.OperationalError as error:
                if connection.broken:
                    raise DatabaseDown("PostgreSQL broke the connection off") from error
                raise

    @contextlib.contextmanager
    def held(self, *, patience: float) -> Iterator[Held]:
        """A connection beside the shared ones, for as long as the caller keeps it, for a lock of its session, say.

        `patience`: seconds that a statement there may wait. Raises DatabaseDown where the connection cannot be had.
        """
        connection = self._connect(time.monotonic() + self._within, statements=patience)
        with contextlib.closing(connection):
            yield Held(connection, self._watchdog)

    def check_role(self) -> None:
        """Raises UnsafeRole unless row-level security binds this login. Every service calls it at its start."""
        name, is_unsafe = self.one("role_rights")
        if is_unsafe:
            raise UnsafeRole(
                f"the database login {name!r} may see all accounts (superuser, BYPASSRLS or owner, by itself or as a"
                " member); log in as shopledger_app, which `shopledger migrate` makes"
            )

    def check_schema(self, needed: set[str]) -> None:
        """Raises OldSchema unless these migrations ran. Every service calls it at its start."""
        try:
            missing = sorted(needed - set(self.one("applied_migrations")[0] or []))
        except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
            missing = sorted(needed)
        if missing:
            raise OldSchema(f"the database lacks {missing[0]}: run `shopledger migrate` first")

    def can_write(self) -> bool:
        """Whether it stores what comes: not a standby, not read-only. Raises DatabaseDown."""
        return bool(self.one("can_write")[0])

    def close(self) -> None:
        """Closes every connection that is not in use."""
        with contextlib.suppress(queue.Empty):
            while True:
                _close(self._idle.get_nowait())

    def _judge(self, error: psycopg.Error, connection: Connection, *, repeat: bool) -> None:
        """Returns if the work may be done again, else raises."""
        if isinstance(error, psycopg.errors.CheckViolation) and error.diag.constraint_name:
            raise error
        if not connection.broken and not isinstance(error, TRY_AGAIN):
            connection.close()
            raise DatabaseDown(f"PostgreSQL does not store this now ({error.sqlstate})") from error
        if connection.broken and not repeat:
            raise DatabaseDown("PostgreSQL broke the connection off; it may have done what was asked") from error

    @contextlib.contextmanager
    def _borrowed(self, give_up: float) -> Iterator[Connection]:
        """A connection that nobody else uses meanwhile."""
        self._refuse_if_silent()
        try:
            connection = self._idle.get(timeout=max(0.0, give_up - time.monotonic()))
        except queue.Empty:
            raise DatabaseDown("PostgreSQL is too slow: all connections are busy") from None
        try:
            self._refuse_if_silent()  # whoever had it before may just have found out
            if connection is None or connection.closed or _was_hung_up(connection):
                _close(connection)
                connection = None
                connection = self._connect(give_up, statements=self._within - SERVER_FIRST)
            yield connection
        finally:
            if connection is not None and connection.info.transaction_status != TransactionStatus.IDLE:
                connection.close()
            self._idle.put(connection)

    def _refuse_if_silent(self) -> None:
        if time.monotonic() < self._silent_until:
            raise DatabaseDown("PostgreSQL did not answer a moment ago")

    def _connect(self, give_up: float, *, statements: float) -> Connection:
        """`statements`: seconds after which the server ends one."""
        limit = int(statements * 1000)
        # A temporary table must never stand before one of ours.
        options = (
            "-c search_path=shopledger,pg_temp"
            f" -c statement_timeout={limit} -c lock_timeout={limit} -c client_connection_check_interval=250ms"
        )
        # libpq waits two seconds at least for a server that takes the call and says nothing: too long for us.
        left = max(0.0, give_up - time.monotonic())
        while True:
            attempt = self._connector.submit(lambda: psycopg.connect(self._url, options=options, **self._options))
            try:
                return attempt.result(timeout=max(0.0, give_up - time.monotonic()))
            except TimeoutError as error:
                if not attempt.cancel():
                    attempt.add_done_callback(_close_late)
                self._give_up(error, waited=left)
            except psycopg.OperationalError as error:
                if not self._is_patient or give_up - time.monotonic() < KNOCK_EVERY:
                    raise DatabaseDown("PostgreSQL cannot be reached") from error
            time.sleep(KNOCK_EVERY)

    def _give_up(self, error: Exception, *, waited: float) -> NoReturn:
        """A server that said nothing for longer than its own time-outs allow is given a rest."""
        if waited > self._within - SERVER_FIRST / 2:
            self._silent_until = time.monotonic() + BREATHE
        raise DatabaseDown("PostgreSQL did not answer in time") from error


def _was_hung_up(connection: Connection) -> bool:
    """An idle connection has nothing to read, unless the server has said good-bye or the line broke."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _close(connection: Connection | None) -> None:
    if connection is not None:
        connection.close()


def _close_late(attempt: Future[Connection]) -> None:
    if attempt.exception() is None:
        attempt.result().close()
