"""Webhooks per second and CPU per webhook, beside the bare insert of the same bytes in the same run."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import cpu
from bench.load import order_body
from shared.store.database import Database
from tests.support.processes import environment, free_port, running
from tests.support.shop import open_shop
from tests.support.wire import exchange, request
from tools.migrate import migrate
from tools.servers.postgres import PostgresServer, find_binaries

SECRET = "secret of the bench"
CONNECTIONS = (1, 8, 32)
INBOX = """
    create table inbox (id bigint generated always as identity primary key, key bytea not null unique,
                        body bytea not null, done boolean not null default false);
    create index on inbox (id) where not done;
    grant insert on inbox to shopledger_app;
    create sequence numbers;
"""


@dataclass(frozen=True)
class Figure:
    """One measured run of webhooks. CPU in milliseconds per webhook."""

    per_second: float
    ingest: float
    postgres: float
    load: float
    p50: float
    p99: float

    @property
    def cpu(self) -> float:
        return self.ingest + self.postgres


@dataclass(frozen=True)
class Server:
    name: str
    command: list[str]
    path: str
    env: Mapping[str, str]


class Bench:
    def __init__(self, postgres: PostgresServer, count: int, rounds: int) -> None:
        self.postgres, self.count, self.rounds = postgres, count, rounds
        migrate(postgres.url(), app_password="bench")
        with psycopg.connect(postgres.url()) as connection:
            connection.execute(INBOX)
        self.app_url = postgres.url(user="shopledger_app", password="bench")
        database = Database(self.app_url, name="bench")
        self.path = f"/webhooks/{open_shop(database).add_webhook('order.created', SECRET)}"
        database.close()

    def ours(self, workers: int, threads: int) -> Server:
        env = {"SHOPLEDGER_INGEST_WORKERS": str(workers), "SHOPLEDGER_INGEST_THREADS": str(threads)}
        return Server(f"granian {workers} x {threads}", [sys.executable, "-m", "ingest"], self.path, env)

    def gunicorn(self, workers: int, threads: int, port: int) -> Server:
        command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", str(workers), "--threads", str(threads)]
        command += ["-b", f"127.0.0.1:{port}", "--log-level", "warning", "ingest.app:from_settings()"]
        return Server(f"gunicorn gthread {workers} x {threads}", command, self.path, {})

    def bare_flask(self, port: int) -> Server:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port)]
        command += ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "bench.bare_flask:make"]
        env = {"BARE_DATABASE_URL": self.app_url, "BARE_SECRET": SECRET}
        return Server("bare Flask, granian 2 x 4", command, "/bare", env)

    def webhooks(self, make: Callable[[int], Server], connections: int) -> Figure:
        """The median run of several, by webhooks per second, after one that warms up."""
        port = free_port()
        server = make(port)
        env = environment(self.app_url, SHOPLEDGER_INGEST_PORT=str(port), **server.env)
        with running(server.command, env) as process:
            wait_for(port)
            self._run(process.pid, port, server.path, connections, self.count // 4)
            runs = [self._run(process.pid, port, server.path, connections, self.count) for _ in range(self.rounds)]
        return sorted(runs, key=lambda figure: figure.per_second)[len(runs) // 2]

    def _run(self, pid: int, port: int, path: str, connections: int, count: int) -> Figure:
        command = [sys.executable, "-m", "bench.load", str(port), path, SECRET, str(count), str(connections)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
            assert load.stdin is not None
            assert load.stdout is not None
            load.stdout.readline()
            before = cpu.seconds(pid), cpu.seconds(self.postgres.pid)
            load.stdin.write("go\n")
            load.stdin.flush()
            told = json.loads(load.stdout.readline())
            after = cpu.seconds(pid), cpu.seconds(self.postgres.pid)
        each = 1000 / count
        return Figure(
            count / told["seconds"], (after[0] - before[0]) * each, (after[1] - before[1]) * each,
            told["cpu"] * each, told["p50"] * 1000, told["p99"] * 1000,
        )  # fmt: skip

    def bare_inserts(self, connections: int) -> float:
        """Inserts per second of pgbench, the same bytes, one durable commit each; the median of several runs."""
        body = order_body(1).hex()
        statement = rf"insert into inbox (key, body) values (sha256(int8send(nextval('numbers'))), '\x{body}');"
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(statement)
            script.flush()
            command = [str(find_binaries() / "pgbench"), "-n", "-M", "prepared", "-c", str(connections), "-j", "2"]
            command += ["-T", "4", "-f", script.name, self.postgres.url()]
            rates = []
            for _ in range(self.rounds):
                told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                found = re.search(r"tps = ([\d.]+)", told)
                assert found is not None, told
                rates.append(float(found[1]))
        return statistics.median(rates)


def wait_for(port: int) -> None:
    while True:
        try:
            exchange(port, request("GET", "/", {}, b""))
            return
        except OSError:
            continue


def report(count: int, rounds: int, *, with_servers: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="shopledger-bench-") as folder:
        Path(folder).chmod(0o711)
        with PostgresServer(Path(folder) / "postgres") as postgres:
            compare(Bench(postgres, count, rounds), with_servers=with_servers)


def compare(bench: Bench, *, with_servers: bool) -> None:
    print(f"{bench.count} webhooks of {len(order_body(1))} bytes a run, median of {bench.rounds} runs; ", end="")
    print("CPU in ms per webhook\n")
    print(
        "| server | connections | webhooks/s | of bare insert | CPU ingest | CPU PostgreSQL | both | p50 ms | p99 ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for connections in CONNECTIONS:
        bare = bench.bare_inserts(connections)
        print(f"| bare insert (pgbench) | {connections} | {bare:.0f} | 1 | | | | | |")
        row(bench.webhooks(lambda _: bench.ours(2, 16), connections), "ingest, granian 2 x 16", connections, bare)
    row(bench.webhooks(bench.bare_flask, 32), "bare Flask + insert, granian 2 x 4", 32, bare)
    if with_servers:
        for server in others(bench):
            figure = bench.webhooks(server, 32)
            row(figure, server(0).name, 32, bare)


def others(bench: Bench) -> Iterator[Callable[[int], Server]]:
    """The WSGI servers and sizes that ingest was tried with."""
    for workers, threads in ((1, 8), (1, 16), (2, 4), (2, 8), (2, 32)):
        yield lambda _, w=workers, t=threads: bench.ours(w, t)  # type: ignore[misc]
    for workers, threads in ((2, 8), (2, 32)):
        yield lambda port, w=workers, t=threads: bench.gunicorn(w, t, port)  # type: ignore[misc]


def row(figure: Figure, name: str, connections: int, bare: float) -> None:
    print(
        f"| {name} | {connections} | {figure.per_second:.0f} | {figure.per_second / bare:.3f} | {figure.ingest:.2f} "
        f"| {figure.postgres:.2f} | **{figure.cpu:.2f}** | {figure.p50:.1f} | {figure.p99:.1f} |",
        flush=True,
    )
