"""e-conomic's own writing of ids in a URL: a number between underscores for what a path cannot hold."""

from __future__ import annotations

import re
from urllib.parse import quote

ENCODED = {
    "<": "_0_", ">": "_1_", "*": "_2_", "%": "_3_", ":": "_4_", "&": "_5_", "/": "_6_",
    "\\": "_7_", "_": "_8_", " ": "_9_", "?": "_10_", ".": "_11_", "#": "_12_", "+": "_13_",
}  # fmt: skip
_DECODED = {code: character for character, code in ENCODED.items()}
_CODE = re.compile(r"_\d{1,2}_")


def encode_id(text: str) -> str:
    """As it stands in a link: what the table does not name is percent-encoded."""
    return quote("".join(ENCODED.get(character, character) for character in text), safe="")


def decode_id(segment: str) -> str:
    """From a path whose percent-encoding is undone already; a number outside the table is taken as it is written."""
    return _CODE.sub(lambda found: _DECODED.get(found[0], found[0]), segment)
