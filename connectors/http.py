"""What the HTTP clients of all connectors share: no query in a log, no answer without an end, no float for money."""

from __future__ import annotations

import logging
import time

import httpx


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
