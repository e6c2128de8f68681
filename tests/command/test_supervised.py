"""`shopledger up` on servers: processes of their own, each started again when it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.queue import Queue
from shared.store.database import Database
from tests.command.rig import command
from tests.line.queues import channel_to
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from tests.support.processes import ROOT, environment, free_port
from tests.support.servers import DatabaseAddress, Rabbit
from tests.support.waiting import eventually
from tests.support.wire import exchange, request
from tools.servers import guard
from tools.services.supervisor import Manners, Supervised

QUICK = Manners(look_every=0.02, breathe=0.05, longest=0.1, at_once=0.2)


@pytest.fixture
def line(fresh_database: DatabaseAddress, rabbitmq: Rabbit) -> Iterator[Line]:
    store = Database(fresh_database.app_url, name="test")
    with line_to(store, with_shop=True) as line:
        yield line
    store.close()
    with channel_to(rabbitmq.amqp_url) as channel:
        for queue in Queue:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(f"{queue}{suffix}")


@contextlib.contextmanager
def up(database: DatabaseAddress, rabbitmq: Rabbit, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """It, and where what it says is written."""
    env = environment(database.app_url, SHOPLEDGER_BROKER_URL=rabbitmq.amqp_url, SHOPLEDGER_LOG_LEVEL="info")
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as output:
        process = subprocess.Popen(
            command("up", *arguments), env=env, cwd=ROOT, text=True, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process, Path(output.name)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(60)
            sys.stdout.write(Path(output.name).read_text())


def running(pid: int, module: str) -> list[int]:
    """The children of `up` that run that module."""
    return [child for child in guard.children(pid) if guard.running(child, module)]


def is_ready(port: int) -> bool:
    with contextlib.suppress(OSError):
        return exchange(port, request("GET", "/health/ready", {}, b"")).status == 200
    return False


def test_a_killed_worker_is_started_again_and_the_orders_go_on(
    line: Line, fresh_database: DatabaseAddress, rabbitmq: Rabbit
) -> None:
    # Given all services on real servers, and an order that went through
    port = free_port()
    with up(fresh_database, rabbitmq, "--port", str(port)) as (process, _):
        eventually(lambda: is_ready(port), "ingest is ready")
        tell(line.shop, woo_order(1))
        eventually(lambda: line.state(1)[0] == "done", "the first order is in the books")

        # When the worker's own child is killed, which ends Dramatiq's master too
        (master,) = running(process.pid, "workers")
        workers = [child for child in guard.children(master) if guard.running(child, "workers")]
        for child in workers or guard.children(master):
            os.kill(child, signal.SIGKILL)

        # Then another one takes the next order
        tell(line.shop, woo_order(2))
        eventually(lambda: line.state(2)[0] == "done", "the second order is in the books")
        assert running(process.pid, "workers") != [master]
        names = ("ingest", "ingest.relay", "workers", "workers.patient", "scheduler")
        modules = [running(process.pid, name) for name in names]
        started = {pid for pids in modules for pid in pids}

        # And when it is told to stop, all of them end
        process.terminate()
        assert process.wait(60) == 0
    assert [pid for pid in started if guard.started(pid)] == []


def test_one_service_of_a_machine_runs_alone(fresh_database: DatabaseAddress, rabbitmq: Rabbit) -> None:
    # Given servers, when only ingest is run, then it takes webhooks, brings its relay along, and nothing else
    port = free_port()
    with up(fresh_database, rabbitmq, "ingest", "--port", str(port)) as (process, _):
        eventually(lambda: is_ready(port), "ingest is ready")
        eventually(lambda: len(running(process.pid, "ingest.relay")) == 1, "the relay runs")
        assert running(process.pid, "workers") + running(process.pid, "scheduler") == []


def test_what_is_wrong_with_the_servers_is_said_once(fresh_database: DatabaseAddress, rabbitmq: Rabbit) -> None:
    # Given a login that sees all accounts, when it is run with it, then one line says so and nothing is started
    ended = subprocess.run(
        command("up"),
        env=environment(fresh_database.admin_url, SHOPLEDGER_BROKER_URL=rabbitmq.amqp_url),
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=30,
    )
    assert ended.returncode == 78
    assert "log in as shopledger_app" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_process_that_ends_at_once_is_given_time(tmp_path: Path) -> None:
    # Given a process that ends as soon as it has left a mark
    marks = tmp_path / "marks"
    leave_a_mark = ["sh", "-c", f"echo mark >> {marks}; exit 3"]

    # When it is supervised, then it is started again and again, slower each time
    since = time.monotonic()
    supervised = Supervised("short", leave_a_mark, os.environ, log=tmp_path / "log", manners=QUICK)
    eventually(lambda: marks.exists() and marks.read_text().count("mark") >= 5, "it was started five times")
    supervised.stop()
    assert time.monotonic() - since > 0.05 + 0.1 + 0.1
    assert supervised.pid == 0


def test_whom_a_process_left_behind_is_ended_with_it(tmp_path: Path) -> None:
    # Given a process that starts another one and ends
    child = tmp_path / "child"
    leaves_one_behind = ["sh", "-c", f"sleep 1000 & echo $! > {child}; exit 1"]

    # When it is supervised, then the one it left is gone before the next one starts
    supervised = Supervised("parent", leaves_one_behind, os.environ, log=tmp_path / "log", manners=QUICK)
    eventually(lambda: child.exists() and child.read_text().strip() != "", "it left one")
    first = int(child.read_text())
    eventually(lambda: int(child.read_text() or first) != first, "it was started again")
    eventually(lambda: not guard.started(first), "the one it left is gone")
    supervised.stop()
