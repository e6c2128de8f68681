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
        self._calls: dict[int, tuple[float, int]] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def limit(self, connection: Connection, seconds: float) -> Iterator[None]:
        """The call inside must end within that time, or its socket is shut down."""
        me = threading.get_ident()
        with self._lock:
            self._calls[me] = (time.monotonic() + seconds, connection.fileno())
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="database-watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._calls.pop(me, None)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
            with self._lock:
                late = [me for me, (deadline, _) in self._calls.items() if deadline < now]
                for me in late:
                    _shut(self._calls.pop(me)[1])


def _shut(fileno: int) -> None:
    # A duplicate, because closing the socket object must not close the connection's own descriptor.
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fileno)) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
