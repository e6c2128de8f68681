"""One request to a shop's REST API: proof, time-outs, the answer's JSON, and everything else as a fate.

Nothing of the HTTP library leaves this module, neither as an exception nor as the cause of one: its messages hold
URLs, and over http a URL holds the key and a signature.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from connectors.clocks import read_ahead
from connectors.http import SHARED_LINES, TooLarge, read_answer, refuse_constant
from connectors.pace import Pace, Said
from connectors.woocommerce.errors import Refusal, fate_of, not_json, read_retry_after, too_large, unreachable
from connectors.woocommerce.oauth import OAuth1
from shared.errors import Fate, Retry

API = "/wp-json/wc/v3/"
USER_AGENT = "shopledger"

#: Seconds. A list of 100 orders took 1.6 s on a fast host; cheap hosts are twenty times slower.
TIMEOUT = httpx.Timeout(connect=10, read=45, write=15, pool=10)
#: Seconds for one answer in all, for hosts that drip it byte by byte.
MAX_SECONDS = 90.0
#: A hundred orders of sixty lines are 3 MB.
MAX_ANSWER_BYTES = 32 * 1024 * 1024

#: PHP warnings come before the JSON (observed 25): how many "[" and "{" in them may be tried as its beginning.
MAX_STARTS = 200


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=refuse_constant)


class _NoJson(ValueError):
    pass


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the decoded body (amounts str, int or Decimal) and headers by lower-case name."""

    value: Any
    headers: Mapping[str, str]

    def rows(self) -> list[Mapping[str, Any]]:
        """The body as a list of objects. Raises Retry for another one."""
        if not isinstance(self.value, list) or not all(isinstance(row, dict) for row in self.value):
            raise Retry("unexpected_answer", "The shop answered with something other than a list.")
        return self.value


class Rest:
    """The API of one shop. `url` as normalised by the credentials: https is proven by Basic, http by OAuth 1.0a."""

    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        self.signs = not url.startswith("https:")
        proof = OAuth1(key, secret) if self.signs else httpx.BasicAuth(key, secret)
        self.url = url
        #: How far the shop's clock was ahead of ours in its last answer, a refusal too; None where it did not say.
        self.ahead: timedelta | None = None
        self._base = url + API
        self._pace = pace
        self._http = httpx.Client(
            transport=SHARED_LINES.to(url),
            auth=proof,
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer:
        """Raises a fate; whatever was not answered can be asked again."""
        return self._send("GET", path, parameters=parameters)

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Raises a fate; OutcomeUnknown where the shop may have carried it out."""
        return self._send("POST", path, body=body)

    def put(self, path: str, body: Mapping[str, Any]) -> Answer:
        """As `post`."""
        return self._send("PUT", path, body=body)

    def delete(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """As `post`."""
        return self._send("DELETE", path, parameters=parameters)

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        fate: Fate
        write = method != "GET"
        seconds = min(MAX_SECONDS, self._pace.before_call())
        deadline = time.monotonic() + seconds
        try:
            request = self._http.build_request(method, self._base + path, params=parameters, json=body)
            request.extensions["timeout"] = _no_longer_than(seconds)
            return self._exchange(request, deadline, write=write)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL):
            fate = unreachable(sent=False, write=write)
        except (httpx.HTTPError, httpx.StreamError, TimeoutError):
            fate = unreachable(sent=True, write=write)
        except TooLarge:
            fate = too_large(write=write)
        except _NoJson:
            fate = not_json(write=write)
        raise fate

    def _exchange(self, request: httpx.Request, deadline: float, *, write: bool) -> Answer:
        self.ahead, sent = None, time.time()
        response = self._http.send(request, stream=True)
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.ahead = read_ahead(headers, sent)
        try:
            raw = read_answer(response, deadline, MAX_ANSWER_BYTES)
        finally:
            response.close()
        self._pace.after_call(Said())
        if not 200 <= response.status_code < 300:
            raise fate_of(refusal_of(response.status_code, headers, raw, write=write))
        return Answer(_decode(raw), headers)


def _no_longer_than(seconds: float) -> dict[str, float]:
    return {part: max(min(limit or seconds, seconds), 0.001) for part, limit in TIMEOUT.as_dict().items()}


def refusal_of(status: int, headers: Mapping[str, str], raw: bytes, *, write: bool) -> Refusal:
    """What `fate_of` judges: status, REST error code if the body holds one, and the headers that say what to do."""
    try:
        value = _decode(raw)
    except _NoJson:
        value = None
    code = value.get("code") if isinstance(value, dict) else None
    return Refusal(
        status=status,
        code=code if isinstance(code, str) and code else None,
        write=write,
        retry_after=read_retry_after(headers.get("retry-after"), datetime.now(UTC)),
        location=headers.get("location"),
    )


def _decode(raw: bytes) -> Any:
    """The JSON at the end of the body, after a byte order mark and whatever warnings plugins print before it.

    A page that only holds JSON somewhere is not one: what begins as JSON must reach the end of the body.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NoJson from None
    start = len(text) - len(text.lstrip())
    for _ in range(MAX_STARTS):
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = -1
        if end >= 0 and not text[end:].strip():
            return value
        start = _next_start(text, start + 1)
        if start < 0:
            break
    raise _NoJson


def _next_start(text: str, after: int) -> int:
    found = [at for at in (text.find("[", after), text.find("{", after)) if at >= 0]
    return min(found, default=-1)
