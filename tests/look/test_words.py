"""What is said of reasons and bodies, without a store."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.reasons import REASONS
from tools.cli.texts import harmless
from tools.look.bodies import digest, readable
from tools.look.words import split


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.code)
def test_what_is_so_and_what_to_do_are_told_apart(reason: object) -> None:
    # Given a reason as it is written for the owner, when it is split, then both parts are as the reason has them
    known = REASONS[reason.code]  # type: ignore[attr-defined]

    class Anything(dict[str, object]):
        def __missing__(self, key: str) -> str:
            return "x"

    sentence, step = known.sentence.format_map(Anything()), known.next_step.format_map(Anything())
    assert split(known.code, f"{sentence} {step}".strip()) == (sentence, step)


def test_a_reason_of_a_connector_stays_whole() -> None:
    # Given a sentence of a connector that nobody here knows, when it is split, then all of it says what is so
    assert split("moved", "It moved: enter the new address.") == ("It moved: enter the new address.", "")


def test_an_amount_is_shown_with_the_digits_it_was_sent_with() -> None:
    # Given a body with amounts, when it is made readable, then no digit is dropped, and letters are themselves
    text = readable(b'{"price":100.00,"tiny":1e-7,"name":"K\\u00f8b","lines":[],"more":[{"n":12345678901234567890}]}')
    assert text == (
        '{\n  "price": 100.00,\n  "tiny": 1e-7,\n  "name": "Køb",\n  "lines": [],\n  "more": [\n'
        '    {\n      "n": 12345678901234567890\n    }\n  ]\n}'
    )


def test_what_is_no_json_is_shown_as_text() -> None:
    # Given the page of a proxy, or bytes that are no text, when they are made readable, then they are shown as they are
    assert readable(b"<html>502\n</html>") == "<html>502\n</html>"
    assert readable(b"\xff\xfe") == "��"
    assert readable(b"[" * 100_000).startswith("[[[")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_a_readable_body_says_the_same(value: object) -> None:
    # Given any JSON, when it is made readable, then a terminal obeys none of it, and what it says is the same
    text = readable(json.dumps(value).encode())
    assert harmless(text) == text
    if harmless(json.dumps(value, ensure_ascii=False)) == json.dumps(value, ensure_ascii=False):
        assert json.loads(text) == value


@pytest.mark.parametrize("body", [None, b"", b"[]", b'{"lines": 1}', b'{"lines": [], "total": "x", "currency": "DKK"}'])
def test_a_normalised_order_of_another_shape_has_no_digest(body: bytes | None) -> None:
    # Given what another version wrote down, when it is looked at, then the list still comes, without a total
    assert digest(body) is None
