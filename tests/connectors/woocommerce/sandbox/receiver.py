"""A small HTTP server that webhooks are delivered to."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def topic(self) -> str | None:
        return self.header("X-WC-Webhook-Topic")

    @property
    def is_ping(self) -> bool:
        return self.body.startswith(b"webhook_id=")


class Receiver:
    """Answers 200, or what `answers` says next; status 0 cuts the connection."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: deque[int] = deque()
        self.default = 200
        self.gate = threading.Event()
        self.gate.set()
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def deliveries(self) -> list[Received]:
        """What came, pings left out."""
        with self._changed:
            return [one for one in self.received if not one.is_ping]

    @property
    def pings(self) -> list[Received]:
        with self._changed:
            return [one for one in self.received if one.is_ping]

    def take(self, received: Received) -> int:
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()
            status = self.answers.popleft() if self.answers else self.default
        self.gate.wait(20)
        return status

    def wait_for(self, predicate: Callable[[list[Received]], bool], timeout: float = 10.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: predicate(self.received), timeout), self.received

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = receiver.take(Received(list(self.headers.items()), body))
            self.close_connection = True
            if status == 0:
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
