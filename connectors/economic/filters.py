"""e-conomic's filter language: one clause with its value escaped.

"$" and ")" must be escaped by a "$". "[" and "]" must not be, on REST: the escape that is documented for them matches
nothing. So a value in a list can hold neither them nor the comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: What `$like` may read otherwise than as it stands.
MARKS = re.compile("[^A-Za-z0-9/-]+")
#: Between two clauses of which one must match.
OR = "$or:"
#: The most values that `$in` takes.
MAX_VALUES = 200
#: Characters of the list in a URL, percent-encoded: servers of this make refuse queries above 2,048 by default.
MAX_LENGTH = 1_600


def equals(field: str, value: str) -> str:
    """Matches case aside: compare what is found."""
    return f"{field}$eq:{escape(value)}"


def first_token(field: str, value: str) -> str:
    """Matches where the field is the value, or begins with it and a blank; case aside: compare what is found.

    In place of marks that `$like` could read as a pattern anything matches. A value of such marks only is looked for
    alone.
    """
    alone = equals(field, value)
    pattern = MARKS.sub("*", value)
    return alone if pattern == "*" else f"{alone}{OR}{field}$like:{pattern} *"


def any_of(field: str, values: Iterable[str]) -> str:
    return f"{field}$in:[{','.join(map(escape, values))}]"


def contains(field: str, value: str) -> str:
    """Matches where the value stands anywhere in the field. It must hold no mark that `$like` reads as a pattern."""
    return f"{field}$like:{escape(value)}"


def either(clauses: Iterable[str]) -> Iterator[str]:
    """Filters that match where one of the clauses does, together as many as a URL can hold."""
    for batch in _batches(clauses, OR):
        yield OR.join(batch)


def escape(value: str) -> str:
    return value.replace("$", "$$").replace(")", "$)")


def fits_a_list(value: str) -> bool:
    return not any(character in value for character in ",[]")


def batches(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists that one `any_of` can hold. They must all fit a list."""
    return _batches(values, ",")


def _batches(values: Iterable[str], between: str) -> Iterator[list[str]]:
    batch: list[str] = []
    length = 0
    for value in values:
        size = _length_in_url(between) + _length_in_url(value)
        if batch and (len(batch) == MAX_VALUES or length + size > MAX_LENGTH):
            yield batch
            batch, length = [], 0
        batch.append(value)
        length += size
    if batch:
        yield batch


def _length_in_url(value: str) -> int:
    return sum(1 if byte < 128 and chr(byte).isalnum() else 3 for byte in escape(value).encode())
