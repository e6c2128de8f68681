"""The services as real processes, started with an environment and stopped by their pid."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from tests.support.shop import SECRET_KEYS
from tests.support.wire import exchange, request

ROOT = Path(__file__).parents[2]
READY_WITHIN = 30.0
#: Where no broker listens: ingest must not care.
NO_BROKER = "amqp://guest:guest@127.0.0.1:9/%2F"


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What a service needs; nothing of SHOPLEDGER_ comes from outside."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLEDGER_")}
    return {
        **inherited,
        "SHOPLEDGER_DATABASE_URL": database_url,
        "SHOPLEDGER_SECRET_KEYS": SECRET_KEYS,
        "SHOPLEDGER_LOG_LEVEL": "warning",
        **more,
    }


@contextlib.contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], *, output: IO[str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process of ours, in a group of its own; ended whatever happens, and its output is shown if the test fails.

    The output goes into a file (`output`, or one of its own): a pipe that nobody reads would stop the process when it
    is full.
    """
    with tempfile.TemporaryFile("w+") as own:
        written = output or own
        process = subprocess.Popen(
            command, env=env, cwd=ROOT, text=True, stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            own.seek(0)
            sys.stdout.write(own.read())


@contextlib.contextmanager
def ingest(database_url: str, **more: str) -> Iterator[int]:
    """`python -m ingest` on a free port; yields the port once it says that it is ready."""
    port = free_port()
    env = environment(database_url, SHOPLEDGER_INGEST_PORT=str(port), **more)
    with running([sys.executable, "-m", "ingest"], env) as process:
        wait_until_ready(port, process)
        yield port


def wait_until_ready(port: int, process: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + READY_WITHIN
    while time.monotonic() < give_up and process.poll() is None:
        with contextlib.suppress(OSError):
            if exchange(port, request("GET", "/health/ready", {}, b"")).status == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"ingest is not ready (exit code {process.poll()})")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
