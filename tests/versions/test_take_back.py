"""An earlier version once more: as a new one, after a look, and never over what somebody else did meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from shared.store import versions
from tests.support.servers import DatabaseAddress
from tests.support.waiting import eventually
from tests.versions.conftest import FIRST, Desk
from tools.apply import turn
from tools.apply.turn import our_turn
from tools.cli import agreeing, who
from tools.cli.problems import Exit, Problem
from tools.versions.taking_back import take_back, what_changes

#: Somebody waits for a lock.
WAITS = "select exists (select from pg_locks where not granted)"


@pytest.fixture
def changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Version 2 has another product for shipping; kim is at the keyboard."""
    monkeypatch.setattr(who, "user", lambda: "kim")
    desk.choose(shipping_product="9001")
    return desk


def at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, answer: bool, while_asked: Callable[[], object] = lambda: None
) -> list[str]:
    """Somebody who answers, and what he was asked."""
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        while_asked()
        return answer

    monkeypatch.setattr(agreeing, "is_terminal", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    return asked


def test_what_is_taken_back_is_a_new_version(changed: Desk) -> None:
    # Given two versions, when the first is taken back
    before = changed.stored()
    said = changed.says("--take-back", "1", "--yes")

    # Then it says what changes, and that version 3 has it now
    assert said == [
        f"Version 1 of Orders of {changed.account} in place of version 2:",
        "   shipping_product: 9001 -> 9000",
        "Taken back: version 3 is in use, with the settings of version 1.",
    ]
    # And versions 1 and 2 stand as they stood
    after = changed.stored()
    assert after[:2] == before[:2]
    assert [row[:3] for row in after[2:]] == [(3, dict(FIRST), "taken back by kim"), (3,)]
    assert changed.json()["versions"][0]["by"] == "taken back by kim"

    # And what was taken back can be, too
    assert changed.says("--take-back", "2", "--yes")[-1].startswith("Taken back: version 4 is in use")


def test_it_asks_first(changed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given nobody at a terminal, then it says what would change and how it is done, and does nothing
    before = changed.stored()
    refused = changed.versions("--take-back", "1")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "nothing was taken back: say --yes" in refused.stderr
    assert "shipping_product: 9001 -> 9000" in refused.stdout
    assert changed.stored() == before

    # And somebody who says no
    asked = at_a_terminal(monkeypatch, answer=False)
    assert changed.says("--take-back", "1")[-1] == "Nothing was taken back."
    assert asked == ["Take version 1 back?"]
    assert changed.stored() == before

    # And somebody who says yes
    at_a_terminal(monkeypatch, answer=True)
    assert "version 3 is in use" in changed.says("--take-back", "1")[-1]


def test_programs_are_not_asked(changed: Desk) -> None:
    # Given a program that does not say --yes, then it is told what would change
    before = changed.stored()
    looked = changed.versions("--take-back", "1", "--json")
    told = json.loads(looked.stdout)
    assert (looked.exit_code, told["made"], told["changes"]) == (1, None, ["shipping_product: 9001 -> 9000"])
    assert changed.stored() == before

    # And one that does
    told = changed.json("--take-back", "1", "--yes")
    assert (told["from"], told["to"], told["made"]) == (2, 1, 3)


def test_what_is_in_use_already(changed: Desk) -> None:
    # Given a version that says in other words what the one in use says
    changed.choose(shipping_product="9001", document="invoice")
    before = changed.stored()
    # Then neither is taken back
    assert "version 3 is in use already" in changed.refuses("--take-back", "3", "--yes")
    assert "version 2 means the same as version 3" in changed.refuses("--take-back", "2", "--yes")
    assert changed.stored() == before


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"gone_product": "7"}, "gone_product: it has no such setting"),
        ({"books": {"theme": "blue"}}, "theme: it has no such setting"),
        ({"closing": "loosely"}, "closing: Input should be"),
        ({"trigger": "paid", "allowed_states": ["paid"]}, "choose allowed_states or a trigger, not both"),
    ],
)
def test_what_this_release_cannot_read_is_not_taken_back(changed: Desk, settings: dict[str, Any], why: str) -> None:
    # Given an old version that makes no sense to this release, and a newer one that does
    changed.choose(**settings)
    changed.choose(fee_product="F1")
    before = changed.stored()
    # When it is to be taken back, then one line says why not and what to do
    refused = changed.refuses("--take-back", "3", "--yes")
    assert f"nothing was taken back: version 3 cannot be read by this release ({why}" in refused
    assert "--compare 3` shows what it says; name in your file what you want of it" in refused
    assert len(refused.splitlines()) == 1
    assert changed.stored() == before


