"""The real command in a process of its own, as a user starts it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import ROOT
from tests.support.waiting import PATIENCE, eventually
from tools.demo.outside import Outside
from tools.servers.unprivileged import user_namespaces_work

READY = re.compile(r"webhooks come in at (http://\S+)/webhooks/")


def environment(**more: str) -> dict[str, str]:
    """Nothing of SHOPLEDGER_ comes from outside."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHOPLEDGER_")}
    return {**inherited, **more}


def command(*arguments: str, before: Sequence[str] = ()) -> list[str]:
    return [*before, sys.executable, "-m", "tools", *arguments]


def shopledger(
    *arguments: str, before: Sequence[str] = (), given: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs to its end."""
    return subprocess.run(
        command(*arguments, before=before),
        env=environment(**more),
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=PATIENCE,
        input=given,
    )


def json_of(*arguments: str) -> Any:
    ended = shopledger(*arguments)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


class Up:
    """`shopledger up` that runs, and what it has said so far."""

    def __init__(self, process: subprocess.Popen[str], said: Path) -> None:
        self.process = process
        self._said = said
        #: Where ingest listens.
        self.address = ""

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def wait_until_ready(self) -> None:
        eventually(lambda: READY.search(self.said) is not None or self.process.poll() is not None, "up is ready")
        found = READY.search(self.said)
        assert found is not None, self.said
        self.address = found[1]

    def wait_until_ended(self) -> int:
        return self.process.wait(PATIENCE)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.wait_until_ended()


@contextlib.contextmanager
def up(*arguments: str, port: int = 0, **more: str) -> Iterator[Up]:
    """Gone afterwards, whatever happens."""
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as output:
        process = subprocess.Popen(
            command(*arguments, "up", "--port", str(port)),
            env=environment(**more),
            cwd=ROOT,
            text=True,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running = Up(process, Path(output.name))
        try:
            running.wait_until_ready()
            yield running
        finally:
            if process.poll() is None:
                running.end(signal.SIGTERM)
            sys.stdout.write(running.said)


def references(ends: Outside) -> list[str]:
    """Of all documents in the books, in the order in which they were made."""
    return [document.reference for document in ends.books.documents()]


def connect(ends: Outside, folder: Path) -> None:
    """As a user does, with the file that the demo shows him."""
    file = ends.write_file(folder.parent)
    applied = shopledger("--data", str(folder), "apply", str(file))
    assert applied.returncode == 0, applied.stdout + applied.stderr


def place_orders(ends: Outside, count: int) -> None:
    """Paid ones; returns when the shop has told of all of them."""
    for _ in range(count):
        ends.shop.put_order(
            lines=[{"name": "Bordlampe", "sku": "LAMP-0107", "price": "749.00"}],
            billing={"first_name": "Mette", "last_name": "Holm", "email": "mette@lampeland.example", "country": "DK"},
        )
    ends.shop.drain()


@contextlib.contextmanager
def somebody_elses(folder: Path, mode: int) -> Iterator[list[str]]:
    """A folder that this user shares with nobody but by `mode`; yields how to run a command as another user."""
    folder.mkdir()
    if os.geteuid() == 0:
        if not user_namespaces_work():
            pytest.skip("root has every right, and this machine refuses to make another user of it")
        os.chown(folder, 65534, 65534)
        folder.chmod(mode)
        yield ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
        return
    # Who owns it has the rights that others have.
    others = mode & 0o007
    folder.chmod(others << 6)
    yield []
    folder.chmod(0o700)


def postgres_of(folder: Path) -> int:
    """The pid of the PostgreSQL that runs there, seen from outside."""
    return int((folder / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
