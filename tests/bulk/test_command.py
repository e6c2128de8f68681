"""`shopledger import` and `shopledger runs`, as they are typed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.store.inventory import StoredAccount
from shared.store.runs import StoredRun
from tests.bulk.rig import Bulk
from tests.look.conftest import Command
from tests.support.orders import tell, woo_order
from tools.bulk import following
from tools.cli.place import Place

MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")


def writes(bulk: Bulk) -> int:
    return sum(entry.method != "GET" for entry in bulk.line.books.journal.entries())


def test_a_dry_run_tells_what_would_become_of_each_and_changes_nothing(bulk: Bulk, command: Command) -> None:
    # Given orders of every end: one would go, one not by the rules, one cannot, one is in the books
    bulk.put(1, 9)
    bulk.put(2, status="on-hold")
    bulk.put(3, sku="")
    bulk.finish(bulk.open({"numbers": ["9"]}))
    before = writes(bulk), bulk.line.shop.rows("select count(*) from transfers")
    # When the import is only told
    told = command.json("import", "Orders", *MARCH, "--dry-run")
    # Then it says how many of each
    counts = {(one["end"], one["reason"]): one["orders"] for one in told["forecast"]["counts"]}
    assert counts == {
        ("would be sent", ""): 1,
        ("left alone", "state_not_allowed"): 1,
        ("would fail", "missing_product_number"): 1,
        ("in the books already", ""): 1,
    }
    # And nothing was done, and the run stands there as a dry one
    assert (writes(bulk), bulk.line.shop.rows("select count(*) from transfers")) == before
    assert (told["state"], told["is_dry"], told["total"], bulk.ring()) == ("done", True, 4, 0)


def test_what_it_forecasts_is_what_happens(bulk: Bulk, command: Command) -> None:
    # Given an order that the start date kept out until now, and a new one
    bulk.put(1, 2)
    tell(bulk.line.shop, woo_order(1, modified=1))
    bulk.work()
    # When it is imported, then what the command counted before is what becomes of them
    told = command.json("import", "Orders", *MARCH, "--yes")
    assert [one["orders"] for one in told["forecast"]["counts"]] == [2]
    assert (told["state"], told["filter"]) == ("ready", {"from": "2026-03-01", "to": "2026-03-31"})
    assert bulk.finish(told["id"]).done == 2
    shown = command.json("runs", "show", str(told["id"]))
    assert {one["order"]: one["outcome"] for one in shown["orders"]} == {"1": "done", "2": "done"}
    assert "2 of 2: 2 done" in command.says("runs", "show", str(told["id"]))


def test_an_order_says_which_run_sent_it(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    run = bulk.open()
    bulk.finish(run)
    assert f"run {run}, import, by kim" in command.says("show", "1")


def test_closed_years_are_named_before_anything_else(bulk: Bulk, command: Command) -> None:
    # Given orders of a year that the books have closed, and one in which a month is
    bulk.line.books.put_years((date(2024, 1, 1), date(2024, 12, 31)), (date(2025, 1, 1), date(2026, 12, 31)))
    bulk.line.books.close_year("2024")
    bulk.line.books.bar_period(date(2025, 1, 1), date(2025, 1, 31))
    bulk.woo.put_raw_order(woo_order(1) | {"date_created_gmt": "2024-05-05T10:00:00"}, announce=False)
    # When an import is rehearsed, then they are named first, and the order's own reason is the same
    told = command.says("import", "Orders", "--from", "2024-03-01", "--to", "2025-12-31", "--dry-run").splitlines()
    assert told[0].startswith("2024 is closed in the books: orders of 2024-05-05 to 2024-12-31.")
    assert told[1].startswith("2025 is closed in the books, in part: orders of 2025-01-01 to 2025-01-31.")
    assert any("no_open_day" in line for line in told)


def test_of_many_orders_a_sample_is_looked_at_and_that_is_said(bulk: Bulk, command: Command) -> None:
    # Given more orders than are to be looked at, of which those that fail are the newest
    for day in range(1, 21):
        made = {"date_created_gmt": f"2026-03-{day:02}T10:00:00"}
        bulk.woo.put_raw_order(woo_order(day, sku="MUG" if day < 15 else "") | made, announce=False)
    # When it is rehearsed with a sample, then the sample is of all of the time, and it says that it is one
    told = command.says("import", "Orders", "--from", "2026-03-01", "--to", "2026-03-20", "--sample", "10", "--dry-run")
    assert "of about 20 orders, 10 were looked at" in told
    assert "missing_product_number" in told


def test_numbers_that_are_not_there_are_named(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    told = command.says("import", "Orders", "--numbers", "1,77,A-5", "--dry-run")
    assert [line for line in told.splitlines() if line.startswith("Not found (") and line.endswith(": 77, A-5")]


def test_an_order_whose_number_a_plugin_gave_is_not_said_to_be_missing_in_the_shop(
    bulk: Bulk, command: Command
) -> None:
    # Given an order of which nothing is known, whose number is not its id
    bulk.woo.put_raw_order({**woo_order(1), "number": "A-5"}, announce=False)
    # When it is asked for by its number, then it is said how it is found, and so it is
    assert "found by its day alone: --from DAY --to DAY): A-5" in command.says(
        "import", "Orders", "--numbers", "A-5", "--dry-run"
    )
    assert "A-5" in command.says("import", "Orders", *MARCH, "--dry-run")


def test_nobody_who_could_be_asked_and_no_yes_imports_nothing(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    result = command.run("import", "Orders", *MARCH)
    assert (result.exit_code, "say --yes" in result.stderr) == (1, True)
    assert bulk.line.shop.rows("select state from runs") == [("cancelled",)]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ((), "say which orders"),
        (("--from", "2026-03-01"), "say which orders"),
        (("--from", "2026-03-02", "--to", "2026-03-01"), "the first day lies after the last one"),
        ((*MARCH, "--numbers", "1"), "and not both"),
        (("--numbers", "1", "--state", "completed"), "states belong to days"),
        (("--numbers", " , "), "name at least one number"),
        (("--from", "yesterday", "--to", "2026-03-01"), "'yesterday' is no day; write it like"),
        (("--from", "2026-02-30", "--to", "2026-03-01"), "'2026-02-30' is no day"),
        (("--from", "2999-01-01", "--to", "2999-02-01"), "those orders come by themselves"),
        (("--from", "2026-03-01", "--to", "2999-01-01"), "lies in the future"),
        ((*MARCH, "--share", "0"), "not in the range"),
        ((*MARCH, "--state", ""), "states: "),
    ],
)
def test_what_was_typed_wrong_is_said(bulk: Bulk, command: Command, typed: tuple[str, ...], says: str) -> None:
    result = command.run("import", "Orders", *typed)
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert bulk.line.shop.rows("select count(*) from runs") == [(0,)]


def test_a_wrong_connection_and_a_wrong_run_are_said(bulk: Bulk, command: Command) -> None:
    assert "there is no connection 'Order'; there are: Orders (did you mean Orders?)" in command.fails(
        "import", "Order", *MARCH
    )
    assert "there is no run 5; there was none yet" in command.fails("runs", "show", "5")
    run = bulk.open()
    assert f"there is no run {run + 1}; the newest are {run}" in command.fails("runs", "pause", str(run + 1))


def test_a_shop_that_does_not_answer_leaves_no_run_behind(bulk: Bulk, command: Command) -> None:
    bulk.woo.add_fault(kind="answer", status=503)
    assert "did not tell" in command.fails("import", "Orders", *MARCH, "--yes", code=69)
    assert bulk.line.shop.rows("select state from runs") == [("cancelled",)]


def test_runs_are_listed_and_steered(bulk: Bulk, command: Command) -> None:
    # Given a run
    bulk.put(1)
    run = str(bulk.open())
    # When it is steered, then it says what it is now, and who steered it
    assert command.says("runs", "pause", run) == f"Run {run} is paused: none yet.\n"
    assert "import of orders made from 2026-03-01 to 2026-03-31" in command.says("runs")
    assert command.json("runs", "resume", run)["state"] == "ready"
    assert command.says("runs", "cancel", run) == f"Run {run} is cancelled: none yet.\n"
    assert [one["state"] for one in command.json("runs")] == ["cancelled"]
    # And what has ended says so
    assert f"run {run} is cancelled: it cannot be resumed" in command.fails("runs", "resume", run)
    assert "'last' is no number of a run: `shopledger runs` lists them" in command.fails("runs", "show", "last", code=2)
    # And who steered it is told with the moment, as people write it
    assert re.search(r"paused +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d by ", command.says("runs", "show", run))


def test_the_list_of_runs_breaks_no_word_on_a_narrow_terminal(bulk: Bulk, command: Command) -> None:
    # Given an import and a dry one
    bulk.put(1)
    bulk.finish(bulk.open())
    command.says("import", "Orders", *MARCH, "--dry-run")
    # When they are listed in 60 columns, then what they are about is folded between words, and the rest stands whole
    shown = re.sub(r"\x1b\[[0-9;]*m", "", command.run("runs", columns=60).stdout)
    dry, done = [line.split() for line in shown.splitlines() if re.match(r" *\d+ ", line)]
    assert ("dry" in dry, "done" in dry, "of" in dry[-3:]) == (True, True, False)
    assert " ".join(done[-6:-1]) == "done 1 of 1 kim"


def test_a_run_that_has_ended_is_shown_to_whoever_follows_it(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    run = bulk.finish(bulk.open()).id
    assert "1 of 1: 1 done" in command.says("runs", "follow", str(run))


def test_whoever_stops_watching_is_told_how_to_come_back(
    bulk: Bulk, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a terminal on which an import is followed
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    bulk.put(1)
    monkeypatch.setattr(following, "_look", interrupted)
    # When Ctrl-C is pressed, then the run goes on
    result = command.run("import", "Orders", *MARCH, "--yes", columns=100)
    assert (result.exit_code, "goes on; `shopledger runs follow 1`" in result.stdout) == (0, True), result.output
    assert bulk.ring() == 1


def test_on_a_terminal_a_bar_shows_how_far_it_is(bulk: Bulk, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a run that ends while it is watched
    bulk.put(1, 2)
    run = bulk.open()
    look = following._look

    def look_and_work(place: Place, of: StoredAccount, at: int) -> StoredRun:
        seen = look(place, of, at)
        if seen.state == "ready":
            bulk.finish(run)
        return seen

    monkeypatch.setattr(following, "_look", look_and_work)
    # When it is followed on a terminal, then a bar says how far it is, and its end stays there
    result = command.run("runs", "follow", str(run), columns=120)
    assert (result.exit_code, "2 of 2: 2 done" in result.stdout) == (0, True), result.output
    assert re.search(r"run \d+ .* 2/2, .* a second.*: 2 done", result.stderr), result.stderr


def test_today_means_until_now_and_tomorrow_is_refused(bulk: Bulk, command: Command) -> None:
    # Given an order of this morning, and one that the shop makes later today
    zone = ZoneInfo("Europe/Copenhagen")
    now = datetime.now(UTC)
    today = now.astimezone(zone).date()
    later = now + timedelta(seconds=40)
    bulk.woo.put_raw_order(woo_order(1) | {"date_created_gmt": f"{now - timedelta(seconds=2):%Y-%m-%dT%H:%M:%S}"})
    bulk.woo.put_raw_order(woo_order(2) | {"date_created_gmt": f"{later:%Y-%m-%dT%H:%M:%S}"})
    days = ("--from", str(today - timedelta(days=1)), "--to", str(today))
    # When today is imported, then that is until now
    told = command.json("import", "Orders", *days, "--yes")
    assert told["total"] == 1
    assert set(bulk.items(bulk.finish(told["id"]).id)) == {"1"}
    # And what is to come is refused, and what to say instead is named
    tomorrow = str(today + timedelta(days=1))
    said = command.fails("import", "Orders", "--from", str(today), "--to", tomorrow, code=2)
    assert f"--to {tomorrow} lies in the future" in said
    assert f"say --to {today}, which is until now" in said


def test_an_import_of_nothing_is_json_where_that_is_asked_for(bulk: Bulk, command: Command) -> None:
    assert command.json("import", "Orders", *MARCH, "--yes")["state"] == "cancelled"


def test_names_keep_their_capitals(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    told = command.says("import", "Orders", "--numbers", "1,ABC-5", "--dry-run")
    assert "2 orders by number: 1, ABC-5" in told


def test_an_order_of_a_paused_run_says_what_it_waits_for(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    run = bulk.open()
    bulk.go(run)
    bulk.steer(run, "pause")
    said = command.says("show", "1")
    assert "it waits for a bulk run that is paused" in said
    assert "9999" not in said


def test_a_state_that_the_shop_has_not_is_named_with_those_it_has(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    said = command.fails("import", "Orders", *MARCH, "--state", "complete")
    assert "the shop has no state 'complete'; there are: " in said
    assert "(did you mean completed?)" in said


def test_years_before_the_first_order_are_not_called_closed(bulk: Bulk, command: Command) -> None:
    bulk.put(1)
    told = command.json("import", "Orders", "--from", "0001-01-01", "--to", "2026-03-31", "--dry-run")
    assert told["forecast"]["closed"] == []
