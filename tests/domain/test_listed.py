"""Lists in what the owner reads stay as short as he can read them."""

from __future__ import annotations

from shared.domain.reason import LETTERS, MOST_LISTED, listed


def test_a_short_list_is_told_as_it_is() -> None:
    assert listed(["MUG", "POT"]) == "MUG, POT"
    assert listed(["a: b", "c"], between="; ") == "a: b; c"
    assert listed(["X" * LETTERS] * MOST_LISTED) == ", ".join(["X" * LETTERS] * MOST_LISTED)


def test_of_a_long_one_it_is_told_how_many_more_there_are() -> None:
    assert listed(map(str, range(MOST_LISTED + 3))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 3 more"


def test_what_has_no_end_loses_it() -> None:
    assert listed(["X" * 100_000, "MUG"]) == f"{'X' * (LETTERS - 3)}..., MUG"