def test_a_version_that_can_be_read_takes_the_place_of_one_that_cannot(changed: Desk) -> None:
    # Given settings in use that this release cannot read
    changed.choose(gone_product="7")
    # When an earlier version is taken back, then it says so, and does it
    said = changed.says("--take-back", "2", "--yes")
    assert "   gone_product: 7 -> none" in said
    assert "version 3 cannot be read by this release" in said[-2]
    assert "version 4 is in use" in said[-1]


def test_what_somebody_else_did_while_he_was_asked_is_not_lost(changed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given somebody who says yes, and another who changed the settings meanwhile
    at_a_terminal(monkeypatch, answer=True, while_asked=lambda: changed.choose(fee_product="F1", by="apply by lea"))
    refused = changed.versions("--take-back", "1")
    # Then nothing is taken back, and he is told of it
    assert refused.exit_code == 1
    assert "the settings have changed meanwhile: version 3 (apply by lea) is in use now" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert changed.stored()[-1] == (3,)


def test_of_two_in_one_moment_the_second_writes_nothing(changed: Desk, fresh_database: DatabaseAddress) -> None:
    # Given one whose transaction is not through, when another takes a version back that both saw in use
    shop, made = changed.shop, list[int | None]()

    def second() -> None:
        with shop.database.account(shop.account) as c:
            made.append(versions.take_back(c, shop.connection, 1, shown=2, by="second"))

    other = threading.Thread(target=second)
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as watch:
        with shop.database.account(shop.account) as c:
            assert versions.take_back(c, shop.connection, 1, shown=2, by="first") == 3
            other.start()
            eventually(lambda: bool((watch.execute(WAITS).fetchone() or [False])[0]), "the second waits")
        other.join()
    # Then the first alone is there
    assert made == [None]
    assert [row[2] for row in changed.stored()[2:3]] == ["first"]
    assert changed.stored()[-1] == (3,)


def test_it_waits_for_an_apply_that_is_at_work(changed: Desk, fresh_database: DatabaseAddress) -> None:
    # Given an apply that has planned, and saves only then
    pair = what_changes(changed.place, changed.subject(), 1)
    refused: list[str] = []

    def taken_back() -> None:
        with pytest.raises(Problem) as problem:
            take_back(changed.place, pair)
        refused.append(problem.value.message)

    other = threading.Thread(target=taken_back)
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as watch, our_turn(changed.shop.database):
        other.start()
        eventually(lambda: bool((watch.execute(WAITS).fetchone() or [False])[0]), "it waits for its turn")
        changed.choose(fee_product="F1")
    other.join()
    # Then what the apply saved is seen, and stays
    assert "the settings have changed meanwhile: version 3 (apply by kim)" in refused[0]
    assert changed.stored()[-1] == (3,)


def test_it_does_not_wait_for_ever(changed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an apply that does not come to its end
    monkeypatch.setattr(turn, "PATIENCE", 0.2)
    with our_turn(changed.shop.database):
        # Then one line says so, and nothing was written
        refused = changed.versions("--take-back", "1", "--yes")
    assert refused.exit_code == Exit.UNAVAILABLE
    assert "nothing was taken back: an apply has been at work" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert changed.stored()[-1] == (2,)
