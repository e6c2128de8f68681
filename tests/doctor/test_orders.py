"""Orders that do not move: who has to do something, the relay, a worker or the scheduler; and what only looks so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.store.database import Database
from shared.store.inventory import StoredAccount
from tests.doctor.rig import Clinic
from tools.doctor import orders
from tools.doctor.account import Stuck, stuck

LONG_AGO = "now() - interval '10 minutes'"
#: What each of them needs to have waited for long.
STUCK = {
    "unrung": {"updated_at": LONG_AGO},
    "untaken": {"updated_at": LONG_AGO, "rung_at": "now()"},
    "unfreed": {"state": "'working'", "lease_until": LONG_AGO, "lease_token": "gen_random_uuid()"},
    "unwoken": {"updated_at": LONG_AGO, "next_attempt_at": LONG_AGO},
}


@pytest.mark.parametrize(
    ("kind", "says", "service"),
    [
        ("unrung", "Nobody rings the workers for them.", "ingest"),
        ("untaken", "No worker takes them.", "worker"),
        ("unfreed", "The worker that had them is gone, and nobody freed them.", "scheduler"),
        ("unwoken", "Their time has come, and nobody woke them.", "scheduler"),
    ],
)
def test_orders_that_nobody_moves(clinic: Clinic, kind: str, says: str, service: str) -> None:
    # Given two that have waited for ten minutes
    clinic.place_order(1001, **STUCK[kind])
    clinic.place_order(1002, **STUCK[kind])
    # Then
    line = clinic.examine().the("failing")
    assert (line.part, line.about) == ("Lampeland: connections", "orders")
    assert line.says == f"Orders that stand still: 2, first 1001. {says}"
    assert f"`shopledger up {service}`" in line.remedy


@pytest.mark.parametrize("kind", list(STUCK))
def test_orders_that_have_just_come_are_no_trouble(clinic: Clinic, kind: str) -> None:
    # Given one that waits for ten seconds
    clinic.place_order(1001, **{name: value.replace("10 minutes", "10 s") for name, value in STUCK[kind].items()})
    # Then
    assert clinic.examine().exit_code == 0


@pytest.mark.parametrize(
    "reason",
    [
        "update connections set active = false",
        "update systems set active = false where role = 'webshop'",
        "insert into budgets (account_id, system_id, tokens, blocked_until)"
        " select account_id, id, 0, now() + interval '5 minutes' from systems",
    ],
    ids=["connection off", "system off", "system rests"],
)
def test_orders_that_are_to_wait_are_no_trouble(clinic: Clinic, reason: str) -> None:
    # Given one that nobody may ring for
    clinic.place_order(1001, **STUCK["unrung"])
    clinic.change(reason)
    # Then
    assert clinic.examine().exit_code == 0


def test_a_crowd_that_is_worked_at_is_no_trouble(clinic: Clinic) -> None:
    # Given twenty orders of a connection that may have four in flight, of which workers have some in hand
    lease = {"state": "'working'", "lease_until": "now() + interval '40 s'", "lease_token": "gen_random_uuid()"}
    for number in range(1001, 1003):
        clinic.place_order(number, **lease)
    for number in range(1003, 1005):
        clinic.place_order(number, **STUCK["untaken"])
    for number in range(1005, 1021):
        clinic.place_order(number, **STUCK["unrung"])
    # Then their turn comes by itself
    assert clinic.examine().exit_code == 0


def test_what_moves_between_two_looks_is_no_trouble(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a backlog that has room just now, and whose first order is rung for a moment later
    clinic.place_order(1001, **STUCK["unrung"])
    clinic.place_order(1002, **STUCK["unrung"])
    look_again = stuck

    def a_moment_later(database: Database, account: StoredAccount) -> Sequence[Stuck]:
        clinic.change("update transfers set rung_at = now() where source_id = '1001'")
        return look_again(database, account)

    monkeypatch.setattr(orders, "stuck", a_moment_later)
    # Then nobody is woken for it, though the second waits, and the first is with the workers
    assert clinic.examine().exit_code == 0


def test_orders_of_dead_letters_until_they_went_again(clinic: Clinic) -> None:
    # Given a message that nobody could handle
    clinic.place_order(1001, state="'failed'", reason="'dead_letter'")
    clinic.change(
        "insert into dead_letters (account_id, transfer_id, queue, message_id, words, error)"
        " select account_id, id, 'orders', 'm', '{}', 'KeyError' from transfers"
    )
    # Then its order is named
    line = clinic.examine().the("warning")
    assert line.says == "Orders whose message no worker could handle: 1, first 1001."
    assert "`shopledger retry ORDER`" in line.remedy
    # And not any more when it has gone
    clinic.change("update transfers set state = 'done', reason = ''")
    assert clinic.examine().exit_code == 0


def test_each_connection_is_looked_at_by_itself(clinic: Clinic) -> None:
    # Given the same in a second account
    clinic.open_account("Nordlys")
    clinic.place_order(1001, **STUCK["unwoken"])
    # Then only the first has trouble
    assert clinic.examine().the("failing").part == "Lampeland: connections"
