"""What the commands say, ask and refuse."""

from __future__ import annotations

import json

import pytest

from tests.support.orders import tell, woo_order
from tests.support.shop import open_shop
from tests.switch.conftest import Desk
from tools.cli import agreeing


def hold(desk: Desk, many: int = 1) -> None:
    """Orders that are held, with all on again."""
    desk.command.says("switch", "off", "--connection", "Orders")
    for number in range(1, many + 1):
        tell(desk.line.shop, woo_order(number))
    desk.command.says("switch", "on", "--connection", "Orders")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["switch", "off", "--connection", "Ordres"],
            "no connection 'Ordres'; there are: Orders, Returns (did you mean",
        ),
        (["switch", "off", "--system", "Boks"], "(did you mean Books?)"),
        (["switch", "off", "--account", "Lampelnd"], "no account 'Lampelnd'"),
        (["release", "--connection", "Ordres"], "(did you mean Orders?)"),
    ],
)
def test_a_name_that_is_not_there(desk: Desk, arguments: list[str], says: str) -> None:
    # Given a name typed wrong, when it is to be switched or released, then it says which was meant
    assert says in desk.command.fails(*arguments)


def test_one_name_in_two_accounts_is_not_guessed_at(desk: Desk) -> None:
    # Given another account with the same names, when none is said, then nothing happens and both commands are listed
    open_shop(desk.line.database)
    tell(desk.line.shop, woo_order(1))
    before = desk.rows()
    says = desk.command.fails("switch", "off", "--connection", "Orders")
    assert f"shopledger switch off --account '{desk.account}' --connection Orders" in says
    assert "there are 2 accounts; say which one is meant" in desk.command.fails("switch", "off")
    assert "there are 2 connections 'Orders'" in desk.command.fails("release", "--connection", "Orders")
    assert desk.rows() == before


def test_a_release_lists_the_newest_and_asks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given twelve orders that are held, and nobody at a terminal
    hold(desk, many=12)
    refused = desk.command.run("release", "--connection", "Orders")

    # Then they are listed, nothing goes, and it says how
    assert (refused.exit_code, "say --yes" in refused.stderr) == (1, True)
    assert "holds 12 orders" in refused.stdout
    assert "and 2 older" in refused.stdout
    assert [line.split()[0] for line in refused.stdout.splitlines()[2:12]] == [str(n) for n in range(12, 2, -1)]

    # And at a terminal it asks: without an answer nobody agreed
    monkeypatch.setattr(agreeing, "is_terminal", lambda: True)
    asked = desk.command.run("release", "--connection", "Orders")
    assert "Let 12 orders go? [y/N]" in asked.stdout
    assert set(desk.states().values()) == {"held"}


def test_programs_read_what_was_switched_and_released(desk: Desk) -> None:
    # Given an order that is held, when a program switches, then it reads what became of it
    hold(desk)
    switched = desk.command.json("switch", "off", "--system", "Books")
    assert switched["connections"] == [
        {"connection": "Orders", "held": 1, "off": [{"kind": "system", "name": "Books"}]}
    ]
    refused = desk.command.run("release", "--connection", "Orders", "--yes", "--json")
    told = json.loads(refused.stdout)
    assert (refused.exit_code, told["released"], told["refused"] is not None) == (1, 0, True)

    # And a list alone lets nothing go
    assert desk.command.json("switch", "on", "--system", "Books")["was_on"] is False
    listed = json.loads(desk.command.run("release", "--connection", "Orders", "--json").stdout)
    assert (listed["held"], listed["released"], listed["newest"][0]["order"]) == (1, 0, "1")
    assert desk.states() == {"1": "held"}
    assert desk.command.json("release", "--connection", "Orders", "--yes")["released"] == 1


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        (["--connection", "Orders"], "order_sync_off"),
        (["--system", "Books"], "system_off"),
        ([], "account_off"),
    ],
)
def test_who_looks_reads_which_switch_holds_an_order(desk: Desk, switch: list[str], code: str) -> None:
    # Given an order that came while something was off
    desk.command.says("switch", "off", *switch)
    tell(desk.line.shop, woo_order(1))

    # Then the list and the order's story name the switch and the command, and it can be filtered for
    on = f"shopledger switch on --account '{desk.account}' {' '.join(switch)}".strip()
    for text in (desk.command.says("transfers"), desk.command.says("show", "1")):
        assert code in text
        assert f"`{on}`" in text
    assert desk.command.json("show", "1")[0]["held_by"]["reason"] == code
    listed = desk.command.json("transfers", "--reason", code)["transfers"]
    assert [(one["order"], one["held_by"]["reason"]) for one in listed] == [("1", code)]

    # And once it is on, what is still to be done
    desk.command.says("switch", "on", *switch)
    assert "awaits_release" in desk.command.says("transfers")
    assert "`shopledger release --account" in desk.command.says("show", "1")
    assert desk.command.json("transfers", "--reason", code)["transfers"] == []
