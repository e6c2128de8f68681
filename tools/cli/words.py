"""Whoever mistypes a name is told which ones there are, and which one he may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

#: Names that are listed although one of them is what was meant.
MOST_LISTED = 20


def there_are(word: str, known: Iterable[str], *, also: Iterable[str] = ()) -> str:
    """For behind "no ... 'x'": "; there are: a, b (did you mean a?)", in the order of `known`.

    `also`: what is worth a guess and not a place in the list. Where there is a guess, a long list says nothing more.
    """
    names = list(known)
    guess = did_you_mean(word, [*names, *also])
    if guess and len(names) > MOST_LISTED:
        return guess
    return (f"; there are: {', '.join(names)}" if names else "; there are none") + guess


def did_you_mean(word: str, known: Iterable[str]) -> str:
    names = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), names, n=1)
    return f" (did you mean {names[close[0]]}?)" if close else ""
