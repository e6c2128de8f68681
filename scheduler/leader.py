"""Which of the schedulers leads: the one whose session holds an advisory lock.

It pings every two seconds, and the server ends a session that was silent for five: a leader that is stopped, or cut
off, loses the lock within that time, and finds out when it goes on. Until then two may think that they lead; what they
emit is set by compare-and-set, so nothing comes twice.
"""

from __future__ import annotations

import threading

import psycopg
import structlog
from psycopg import Connection

from shared.store.database import Database, DatabaseDown
from shared.store.sql import query

#: Seconds between two pings, and after which the server takes a silent session for dead.
PING_EVERY = 2.0
SILENT_AT_MOST = 5
#: Seconds that one ping may take.
PING_WITHIN = 2.0

log = structlog.get_logger()


class Leadership:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._leads = threading.Event()

    def leads(self) -> bool:
        return self._leads.is_set()

    def run(self, stop: threading.Event) -> None:
        """Keeps asking for the lock, and keeps it, until `stop` is set. A server that is away only makes it wait."""
        while not stop.is_set():
            try:
                with self._database.held(patience=PING_WITHIN) as session:
                    session.run(_be_brief, within=PING_WITHIN)
                    while not stop.is_set():
                        # A lock that is had already would be taken a second time.
                        ask = _still_here if self.leads() else _lead
                        self._note(is_leader=session.run(ask, within=PING_WITHIN))
                        stop.wait(PING_EVERY)
            except Exception as error:  # nobody would see that this thread has ended, and nobody would lead any more
                problem = str(error) if isinstance(error, DatabaseDown) else type(error).__name__
                is_away = isinstance(error, DatabaseDown | psycopg.Error)
                log.warning("database_away" if is_away else "leadership_failed", problem=problem)
                self._note(is_leader=False)
                stop.wait(PING_EVERY / 2)
            finally:
                self._note(is_leader=False)

    def _note(self, *, is_leader: bool) -> None:
        if is_leader and not self._leads.is_set():
            log.info("leads")
            self._leads.set()
        elif not is_leader and self._leads.is_set():
            log.info("leads_no_more")
            self._leads.clear()


def _be_brief(connection: Connection) -> None:
    connection.execute(query("end_silent_session"), [f"{SILENT_AT_MOST}s"])


def _lead(connection: Connection) -> bool:
    return _is_so(connection, "lead")


def _still_here(connection: Connection) -> bool:
    return _is_so(connection, "still_here")


def _is_so(connection: Connection, name: str) -> bool:
    row = connection.execute(query(name)).fetchone()
    return row is not None and bool(row[0])
