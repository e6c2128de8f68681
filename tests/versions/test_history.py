"""What the list of versions says, and what differs between two."""

from __future__ import annotations

import re

import pytest

from tests.support.shop import open_shop
from tests.versions.conftest import Desk


def test_each_version_says_who_when_and_what_it_changed(desk: Desk) -> None:
    # Given settings that were changed twice
    desk.choose(shipping_product="9001", books={"customer_group": 1, "layout": 19})
    desk.choose(shipping_product=None, books={"customer_group": 1, "layout": 19}, by="taken back by lea")

    # When they are listed
    said = desk.says()

    # Then the newest comes first and is the one in use, and the first is told against no choice at all
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    expected = [
        re.escape(f"Settings of Orders of {desk.account}"),
        rf"3\. {when}, taken back by lea, in use",
        "   shipping_product: 9001 -> none",
        rf"2\. {when}, apply by kim",
        "   shipping_product: 9000 -> 9001",
        r"   books\.layout: none -> 19",
        rf"1\. {when}, test",
        "   shipping_product: none -> 9000",
        r"   books\.customer_group: none -> 1",
    ]
    assert len(said) == len(expected)
    assert [line for line, pattern in zip(said, expected, strict=True) if not re.fullmatch(pattern, line)] == []


def test_programs_read_the_same(desk: Desk) -> None:
    # Given
    desk.choose(closing="exact")
    # When
    told = desk.json()
    # Then
    assert (told["account"], told["connection"], told["in_use"], told["older"]) == (desk.account, "Orders", 2, 0)
    assert [(one["version"], one["by"], one["is_in_use"]) for one in told["versions"]] == [
        (2, "apply by kim", True),
        (1, "test", False),
    ]
    assert told["versions"][0]["changes"] == ["closing: smallest -> exact"]
    assert told["versions"][0]["at"].endswith("+00:00")


def test_a_list_that_is_cut_still_knows_what_its_last_version_changed(desk: Desk) -> None:
    # Given three versions
    desk.choose(fee_product="F1")
    desk.choose(fee_product="F2")
    # When only two are listed
    said = desk.says("--limit", "2")
    # Then the older of them is told against the one that is not listed
    assert said[2:] == ["   fee_product: F1 -> F2", said[3], "   fee_product: none -> F1", said[5]]
    assert said[5] == "and 1 older version: --limit shows more"


def test_the_same_in_other_words_changes_nothing(desk: Desk) -> None:
    # Given a version that says a default, and a number with other zeros
    desk.choose(document="invoice", closing_limit="0.100")
    # Then nothing differs
    assert desk.says("--compare", "1")[1:] == ["   nothing differs"]
    assert desk.json("--compare", "1")["changes"] == []


def test_settings_of_several_parts_are_readable(desk: Desk) -> None:
    # Given settings that hold more than one thing
    desk.choose(
        by_state={"completed": {"document": "invoice", "book": True}},
        zone_sources=["customer", "default"],
        products_by_rate={"shipping": {"25": "9025"}},
        exchange_rates={"EUR": "745.95"},
    )
    # Then each is told as it would be written, and not as the program holds it
    assert sorted(desk.says("--compare", "1")[1:]) == [
        '   by_state: none -> {"completed": {"document": "invoice", "book": true}}',
        '   exchange_rates: none -> {"EUR": "745.95"}',
        '   products_by_rate: none -> {"shipping": {"25": "9025"}}',
        '   zone_sources: ["default"] -> ["customer", "default"]',
    ]


def test_two_versions_are_compared_in_the_order_in_which_they_are_named(desk: Desk) -> None:
    # Given
    desk.choose(fee_product="F1")
    desk.choose(fee_product="F2")
    # Then one alone is compared with the newest, and two in either direction
    assert desk.says("--compare", "1") == [
        f"Settings of Orders of {desk.account}, from version 1 to version 3",
        "   fee_product: none -> F2",
    ]
    assert desk.says("--compare", "1", "2")[1:] == ["   fee_product: none -> F1"]
    assert desk.says("--compare", "2", "1")[1:] == ["   fee_product: F1 -> none"]
    told = desk.json("--compare", "3", "2")
    assert (told["from"], told["to"], told["changes"]) == (3, 2, ["fee_product: F2 -> F1"])


def test_what_this_release_cannot_read_is_compared_as_it_was_saved(desk: Desk) -> None:
    # Given a version with a setting that is gone, among others
    desk.choose(gone_product="7", document="invoice")
    desk.choose(books={"customer_group": 1, "theme": "blue"})

    # Then what was saved is compared, word for word, and it says why
    assert desk.says("--compare", "1", "2")[1:] == [
        "   document: none -> invoice",
        "   gone_product: none -> 7",
        "   version 2 cannot be read by this release (gone_product: it has no such setting): compared as it was saved",
    ]
    told = desk.json("--compare", "2", "3")
    assert told["changes"] == ["books.theme: none -> blue", "document: invoice -> none", "gone_product: 7 -> none"]
    assert [one["version"] for one in told["unreadable"]] == [2, 3]

    # And the list tells it beside each that is concerned
    said = "\n".join(desk.says())
    assert said.count("version 2 cannot be read by this release") == 2
    assert said.count("version 3 cannot be read by this release (theme: it has no such setting)") == 1


