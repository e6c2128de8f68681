"""Outlives the process that started a server, and ends the server when that process is gone.

Runs as a script of its own (standard library only). PR_SET_PDEATHSIG would be shorter, but it fires when the
*thread* that forked ends and is cleared when credentials change; the end of a pipe does neither.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

#: How long a server may take over the signal it prefers before it is killed.
PATIENCE = 10.0
#: Not there on macOS.
PROC = Path("/proc")


def running(pid: int, marker: str) -> bool:
    """Whether `pid` is a live process with `marker` among its arguments: a bare pid may be another's by now."""
    if not PROC.exists():
        told = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
        return marker in told.stdout
    try:
        return marker in (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """The direct children of `pid`."""
    if not PROC.exists():
        told = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
        return [int(line) for line in told.stdout.split()]
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and _status(entry)[1] == str(pid)]


def started(pid: int) -> str:
    """When `pid` started, which with the pid names one process for good; empty when it is gone."""
    if not PROC.exists():
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    fields = _status(PROC / str(pid))
    return "" if fields[0] == "Z" else fields[19]


def send(pids: list[int], number: int) -> None:
    """Signal each process that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _status(entry: Path) -> list[str]:
    """The fields of proc(5) `stat` after the name: state, parent, and so on."""
    try:
        return (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ["Z", *[""] * 50]


def _end(pid: int, start: str, number: int) -> None:
    send([pid, *children(pid)], signal.SIGCONT)
    send([pid], number)
    deadline = time.monotonic() + PATIENCE
    while started(pid) == start:
        if time.monotonic() > deadline:
            send([pid], signal.SIGKILL)
        time.sleep(0.02)


def main(pid: int, start: str, number: int, remove: str) -> None:
    """Wait until the parent's end of the pipe closes; then end the server and remove its folder if told."""
    sys.stdin.buffer.read()
    if started(pid) == start:
        _end(pid, start, number)
    if remove:
        shutil.rmtree(remove, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
