"""Whether an order goes, how long a failed one waits, and what the owner may set."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.domain.backoff import MOST_FAILURES, wait_after
from shared.domain.decide import decide
from shared.domain.reasons import REASONS, Skipped
from shared.domain.settings import OrderSettings
from tests.domain.test_build import order

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("status", "allowed", "reason"),
    [
        ("processing", {"processing", "completed"}, None),
        ("completed", {"processing", "completed"}, None),
        ("packed", {"packed"}, None),
        ("on-hold", {"processing", "completed"}, "state_not_allowed"),
        ("trash", {"trash", "processing"}, "order_trashed"),
    ],
)
def test_an_order_goes_in_the_states_that_the_owner_allowed(status: str, allowed: set[str], reason: str | None) -> None:
    # Given an order in a state, when it is decided about, then it goes, or says why not
    settings = OrderSettings(allowed_states=frozenset(allowed))
    decided = decide(replace(order(), status=status), settings, since=None, earlier=tuple)
    assert (decided.reason if isinstance(decided, Skipped) else None) == reason


@given(st.integers(1, MOST_FAILURES - 2), st.floats(0, 1), st.floats(0, 1))
def test_waits_grow_and_are_spread(failures: int, chance: float, other: float) -> None:
    # Given any number of failures, when the next wait is asked for, then it is not shorter, give or take the spread
    now, later = wait_after(failures, chance), wait_after(failures + 1, other)
    assert now is not None
    assert later is not None
    assert 4 <= now <= 4321
    assert later >= now * 0.8 / 1.2


def test_nothing_is_tried_for_ever() -> None:
    # Given days of failures, when the next wait is asked for, then there is none
    waits = [wait_after(failures, 0.5) for failures in range(1, MOST_FAILURES)]
    assert wait_after(MOST_FAILURES, 0.5) is None
    assert 4 * 86400 < sum(wait for wait in waits if wait is not None) < 6 * 86400


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"customers": "default"}, "default_customer"),
        ({"document": "receipt"}, "order"),
        ({"time_zone": "Danmark"}, "no time zone"),
        ({"alowed_states": ["x"]}, "Extra inputs"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(given: dict[str, object], says: str) -> None:
    # Given such settings, when they are read, then the refusal says what to write
    with pytest.raises(ValidationError, match=says):
        OrderSettings.model_validate(given)


def test_every_reason_that_is_given_is_in_the_table() -> None:
    # Given the code of workers and rules, when its reasons are collected, then each has a sentence and a next step
    code = "".join(path.read_text() for folder in ("workers", "shared/domain") for path in (ROOT / folder).glob("*.py"))
    given = set(re.findall(r'(?:PutBack|needs_user|skipped|NeedsUser)\(\s*"(\w+)"', code))
    given |= set(re.findall(r'REASONS\["(\w+)"\]', code))
    assert len(given) > 15
    assert given <= REASONS.keys()
    for reason in REASONS.values():
        assert reason.next_step or reason.resolves_itself, reason.code
