"""What the HTTP clients of all connectors share: no query in a log, no answer without an end, no float for money."""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

#: Lines to one host that are kept open while nobody uses them.
MOST_IDLE_LINES = 32


class TooLarge(ValueError):
    """An answer has more bytes than any sensible one."""


class _WithoutQueries(logging.Filter):
    """httpx logs the URL of each request; its query may prove who we are, or hold a customer's e-mail address."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


logging.getLogger("httpx").addFilter(_WithoutQueries())
#: At DEBUG httpcore writes down the headers of answers, and a redirect's address repeats the query.
logging.getLogger("httpcore").setLevel(logging.INFO)


class SharedLines:
    """The open lines to each host, shared by all clients of this process; the last client that goes closes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[httpx.HTTPTransport, int]] = {}

    def to(self, origin: str) -> httpx.BaseTransport:
        """For one client ("https://host:port"), which closes it."""
        with self._lock:
            lines, users = self._open.get(origin) or (self._new(origin), 0)
            self._open[origin] = lines, users + 1
        return _Share(lines, lambda: self._leave(origin))

    def _new(self, origin: str) -> httpx.HTTPTransport:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=MOST_IDLE_LINES)
        return httpx.HTTPTransport(verify=self._tls(), limits=limits, proxy=_proxy_to(origin))

    @staticmethod
    @cache
    def _tls() -> ssl.SSLContext:
        """Reading the certificates takes 20 ms."""
        return httpx.create_ssl_context()

    def _leave(self, origin: str) -> None:
        with self._lock:
            lines, users = self._open.pop(origin)
            if users > 1:
                self._open[origin] = lines, users - 1
                return
        lines.close()


def _proxy_to(origin: str) -> str | None:
    """As the environment says (HTTPS_PROXY, NO_PROXY): httpx asks it only for lines of its own."""
    address = urlsplit(origin)
    if not address.hostname or proxy_bypass(address.hostname):
        return None
    proxies = getproxies()
    return proxies.get(address.scheme) or proxies.get("all")


class _Share(httpx.BaseTransport):
    def __init__(self, lines: httpx.HTTPTransport, leave: Callable[[], None]) -> None:
        self._lines = lines
        self._leave: Callable[[], None] | None = leave

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._lines.handle_request(request)

    def close(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()


SHARED_LINES = SharedLines()


def read_answer(response: httpx.Response, deadline: float, most_bytes: int) -> bytes:
    """The whole body. Raises TooLarge, and TimeoutError after the deadline (monotonic) for one that drips."""
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > most_bytes:
            raise TooLarge
        if time.monotonic() > deadline:
            raise TimeoutError
        chunks.append(chunk)
    return b"".join(chunks)


def refuse_constant(name: str) -> None:
    """For `parse_constant` of the JSON decoder: NaN and Infinity are no amounts."""
    raise ValueError(name)
