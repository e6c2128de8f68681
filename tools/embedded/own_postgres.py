"""PostgreSQL in the data folder, for who holds it: started, migrated, opened under the services' login, and kept up."""

from __future__ import annotations

import contextlib
import os
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
from tools.servers.postgres import AlreadyRuns, PostgresServer
from tools.servers.process import ServerError

#: Seconds between two looks whether it still runs, and before it is started again when that failed.
LOOK_EVERY = 0.2
BREATHE = 2.0
#: Seconds in which the PostgreSQL of a killed process must have ended; its guard kills it after ten.
ORPHAN_ENDS_WITHIN = 15.0
#: Seconds that another command may look whether the folder is free.
GLANCE = 1.0

log = structlog.get_logger()


class OwnPostgres:
    """Between `start` and `stop` the folder is this process'. Raises Problem where it cannot be had or started."""

    def __init__(self, folder: DataFolder, use: Use, *, address: str = "", patience: float = GLANCE) -> None:
        self._folder = folder
        self._use = use
        self._address = address
        self._patience = patience
        self._ending = contextlib.ExitStack()

    def start(self) -> Self:
        with contextlib.ExitStack() as ending:
            self._folder.prepare()
            if not ending.enter_context(self._folder.held(patience=self._patience)):
                raise Problem(self._taken(), Exit.UNAVAILABLE)
            self._server = PostgresServer(self._folder.postgres)
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
        return Keyring.parse(self._folder.secret_keys)

    def open(self, service: str, *, connections: int, within: float) -> Database:
        return open_database(service, self.app_url, connections=connections, within=within)

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
        """The folder is ours: a PostgreSQL that still runs there is a killed process' own, and is being ended."""
        give_up = time.monotonic() + ORPHAN_ENDS_WITHIN
        try:
            while True:
                try:
                    return self._server.start()
                except AlreadyRuns:
                    if time.monotonic() > give_up:
                        raise
                    time.sleep(LOOK_EVERY)
        except ServerError as error:
            raise Problem(f"PostgreSQL of the data folder did not start: {error}", Exit.UNAVAILABLE) from None
        except PermissionError as error:
            raise Problem(
                f"no right to use {error.filename}: the data folder {self._folder.path} belongs to somebody else;"
                " choose another with --data",
                Exit.NO_PERMISSION,
            ) from None
        except OSError as error:
            raise Problem(f"the data folder {self._folder.path}: {error.strerror}", Exit.CANNOT_CREATE) from None

    def _migrate(self) -> None:
        try:
            migrate(self._server.url(), app_password=self._folder.app_password)
        except MigrationError as error:
            raise Problem(f"the data folder {self._folder.path}: {error}", Exit.WRONG_CONFIGURATION) from None
        except psycopg.Error as error:
            raise Problem(f"PostgreSQL of the data folder: {error}", Exit.UNAVAILABLE) from None

    def _taken(self) -> str:
        holder = self._folder.holder()
        who = f" (process {holder.pid})" if holder else ""
        where = f", at {holder.address}" if holder and holder.address else ""
        return (
            f"shopledger runs in the data folder {self._folder.path} already{who}{where}: stop that one first, or"
            " choose another folder with --data"
        )
