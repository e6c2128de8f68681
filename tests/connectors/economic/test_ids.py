"""Ids in URLs, by e-conomic's own table."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.economic.ids import encode_id

#: As e-conomic publishes it, typed in here once more.
TABLE = {
    "<": "_0_", ">": "_1_", "*": "_2_", "%": "_3_", ":": "_4_", "&": "_5_", "/": "_6_", "\\": "_7_", "_": "_8_",
    " ": "_9_", "?": "_10_", ".": "_11_", "#": "_12_", "+": "_13_",
}  # fmt: skip
BACK = {code: character for character, code in TABLE.items()}

anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=25)


def decoded(segment: str) -> str:
    """As a server reads it: percent-encoding first, then the table."""
    return re.sub(r"_\d+_", lambda found: BACK[found[0]], unquote(segment))


@pytest.mark.parametrize(("character", "code"), TABLE.items())
def test_each_character_of_the_table_has_its_code(character: str, code: str) -> None:
    assert encode_id(f"A{character}B") == f"A{code}B"


@given(anything)
def test_every_id_is_read_as_it_was_meant(value: str) -> None:
    assert decoded(encode_id(value)) == value


@given(anything)
def test_an_id_is_one_segment_of_a_path_and_never_leads_out_of_it(value: str) -> None:
    segment = encode_id(value)
    assert re.fullmatch(r"(?:[A-Za-z0-9_~-]|%[0-9A-F]{2})+", segment)


@given(anything, anything)
def test_two_ids_are_never_one(one: str, other: str) -> None:
    assert (encode_id(one) == encode_id(other)) == (one == other)


def test_an_empty_id_would_name_everything() -> None:
    with pytest.raises(ValueError, match="everything"):
        encode_id("")
