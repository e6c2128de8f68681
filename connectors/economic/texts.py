"""Texts as e-conomic can hold them. It counts UTF-16 units, so an emoji is two."""

from __future__ import annotations

import re

#: What no field holds: control characters, and halves of a character.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def cut(text: str, limit: int) -> str:
    """The text's beginning, within the limit; line breaks are kept, other odd characters become spaces."""
    clean = "\n".join(_ODD.sub(" ", part) for part in re.split("\r\n|\r|\n", text)).strip()
    if fits(clean, limit) or not clean:
        return clean
    return clean.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore").rstrip()


def fits(text: str, limit: int) -> bool:
    """Whether it has one to `limit` units."""
    return 0 < len(text.encode("utf-16-le", "surrogatepass")) // 2 <= limit


def is_plain(text: str) -> bool:
    return not _ODD.search(text)
