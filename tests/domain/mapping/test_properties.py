"""Whatever an order's body and the rows are: nothing is raised, and conditions are logic."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.condition import holds, why_not
from shared.domain.expression import checked, find
from shared.domain.mapping import check, mapped
from shared.domain.values import NoAnswer
from shared.domain.view import FACTS, View
from tests.domain.mapping.orders import COPENHAGEN, TARGETS, condition, fields, meta, viewed

KEYS = st.sampled_from(["a", "b", "meta_data", "key", "value", "tags"])
#: As a shop's JSON is decoded, and what no JSON holds.
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.decimals()
    | st.floats()
    | st.sampled_from(["2026-03-02", "31-02-2026", "12.50", "DK", "0001-01-01T00:00:00+14:00", Decimal("1e5000")])
)
BODIES = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)),
    max_size=5,
)
PATHS = st.sampled_from(
    [
        "a",
        "a.b",
        "a[0]",
        "a[].b",
        "[a, b]",
        "[a, b][]",
        "a == b",
        "a < b",
        "a[?b > `1`].value | [0]",
        "*.a",
        "length(a)",
        "sum(a)",
        "max(a)",
        "join(',', a)",
        "to_number(a)",
        "contains(a, b)",
        "not_null(a, b)",
        "starts_with(a, 'D')",
        "meta_data[?key=='tags'].value | [0]",
        "!a || b && a",
        "a[1:3]",
        "{a: b}",
        "[@,@][]|[@,@][]|[@,@][]",
    ]
)
TEXTS = st.text("abc DK019-.", min_size=1, max_size=30)
CONSTANTS = TEXTS | st.integers(-(10**14), 10**14) | st.integers(-(10**8), 10**8).map(lambda cents: cents / 100)
STEPS = st.lists(
    st.sampled_from(["strip", "upper", "digits"])
    | st.builds(lambda count: {"cut": count}, st.integers(1, 50))
    | st.builds(lambda value: {"default": value}, TEXTS)
    | st.builds(lambda found: {"lookup": {"DK": found, "yes": found}}, TEXTS)
    | st.builds(lambda count: {"round": count}, st.integers(0, 8))
    | st.sampled_from([{"date": "day"}, {"date": "dd-mm-yyyy"}, {"country": "da"}, {"prefix": "x"}, {"suffix": " "}]),
    max_size=5,
)
SOURCES = (
    st.builds(lambda path: {"path": path}, PATHS)
    | st.builds(lambda fact: {"fact": fact}, st.sampled_from(sorted(FACTS)))
    | st.builds(lambda value: {"const": value}, TEXTS)
)
QUESTIONS = st.builds(
    lambda path, asked: {"path": path, **asked},
    PATHS,
    st.builds(lambda values: {"is": values}, st.lists(TEXTS.filter(str.strip) | st.booleans(), min_size=1, max_size=3))
    | st.builds(lambda text: {"contains": text}, TEXTS.filter(str.strip))
    | st.builds(lambda number: {"at_least": number}, st.integers(-5, 5))
    | st.builds(lambda is_so: {"exists": is_so}, st.booleans()),
)
ROWS = st.builds(
    lambda source, steps, when: {**source, "then": steps, **({} if when is None else {"when": when})},
    SOURCES | st.builds(lambda parts: {"concat": parts, "with": " "}, st.lists(SOURCES, min_size=1, max_size=4)),
    STEPS,
    st.none() | QUESTIONS,
)
FIELDS = st.dictionaries(
    st.sampled_from([*(one.name for one in TARGETS), "unknown"]), st.none() | st.lists(ROWS, min_size=1, max_size=3)
)
#: Each can be answered, of every order.
ANSWERABLE = st.sampled_from(
    [
        {"fact": "country", "is": "DK"},
        {"fact": "country", "is": "SE"},
        {"fact": "total", "above": 100},
        {"fact": "is_guest", "is": False},
        {"path": meta("tags"), "contains": "vip"},
        {"path": meta("none"), "exists": True},
    ]
)
TREES = st.recursive(
    ANSWERABLE,
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=6,
)


@cache
def usual() -> View:
    return viewed()


def _is_shallow(tree: Any, left: int = 8) -> bool:
    inner = [one for part in tree.values() for one in (part if isinstance(part, list) else [part])]
    return left > 0 and all(_is_shallow(one, left - 1) for one in inner if isinstance(one, dict))


@given(
    path=st.text("ab.[]?*|&=!<>(){},:'`\"\\@-1 é", max_size=40)
    | st.lists(
        st.sampled_from(["a", ".", "[", "]", "[]", "[?", "*", "|", "==", "(", ")", "sum(", "`1`", "'b'", "@"])
    ).map("".join),
    body=BODIES,
)
def test_any_text_is_a_path_or_refused(path: str, body: dict[str, Any]) -> None:
    # Given any text, when it is saved as a path, then it is refused as people are told, or it can be asked of any body
    try:
        checked(path)
    except ValueError:
        return
    with suppress(NoAnswer):
        find(path, body)


@given(body=BODIES, written=FIELDS)
def test_mapped_never_raises(body: dict[str, Any], written: dict[str, Any]) -> None:
    # Given any body and any rows that can be saved, when they are mapped
    rows = fields(**written)
    view = replace(usual(), order=replace(usual().order, source=body))
    result = mapped(rows, view, TARGETS, time_zone=COPENHAGEN)
    # Then each field has a value that fits it, or a problem, or nothing
    kinds = {"text": str, "number": Decimal, "date": date}
    for target in TARGETS:
        value = result.values.get(target.name)
        assert value is None or type(value) is kinds[target.kind]
        if isinstance(value, str):
            assert 0 < len(value) <= target.limit
            assert target.lines or "\n" not in value
            value.encode()
    told = [problem.target for problem in result.problems]
    assert len(told) == len(set(told))
    assert set(told).isdisjoint(result.values)
    assert {*told, *result.values, *result.cut} <= {name for name, row in rows.items() if row is not None}
    # And saying what is wrong with them whatever the order raises nothing, either
    check(rows, TARGETS)


@given(source=CONSTANTS, steps=STEPS)
def test_a_constant_without_complaint_is_no_problem(source: object, steps: list[Any]) -> None:
    # Given a constant that nobody complained about when it was saved, when it is mapped, then it has no problem
    rows = fields(heading={"const": source, "then": steps}, weight={"const": source, "then": steps})
    complained = {complaint.partition(":")[0] for complaint in check(rows, TARGETS)}
    result = mapped(rows, usual(), TARGETS, time_zone=COPENHAGEN)
    assert {problem.target for problem in result.problems} <= complained
    assert set(result.cut) <= complained


@given(tree=TREES.filter(_is_shallow))
def test_not_turns_a_condition_round(tree: dict[str, Any]) -> None:
    # Given any condition, when it is turned round, then it holds where it did not
    assert holds(condition({"not": tree}), usual()) is not holds(condition(tree), usual())


@given(trees=st.lists(TREES.filter(_is_shallow), min_size=1, max_size=3))
def test_all_and_any_are_each_others_mirror(trees: list[dict[str, Any]]) -> None:
    # Given any conditions, when all of them are turned round under the other word, then that says the same (De Morgan)
    turned = [{"not": tree} for tree in trees]
    view = usual()
    assert holds(condition({"not": {"all": trees}}), view) is holds(condition({"any": turned}), view)
    assert holds(condition({"not": {"any": trees}}), view) is holds(condition({"all": turned}), view)


@given(tree=TREES.filter(_is_shallow))
def test_there_is_a_reason_just_where_it_does_not_hold(tree: dict[str, Any]) -> None:
    # Given any condition, when it is asked why it does not hold, then there are words just where it does not
    read = condition(tree)
    assert holds(read, usual()) is (why_not(read, usual()) == "")
