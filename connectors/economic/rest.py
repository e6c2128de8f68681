"""One request to e-conomic: both tokens, time-outs, the answer's JSON, what it cost, and everything else as a fate.

Nothing of the HTTP library leaves this module, neither as an exception nor as the cause of one: its messages hold
URLs, and a filter in a URL holds a customer's e-mail address.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

from connectors.clocks import read_ahead
from connectors.economic.credentials import Credentials
from connectors.economic.errors import (
    Refusal,
    fate_of,
    our_mistake,
    read_retry_after,
    unexpected,
    unreachable,
)
from connectors.http import SHARED_LINES, read_answer, refuse_constant
from connectors.pace import Pace, Said
from shared.errors import Fate

USER_AGENT = "shopledger"

#: Seconds. Booking an invoice of many lines is the slowest thing that is asked of e-conomic.
TIMEOUT = httpx.Timeout(connect=10, read=45, write=15, pool=10)
#: Seconds for one answer in all.
MAX_SECONDS = 60.0
#: A thousand documents without their lines are 3 MB.
MAX_ANSWER_BYTES = 16 * 1024 * 1024

#: All that may be deleted: one draft. The same path without its number would wipe every draft of the books.
ONE_DRAFT = re.compile(r"(?:orders|invoices)/drafts/[1-9][0-9]{0,8}")
#: Method -> the only paths that it may have. A customer may be replaced, too, and never deleted.
ENDANGERED = {"DELETE": ONE_DRAFT, "PUT": re.compile(rf"{ONE_DRAFT.pattern}|customers/[1-9][0-9]{{0,8}}")}

#: A header holds these; others of a key are percent-encoded, and with them the "%".
KEY_CHARACTERS = "".join(chr(code) for code in range(0x21, 0x7F)).replace("%", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the decoded body, amounts as int or Decimal; None where e-conomic had nothing to say (204)."""

    value: Any
    #: Whether e-conomic says that it made something new (201).
    created: bool = False


#: Until these, nothing of a request has gone out: a process that stood still meanwhile sends nothing any more.
NOTHING_SENT = ("connection.connect_tcp.started", "http11.send_request_headers.started")


class _TooLate(Exception):
    """The time for the call was over before anything was sent."""


class Rest:
    """The API of one agreement, over lines that all agreements share. Opens none yet."""

    def __init__(self, credentials: Credentials, pace: Pace) -> None:
        #: How far e-conomic's clock was ahead of ours in its last answer, a refusal too; None where it did not say.
        self.ahead: timedelta | None = None
        self._base = credentials.url
        self._pace = pace
        self._http = httpx.Client(
            transport=SHARED_LINES.to(credentials.url),
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                "X-AppSecretToken": credentials.app_secret_token.get_secret_value(),
                "X-AgreementGrantToken": credentials.agreement_grant_token.get_secret_value(),
            },
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """`path` without a slash before it, its ids encoded. Raises a fate; nothing was changed by it."""
        return self._send("GET", path, query=parameters or {})

    def post(self, path: str, body: bytes, *, key: str) -> Answer:
        """Raises a fate; OutcomeUnknown where e-conomic may have carried it out."""
        return self._send("POST", path, body=body, key=key)

    def put(self, path: str, body: bytes, *, key: str) -> Answer:
        """As `post`. Sends nothing, and raises our own mistake, for any path but that of one draft or customer."""
        return self._send("PUT", path, body=body, key=key)

    def delete(self, path: str, *, key: str) -> Answer:
        """As `post`. Sends nothing, and raises our own mistake, for any path but that of one draft."""
        return self._send("DELETE", path, key=key)

    def _send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: bytes = b"", key: str = ""
    ) -> Answer:
        fate: Fate
        write = method != "GET"
        request = self._request(method, path, query or {}, body, key)
        deadline = time.monotonic() + min(MAX_SECONDS, self._pace.before_call())
        try:
            _keep_to(deadline, request)
            return self._exchange(request, path, deadline, write=write)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, _TooLate):
            fate = unreachable(sent=False, write=write)
        except (httpx.HTTPError, httpx.StreamError, TimeoutError):
            fate = unreachable(sent=True, write=write)
        except ValueError:
            fate = unexpected(write=write)
        raise fate

    def _request(self, method: str, path: str, query: Mapping[str, str], body: bytes, key: str) -> httpx.Request:
        """Raises our own mistake for what must not, or cannot, be sent."""
        if method in ENDANGERED and not ENDANGERED[method].fullmatch(path):
            raise our_mistake()
        if method != "GET" and not key:
            raise our_mistake()
        with contextlib.suppress(ValueError, httpx.InvalidURL):
            headers = {"Idempotency-Key": quote(key, safe=KEY_CHARACTERS)} if key else {}
            if body:
                headers["Content-Type"] = "application/json"
            url = f"{self._base}/{path}{_query(query)}"
            return self._http.build_request(method, url, content=body or None, headers=headers)
        raise our_mistake()

    def _exchange(self, request: httpx.Request, path: str, deadline: float, *, write: bool) -> Answer:
        self.ahead, sent = None, time.time()
        response = self._http.send(request, stream=True)
        try:
            self.ahead = read_ahead(response.headers, sent)
            self._pace.after_call(read_said(response.headers))
            raw = read_answer(response, deadline, MAX_ANSWER_BYTES)
        finally:
            response.close()
        if 200 <= response.status_code < 300:
            value = None if response.status_code == 204 else _decode(raw)
            return Answer(value, created=response.status_code == 201)
        raise fate_of(
            Refusal(
                status=response.status_code,
                body=_decode_or_none(raw),
                request=path,
                write=write,
                retry_after=read_retry_after(response.headers.get("Retry-After")),
            )
        )


def _query(parameters: Mapping[str, str]) -> str:
    pairs = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"?{pairs}" if pairs else ""


def _keep_to(deadline: float, request: httpx.Request) -> None:
    """Connecting, writing and waiting share the seconds: before each the library's time-outs shrink to what is left.

    Only a server that dripped its headers could go on for longer: the library starts each wait for a line anew.
    """

    def shrink(event: str, _info: Mapping[str, Any]) -> None:
        left = deadline - time.monotonic()
        if left <= 0 and event in NOTHING_SENT:
            raise _TooLate
        left = max(0.001, left)
        for part, limit in TIMEOUT.as_dict().items():
            timeouts[part] = min(limit or left, left)

    timeouts: dict[str, float] = {}
    request.extensions["timeout"] = timeouts
    request.extensions["trace"] = shrink
    shrink("", {})


def read_said(headers: Mapping[str, str]) -> Said:
    """The cost of the call, and what is left: `X-RateLimiting: token-limit-10000-per-60-seconds: 147/10000`."""
    cost = re.fullmatch(r"[0-9]{1,9}", headers.get("X-CallCost", "").strip())
    used = re.search(r"(?<![0-9])([0-9]{1,9})/([0-9]{1,9})\s*$", headers.get("X-RateLimiting", ""))
    return Said(
        cost=int(cost[0]) if cost else 1,
        left=max(0, int(used[2]) - int(used[1])) if used else None,
    )


def _decode(raw: bytes) -> Any:
    """Raises ValueError for what is not JSON."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise ValueError from None


def _decode_or_none(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except ValueError:
        return None
