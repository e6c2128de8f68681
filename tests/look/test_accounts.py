"""`shopledger accounts`: the overview that an operator begins with."""

from __future__ import annotations

from tests.look.conftest import Command, Town
from tests.support.servers import DatabaseAddress


def test_every_account_lists_systems_connections_and_counts(town: Town) -> None:
    # Given two accounts, when they are looked at, then each has its systems, its connection and its own counts
    first, second = town.command.says("accounts").split("\n\n")
    assert first.startswith(town.name)
    assert f"webshop     {town.name} (WooCommerce), in use" in first
    assert "accounting  Books (e-conomic), in use" in first
    assert f"Orders: orders from {town.name} to Books, on" in first
    assert "2 done, 1 failed, 2 waiting, 1 held, 1 skipped" in first
    assert second.startswith(town.other_name)
    assert "2 waiting" in second
    assert "done" not in second


def test_a_connection_that_is_off_and_an_alarm_are_seen(own_town: Town) -> None:
    # Given books that take our grant back and a connection that is switched off
    own_town.line.books.revoke_grant()
    own_town.line.work(1007)
    own_town.line.shop.switch(on=False)

    # When the overview is read, then all of it is there, once, with the words for the owner
    text = own_town.command.says("accounts")
    assert "does not let us in (grant_revoked)" in text
    assert f"Orders: orders from {own_town.name} to Books, off" in text
    assert text.count("ALARM") == 1
    assert "connect e-conomic again" in text


def test_a_program_gets_counts_by_state_and_open_alarms(own_town: Town) -> None:
    # Given books that take our grant back, when a program asks, then it reads states, counts and the alarm's code
    own_town.line.books.revoke_grant()
    own_town.line.work(1007)
    mine, other = own_town.command.json("accounts")
    assert [alarm["code"] for alarm in mine["alarms"]] == ["grant_revoked"]
    assert {system["name"]: system["broken_reason"] for system in mine["systems"]}["Books"] == "grant_revoked"
    assert mine["connections"][0]["counts"]["failed"] == 1
    assert (other["alarms"], other["connections"][0]["counts"]) == ([], {"waiting": 2})


def test_no_credential_is_told(town: Town) -> None:
    # Given systems with credentials, when everything is asked for, then none of them is in it
    everything = town.command.says("accounts", "--json") + town.command.says("accounts")
    assert town.line.books.app_secret_token not in everything
    assert town.line.books.agreement_grant_token not in everything


def test_an_empty_store_says_how_to_begin(fresh_database: DatabaseAddress) -> None:
    # Given no account, when they are listed, then it says what makes one
    assert "`shopledger apply FILE`" in Command(fresh_database).says("accounts")
