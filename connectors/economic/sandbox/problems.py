"""e-conomic's refusals: the shapes of their bodies as recorded, the words mostly our own."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

#: A way into a body: names of properties, and the index after the name of an array.
Path = tuple[str | int, ...]


class Code(StrEnum):
    """Codes that were seen or are documented, and below those that nobody has recorded: invented here."""

    #: The envelope; also what stands inside where no code is known.
    VALIDATION = "E04300"
    BAD_TOKENS = "E02250"
    MISSING_VALUE = "E04042"
    NO_IDENTIFIER = "E04500"
    NO_QUANTITY = "E04730"
    TOO_MANY_DECIMALS = "E04740"
    DUE_BEFORE_DATE = "E04760"
    OTHER_CUSTOMERS_CONTACT = "E04800"
    PAGE_SIZE = "E04810"
    BARRED_PERIOD = "E04870"
    NO_SUCH_RESOURCE = "E06000"
    BARRED_PRODUCT = "E06600"
    NO_PAYMENT_TERMS = "E07080"
    NO_CUSTOMER_GROUP = "E07140"
    OTHER_TERMS_TYPE = "E07180"

    NO_CUSTOMER = "E07010"
    NO_LAYOUT = "E07020"
    NO_VAT_ZONE = "E07030"
    NO_PRODUCT = "E07040"
    NO_UNIT = "E07050"
    NO_CURRENCY = "E07060"
    NO_PRODUCT_GROUP = "E07070"
    NO_OTHER = "E07090"
    BARRED_CUSTOMER = "E06500"
    DELETED_LAYOUT = "E06700"


class ApiError(Exception):
    """Becomes an answer of `status` with `body` as JSON."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body.get('errorCode', '')} {body.get('message', '')}")
        self.status = status
        self.body = body
        self.headers = headers or {}


class Problems:
    """What is wrong with a body, as a tree that mirrors it.

    `bare_lists`: whether an array's problems are a plain list or stand under "items"; both were recorded.
    """

    def __init__(self, *, bare_lists: bool = False) -> None:
        self._bare_lists = bare_lists
        self._tree: dict[str, Any] = {}
        self._count = 0

    def add(
        self, path: Path, message: str, code: str = Code.VALIDATION, *, value: Any = None, hint: str | None = None
    ) -> None:
        names = [step for step in path if isinstance(step, str)]
        problem = {"propertyName": names[-1] if names else "", "errorMessage": message, "errorCode": str(code)}
        if value is not None:
            problem["inputValue"] = value
        if hint is not None:
            problem["developerHint"] = hint
        self._leaf(path).append(problem)
        self._count += 1

    def raise_any(self) -> None:
        """Raises ApiError 400 with all of them, if there are any."""
        if self._count:
            found = f"{self._count} error{'s' if self._count > 1 else ''} found"
            hint = "Inspect validation errors and correct your request."
            body = envelope(f"Validation failed. {found}.", Code.VALIDATION, hint=hint, errors=self._tree)
            raise ApiError(400, {**body, "errorCount": self._count})

    def _leaf(self, path: Path) -> list[dict[str, Any]]:
        node, steps = self._tree, list(path)
        while steps:
            step = str(steps.pop(0))
            if steps and isinstance(steps[0], int):
                node = self._row(node, step, int(steps.pop(0)))
            else:
                node = node.setdefault(step, {})
        errors: list[dict[str, Any]] = node.setdefault("errors", [])
        return errors

    def _row(self, node: dict[str, Any], array: str, index: int) -> dict[str, Any]:
        if self._bare_lists:
            rows = node.setdefault(array, [])
        else:
            rows = node.setdefault(array, {"items": []}).setdefault("items", [])
        row: dict[str, Any] | None = next((row for row in rows if row["arrayIndex"] == index), None)
        if row is None:
            row = {"arrayIndex": index}
            rows.append(row)
        return row


def envelope(message: str, code: str = "", *, status: int = 400, hint: str = "", errors: Any = None) -> dict[str, Any]:
    """The body that most refusals share."""
    body: dict[str, Any] = {"message": message}
    if code:
        body["errorCode"] = str(code)
    if hint:
        body["developerHint"] = hint
    body |= {"logId": f"{secrets.token_hex(8)}-SBX", "httpStatusCode": status}
    if errors is not None:
        body["errors"] = errors
    return body | {"logTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")}


def no_tokens() -> ApiError:
    return ApiError(401, {"message": "Unauthorized access (Unauthorized).", "httpStatusCode": 401})


def bad_tokens() -> ApiError:
    return ApiError(401, {"message": "Token does not correspond to a valid grant.", "errorCode": Code.BAD_TOKENS})


def wrong_role() -> ApiError:
    return ApiError(403, envelope("The app has not the role for this.", status=403))


def no_module(name: str) -> ApiError:
    code = "AccessDeniedAgreementMissingModules"
    return ApiError(403, {"title": f"Missing modules: {name}", "status": 403, "errorCode": code})


def not_found() -> ApiError:
    return ApiError(404, envelope("There is no such resource.", Code.NO_SUCH_RESOURCE, status=404))


def refused(message: str, code: str = Code.VALIDATION) -> ApiError:
    """400 with one sentence and no tree."""
    return ApiError(400, envelope(message, code))


def cannot_book(draft: int, reason: str, code: str = Code.VALIDATION) -> ApiError:
    """Recorded for a barred period: a sentence and a code, nothing else."""
    message = f"Cannot book the current invoice: {reason} (a booking of draft invoice {draft} failed.)"
    return ApiError(400, {"message": message, "errorCode": str(code)})


def key_reused(what: str) -> ApiError:
    """`what`: Payload or URL."""
    title = f"{'Content' if what == 'Payload' else what} must be the same when using the same Idempotency key."
    return ApiError(400, {"title": title, "errorCode": f"{what}Changed"})


def bad_filter(problem: str, allowed: Sequence[str]) -> ApiError:
    body = envelope("Filter query could not be parsed", hint="See the documentation of filters.", errors=[problem])
    return ApiError(400, {**body, "allowedFilteringFields": list(allowed)})


def bad_sort() -> ApiError:
    return ApiError(400, envelope("Could not parse query string sort parameter"))


def too_many_requests(seconds: int) -> ApiError:
    body = envelope("The budget of this agreement is used up.", status=429)
    return ApiError(429, body, {"Retry-After": str(seconds)})


def server_error() -> ApiError:
    return ApiError(500, envelope("An error occurred.", status=500))
