"""Where all is well the doctor says so; what was switched off on purpose is no trouble; no secret is told."""

from __future__ import annotations

import json
import re

import pytest

from tests.doctor.rig import Clinic
from tests.support.shop import SECRET_KEYS


def test_all_is_well(clinic: Clinic) -> None:
    # Given a set-up as users make it, with ingest and workers, when the doctor looks
    result = clinic.run()
    # Then
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "All is well."
    assert result.stderr == ""
    # And everything that the issue names was looked at
    for about in (
        "server",
        "login",
        "schema",
        "queue orders",
        "policies",
        "credentials",
        "rights",
        "webhooks",
        "clock",
    ):
        assert re.search(rf"^  ok +{about}: ", result.stdout, re.MULTILINE), about


def test_it_changes_nothing(clinic: Clinic) -> None:
    # Given a set-up that is well
    clinic.desk.clear()
    before = clinic.desk.rows("select * from systems order by id"), clinic.desk.webhooks()
    # When the doctor looks
    clinic.examine()
    # Then all that was asked was to read, but for the empty batch that asks for the right to write
    assert clinic.desk.changes() == ["POST /wp-json/wc/v3/webhooks/batch"]
    assert (clinic.desk.rows("select * from systems order by id"), clinic.desk.webhooks()) == before


def test_a_program_reads_the_same_with_stable_keys(clinic: Clinic) -> None:
    # Given one trouble of each level
    clinic.allow("read")
    clinic.desk.books.revoke_grant()
    # When a program asks
    result = clinic.run("--json")
    # Then there is nothing but JSON, each finding has its keys, and trouble has a remedy
    assert result.stderr == ""
    parts = json.loads(result.stdout)
    assert {frozenset(part) for part in parts} == {frozenset({"part", "findings"})}
    findings = [finding for part in parts for finding in part["findings"]]
    assert {frozenset(finding) for finding in findings} == {frozenset({"level", "about", "says", "remedy"})}
    assert {finding["level"] for finding in findings} == {"ok", "warning", "failing"}
    assert all(bool(finding["remedy"]) == (finding["level"] != "ok") for finding in findings)


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_no_secret_is_told(clinic: Clinic, arguments: tuple[str, ...]) -> None:
    # Given passwords that can be recognised, and systems that refuse
    secrets = {"PLANTED-BROKER", "PLANTED-PAGE", *clinic.desk.environment.values(), SECRET_KEYS.partition(":")[2]}
    secrets |= {webhook.secret for webhook in clinic.desk.woo.shop.webhooks.values()}
    secrets |= {clinic.address.app_url.rpartition("@")[0].rpartition(":")[2]}
    for name, (user, password) in {
        "SHOPLEDGER_BROKER_URL": ("guest", "PLANTED-BROKER"),
        "SHOPLEDGER_MANAGEMENT_URL": ("guest", "PLANTED-PAGE"),
    }.items():
        clinic.environment[name] = re.sub(r"//[^@]*@", f"//{user}:{password}@", clinic.environment[name])
    clinic.desk.books.revoke_grant()
    clinic.desk.woo.shop.keys.clear()
    clinic.change("update systems set broken_at = now(), broken_reason = 'grant_revoked' where role = 'accounting'")
    # When the doctor looks
    result = clinic.run(*arguments)
    # Then trouble is told, and none of them
    assert result.exit_code == 1
    assert [secret for secret in secrets if secret in result.output] == []


def test_on_a_terminal_of_80_columns_nothing_is_cut(clinic: Clinic) -> None:
    # Given a trouble, when the doctor speaks to a terminal
    clinic.desk.books.revoke_grant()
    result = clinic.run(columns=80)
    # Then the level has its colour, and no line is wider, nor a word broken
    assert "\x1b[1;31mfailing" in result.stdout.replace("\x1b[1;31m  failing", "\x1b[1;31mfailing")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in result.stdout.splitlines()]
    assert max(map(len, lines)) <= 80
    assert "let an administrator of the agreement approve the app again." in " ".join(" ".join(lines).split())


def test_what_is_switched_off_is_said_and_is_no_trouble(clinic: Clinic) -> None:
    # Given a connection that is off, of which the settings make no sense any more
    clinic.change("update connections set active = false")
    clinic.desk.books.delete_product("9000")
    # Then
    report = clinic.examine()
    assert report.exit_code == 0
    assert [line.about for line in report.of("warning") + report.of("failing")] == []
    (line,) = [line for line in report.lines if line.about == "connection Orders"]
    assert line.says == "It is switched off: its orders are kept, and do not go."


def test_a_system_or_an_account_that_is_switched_off_is_not_asked(clinic: Clinic) -> None:
    # Given books that are off, and would refuse
    clinic.change("update systems set active = false where role = 'accounting'")
    clinic.desk.books.revoke_grant()
    # Then it is said where the orders stay
    report = clinic.examine()
    assert report.exit_code == 0
    assert [line.says for line in report.of("ok", "Books")] == ["It is switched off, and was not asked."]
    assert "It is on, but Books is switched off" in report.of("ok", "connections")[0].says
    # And the same of the account
    clinic.change("update accounts set active = false")
    report = clinic.examine()
    assert report.of("ok", "connections")[0].says.startswith("It is switched off: what its shops say is kept")
    assert [line.says for line in report.of("ok", "Webshop")] == ["It is switched off, and was not asked."]


def test_an_account_without_systems_and_a_store_without_accounts(clinic: Clinic) -> None:
    # Given an account with nothing in it beside one that is well
    clinic.desk.database.one("open_account", {"name": "Nordlys"})
    # Then
    line = clinic.examine().the("warning")
    assert (line.part, line.says) == ("Nordlys: connections", "It has no shop and no books.")
    assert "`shopledger apply FILE`" in line.remedy


def test_a_shop_that_no_connection_uses_is_asked_but_needs_no_webhooks(clinic: Clinic) -> None:
    # Given a second shop beside the connection, with the same key
    other = clinic.desk.text.replace("active: true", "active: false").replace("Lampeland", "Nordlys")
    clinic.desk.text = other[: other.index("    connections:")]
    assert clinic.desk.apply().done is not None
    # Then that no order goes is a warning, and nothing else
    line = clinic.examine().the("warning")
    assert (line.part, line.says) == ("Nordlys: connections", "There is none: no order goes anywhere.")
    assert [one.about for one in clinic.examine().of("ok", "Nordlys: Webshop")] == [
        "credentials",
        "rights",
        "clock",
        "version",
    ]
