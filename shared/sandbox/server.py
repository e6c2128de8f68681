"""Serves a sandbox over real HTTP on loopback, from a thread of the process that started it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from shared.sandbox.door import Door
from shared.sandbox.faults import Fault, Faults
from shared.sandbox.journal import Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: A sandbox has no real protection, so it is never reachable from another machine.
HOST = "127.0.0.1"
#: How often the server looks whether it is to stop, in seconds.
POLL = 0.01


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    #: Head and body of an answer are two writes: without this each answer waits 40 ms for the caller's ACK.
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        return "sandbox"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the journal is the log."""


class Sandbox:
    """An imitation of an outside system: `.url`, its journal and its faults, between `start` and `stop`.

    The port is bound when it is made (0: a free one), so that the system can name its own address.
    """

    def __init__(
        self,
        app: WSGIApplication,
        journal: Journal,
        faults: Faults,
        *,
        port: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`now`: the system's clock, by which its answers are dated, those of its faults too; in Unix seconds."""
        self.journal = journal
        self.faults = faults

        class Handler(_Handler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string(now() if timestamp is None else timestamp)

        self._server = make_server(HOST, port, Door(app, journal, faults), threaded=True, request_handler=Handler)
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name=f"sandbox {self.url}", daemon=True
        )

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.faults.clear()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def add_fault(self, **fault: Any) -> int:
        """Arms a fault, described like the fields of `Fault`; returns its id."""
        return self.faults.add(Fault.model_validate(fault))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
