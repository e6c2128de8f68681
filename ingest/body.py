"""Reads a request's raw body off the WSGI input, bounded, whether its length is announced or it comes in chunks.

Werkzeug's own limit cuts a chunked body that is too long and takes one without a length for empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

READ_AT_ONCE = 64 * 1024


class BodyTooLarge(Exception):
    """More bytes than the setting allows."""


class BodyCutShort(Exception):
    """Fewer bytes than announced: the line broke."""


def read_body(environ: Mapping[str, Any], most: int) -> bytes:
    """All bytes of the body, at most `most`. The server must end the input itself (granian and gunicorn do)."""
    length = environ.get("CONTENT_LENGTH") or ""
    announced = int(length) if length.isdecimal() else None
    if announced is not None and announced > most:
        raise BodyTooLarge
    body = bytearray()
    while part := environ["wsgi.input"].read(READ_AT_ONCE):
        body += part
        if len(body) > most:
            raise BodyTooLarge
    if announced is not None and len(body) < announced:
        raise BodyCutShort
    return bytes(body)
