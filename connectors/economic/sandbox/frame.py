"""What every request has in common: tokens, budget, idempotency keys, JSON, headers, errors."""

from __future__ import annotations

import hmac
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn, TypeVar, cast

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from connectors.economic.sandbox.desk import Desk, this_desk
from connectors.economic.sandbox.keys import Answer, Request
from connectors.economic.sandbox.problems import (
    ApiError,
    bad_tokens,
    envelope,
    no_module,
    no_tokens,
    not_found,
    refused,
    too_many_requests,
    wrong_role,
)
from connectors.economic.sandbox.shapes import Shape, read_body
from connectors.economic.sandbox.state import OF_BOOKKEEPING, OF_SALES, Books, Role
from shared.sandbox.door import HOLD

#: Tokens of a call (recorded: a list costs 3).
COST, COST_OF_LIST = 1, 3
READING = frozenset({"GET", "HEAD", "OPTIONS"})
T = TypeVar("T")


class Api(Flask):
    """Looks at tokens, budget and key before the view runs under the lock of the books."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, **options)
        self.register_error_handler(ApiError, lambda error: dump(error.body, error.status, **error.headers))
        self.register_error_handler(HTTPException, _http_error)
        self.after_request(_dress)

    def dispatch_request(self) -> Response:
        desk = this_desk()
        _charge(desk)
        _check_tokens(desk.books)
        _check_rights(desk.books)
        hold = cast("Callable[[], None]", request.environ.get(HOLD, _no_hold))
        key = request.headers.get("Idempotency-Key", "")
        if request.method in READING or not key:
            hold()
            return self._view(desk.books)
        asked = Request(f"{request.method} {request.full_path}", request.get_data())
        answer, is_kept = desk.keys.answer(key, asked, hold, lambda: _frozen(self._view(desk.books)))
        return _thawed(answer, is_kept=is_kept)

    def _view(self, books: Books) -> Response:
        with books.lock:
            try:
                return self.make_response(super().dispatch_request())
            except (ApiError, HTTPException) as error:
                return self.make_response(self.handle_user_exception(error))


def dump(body: Any, status: int = 200, **headers: str) -> Response:
    """e-conomic's JSON: amounts are numbers with at least one decimal."""
    content = orjson.dumps(body, default=_plain)
    return Response(content, status, headers, content_type="application/json; charset=utf-8")


def accepted(shape: Shape, schema: str) -> dict[str, Any]:
    """The request's body, read by its shape and looked at by the vendor's schema. Raises ApiError 415 and 400."""
    body = _json_body()
    read = read_body(shape, body)
    this_desk().schemas.check(schema, body)
    return read


def or_404(found: T | None) -> T:
    """Raises ApiError 404 for nothing."""
    if found is None:
        raise not_found()
    return found


def _json_body() -> dict[str, Any]:
    """Fractions are read as Decimal."""
    if request.mimetype != "application/json":
        raise ApiError(415, envelope("The content must be application/json.", status=415))
    try:
        body = json.loads(request.get_data(), parse_float=Decimal, parse_constant=_no_constant)
    except ValueError:
        raise refused("The content is not valid JSON.") from None
    if not isinstance(body, dict):
        raise refused("The content must be a JSON object.")
    return body


def _charge(desk: Desk) -> None:
    """Raises ApiError 429."""
    is_list = (request.endpoint or "").startswith("list_")
    limit = desk.books.settings.tokens_per_minute
    g.cost = COST_OF_LIST if is_list else COST
    used, wait = desk.meter.spend(g.cost, limit)
    g.budget = f"token-limit-{limit}-per-60-seconds: {used}/{limit}"
    if wait:
        raise too_many_requests(wait)


def _check_tokens(books: Books) -> None:
    app = request.headers.get("X-AppSecretToken", "")
    grant = request.headers.get("X-AgreementGrantToken", "")
    if not app or not grant:
        raise no_tokens()
    shown, right = f"{app}\n{grant}", f"{books.app_secret_token}\n{books.agreement_grant_token}"
    if not books.granted or not hmac.compare_digest(shown.encode(), right.encode()):
        raise bad_tokens()


def _check_rights(books: Books) -> None:
    """Raises ApiError 403."""
    first = request.path.strip("/").partition("/")[0]
    for reached, role in ((OF_SALES, Role.SALES), (OF_BOOKKEEPING, Role.BOOKKEEPING)):
        if first in reached and books.settings.role not in (Role.SUPER_USER, role):
            raise wrong_role()
    if first in books.settings.hidden:
        raise wrong_role()
    if first in books.settings.missing_modules:
        raise no_module(first.capitalize())


def _dress(response: Response) -> Response:
    response.headers["X-RequestId"] = str(uuid.uuid4())
    response.headers["X-CallCost"] = str(g.cost)
    response.headers["X-RateLimiting"] = g.budget
    return response


def _http_error(error: HTTPException) -> Response:
    """An address or a method that the API does not have."""
    status = error.code or 500
    return dump(envelope(f"{error.name}.", "E06000" if status == 404 else "", status=status), status)


def _frozen(response: Response) -> Answer:
    return Answer(response.status_code, response.get_data(), response.headers.get("Location"))


def _thawed(answer: Answer, *, is_kept: bool) -> Response:
    response = Response(answer.body, answer.status, content_type="application/json; charset=utf-8")
    if answer.location is not None:
        response.headers["Location"] = answer.location
    if is_kept:
        response.headers["X-ResultFromCache"] = "true"
    return response


def _plain(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value)} has no place in JSON")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0")
        return orjson.Fragment(text + "0" if text.endswith(".") else text)
    return orjson.Fragment(f"{text}.0")


def _no_hold() -> None:
    """A request that is not late is not held back."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
