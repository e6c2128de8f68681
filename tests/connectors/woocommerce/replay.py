"""A tiny real HTTP server on the loopback that replays answers and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


def answer(value: object, status: int = 200, **headers: str) -> Response:
    body = value if isinstance(value, (str, bytes)) else json.dumps(value, default=str)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(body, status, named, content_type=named.pop("content-type", "application/json; charset=UTF-8"))


@dataclass
class Asked:
    method: str
    path: str
    args: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Replay:
    """Answers in turn, the last one again and again; or whatever a function of the request answers."""

    answers: list[Response] | Callable[[Request], Response]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append(
            Asked(request.method, request.path, request.args.to_dict(), dict(request.headers), request.get_data())
        )
        if callable(self.answers):
            response = self.answers(request)
        else:
            response = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return response(environ, start_response)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Not into the test's output."""


@contextmanager
def serving(*answers: Response, by: Callable[[Request], Response] | None = None) -> Iterator[Replay]:
    replay = Replay(by or list(answers))
    server = make_server("127.0.0.1", 0, replay, threaded=True, request_handler=_Quiet)
    replay.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield replay
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
