"""Many orders once more, as a run: which ones, what is told before, and that none is ever sent twice."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg
import pytest

from connectors.woocommerce import walk
from shared.store import runs
from shared.store.database import Database
from shared.store.runs import StoredRun
from tests.bulk.rig import Bulk, bulk_of
from tests.line.rig import Killed, dies_at
from tests.look.conftest import Command
from tests.support.orders import tell, woo_order
from tests.support.servers import DatabaseAddress
from workers import long_hand, replaying, run_hand
from workers.hand import Point


@pytest.fixture
def bulk(fresh_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bulk]:
    """Its runs make room as soon as nothing moves: `work` is what moves it."""
    monkeypatch.setattr(run_hand, "STALLED_AFTER", 0.0)
    monkeypatch.setattr(run_hand, "LOOK_EVERY", 0.01)
    with closing(Database(fresh_database.app_url, name="test", connections=8)) as store, bulk_of(store) as made:
        made.line.shop.rows("update connections set active_since = '2000-01-01' returning id")
        yield made


@pytest.fixture
def command(fresh_database: DatabaseAddress) -> Command:
    return Command(fresh_database)


def told(bulk: Bulk, *numbers: int, **fields: Any) -> None:
    """Orders that the shop has, and told of."""
    for number in numbers:
        order = woo_order(number, modified=number, **fields)
        bulk.woo.put_raw_order(order, announce=False)
        tell(bulk.line.shop, order)


def failed(bulk: Bulk, *numbers: int) -> None:
    """They failed for a product that is barred, and is not any more."""
    bulk.line.books.put_product("MUG", group=1, barred=True)
    told(bulk, *numbers)
    bulk.work()
    bulk.line.books.put_product("MUG", group=1)
    assert {bulk.line.state(number)[0] for number in numbers} == {"failed"}


def finished(bulk: Bulk, command: Command, *arguments: str) -> StoredRun:
    return bulk.finish(command.json(*arguments, "--yes")["id"])


def test_what_failed_is_told_first_and_then_goes_once_each(bulk: Bulk, command: Command) -> None:
    # Given two orders in the books, two that failed for what is mended now, and one that is left out
    told(bulk, 1, 2)
    bulk.work()
    failed(bulk, 3, 4)
    told(bulk, 5, status="on-hold")
    bulk.work()

    # When it is asked what would be recovered, then that is counted, and nothing happens
    dry = command.json("replay", "recover", "--since", "2h")
    assert (dry["state"], dry["is_dry"]) == ("done", True)
    assert [(one["end"], one["orders"]) for one in dry["forecast"]["counts"]] == [("would be sent", 2)]
    assert "2 orders, each looked at" in command.says("replay", "recover", "--since", "2h", "--dry-run")
    assert bulk.line.state(3)[0] == "failed"

    # And when it runs, then those two go, once
    run = finished(bulk, command, "replay", "recover", "--since", "2h")
    assert (run.state, run.kind, run.what, run.counts["done"], run.total) == ("done", "replay", "recover", 2, 2)
    assert bulk.in_books() == {"1": 1, "2": 1, "3": 1, "4": 1}
    assert bulk.line.state(5)[0] == "skipped"


def test_missing_orders_are_those_without_a_document_and_those_nobody_told_of(bulk: Bulk, command: Command) -> None:
    # Given an order in the books, one that failed, one that is left out, and three that only the shop knows
    told(bulk, 1)
    bulk.work()
    failed(bulk, 2)
    told(bulk, 3, status="on-hold")
    bulk.work()
    bulk.put(4, 5)
    bulk.put(6, status="on-hold")

    # When they are counted
    dry = command.json("replay", "missing", "--since", "2026-03-01")
    counts = {(one["end"], one["reason"]): one["orders"] for one in dry["forecast"]["counts"]}
    assert counts == {("would be sent", ""): 3, ("left alone", "state_not_allowed"): 2}

    # And when they go
    run = finished(bulk, command, "replay", "missing", "--since", "2026-03-01")

    # Then each is in the books once that is to be there, and the others have their reason
    assert bulk.in_books() == {"1": 1, "2": 1, "4": 1, "5": 1}
    assert {number: end for number, (end, _) in bulk.items(run.id).items()} == {
        "2": "done",
        "3": "skipped",
        "4": "done",
        "5": "done",
        "6": "skipped",
    }

    # And orders made before that time are none of its business
    bulk.line.shop.rows("update transfers set source_created_at = '2026-03-02' returning id")
    assert "There are no orders made since" in command.says("replay", "missing", "--since", "1m", "--dry-run")

    # And the list of runs says what each was about in the same words
    listed = command.says("runs")
    assert "replay missing: orders made since 2026-03-01 00:00 and without a document" in listed
    assert "dry run: replay missing: orders made since" in listed


@pytest.mark.parametrize(
    ("arguments", "these"),
    [
        (["--state", "failed"], ["2", "3"]),
        (["--state", "failed", "--state", "skipped"], ["2", "3", "4"]),
        (["--reason", "product_barred"], ["2", "3"]),
        (["--numbers", "1,3"], ["1", "3"]),
        (["--state", "failed", "--numbers", "1,3"], ["3"]),
        (["--state", "failed", "--from", "1h"], ["2", "3"]),
        (["--state", "failed", "--to", "1h"], []),
    ],
)
def test_bulk_takes_what_all_is_true_of(
    bulk: Bulk, command: Command, arguments: Sequence[str], these: Sequence[str]
) -> None:
    # Given one order in the books, two that failed and one left out, when some are chosen
    told(bulk, 1)
    bulk.work()
    failed(bulk, 2, 3)
    told(bulk, 4, status="on-hold")
    bulk.work()
    run = command.json("replay", "bulk", *arguments, "--yes")["id"]

    # Then the run is about those, and none is sent twice
    if these:
        bulk.finish(run)
    assert sorted(bulk.items(run)) == these
    assert set(bulk.in_books().values()) == {1}


def test_a_number_that_is_not_there_is_said_before_and_after(bulk: Bulk, command: Command) -> None:
    # Given one order, when two are named
    failed(bulk, 1)
    run = finished(bulk, command, "replay", "bulk", "--numbers", "1,99")
    assert run.counts["failed"] == 1
    assert bulk.items(run.id)["99"] == ("failed", "number_not_found")
    assert "99" in command.says("replay", "bulk", "--numbers", "1,99", "--dry-run")


def test_a_number_that_comes_while_the_run_goes_on_goes_too(bulk: Bulk, command: Command) -> None:
    # Given a replay of an order that is known and one that is not, when that comes before the run has ended
    failed(bulk, 1)
    run = command.json("replay", "bulk", "--numbers", "1,99", "--yes")["id"]
    bulk.go(run)
    assert bulk.items(run)["99"] == ("failed", "number_not_found")
    told(bulk, 99)
    bulk.line.shop.rows("update runs set cursor = '{}' returning id")
    # Then the run ends, and each is in the books once
    bulk.finish(run)
    assert bulk.in_books() == {"1": 1, "99": 1}


def test_a_search_for_missing_orders_goes_on_where_it_was(
    bulk: Bulk, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given more orders than are listed in one go, of which the newest are missing
    for day in range(1, 31):
        made = {"date_created_gmt": f"2026-03-{day:02}T10:00:00"}
        bulk.woo.put_raw_order(woo_order(day) | made, announce=False)
        if day < 28:
            tell(bulk.line.shop, woo_order(day) | made)
    bulk.work()
    monkeypatch.setattr("connectors.woocommerce.walk.PER_PAGE", 5)
    monkeypatch.setattr(walk.walk, "__kwdefaults__", {"by": walk.MODIFIED, "per_page": 5})
    run = command.json("replay", "missing", "--since", "2026-03-01", "--yes")["id"]
    # When it has time for no more than a page whenever its turn comes, then it finds them all the same
    monkeypatch.setattr(long_hand, "SLICE", -1.0)
    for _ in range(40):
        bulk.go(run)
    monkeypatch.setattr(long_hand, "SLICE", 60.0)
    assert set(bulk.items(run)) == {"28", "29", "30"}
    bulk.finish(run)
    assert set(bulk.in_books().values()) == {1}
    assert len(bulk.in_books()) == 30


def test_retry_all_is_the_owners_word_for_what_failed(bulk: Bulk, command: Command) -> None:
    # Given three that failed, one of which the owner wants left alone since
    failed(bulk, 1, 2, 3)
    command.says("ignore", "3", "--why", "by hand")

    # When all are retried, then the others go, and his word holds
    run = finished(bulk, command, "retry-all")
    assert run.counts["done"] == 2
    assert bulk.in_books() == {"1": 1, "2": 1}
    assert bulk.line.state(3) == ("skipped", "ignored")


def test_replays_of_all_states_over_and_over_make_no_second_document(bulk: Bulk, command: Command) -> None:
    # Given orders in every state, with a document of unknown outcome among them
    told(bulk, 1, 2)
    bulk.work()
    failed(bulk, 3)
    told(bulk, 4, status="on-hold")
    bulk.work()
    told(bulk, 5)
    with pytest.raises(Killed):
        bulk.work(watch=dies_at(Point.SENT))
    bulk.line.let_time_pass(600)

    # When everything is replayed in every way, two runs at once
    every = [
        ["replay", "bulk", "--from", "30d"],
        ["replay", "missing", "--since", "2026-01-01"],
        ["replay", "recover", "--since", "30d"],
        ["retry-all"],
    ]
    opened = [command.json(*arguments, "--yes") for arguments in every * 2]
    for _ in range(20):
        for run in opened:
            if bulk.run(run["id"]).state in ("ready", "running"):
                bulk.go(run["id"])
        bulk.work()
        bulk.line.let_time_pass(600)
        bulk.store.one("free_expired")

    # Then each order that is to be in the books is there once
    assert {bulk.run(run["id"]).state for run in opened} <= {"done", "cancelled"}
    assert bulk.in_books() == {"1": 1, "2": 1, "3": 1, "5": 1}


def test_a_run_that_is_killed_goes_on_where_it_was(
    bulk: Bulk, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a replay whose worker is killed behind each portion
    monkeypatch.setattr(replaying, "PAGE", 1)
    failed(bulk, 1, 2, 3)
    bulk.put(4, 5)
    run = command.json("replay", "missing", "--since", "2026-01-01", "--yes")["id"]
    kept = run_hand.RunHand.keep
    for dies_behind in range(1, 7):
        calls = iter(range(dies_behind))

        def dying(hand: Any, *args: Any, calls: Iterator[int] = calls, **more: Any) -> int:
            if next(calls, None) is None:
                raise Killed
            return kept(hand, *args, **more)

        with monkeypatch.context() as patch:
            patch.setattr(run_hand.RunHand, "keep", dying)
            with contextlib.suppress(Killed):
                bulk.go(run)
                break
    assert dies_behind > 2

    # When another one takes it up, then each order went once, and is told of once
    ended = bulk.finish(run)
    assert (ended.counts["done"], len(bulk.items(run))) == (5, 5)
    assert set(bulk.in_books().values()) == {1}
    assert len(bulk.in_books()) == 5


def test_what_is_everything_or_nothing_is_refused(bulk: Bulk, command: Command) -> None:
    # Given orders, when a replay names none of them, or what is not there, then that is said
    failed(bulk, 1)
    assert "say which orders are meant" in command.fails("replay", "bulk", code=2)
    assert "say which orders are meant" in command.fails("replay", "bulk", "--connection", "Orders", code=2)
    assert "--since" in command.fails("replay", "recover", code=2)
    assert "no time" in command.fails("replay", "missing", "--since", "soon", code=2)
    assert "first moment" in command.fails("replay", "bulk", "--from", "1h", "--to", "2h", code=2)
    assert "there is no state" in command.fails("replay", "bulk", "--state", "lost", code=2)
    assert "product_bared" in command.fails("replay", "bulk", "--reason", "product_bared")
    assert "no connection" in command.fails("retry-all", "--connection", "Ordes")
    assert bulk.line.shop.rows("select 1 from runs") == []

    # And the database refuses it, too
    with pytest.raises(psycopg.errors.CheckViolation), bulk.store.account(bulk.line.shop.account) as c:
        runs.open_run(c, through=bulk.line.shop.connection, kind="replay", what="bulk", filter={}, by="kim")

    # And nobody is asked where nobody can be: the run that was counted is cancelled
    result = command.run("replay", "recover", "--since", "2h")
    assert (result.exit_code, "say --yes" in result.stderr) == (1, True)
    assert bulk.line.shop.rows("select state from runs") == [("cancelled",)]
    assert bulk.line.state(1)[0] == "failed"
