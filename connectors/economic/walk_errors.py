"""Finds every single error in an answer of e-conomic, whatever shape it has.

`errors` mirrors the request: a property holds `{"errors": [...]}`, an array `{"items": [{"arrayIndex": 8, ...}]}` or is
a plain list of those; a bad filter is a list of strings; the newer services list `{"property", "errorCode"}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Deeper than any request of ours.
MAX_DEPTH = 40
#: The code of the envelope: what is wrong stands inside.
ENVELOPE = "E04300"

_WORD = re.compile(r"[A-Za-z0-9_]{1,80}")
#: Properties whose value is a number, or a word, of the books and never of a customer.
_HARMLESS_PROPERTY = re.compile(
    r"(?:product|layout|paymentTerms|vatZone|customerGroup|productGroup|unit|account|customer|project)(?:Number)?"
    r"|currency|salesPerson|vendorReference",
    re.IGNORECASE,
)
_HARMLESS_VALUE = re.compile(r"[^@\s\x00-\x1f]{1,25}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One error. `path` leads to it in the request: "lines[8].product"; it is empty for the request as a whole."""

    path: str = ""
    #: As the answer spells it; case differs between "date" and "Date".
    name: str | None = None
    code: str | None = None
    #: What was sent, only where it can be no customer's.
    value: str | None = None

    @property
    def line(self) -> int | None:
        """The document's line, counted from 1."""
        found = re.match(r"lines\[(\d+)\]", self.path)
        return int(found[1]) + 1 if found else None


def walk(body: object) -> list[Finding]:
    """All errors of an answer's decoded body, in its order, the one of the whole request first. May be empty."""
    if not isinstance(body, dict):
        return []
    whole = _word(body.get("errorCode"))
    inside = list(_walk(body.get("errors"), "", 0))
    if whole is None or (whole == ENVELOPE and inside) or any(found.code == whole for found in inside):
        return inside
    return [Finding(name=_word(body.get("property")), code=whole), *inside]


def _walk(node: object, path: str, depth: int) -> Iterator[Finding]:
    if depth > MAX_DEPTH:
        return
    if isinstance(node, str):
        yield Finding(path)
    elif isinstance(node, list):
        for child in node:
            yield from _walk(child, _at(path, child), depth + 1)
    elif isinstance(node, dict):
        if _is_error(node):
            yield _finding(node, path)
            return
        for key, child in node.items():
            if isinstance(child, (dict, list)):
                yield from _walk(child, path if key in ("errors", "items") else _under(path, key), depth + 1)


def _is_error(node: dict[str, Any]) -> bool:
    return any(isinstance(node.get(key), str) for key in ("errorCode", "errorMessage", "propertyName"))


def _finding(node: dict[str, Any], path: str) -> Finding:
    name = _word(node.get("propertyName")) or _word(node.get("property"))
    last = re.sub(r"\[\d+\]$", "", path.rpartition(".")[2])
    value = _harmless(node.get("inputValue")) if _HARMLESS_PROPERTY.fullmatch(name or last) else None
    return Finding(path, name, _word(node.get("errorCode")), value)


def _at(path: str, child: object) -> str:
    index = child.get("arrayIndex") if isinstance(child, dict) else None
    return f"{path}[{index}]" if type(index) is int and 0 <= index < 10**6 else path


def _under(path: str, key: str) -> str:
    word = _word(key) or "?"
    return f"{path}.{word}" if path else word


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _harmless(value: object) -> str | None:
    text = str(value) if type(value) is int and abs(value) < 10**12 else value
    return text if isinstance(text, str) and _HARMLESS_VALUE.fullmatch(text) else None
