"""`shopledger up` on a data folder: how soon it is ready, and what it costs when nothing happens."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from tests.support.processes import ROOT, free_port, wait_until_ready

#: Seconds until what its start has left to do is done, and for which it is then watched.
SETTLES, WATCHED = 5.0, 60.0
#: Starts of each kind, of which the median counts.
STARTS = 5


@dataclass(frozen=True, slots=True)
class Idle:
    #: Of one core, over the time that it is watched.
    share: float
    #: Megabytes, shared pages counted once (PSS), for our process and for PostgreSQL's.
    ours: float
    postgres: float


def report() -> None:
    with tempfile.TemporaryDirectory(prefix="shopledger-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        first = [_start(folder / str(number)) for number in range(STARTS)]
        again = [_start(folder / str(number)) for number in range(STARTS)]
        idle = _idle(folder / "0")
    new, used = statistics.median(first), statistics.median(again)
    print(f"`shopledger up` alone\n\nready after {new:.1f} s in a new folder, {used:.1f} s in one it has")
    print(
        f"idle for {WATCHED:.0f} s: {idle.share:.1%} of a core; memory {idle.ours + idle.postgres:.0f} MB:"
        f" {idle.ours:.0f} ours, {idle.postgres:.0f} PostgreSQL"
    )


def _start(folder: Path) -> float:
    began = time.monotonic()
    with _up(folder):
        return time.monotonic() - began


def _idle(folder: Path) -> Idle:
    with _up(folder) as process:
        time.sleep(SETTLES)
        before = cpu.seconds(process.pid)
        time.sleep(WATCHED)
        used = cpu.seconds(process.pid) - before
        postgres = sum(_megabytes(pid) for pid in cpu.tree(process.pid) - {process.pid})
        return Idle(used / WATCHED, _megabytes(process.pid), postgres)


def _megabytes(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


@contextlib.contextmanager
def _up(folder: Path) -> Iterator[subprocess.Popen[str]]:
    port = free_port()
    command = [sys.executable, "-m", "tools", "--data", str(folder), "up", "--port", str(port)]
    with (folder.parent / "log").open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=log, stderr=log)
        try:
            wait_until_ready(port, process)
            yield process
        finally:
            process.terminate()
            process.wait()
