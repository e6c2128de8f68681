"""Expressions that were written to do harm. The bounds count; the clock only stops a test that would hang."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from shared.domain import path_functions
from shared.domain.expression import DEPTH, LENGTH, MEMBERS, PARTS, checked, find
from shared.domain.path_functions import Meter
from shared.domain.values import NoAnswer, TooMuch

#: Seconds. A bomb that goes off takes minutes, and all memory.
HANG = 20.0


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < HANG


@pytest.mark.parametrize(
    "path",
    [
        "|".join(["[@,@][]"] * 20),
        "|".join(["[@,@]"] * 33),
        "[" * 99 + "a" + "]" * 99,
        "!" * DEPTH + "a",
        ".".join("a" * 100),
        "a" * (LENGTH + 1),
        "||".join("a" * 60),
    ],
)
def test_a_path_beyond_the_bounds_is_refused_when_it_is_saved_and_never_asked(path: str) -> None:
    # Given a path that is too long, too deep or of too many parts, when it is saved, or asked without, then both end
    with pytest.raises(ValueError, match=r"too (much|long|deep)"):
        checked(path)
    with pytest.raises(TooMuch):
        find(path, {"a": 1})


def test_a_path_at_the_bounds_is_taken() -> None:
    # Given paths as long, as deep and of as many parts as is allowed, when they are saved, then they are taken
    assert checked("a" * LENGTH)
    assert checked("(" * 99 + "a" + ")" * 99)
    assert checked("!" * (DEPTH - 1) + "a")
    assert checked("[" + ",".join("a" * (PARTS - 1)) + "]")


@pytest.mark.parametrize(
    "path",
    [
        # Doubles a list, and says only how long it is.
        "line_items[]" + "|[@,@][]" * 7 + "|length(@)",
        # Gives a list in each of many.
        "line_items[].[@,@,@,@,@][].[@,@,@,@,@][].[@,@,@,@,@][]",
        # Looks through one long text again and again.
        "[note,note][]" + "|[@,@][]" * 6 + "|[?contains(@,'zzz')]",
        # Puts texts together.
        "length(join('', [note,note]))",
        # Hands out more than a field or a question could want.
        "line_items[].sku",
        "note",
    ],
)
def test_a_bomb_ends_with_its_steps_used_up(path: str) -> None:
    # Given a body of megabytes, when a bomb is asked of it, then it ends as too much
    body = {"line_items": [{"sku": str(at)} for at in range(3000)], "note": "x" * 5_000_000}
    with pytest.raises(TooMuch):
        find(checked(path), body)


@pytest.mark.parametrize(
    "path", ["[@,@]" + "|[@,@]" * 11, "[@,@]" + "|[@,@]" * 8 + "|@==[@,@]", "[@,@]|[@,@]|[@]|length([0])"]
)
def test_what_holds_itself_many_times_over_is_never_unfolded(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a list whose members are the same lists down to the body, when it is found, compared or measured
    charged = 0

    def counted(meter: Meter, steps: int) -> None:
        nonlocal charged
        charged += steps

    monkeypatch.setattr(path_functions.Meter, "charge", counted)
    with contextlib.suppress(NoAnswer):
        find(checked(path), {"a": 1})
    # Then that takes as many steps as the path has parts, and not two to the power of them
    assert charged < 4 * PARTS


def test_every_step_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a list of as many as the steps allow to look at, when one more is there, then it is too much
    monkeypatch.setattr(path_functions, "STEPS", 1000)
    few: dict[str, Any] = {"a": [{"b": 1}] * 200}
    assert find("length(a[?b==`1`])", few) == 200
    with pytest.raises(TooMuch):
        find("length(a[?b==`1`])", {"a": few["a"] * 2})


def test_a_large_order_is_answered() -> None:
    # Given an order of 2,000 lines and 2,000 custom fields, when usual paths are asked, then they are answered
    body = {
        "line_items": [{"sku": f"S{at}", "total": "1.00"} for at in range(2000)],
        "meta_data": [{"key": f"k{at}", "value": "v"} for at in range(2000)],
    }
    assert find("meta_data[?key=='k1999'].value | [0]", body) == "v"
    assert find("sum(line_items[].total)", body) == 2000
    assert find("contains(line_items[].sku, 'S1999')", body) is True
    with pytest.raises(TooMuch, match=str(MEMBERS)):
        find("line_items[].sku", body)


def test_a_deep_body_is_only_as_deep_as_the_path() -> None:
    # Given a body that nests without end, when paths go into it, then they find what is there
    body: dict[str, Any] = {"a": "end"}
    for _ in range(100_000):
        body = {"a": body}
    with pytest.raises(NoAnswer):
        find("a.a.a", body)
    assert find("a.b", body) is None
    # Taken apart from above, for its end would go as deep as it is.
    while isinstance(body["a"], dict):
        body = body["a"]
