"""PostgreSQL goes away, or ends our turn, in the middle of an apply: one line, and the next run does the rest."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.economic.client import EconomicClient
from connectors.woocommerce.client import WooCommerceClient
from shared.store import setup
from shared.store.database import Database, DatabaseDown
from tests.apply.rig import TOPICS, Desk, Operator, counted, desk_with
from tests.support.servers import DatabaseAddress, OwnPostgres
from tools.apply import turn
from tools.apply.turn import our_turn
from tools.cli.problems import Exit, Problem

#: Ends the session that has the turn, or all others.
END = (
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
    " and pid <> pg_backend_pid() and (pid in (select pid from pg_locks where locktype = 'advisory')) = %s"
)


@pytest.fixture
def lonely(own_postgres: OwnPostgres, tmp_path: Path) -> Iterator[Operator]:
    """Somebody with a PostgreSQL that goes away."""
    database = Database(own_postgres.database.app_url, name="test")
    with contextlib.closing(database), desk_with(database, tmp_path) as desk:
        yield Operator(desk, own_postgres.database)


def first(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, happen: Callable[[], object]) -> None:
    """Something happens once, before that is called for the first time."""
    usual, due = getattr(owner, name), [happen]

    def called(*given: object, **more: object) -> object:
        if due:
            due.pop()()
        return usual(*given, **more)

    monkeypatch.setattr(owner, name, called)


def end(database: DatabaseAddress, *, turn: bool) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        assert connection.execute(END, [turn]).fetchall()


@pytest.mark.parametrize(
    ("owner", "call"),
    [
        pytest.param(WooCommerceClient, "check", id="while systems are asked"),
        pytest.param(setup, "open_account", id="before the account"),
        pytest.param(setup, "add_connection", id="among what is in the account"),
        pytest.param(setup, "note_webhook", id="when a webhook was made"),
    ],
)
def test_it_is_said_in_one_line_and_the_next_run_does_the_rest(
    lonely: Operator,
    own_postgres: OwnPostgres,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    owner: object,
    call: str,
) -> None:
    # Given a PostgreSQL that is stopped in the middle
    first(monkeypatch, owner, call, own_postgres.stop)
    # When
    result = lonely.run(str(lonely.file))
    # Then
    assert result.exit_code == Exit.UNAVAILABLE
    (line,) = result.stderr.splitlines()
    assert line.startswith("shopledger: PostgreSQL ")
    assert line.endswith(
        " (the database of SHOPLEDGER_DATABASE_URL): apply the file again when it is back, and the rest is done"
    )
    assert [record for record in caplog.records if record.levelname not in ("DEBUG", "INFO")] == []
    # And when it is back
    own_postgres.start()
    assert lonely.run(str(lonely.file)).exit_code == 0
    assert lonely.desk.webhooks() == [(topic, "active") for topic in TOPICS]
    assert counted(lonely.desk.apply()) == (0, 0, 8)


def test_a_postgresql_that_only_reads_all_at_once_is_said_the_same_way(
    desk: Desk, fresh_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given sessions that may only read since the plan was made
    desk.apply()
    desk.edit("[processing, completed]", "[completed]")

    def only_reads() -> None:
        with psycopg.connect(fresh_database.admin_url, autocommit=True) as connection:
            connection.execute(f"alter database {fresh_database.name} set default_transaction_read_only = on")
        end(fresh_database, turn=False)

    first(monkeypatch, EconomicClient, "check_settings", only_reads)
    # When
    with pytest.raises(Problem, match=r"does not store this now \(25006\) .* apply the file again") as refusal:
        desk.apply()
    # Then
    assert refusal.value.exit_code == Exit.UNAVAILABLE


def test_an_account_is_not_begun_when_the_turn_is_lost(
    desk: Desk, fresh_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given two accounts, and a PostgreSQL that ends the turn's connection while the webhooks of the first are made
    desk.text += desk.text.replace("accounts:\n", "").replace("Lampeland", "Nordlys")
    first(monkeypatch, WooCommerceClient, "create_webhook", lambda: end(fresh_database, turn=True))
    # When
    with pytest.raises(Problem, match=r"PostgreSQL broke the connection off .* the rest is done") as refusal:
        desk.apply()
    # Then the first is whole, and the second was not begun
    assert refusal.value.exit_code == Exit.UNAVAILABLE
    assert desk.webhooks() == [(topic, "active") for topic in TOPICS]
    names = desk.database.run(lambda c: c.execute("select name from accounts_there_are()").fetchall())
    assert names == [("Lampeland",)]
    # And the next run makes it
    assert counted(desk.apply()) == (8, 0, 8)


def test_a_turn_that_nobody_can_vouch_for_is_lost(
    lonely: Operator, own_postgres: OwnPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a PostgreSQL that hangs while we have the turn
    monkeypatch.setattr(turn, "AT_ONCE", 0.3)
    with our_turn(lonely.desk.database) as still_ours:
        still_ours()
        own_postgres.suspend()
        # Then
        with pytest.raises(DatabaseDown):
            still_ours()
        own_postgres.resume()


def test_who_waits_too_long_for_another_apply_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given an apply at work, and another one of little patience
    monkeypatch.setattr(turn, "PATIENCE", 0.2)
    with our_turn(desk.database), pytest.raises(Problem, match="another apply has been at work") as refusal:
        desk.apply()
    # Then
    assert refusal.value.exit_code == Exit.UNAVAILABLE
    # And when that is through, it goes
    assert counted(desk.apply()) == (8, 0, 0)
