"""The command itself: what it says to somebody who types it for the first time, or types it wrong."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shared.settings import Settings
from tests.command.rig import json_of, shopledger, somebody_elses
from tests.support.processes import ROOT, free_port
from tests.support.shop import SECRET_KEYS
from tools.cli import main
from tools.cli.main import COMMANDS
from tools.cli.problems import Exit
from tools.servers.process import ServerError


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
    ended = shopledger("transfered")
    assert ended.returncode == 2
    assert "No such command 'transfered'" in ended.stderr


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


@pytest.mark.parametrize("arguments", [["--data", ""], ["--demo", "--data", "here"]])
def test_a_folder_that_is_none_and_two_folders_are_wrong_commands(arguments: list[str]) -> None:
    # Given a folder without a name, or two of them, when a command runs, then it is refused before anything is made
    ended = shopledger(*arguments, "transfers")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith("Error: ")
    assert "folder" in ended.stderr


def test_a_public_address_without_its_beginning_is_told_how_to_write_it() -> None:
    # Given an address as people say it, when a command runs, then it says how to write it
    ended = shopledger("transfers", SHOPLEDGER_PUBLIC_URL="books.example")
    assert (ended.returncode, ended.stderr) == (
        78,
        "shopledger: SHOPLEDGER_PUBLIC_URL: write the whole address, like https://books.example, without a login,"
        " '?' and '#'\n",
    )


@pytest.mark.parametrize("kind", ["economic", "woocommerce"])
def test_a_sandbox_says_in_one_line_that_its_port_is_taken(kind: str) -> None:
    # Given a port that somebody has, when a sandbox is to listen there, by the command or by its module
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        by_command = shopledger("sandbox", kind, "--port", port)
        module = [sys.executable, "-m", f"connectors.{kind}.sandbox", "--port", port]
        by_module = subprocess.run(module, cwd=ROOT, text=True, capture_output=True)

    # Then one line says so
    for ended in (by_command, by_module):
        assert ended.returncode == 69
        assert ended.stderr.partition(": ")[2] == (
            f"port {port} of 127.0.0.1 is taken: stop what listens there, or choose another with --port\n"
        )


def test_a_folder_that_cannot_be_read_has_its_documented_code(own_folder: Path) -> None:
    # Given a folder that is somebody else's
    with somebody_elses(own_folder / "theirs", 0o700) as before:
        # When a command is to work in it, then one line says that there is no right to
        ended = shopledger("--data", str(own_folder / "theirs"), "transfers", before=before)
    assert ended.returncode == 77
    assert ended.stderr.startswith("shopledger: no right to use ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (OSError(errno.EROFS, "Read-only file system", "/mnt/x"), 73, "/mnt/x cannot be used: Read-only file system"),
        (PermissionError(errno.EACCES, "Permission denied", "/mnt/x"), 77, "no right to use /mnt/x"),
        (ServerError("RabbitMQ is not installed."), 69, "RabbitMQ is not installed."),
    ],
)
def test_what_the_machine_refuses_is_said_in_one_line(
    error: Exception, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a command that the machine refuses something, when it ends, then one line says what
    assert ended_by(error, monkeypatch) == code
    assert capsys.readouterr().err == f"shopledger: {says}\n"


def test_a_mistake_of_ours_is_not_dressed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given errors that nobody can mend from outside, when a command ends by one, then it is seen as it is
    for error in (KeyError("x"), OSError(errno.EBADF, "Bad file descriptor")):
        with pytest.raises(type(error)):
            ended_by(error, monkeypatch)


def ended_by(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code."""

    def command(**_: object) -> None:
        raise error

    monkeypatch.setattr(main, "shopledger", command)
    monkeypatch.setattr(os, "umask", lambda _: 0)
    with pytest.raises(SystemExit) as ended:
        main.main()
    return int(ended.value.code or 0)


def test_make_says_which_python_it_needs_before_it_makes_anything(tmp_path: Path) -> None:
    # Given a machine whose python is too old
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    # When the environment is to be made, then one line says what is needed, and nothing is made
    ended = subprocess.run(["make", "env", f"PYTHON={old}"], cwd=tmp_path, text=True, capture_output=True)
    assert ended.returncode != 0
    assert "Python 3.11 or newer is needed: make PYTHON=" in ended.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_on_its_page(name: str) -> None:
    # Given a command, when the page is read, then it has a row
    page = (ROOT / "docs" / "command.md").read_text()
    assert re.search(rf"^\| `shopledger {name}[ `]", page, re.MULTILINE)
