"""The front door of a sandbox: writes every request into the journal and lets the faults strike."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import get_input_stream

from shared.sandbox.faults import Fault, FaultKind, Faults
from shared.sandbox.journal import EntryKind, Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Everything below this path is about the sandbox, not the system: never in the journal, never at fault.
CONTROL_PREFIX = "/__sandbox__"
#: The journal's status of an exchange that got no answer.
NO_ANSWER = 0
#: In the environ of a late request: what the system calls, once, between taking the request in and its work. Only for
#: an app whose `holds_late_requests` is true; the others do not see a late request before its time.
HOLD = "shopledger.hold"


class Door:
    def __init__(self, app: WSGIApplication, journal: Journal, faults: Faults) -> None:
        self._app = app
        self._journal = journal
        self._faults = faults

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path.startswith(CONTROL_PREFIX):
            return self._app(environ, start_response)
        try:
            body = get_input_stream(environ).read()
        except ClientDisconnected:
            raise _cut(environ) from None
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        seq = self._journal.begin(EntryKind.REQUEST, method, path, environ.get("QUERY_STRING", ""), body)
        answer = self._answer(environ, seq, self._faults.take(method, path))
        if answer is None:
            self._journal.finish(seq, NO_ANSWER)
            raise _cut(environ)
        status, headers, chunks = answer
        self._journal.finish(seq, int(status[:3]))
        start_response(status, headers.to_wsgi_list())
        return chunks

    def _answer(
        self, environ: WSGIEnvironment, seq: int, faults: list[Fault]
    ) -> tuple[str, Headers, list[bytes]] | None:
        """Status line, headers and body, or None where the connection is to be cut."""
        struck: Fault | None = None
        for fault in faults:
            if fault.kind is FaultKind.LATENCY:
                self._faults.hold(fault.seconds)
            else:
                struck = fault
        if struck is not None and struck.kind is FaultKind.DROP:
            return None
        if struck is not None and struck.kind is FaultKind.ANSWER:
            return _made_up(struck)
        if struck is not None and struck.kind is FaultKind.LATE_COMMIT:
            self._carry_out_late(environ, seq, struck.seconds)
            return None
        chunks, status, headers = run_wsgi_app(self._app, environ, buffered=True)
        body = list(chunks)
        if struck is None:
            return status, headers, body
        if struck.kind is FaultKind.PREFIX:
            body = [struck.body.encode(), *body]
            headers["Content-Length"] = str(sum(map(len, body)))
            return status, headers, body
        if struck.kind is FaultKind.HANG_AFTER_COMMIT:
            self._faults.hold(struck.seconds)
        return None

    def _carry_out_late(self, environ: WSGIEnvironment, seq: int, seconds: float) -> None:
        """Returns when the system has taken the request in. The journal's note tells what came of it in the end."""
        taken_in = threading.Event()
        wait = self._faults.holder(seconds)

        def hold() -> None:
            taken_in.set()
            wait()

        def work() -> None:
            try:
                if getattr(self._app, "holds_late_requests", False):
                    environ[HOLD] = hold
                else:
                    hold()
                _, status, _ = run_wsgi_app(self._app, environ, buffered=True)
                self._journal.finish(seq, NO_ANSWER, note=f"carried out late: {status}")
            finally:
                taken_in.set()

        self._faults.carry_out_late(work)
        taken_in.wait()


def _made_up(fault: Fault) -> tuple[str, Headers, list[bytes]]:
    body = fault.body.encode()
    headers = Headers({"Content-Type": "application/json; charset=UTF-8", **fault.headers})
    headers["Content-Length"] = str(len(body))
    return f"{fault.status} {HTTP_STATUS_CODES.get(fault.status, 'Unknown')}", headers, [body]


def _cut(environ: WSGIEnvironment) -> ConnectionResetError:
    """Ends the connection under the server, which takes the error for a caller that went away."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return ConnectionResetError("cut by the sandbox")
