"""Ingest in a thread: waitress, which reads slow senders by itself and keeps its threads for whole requests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from shared.ports import why_not
from tools.cli.problems import Exit, Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: Seconds that requests in work may still take at the end.
LAST_REQUESTS = 3.0


def listen(host: str, port: int) -> socket.socket:
    """Takes the port before anything is started. Raises Problem when somebody has it."""
    try:
        return socket.create_server((host, port), backlog=256, reuse_port=False)
    except OSError as error:
        raise Problem(f"{why_not(error, host, port)} (SHOPLEDGER_INGEST_PORT)", Exit.UNAVAILABLE) from None


class Front:
    def __init__(self, app: WSGIApplication, listening: socket.socket, *, threads: int, max_body_bytes: int) -> None:
        self._server: Any = create_server(
            app, sockets=[listening], threads=threads, max_request_body_size=max_body_bytes, ident=None
        )
        self._thread = threading.Thread(target=self._run, name="front", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No new requests; those in work end first."""
        self._in_loop(self._server.del_channel)
        self._in_loop(self._server.socket.close)
        self._server.task_dispatcher.shutdown(timeout=LAST_REQUESTS)
        self._in_loop(lambda: self._server.asyncore.close_all(self._server._map))
        self._thread.join(LAST_REQUESTS)

    def _run(self) -> None:
        self._server.run()

    def _in_loop(self, action: Callable[[], object]) -> None:
        """Its sockets are its thread's."""
        done = threading.Event()

        def act() -> None:
            try:
                action()
            finally:
                done.set()

        self._server.trigger.pull_trigger(act)
        done.wait(LAST_REQUESTS)
