"""e-conomic's own way of writing an id into a URL (reference: its REST documentation, "URL encoding")."""

from __future__ import annotations

from urllib.parse import quote

_CODES = str.maketrans({character: f"_{code}_" for code, character in enumerate("<>*%:&/\\_ ?.#+")})


def encode_id(value: str) -> str:
    """One id as one segment of a path: "a/b c" -> "a_6_b_9_c"; what has no code is percent-encoded.

    Raises ValueError for an empty one, which would name the whole collection.
    """
    if not value:
        raise ValueError("an empty id names everything")
    return quote(value.translate(_CODES), safe="")
