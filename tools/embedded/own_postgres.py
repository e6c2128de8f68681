"""PostgreSQL in the data folder, for who holds it: started, migrated, opened under the services' login, and kept up."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from types import TracebackType
from typing import Self

import psycopg
import structlog

from shared.sealing import Keyring
from shared.startup import open_database
from shared.store.database import Database
from tools.cli.problems import Exit, Problem
from tools.embedded.folder import DataFolder, Holder, Use
from tools.migrate import MigrationError, migrate
from tools.servers import guard
from tools.servers.postgres import AlreadyRuns, PostgresServer
from tools.servers.process import ServerError

#: Seconds between two looks whether it still runs, and before it is started again when that failed.
LOOK_EVERY = 0.2
BREATHE = 2.0
#: Seconds in which the PostgreSQL of a killed process ends by its guard, and in which it must have ended when told to.
GUARD_ENDS_WITHIN = 2.0
ORPHAN_ENDS_WITHIN = 30.0
#: Seconds that another command may have the folder, and that one may look whether it is free.
PATIENCE = 30.0
GLANCE = 1.0

log = structlog.get_logger()


class OwnPostgres:
    """Between `start` and `stop` the folder is this process'. Raises Problem where it cannot be had or started."""

    def __init__(self, folder: DataFolder, use: Use, *, address: str = "") -> None:
        self._folder = folder
        self._use = use
        self._address = address
        self._ending = contextlib.ExitStack()

    def start(self) -> Self:
        with contextlib.ExitStack() as ending:
            self._folder.prepare()
            since = time.monotonic()
            is_taken = lambda: self._folder.running() is not None and time.monotonic() > since + GLANCE  # noqa: E731
            if not ending.enter_context(self._folder.held(patience=PATIENCE, unless=is_taken)):
                raise Taken(self._folder)
            self._folder.forget()  # what a killed process said of itself
            _ = self._folder.keyring, self._folder.app_password
            self._launch()
            ending.callback(self._server.stop)
            self._migrate()
            self._folder.tell(Holder(self._use, os.getpid(), self._server.port, self._address))
            ending.callback(self._folder.forget)
            self._ending = ending.pop_all()
        return self

    def stop(self) -> None:
        self._ending.close()

    @property
    def app_url(self) -> str:
        """Logged in as the services do, bound by row-level security."""
        return self._server.url(user="shopledger_app", password=self._folder.app_password)

    @property
    def keyring(self) -> Keyring:
        return self._folder.keyring

    def open(self, service: str, *, connections: int, within: float, is_patient: bool = False) -> Database:
        """Raises DatabaseDown."""
        return open_database(service, self.app_url, connections=connections, within=within, is_patient=is_patient)

    def keep(self, stop: threading.Event) -> None:
        """Until `stop` is set it is started again whenever it ended: what was committed is there, and services wait."""
        while not stop.wait(LOOK_EVERY):
            if self._server.is_running:
                continue
            log.warning("postgres_ended", log=str(self._server.log))
            try:
                self._server.restart()
                log.info("postgres_back")
            except ServerError as error:
                log.error("postgres_not_started", problem=str(error).splitlines()[0])
                stop.wait(BREATHE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self) -> None:
        try:
            self._server = PostgresServer(self._folder.postgres)
            self._start_when_the_last_one_is_gone()
        except ServerError as error:
            raise Problem(f"PostgreSQL of the data folder {self._folder.path}: {error}", Exit.UNAVAILABLE) from None
        except PermissionError as error:
            raise Problem(
                f"no right to use {error.filename}: parts of the data folder {self._folder.path} belong to somebody"
                " else; give them to the user who runs this, or choose another folder with --data",
                Exit.NO_PERMISSION,
            ) from None
        except OSError as error:
            raise Problem(f"{error.filename or self._folder.path}: {error.strerror}", Exit.CANNOT_CREATE) from None

    def _start_when_the_last_one_is_gone(self) -> None:
        """The folder is ours: a PostgreSQL that still runs there was left behind by a process that was killed."""
        since, is_told = time.monotonic(), False
        while True:
            try:
                return self._server.start()
            except AlreadyRuns as error:
                waited = time.monotonic() - since
                if waited > ORPHAN_ENDS_WITHIN:
                    raise
                if waited > GUARD_ENDS_WITHIN and not is_told:
                    guard.send([error.pid], signal.SIGINT)
                    is_told = True
                time.sleep(LOOK_EVERY)

    def _migrate(self) -> None:
        try:
            migrate(self._server.url(), app_password=self._folder.app_password)
        except MigrationError as error:
            raise Problem(f"the data folder {self._folder.path}: {error}", Exit.WRONG_CONFIGURATION) from None
        except psycopg.Error as error:
            raise Problem(f"PostgreSQL of the data folder: {error}", Exit.UNAVAILABLE) from None


class Taken(Problem):
    """Another process has the folder."""

    def __init__(self, folder: DataFolder) -> None:
        holder = folder.holder()
        who = f" (process {holder.pid})" if holder else ""
        where = f", at {holder.address}" if holder and holder.address else ""
        super().__init__(
            f"shopledger runs in the data folder {folder.path} already{who}{where}: stop that one first, or choose"
            " another folder with --data",
            Exit.UNAVAILABLE,
        )
