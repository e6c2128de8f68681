"""Ends a database call that takes too long, when the server itself no longer answers.

`statement_timeout` needs a server that still runs. A stopped or cut-off one leaves the caller waiting on a socket, so a
watchdog shuts that socket down, and the call ends with an `OperationalError`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

from psycopg import Connection

#: How often the watchdog looks; a call ends at most this much after its deadline.
LOOK_EVERY = 0.05


class Watchdog:
    """One thread that watches all calls of this process. It starts with the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: descriptor -> when its call must have ended
        self._calls: dict[int, float] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def limit(self, connection: Connection, seconds: float) -> Iterator[None]:
        """The call inside must end within that time, or its socket is shut down."""
        # A descriptor of our own: libpq may close its one, and another connection may get that number, before we look.
        socket_of_call = os.dup(connection.fileno())
        try:
            with self._lock:
                self._calls[socket_of_call] = time.monotonic() + seconds
                if self._thread is None:
                    thread = threading.Thread(target=self._watch, name="database-watchdog", daemon=True)
                    thread.start()
                    self._thread = thread
            yield
        finally:
            with self._lock:
                self._calls.pop(socket_of_call, None)
            os.close(socket_of_call)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
            with self._lock:
                for descriptor in [d for d, deadline in self._calls.items() if deadline < now]:
                    del self._calls[descriptor]
                    _shut(descriptor)


def _shut(descriptor: int) -> None:
    # Family and type are named, because Python would ask a dead line for them and raise.
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM, fileno=descriptor)
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.detach()
