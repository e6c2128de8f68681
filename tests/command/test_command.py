"""The command itself: what it says to somebody who types it for the first time, or types it wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.settings import Settings
from tests.command.rig import json_of, shopledger
from tests.support.processes import ROOT, free_port
from tests.support.shop import SECRET_KEYS
from tools.cli.main import COMMANDS
from tools.cli.problems import Exit


def test_help_says_how_to_begin_and_names_every_command() -> None:
    # Given somebody who knows nothing, when he asks for help, then he reads what to type first
    told = shopledger("--help").stdout
    assert "shopledger demo" in told
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", told, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_whatever_the_settings_say(name: str) -> None:
    # Given a setting that is wrong, when a command is asked for help, then it helps
    told = shopledger(name, "--help", SHOPLEDGER_INGEST_PORT="many")
    assert told.returncode == 0, told.stderr
    assert len(told.stdout.splitlines()) > 4


def test_a_setting_that_nobody_knows_is_refused_with_the_one_that_was_meant(own_folder: Path) -> None:
    # Given a name typed wrong, when a command runs, then it says which was meant, and shows no value
    ended = shopledger("--data", str(own_folder), "transfers", SHOPLEDGER_DATABSE_URL="postgresql://secret@host")
    assert ended.returncode == 78
    assert ended.stderr == (
        "shopledger: SHOPLEDGER_DATABSE_URL: there is no such setting; did you mean SHOPLEDGER_DATABASE_URL?\n"
    )


def test_settings_are_read_from_a_folder_of_secrets_too(tmp_path: Path) -> None:
    # Given a secret in a file named like its setting, when settings are listed, then it is there and is not shown
    (tmp_path / "shopledger_secret_keys").write_text(SECRET_KEYS)
    listed = shopledger("settings", SHOPLEDGER_SECRETS_FOLDER=str(tmp_path))
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"SHOPLEDGER_SECRET_KEYS\s+\(secret\)", listed.stdout)
    assert SECRET_KEYS not in listed.stdout


def test_every_setting_is_listed_with_what_it_is() -> None:
    # Given the model, when settings are listed as JSON, then each of its fields is there with its description
    listed = {row["name"]: row["description"] for row in json_of("settings", "--json")}
    assert listed == {f"SHOPLEDGER_{name.upper()}": field.description for name, field in Settings.model_fields.items()}


def test_a_folder_with_nothing_in_it_says_how_to_begin(own_folder: Path) -> None:
    # Given a new machine, when somebody looks for orders, then he is told how to begin
    ended = shopledger("--data", str(own_folder / "new"), "transfers")
    assert ended.returncode == 1
    assert "begin with `shopledger demo` or `shopledger up`" in ended.stderr
    assert not (own_folder / "new").exists()


def test_a_server_that_is_not_there_is_said_in_one_line() -> None:
    # Given an address where nothing listens
    address = f"postgresql://shopledger_app:secret@127.0.0.1:{free_port()}/shopledger"
    ended = shopledger("transfers", SHOPLEDGER_DATABASE_URL=address, SHOPLEDGER_SECRET_KEYS=SECRET_KEYS)
    assert (ended.returncode, ended.stderr) == (
        69,
        "shopledger: PostgreSQL cannot be reached (SHOPLEDGER_DATABASE_URL)\n",
    )


@pytest.mark.parametrize("only", ["SHOPLEDGER_BROKER_URL", "SHOPLEDGER_DATABASE_URL"])
def test_half_of_the_servers_is_refused(only: str) -> None:
    # Given one of the two addresses, when it is run, then it says that both are needed, or none
    ended = shopledger("up", **{only: "amqp://127.0.0.1"})
    assert ended.returncode == 78
    assert "set both SHOPLEDGER_DATABASE_URL and SHOPLEDGER_BROKER_URL" in ended.stderr


def test_one_service_needs_servers(own_folder: Path) -> None:
    # Given a data folder, when one service is to run in it, then it says what that needs
    ended = shopledger("--data", str(own_folder), "up", "worker")
    assert ended.returncode == 78
    assert "`up worker` runs one service of several machines" in ended.stderr


def test_a_command_that_does_not_exist_is_a_wrong_command() -> None:
    # Given a command typed wrong
    ended = shopledger("transfer")
    assert ended.returncode == 2
    assert "No such command 'transfer'" in ended.stderr


def test_every_exit_code_is_documented() -> None:
    # Given the codes, when the page is read, then each has its row
    page = (ROOT / "docs" / "command.md").read_text()
    for code in Exit:
        assert re.search(rf"^\| {code.value} \|", page, re.MULTILINE), code.name


def test_an_address_that_is_none_is_said_and_not_repeated() -> None:
    # Given something that no address looks like, when a command runs, then it says how one looks, and shows nothing
    ended = shopledger("transfers", SHOPLEDGER_DATABASE_URL="secret nonsense", SHOPLEDGER_SECRET_KEYS=SECRET_KEYS)
    assert ended.returncode == 78
    assert ended.stderr.startswith("shopledger: SHOPLEDGER_DATABASE_URL is no address of PostgreSQL; write it like")
    assert "nonsense" not in ended.stderr
