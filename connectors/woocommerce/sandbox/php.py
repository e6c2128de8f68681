"""What PHP and WordPress do to texts and numbers on their way out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#x27;": "'"}
_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))
_INDEX = re.compile(r"\[(\w*)\]$")


def json_encode(value: Any) -> bytes:
    """PHP's JSON: ASCII only, `\\u` escapes in lower case, slashes escaped, no blanks."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("/", "\\/").encode("ascii")


def decode_entities(text: str) -> str:
    """The five characters WordPress escapes; every other entity stays as it is. Decodes once."""
    return _ENTITY.sub(lambda found: _ENTITIES[found.group()], text)


def number(value: Decimal) -> int | float:
    """A JSON number the way PHP prints it: 100, not 100.0."""
    return int(value) if value == value.to_integral_value() else float(value)


def unit_price(total: Decimal, quantity: int) -> int | float:
    """PHP divides floats, and its JSON shows it: 449.85 / 3 is 149.95000000000002."""
    price = float(total) / quantity if quantity else 0.0
    return int(price) if price.is_integer() else price


def query_pairs(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names as PHP sees them: `a[]=5&a[]=6` is `a[0]=5&a[1]=6`; of doubles the last one wins."""
    counts: dict[str, int] = {}
    seen: dict[str, str] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            base = name[:-2]
            name = f"{base}[{counts.get(base, 0)}]"
            counts[base] = counts.get(base, 0) + 1
        seen[name] = value
    return list(seen.items())


def query_values(pairs: list[tuple[str, str]]) -> dict[str, str | list[str]]:
    """A query as PHP's array: one text per name, or a list where the name has brackets."""
    values: dict[str, str | list[str]] = {}
    for name, value in query_pairs(pairs):
        base = _INDEX.sub("", name)
        if base == name:
            values[name] = value
            continue
        known = values.setdefault(base, [])
        if isinstance(known, list):
            known.append(value)
    return values
