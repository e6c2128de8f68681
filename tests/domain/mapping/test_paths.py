"""Paths: what they find, and what is said of those that are none."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.expression import checked, find
from shared.domain.values import NotAValue

BODY: dict[str, Any] = {
    "id": 7,
    "total": "125.00",
    "billing": {"company": "Lampeland ApS", "country": "DK"},
    "meta_data": [
        {"key": "tags", "value": "wholesale"},
        {"key": "boxes", "value": 3},
        {"key": "share", "value": Decimal("0.1")},
        {"key": "empty", "value": None},
        {"key": "odd", "value": {"a": 1}},
    ],
    "line_items": [{"sku": "A", "total": "1.10"}, {"sku": "B", "total": "2.20"}, {"sku": None, "total": "0.00"}],
    "deep": [[1, 2], [3]],
    "yes": True,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("billing.company", "Lampeland ApS"),
        ("id", Decimal(7)),
        ("yes", True),
        ("nothing.there", None),
        ("meta_data[?key=='tags'].value | [0]", "wholesale"),
        ("meta_data[?key=='none'].value", []),
        ("meta_data[?value==`0.1`].key | [0]", "share"),
        ("meta_data[?value>`2`].key", ["boxes"]),
        ("meta_data[?value=='3'].key", []),
        ("line_items[].sku", ["A", "B"]),
        ("line_items[-1:].total | [0]", "0.00"),
        ("deep[]", [Decimal(1), Decimal(2), Decimal(3)]),
        ("sum(line_items[].total)", Decimal("3.30")),
        ("max(line_items[].total)", Decimal("2.20")),
        ("min(line_items[].total)", Decimal("0.00")),
        ("length(line_items)", Decimal(3)),
        ("length(billing.country)", Decimal(2)),
        ("join('+', line_items[?sku].sku)", "A+B"),
        ("to_number(total)", Decimal("125.00")),
        ("to_number(billing.country)", None),
        ("not_null(nothing, billing.country)", "DK"),
        ("contains(line_items[].sku, 'B')", True),
        ("contains(billing.company, 'Lampe')", True),
        ("starts_with(billing.company, 'ApS')", False),
        ("ends_with(billing.company, 'ApS')", True),
        ("line_items == `[]`", False),
        ("yes == `1`", False),
        ("billing.country < `5`", None),
        ("'a' < 'b'", True),
    ],
)
def test_a_path_finds_what_stands_there(path: str, found: object) -> None:
    # Given a shop's body, when a path is asked, then it finds the value, numbers exact and nulls left out of lists
    answer = find(checked(path), BODY)
    assert answer == found
    assert type(answer) is type(found)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("billing", "an object"),
        ("line_items", "an object"),
        ("deep", "an object"),
        ("meta_data[?key=='odd'].value | [0]", "an object"),
        ("line_items == meta_data", "cannot be compared"),
        ("length(id)", "length() is of a text or a list"),
        ("sum(meta_data[].key)", "sum() is of numbers"),
        ("join(',', deep)", "join() is of texts"),
        ("max(total)", "max() is of a list"),
        ("contains(nothing, 'a')", "contains() is of texts"),
    ],
)
def test_what_is_no_value_is_said(path: str, why: str) -> None:
    # Given a path that finds no text, number, or yes or no, when it is asked, then it says so in words
    with pytest.raises(NotAValue) as refused:
        find(checked(path), BODY)
    assert why in refused.value.why


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("sNaN"), Decimal("1e999999"), 10**100])
@pytest.mark.parametrize("path", ["a", "[a]", "a == `1`", "a < `1`", "sum([a])", "max([a])", "to_number(a)"])
def test_a_number_that_no_shop_means_is_no_value(path: str, number: object) -> None:
    # Given a number beyond all bounds in a body, when it is met, then that is said, at once
    with pytest.raises(NotAValue, match="digits"):
        find(path, {"a": number})


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "an empty path"),
        ("meta_data[?key='tags']", "write == to compare (character 15)"),
        ("meta_data[", "it ends before it is complete (character 11)"),
        ("billing company", "'company' does not belong there (character 9)"),
        ("'billing", "something is not closed"),
        ("a[?b==`tags`]", "`tags` is no number; write a text as 'tags' (character 7)"),
        ("a[?b==`1e999`]", "a number that is none"),
        ("a[::0]", "no step of 0"),
        ("to_string(@)", "there is no to_string(), but contains()"),
        ("sort_by(a, &b)", "there is no sort_by()"),
        ("length(&a)", "& is for functions"),
        ("contains(a)", "contains() takes 2, not 1"),
        ("not_null()", "takes at least one"),
    ],
)
def test_what_is_no_path_is_refused_with_the_place(path: str, why: str) -> None:
    # Given a path that was mistyped, when it is saved, then the owner reads what is wrong and where
    with pytest.raises(ValueError, match=re.escape(why)):
        checked(path)


@pytest.mark.parametrize("path", ["a[?b=='`c`']", 'a."`d`"', 'a[?b==`"e"`]', "a[?b==`[1, 2]`].c"])
def test_a_backtick_inside_of_quotes_is_a_letter(path: str) -> None:
    # Given a path with backticks that are no literal, or hold JSON, when it is saved, then it is taken
    assert checked(path) == path
