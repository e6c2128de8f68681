"""Whoever mistypes a name is told which ones there are, and which one he may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def there_are(word: str, known: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """For behind "no ... 'x'": "; there are: a, b (did you mean a?)", in the order of `known`.

    `also`: what is worth a guess and not a place in the list.
    """
    names = list(known)
    listed = f"; there are: {', '.join(names)}" if names else "; there are none"
    return listed + did_you_mean(word, [*names, *also])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    names = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), names, n=1)
    return f" (did you mean {names[close[0]]}?)" if close else ""
