"""OAuth 1.0a, one-legged, in the query string: how WooCommerce proves a request over plain http.

HMAC-SHA256 with the key `consumer_secret&`; the body is not signed. The shop signs the address it knows itself by, so
the connection's URL must be that one ("www" or not). A nonce used twice is 401 (observed 28), so each request, and
each repetition of a request, gets its own. RFC 5849, section 3.4.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from collections.abc import Callable, Generator, Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import httpx


class OAuth1(httpx.Auth):
    """Signs every request anew. The clock (Unix seconds) must be within 15 minutes of the shop's."""

    def __init__(
        self,
        key: str,
        secret: str,
        *,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = secrets.token_hex,
    ) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock
        self._nonce = nonce

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.url = httpx.URL(self.signed(request.method, str(request.url)))
        yield request

    def signed(self, method: str, url: str) -> str:
        """The URL with its oauth_* parameters; parameters that were there keep their order and come first."""
        parts = urlsplit(url)
        parameters = [
            *parse_qsl(parts.query, keep_blank_values=True),
            ("oauth_consumer_key", self._key),
            ("oauth_timestamp", str(int(self._clock()))),
            ("oauth_nonce", self._nonce()),
            ("oauth_signature_method", "HMAC-SHA256"),
        ]
        base = base_string(method, urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), parameters)
        digest = hmac.digest(f"{quote(self._secret, safe='')}&".encode(), base.encode(), "sha256")
        parameters.append(("oauth_signature", base64.b64encode(digest).decode()))
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(parameters, quote_via=quote, safe=""), ""))


def base_string(method: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """What is signed: method, address without query, and the sorted parameters, each percent-encoded."""
    pairs = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in parameters)
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), quote(url, safe=""), quote(query, safe="")))
