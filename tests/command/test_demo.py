"""`shopledger demo`: what a newcomer sees first."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.command.rig import command, environment, json_of, shopledger
from tests.support.processes import ROOT
from tests.support.servers import told
from tests.support.waiting import eventually

ENDS = {"transferred": 12, "skipped": {"state_not_allowed": 1}, "failed": {"product_barred": 1, "totals_differ": 1}}


@pytest.fixture
def folder(own_folder: Path) -> str:
    return str(own_folder / "demo")


def test_it_ends_with_one_line_that_says_what_became_of_all_orders(folder: str) -> None:
    # Given nothing, when the demo is run once
    ended = shopledger("--data", folder, "demo", "--orders", "15", "--exit", "--json")

    # Then its last line tells of every order: all are in the books or have their reason, and none is lost or doubled
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    assert told.items() >= {"orders": 15, **ENDS}.items()
    assert (told["lost"], told["duplicates"], told["wrong_total"], told["waiting"]) == (0, 0, 0, {})
    assert told["broker"] == "in-process"
    assert told["seconds"] > 0

    # And each order has a line of its own for people, with its reason where it has one
    for number in range(1001, 1016):
        assert f"  {number}  " in ended.stderr
    assert "The product LAMP-1962 is barred in the books." in " ".join(ended.stderr.split())

    # And what it advises works after its end
    shown = shopledger("--data", folder, "show", "1007")
    assert shown.returncode == 0, shown.stderr
    assert "LAMP-1962" in shown.stdout
    assert json_of("--data", folder, "transfers", "--json")["counts"] == {"done": 12, "failed": 2, "skipped": 1}


def test_the_next_demo_begins_anew(folder: str) -> None:
    # Given the folder of a demo, when another one runs there, then it has its own orders only
    for _ in range(2):
        ended = shopledger("--data", folder, "demo", "--orders", "2", "--exit", "--json")
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["orders"] == 2
    assert json_of("--data", folder, "transfers", "--json")["counts"] == {"done": 2}


def test_a_folder_that_is_no_demos_is_not_thrown_away(own_folder: Path) -> None:
    # Given a folder with something in it
    (own_folder / "thesis.txt").write_text("years of work")

    # When a demo is to run there, then it refuses, and nothing is gone
    ended = shopledger("--data", str(own_folder), "demo", "--orders", "1", "--exit")
    assert ended.returncode == 73
    assert "holds something that is no demo's" in ended.stderr
    assert (own_folder / "thesis.txt").read_text() == "years of work"


def test_ctrl_c_ends_it_with_a_summary(folder: str, tmp_path: Path) -> None:
    # Given a demo that goes on until somebody ends it
    said = tmp_path / "said"
    with said.open("w") as output:
        process = subprocess.Popen(
            command("--data", folder, "demo", "--orders", "3"),
            env=environment(),
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        eventually(lambda: "Ctrl-C ends the demo" in said.read_text() or process.poll() is not None, "it goes on")

        # When it is ended
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()

    # Then it has told twice what it came to
    assert said.read_text().count("0 lost, 0 doubled, 0 with a wrong total") == 2


def test_the_same_with_processes_of_their_own_on_a_private_rabbitmq(folder: str, servers_folder: Path) -> None:
    # Given RabbitMQ on this machine, when the demo runs on it
    told(servers_folder, "rabbitmq")
    ended = shopledger("--data", folder, "demo", "--rabbitmq", "--orders", "4", "--exit", "--json")

    # Then all went through it, and its page and login were shown
    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout.splitlines()[-1])
    assert (result["broker"], result["transferred"], result["lost"], result["duplicates"]) == ("rabbitmq", 4, 0, 0)
    assert "RabbitMQ's management page is  http://127.0.0.1:" in ended.stderr
