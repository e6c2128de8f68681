"""What every REST request has in common: who asks, how bodies are read and written, headers, errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from connectors.woocommerce.sandbox.auth import Credentials, Gate
from connectors.woocommerce.sandbox.desk import Desk
from connectors.woocommerce.sandbox.errors import RestError, invalid_json, invalid_params, no_route, refused
from connectors.woocommerce.sandbox.php import json_encode

API = "/wp-json/wc/v3"
Model = TypeVar("Model", bound=BaseModel)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
EVERY_ANSWER = {
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Access-Control-Allow-Headers": "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type",
}
NEVER_CACHE = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


def install(app: Flask, desk: Desk, gate: Gate) -> None:
    """Puts authentication before, and headers and errors after every request below `/wp-json`."""

    @app.before_request
    def authenticate() -> None:
        g.key, g.auth_failed = None, False
        if not request.path.startswith(API) or request.url_rule is None:
            return
        g.auth_failed = True
        g.key = gate.check(
            Credentials(
                method=request.method,
                path=request.path,
                query=request.query_string.decode("ascii", "replace"),
                authorization=request.headers.get("Authorization", ""),
                is_https=request.is_secure,
            )
        )
        g.auth_failed = False

    @app.after_request
    def dress(response: Response) -> Response:
        if request.path.startswith("/wp-json"):
            _dress(response, desk.shop.url)
        return response

    @app.errorhandler(RestError)
    def rest_error(error: RestError) -> Response:
        return answer(error.as_json(), error.status)

    @app.errorhandler(404)
    @app.errorhandler(405)
    def not_found(error: HTTPException) -> Response | HTTPException:
        """WordPress knows no 405: a route is its path and its method."""
        if request.path.startswith("/wp-json"):
            return rest_error(no_route())
        return error


def _dress(response: Response, url: str) -> None:
    response.headers.update(EVERY_ANSWER)
    response.headers.setdefault("Link", f'<{url}/wp-json/>; rel="https://api.w.org/"')
    if g.get("auth_failed"):
        return
    if request.url_rule is None:
        response.headers.update(NEVER_CACHE)
    elif g.get("key") is None:
        response.headers["Vary"] = "Origin"
    else:
        allowed = current_app.create_url_adapter(request).allowed_methods()  # type: ignore[union-attr]
        response.headers["Allow"] = ", ".join(method for method in METHODS if method in allowed)
        response.headers.update(NEVER_CACHE)


def answer(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """PHP's JSON, cut down to `_fields` where the caller asked for it."""
    fields = [name.strip() for name in request.args.get("_fields", "").split(",") if name.strip()]
    if fields and status < 300:
        payload = [_cut(item, fields) for item in payload] if isinstance(payload, list) else _cut(payload, fields)
    response = Response(json_encode(payload), status, content_type="application/json; charset=UTF-8")
    response.headers.update(headers or {})
    return response


def _cut(item: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """A field may lie deeper: `environment.version`."""
    kept: dict[str, Any] = {}
    for name, value in item.items():
        deeper = [field.removeprefix(f"{name}.") for field in fields if field.startswith(f"{name}.")]
        if name in fields:
            kept[name] = value
        elif deeper and isinstance(value, Mapping):
            kept[name] = _cut(value, deeper)
    return kept


def demand(action: str) -> None:
    """Raises RestError 401 for somebody without a key. `action`: list, view, create, edit, delete, batch."""
    if g.key is None:
        raise refused(action)


def json_body() -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty one. Raises RestError 400."""
    raw = request.get_data()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
    except ValueError:
        raise invalid_json() from None
    return body if isinstance(body, dict) else {}


def parsed(model: type[Model], given: Mapping[str, Any]) -> Model:
    """A pydantic model from a request. Raises RestError 400 naming the fields, as WordPress's schema would."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems = {str(found["loc"][0]): ("rest_invalid_type", found["msg"]) for found in error.errors()}
        raise invalid_params(problems) from None
