"""Values in e-conomic's filter language."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.economic.filters import (
    MAX_LENGTH,
    MAX_VALUES,
    any_of,
    batches,
    contains,
    either,
    equals,
    escape,
    first_token,
    fits_a_list,
)

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=",[]"), min_size=1, max_size=25)


def read_value(text: str) -> tuple[str, str]:
    """As a server reads a value: "$" takes the next "$" or ")" as it is; an operator or a ")" ends it. And the rest."""
    value, at = "", 0
    while at < len(text):
        if text[at] == "$" and text[at + 1 : at + 2] in ("$", ")"):
            value, at = value + text[at + 1], at + 2
        elif text[at] in "$)":
            break
        else:
            value, at = value + text[at], at + 1
    return value, text[at:]


@pytest.mark.parametrize(
    ("value", "clause"),
    [
        ("SL7-42-1", "references.other$eq:SL7-42-1"),
        ("a$b", "references.other$eq:a$$b"),
        ("(a)", "references.other$eq:(a$)"),
        # Escaped as the documentation says, brackets match nothing.
        ("[a]", "references.other$eq:[a]"),
        ("$null:", "references.other$eq:$$null:"),
    ],
)
def test_a_value_is_escaped_as_rest_reads_it(value: str, clause: str) -> None:
    assert equals("references.other", value) == clause


@pytest.mark.parametrize(
    ("reference", "pattern"),
    [("SL7-42/2", "SL7-42/2 *"), ("SL7-a%2Fb_c.d~e", "SL7-a*2Fb*c*d*e *"), ("SL7-a$or:b", "SL7-a*or*b *")],
)
def test_a_first_token_is_looked_for_with_words_behind_it_whatever_its_marks(reference: str, pattern: str) -> None:
    alone, _, behind = first_token("references.other", reference).rpartition("$or:")
    assert alone == equals("references.other", reference)
    assert behind == f"references.other$like:{pattern}"


def test_a_token_of_marks_only_is_looked_for_alone() -> None:
    assert first_token("references.other", "*%") == equals("references.other", "*%")


@given(anything)
def test_every_value_is_read_as_it_was_meant(value: str) -> None:
    assert read_value(escape(value)) == (value, "")


@given(anything)
def test_no_value_can_add_a_condition(value: str) -> None:
    assert read_value(escape(value) + "$or:name$ne:x") == (value, "$or:name$ne:x")


@given(st.lists(numbers, min_size=1, max_size=10))
def test_a_list_is_read_as_it_was_meant(values: list[str]) -> None:
    _, _, inside = any_of("productNumber", values).partition("$in:[")
    assert [read_value(value)[0] for value in inside.removesuffix("]").split(",")] == values


@pytest.mark.parametrize("value", ["a,b", "[a", "a]"])
def test_what_a_list_cannot_hold_is_known(value: str) -> None:
    assert not fits_a_list(value)
    assert fits_a_list("a(b) c$d")


@given(st.lists(numbers, max_size=450))
def test_batches_hold_every_value_once_and_fit(values: list[str]) -> None:
    found = list(batches(values))
    assert [value for batch in found for value in batch] == values
    for batch in found:
        assert 0 < len(batch) <= MAX_VALUES
        assert len(quote(",".join(map(escape, batch)), safe="")) <= MAX_LENGTH


@given(st.lists(numbers, max_size=450))
def test_clauses_of_which_one_must_match_are_all_asked_and_fit(values: list[str]) -> None:
    clauses = [contains("mobilePhone", value) for value in values]
    questions = list(either(clauses))
    assert "$or:".join(questions) == "$or:".join(clauses)
    assert all(len(quote(question, safe="")) <= MAX_LENGTH for question in questions)


def test_short_numbers_fill_a_list_to_what_e_conomic_takes() -> None:
    assert [len(batch) for batch in batches(str(number) for number in range(1000, 1450))] == [200, 200, 50]