def test_books_of_another_release_hide_nothing(desk: Desk) -> None:
    # Given a connection to books whose connector is not there any more
    desk.choose(fee_product="F1")
    desk.shop.rows("update systems set kind = 'ledgerly' where role = 'accounting' returning id")
    # Then its versions are told as they were saved
    said = desk.says("--compare", "1", "2")
    assert said[1] == "   fee_product: none -> F1"
    assert "version 1 cannot be read by this release (no accounting system 'ledgerly'" in said[2]


def test_a_text_of_somebody_cannot_command_the_terminal(desk: Desk) -> None:
    # Given
    desk.choose(closing_text="\x1b[2JRounding")
    # Then
    assert desk.says("--compare", "1")[1:] == ["   closing_text: Rounding -> \\x1b[2JRounding"]


def test_versions_of_another_account_are_not_seen(desk: Desk) -> None:
    # Given another account with a connection of the same name, whose settings changed often
    other = open_shop(desk.shop.database)
    name = str(other.rows("select name from accounts")[0][0])
    desk.choose(fee_product="F1")
    # When none is named, then both commands are listed as they were asked
    refused = desk.refuses("--compare", "1", "2")
    assert "there are 2 connections 'Orders'; say which one is meant" in refused
    assert f"shopledger versions --account '{name}' --connection Orders --compare 1 2" in refused
    # And when one is named, its versions alone
    assert len(desk.json("--account", name)["versions"]) == 1
    assert len(desk.json("--account", desk.account)["versions"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--compare", "9"], "has no version 9 of its settings: it has versions 1 to 2"),
        (["--compare", "1", "9"], "has no version 9"),
        (["--compare", "9", "1"], "has no version 9"),
        (["--take-back", "9"], "has no version 9"),
        (["--take-back", "9", "--yes", "--json"], "has no version 9"),
        (["--compare", "2"], "version 2 is the newest one: say with which other version"),
        (["--account", "Nobody"], "there is no account 'Nobody'"),
        (["--connection", "Ordres"], "there is no connection 'Ordres'; there are: Orders (did you mean Orders?)"),
    ],
)
def test_what_is_not_there(desk: Desk, arguments: list[str], says: str) -> None:
    # Given two versions, when something else is named, then one line says what there is, and nothing is done
    desk.choose(fee_product="F1")
    before = desk.stored()
    said = desk.refuses(*arguments)
    assert says in said
    assert len(said.splitlines()) == 1
    assert desk.stored() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--compare", "1", "--take-back", "1"], "not both at once"),
        (["1"], "say what is to be done with version 1"),
        (["1", "--take-back", "1"], "say what is to be done with version 1"),
        (["--compare", "1", "1"], "compared with another one"),
        (["--compare", "1", "2", "3"], "unexpected extra argument"),
        (["--compare", "0"], "0 is not in the range"),
        (["--compare", "newest"], "'newest' is not a valid integer"),
        (["--compare", "1", "two"], "'two' is not a valid integer"),
        (["--take-back", "-1"], "-1 is not in the range"),
        (["--take-back", "99999999999"], "is not in the range"),
        (["--take-back"], "requires an argument"),
        (["--limit", "0"], "0 is not in the range"),
        (["--limit", "5", "--compare", "1"], "--limit is for the list"),
        (["--limit", "5", "--take-back", "1"], "--limit is for the list"),
        (["--yes"], "--yes is for --take-back"),
        (["--yes", "--compare", "1"], "--yes is for --take-back"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_looked_at(
    desk: Desk, arguments: list[str], says: str
) -> None:
    # Given words that do not go together, then the last line says which, and nothing is done
    desk.choose(fee_product="F1")
    before = desk.stored()
    assert says in desk.refuses(*arguments, code=2).splitlines()[-1]
    assert desk.stored() == before


def test_no_connection_is_named(desk: Desk) -> None:
    assert "Missing option '--connection'" in desk.command.fails("versions", code=2)


def test_a_connection_without_settings_says_where_they_come_from(desk: Desk) -> None:
    # Given one that was never given any
    desk.shop.rows(
        "insert into connections (account_id, kind, name, source_system_id, target_system_id)"
        " select account_id, kind, 'Bare', source_system_id, target_system_id from connections returning id"
    )
    # Then
    for more in ([], ["--compare", "1"], ["--take-back", "1", "--yes"]):
        says = desk.command.fails("versions", "--connection", "Bare", *more)
        assert "has no settings yet: name them in your file, and `shopledger apply FILE`" in says
