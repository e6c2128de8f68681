"""The WSGI side of a sandbox.

The API is one Flask application for all sandboxes of a process, because its routes take longer to compile than a test
takes; each request brings its desk along. The controls are made when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, cached_property
from typing import TYPE_CHECKING

from flask import Flask

from connectors.economic.sandbox import rest_documents, rest_lookups, rest_master
from connectors.economic.sandbox.controls import books_controls
from connectors.economic.sandbox.desk import DESK, Desk
from connectors.economic.sandbox.frame import Api
from shared.sandbox.control import control_blueprint
from shared.sandbox.door import CONTROL_PREFIX
from shared.sandbox.faults import Faults
from shared.sandbox.journal import Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Application:
    #: The API calls what holds a late request back by itself, between its key and its work.
    holds_late_requests = True

    def __init__(self, desk: Desk, journal: Journal, faults: Faults) -> None:
        self._desk = desk
        self._journal = journal
        self._faults = faults

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(CONTROL_PREFIX):
            return self._controls(environ, start_response)
        environ[DESK] = self._desk
        return _api()(environ, start_response)

    @cached_property
    def _controls(self) -> Flask:
        app = Flask("economic-controls", static_folder=None)
        app.register_blueprint(control_blueprint(self._journal, self._faults))
        app.register_blueprint(books_controls(self._desk.books, self._desk.hand))
        return app


@cache
def _api() -> Api:
    api = Api("economic-api", static_folder=None)
    rest_documents.register(api)
    rest_master.register(api)
    rest_lookups.register(api)
    return api
