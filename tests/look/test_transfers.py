"""`shopledger transfers`: what became of the orders, at one look."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.look.conftest import Command, Town
from tests.support.servers import DatabaseAddress


def orders(town: Town, *arguments: str) -> list[str]:
    """The numbers in the list, in its order."""
    return [one["order"] for one in town.command.json("transfers", *arguments)["transfers"]]


def row(text: str, *starts: str) -> str:
    """The one line that begins with these cells, its spaces made single."""
    (found,) = [line for line in map(" ".join, map(str.split, text.splitlines())) if line.startswith(" ".join(starts))]
    return found


def test_every_order_says_where_it_is_and_why(town: Town) -> None:
    # Given orders that ended in every way, when the list of their account is read
    text = town.command.says("transfers", "--account", town.name)

    # Then each has its state, its reason, its document and its total
    assert "done draft invoice 1 125.00 DKK" in row(text, "1001")
    assert "skipped state_not_allowed 125.00 DKK" in row(text, "1002")
    assert "failed product_barred 125.00 DKK" in row(text, "1003")
    assert "held" in row(text, "1004")
    assert "done changed_since draft invoice 2 125.00 DKK" in row(text, "1005")
    assert "waiting unavailable 125.00 DKK" in row(text, "1006")
    assert "waiting" in row(text, "1007")

    # And below it stands how many there are of each, and how to learn why one failed
    assert "2 done, 1 failed, 2 waiting, 1 held, 1 skipped; all shown" in text
    assert "`shopledger show 1003`" in text


def test_what_changed_last_comes_first_over_all_accounts(town: Town) -> None:
    # Given two accounts, when all transfers are listed, then they come by time and each names its account
    assert orders(town) == ["2001", "1001", "1007", "1006", "1005", "1004", "1003", "1002", "1001"]
    assert row(town.command.says("transfers"), "2001").endswith(town.other_name)


def test_a_short_list_still_counts_all(town: Town) -> None:
    # Given nine transfers, when two are asked for, then the newest two come, and the counts are of all nine
    listed = town.command.json("transfers", "--limit", "2")
    assert [one["order"] for one in listed["transfers"]] == ["2001", "1001"]
    assert listed["counts"] == {"waiting": 4, "done": 2, "failed": 1, "held": 1, "skipped": 1}
    assert orders(town, "--limit", "2", "--account", town.name) == ["1007", "1006"]
    text = town.command.says("transfers", "--limit", "2")
    assert "1 skipped; 2 shown" in text

    # And a failed one that is not shown can still be found
    assert "`shopledger transfers --state failed`" in text


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (["--state", "failed"], ["1003"]),
        (["--state", "failed", "--state", "held"], ["1004", "1003"]),
        (["--reason", "state_not_allowed"], ["1002"]),
        (["--order", "1001"], ["1001", "1001"]),
        (["--order", "100"], []),
        (["--since", "1h", "--state", "held"], ["1004"]),
        (["--since", "2000-01-01", "--reason", "unavailable"], ["1006"]),
        (["--connection", "Orders", "--state", "skipped"], ["1002"]),
        (["--reason", "missing_product_number"], []),
    ],
)
def test_a_filter_leaves_what_it_names(town: Town, filters: list[str], left: list[str]) -> None:
    # Given all kinds of transfers, when a filter is set, then only what it names is left
    assert orders(town, *filters) == left


def test_since_leaves_out_what_changed_before(town: Town) -> None:
    # Given transfers that changed a moment ago, when those since tomorrow are asked for, then it says there are none
    tomorrow = (datetime.now().astimezone() + timedelta(days=1)).date().isoformat()
    assert town.command.says("transfers", "--since", tomorrow) == "No transfer is like that.\n"


@pytest.mark.parametrize(
    ("filters", "code", "says"),
    [
        (["--state", "faild"], 2, "there are: waiting, working, done, skipped, failed, held (did you mean failed?)"),
        (["--reason", "product_bared"], 1, "(did you mean product_barred?)"),
        (["--reason", "totals_difer"], 1, "(did you mean totals_differ?)"),
        (["--connection", "orders"], 1, "there is no connection 'orders'; there are: Orders (did you mean Orders?)"),
        (["--since", "yesterday"], 2, "write 30m, 2h or 3d for so long ago, or a day like 2026-11-01"),
        (["--since", "99999999999d"], 2, "is no time"),
    ],
)
def test_a_mistyped_filter_is_told_what_there_is(town: Town, filters: list[str], code: int, says: str) -> None:
    # Given a filter that names nothing, when the list is asked for, then there is no list but what was meant
    assert says in town.command.fails("transfers", *filters, code=code)


def test_an_unknown_account_is_told_which_there_are(town: Town) -> None:
    # Given a name that no account has, when it is asked for, then all names are told
    says = town.command.fails("transfers", "--account", "Lampland")
    assert f"there is no account 'Lampland'; there are: {town.name}, {town.other_name}" in says


def test_a_program_gets_amounts_and_times_it_can_read(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a store that speaks in another zone, when a program asks, then amounts are exact texts and times are UTC
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    (one,) = town.command.json("transfers", "--order", "1001", "--account", town.name)["transfers"]
    assert (one["total"], one["currency"]) == ("125.00", "DKK")
    assert one["document"] == {"kind": "invoice", "state": "draft", "place": "draft", "number": "1"}
    assert datetime.fromisoformat(one["changed_at"]).utcoffset() == timedelta(0)
    assert datetime.now(UTC) - datetime.fromisoformat(one["changed_at"]) < timedelta(minutes=10)


def test_a_terminal_colours_the_states(town: Town) -> None:
    # Given a terminal, when a failed order is listed there, then its state is red, and the rest is not
    text = town.command.run("transfers", "--state", "failed", columns=140).stdout
    assert re.search(r"\x1b\[1;31mfailed *\x1b\[0m +product_barred", text)


@pytest.mark.parametrize("columns", [80, 140])
def test_a_narrow_terminal_breaks_no_word(town: Town, columns: int) -> None:
    # Given a terminal, when the list of all accounts is printed there, then every line fits and every word is whole
    text = re.sub(r"\x1b\[[0-9;]*m", "", town.command.run("transfers", columns=columns).stdout)
    assert max(map(len, text.splitlines())) <= columns
    for word in ("state_not_allowed", "product_barred", "changed_since", "125.00 DKK"):
        assert word in text


def test_a_pipe_gets_whole_lines_without_colours(town: Town) -> None:
    # Given a pipe, when the list is printed, then each order is one line, and nothing colours it
    text = town.command.says("transfers")
    assert "\x1b" not in text
    assert "invoice 1  125.00 DKK" in text
    assert len([line for line in text.splitlines() if re.match(r"\d{4} ", line)]) == 9


def test_a_store_without_orders_says_that_none_came(fresh_database: DatabaseAddress) -> None:
    # Given an empty store, when it is looked at, then nothing is a mistake
    assert "no webhook or poll has brought an order" in Command(fresh_database).says("transfers")
