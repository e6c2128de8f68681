"""What the launchers share: a guarded child process, a free port, the end of a log."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.servers import guard
from tools.servers.unprivileged import Identity, identity_options

#: Below the range that the kernel hands to outgoing connections, so that a port stays free between two starts.
PORTS = range(20_000, 32_000)
#: How often a starting or stopping server is looked at, in seconds.
PAUSE = 0.02


class ServerError(RuntimeError):
    """A private server is missing, did not start or did not stop; the message says what to do."""


class Server(ABC):
    """Runs as long as a `with` block lasts."""

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Child:
    """A server process in a session of its own, which dies with us even when we are killed."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path | None,
        env: dict[str, str] | None = None,
        identity: Identity | None = None,
        orphaned: signal.Signals = signal.SIGKILL,
        throw_away: Path | None = None,
    ) -> None:
        """`log` None: it writes where we do. `orphaned` is the signal it gets when we are gone; `throw_away` a folder
        that goes with it then.
        """
        with contextlib.nullcontext(None) if log is None else log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=env,
                cwd="/",
                start_new_session=True,
                **identity_options(identity),
            )
        self._guard = _guard(self.pid, orphaned, throw_away)

    @property
    def pid(self) -> int:
        return self._process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals, *, family: bool = False) -> None:
        """Signal the process, or with `family` its direct children, too."""
        if self.running():
            guard.send([self.pid, *(guard.children(self.pid) if family else [])], number)

    def has_ended(self) -> bool:
        """The same without burying it: until `end_group` its number is nobody else's."""
        if self._process.returncode is not None:
            return True
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # another thread has just buried it
            return True

    def end_group(self) -> int:
        """SIGKILL for it and for all whom it started and left behind; returns its exit code, or minus the signal."""
        if self._process.returncode is None:
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._release()
        return code

    def end(self, number: signal.Signals, timeout: float) -> bool:
        """Send `number` and wait; False when it took a SIGKILL after `timeout` seconds."""
        self.send(number)
        try:
            self._process.wait(timeout)
            return True
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        finally:
            self._release()

    def _release(self) -> None:
        self._guard.kill()
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    for port in random.sample(PORTS, 200):
        if not listening(port):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return port
    raise ServerError(f"no free port of 127.0.0.1 between {PORTS.start} and {PORTS.stop}")


def listening(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Callable[[], bool], child: Child, timeout: float) -> bool:
    """Wait for `ready`; False when the child ended or the time is over."""
    deadline = time.monotonic() + timeout
    while child.running() and time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(PAUSE)
    return False


def tail(log: Path, lines: int = 20) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _guard(pid: int, orphaned: signal.Signals, throw_away: Path | None) -> subprocess.Popen[bytes]:
    arguments = [str(pid), guard.started(pid), str(int(orphaned)), str(throw_away or "")]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", guard.__file__, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
