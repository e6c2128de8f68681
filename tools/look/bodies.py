"""What an order's bodies say: in short for a line of the story, and in full as indented JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tools.cli.texts import harmless


class _AsWritten(str):
    """A number exactly as it stands in the body: 100.00 is not 100.0 to whoever compares amounts."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """Of a normalised order; the total is gross."""

    lines: int
    total: Decimal
    currency: str


def digest(normalised: bytes | None) -> Digest | None:
    """None for what an older version wrote in another shape."""
    try:
        order = json.loads(normalised or b"")
        return Digest(len(order["lines"]), Decimal(order["total"]), str(order["currency"]))
    except (ValueError, KeyError, TypeError, InvalidOperation, RecursionError):
        return None


def readable(body: bytes) -> str:
    """Indented JSON with its numbers as they were written; what is no JSON as text."""
    try:
        value = json.loads(body, parse_float=_AsWritten, parse_int=_AsWritten, parse_constant=_AsWritten)
        return harmless(_indented(value, "\n"))
    except (ValueError, RecursionError):
        return harmless(as_text(body))


def as_text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _indented(value: object, start: str) -> str:
    deeper = f"{start}  "
    if isinstance(value, _AsWritten):
        return str(value)
    if isinstance(value, dict) and value:
        members = (f"{deeper}{_spelt(key)}: {_indented(member, deeper)}" for key, member in value.items())
        return f"{{{','.join(members)}{start}}}"
    if isinstance(value, list) and value:
        return f"[{','.join(deeper + _indented(member, deeper) for member in value)}{start}]"
    return _spelt(value)


def _spelt(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
