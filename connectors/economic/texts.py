"""Texts as e-conomic can hold them. It counts UTF-16 units, so an emoji is two."""

from __future__ import annotations

import re

#: What no field holds: control characters, and halves of a character.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Cutter:
    """Cuts texts, and keeps the names of those that lost their ends."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def __call__(self, name: str, text: str, limit: int) -> str:
        """As `cut`. `name`: how the owner is told."""
        short = cut(text, limit)
        if short != clean(text):
            self._names.append(name)
        return short

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)


def cut(text: str, limit: int) -> str:
    """The beginning of the clean text, within the limit."""
    whole = clean(text)
    if fits(whole, limit) or not whole:
        return whole
    return whole.encode("utf-16-le")[: max(limit, 0) * 2].decode("utf-16-le", "ignore").rstrip()


def clean(text: str) -> str:
    """Without blanks around it; line breaks are kept, other odd characters become spaces."""
    return "\n".join(_ODD.sub(" ", part) for part in re.split("\r\n|\r|\n", text)).strip()


def fits(text: str, limit: int) -> bool:
    """Whether it has one to `limit` units."""
    return 0 < units(text) <= limit


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_plain(text: str) -> bool:
    return not _ODD.search(text)
