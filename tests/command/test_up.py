"""`shopledger up` on a data folder: started, stopped, killed and started again, as it happens on a laptop."""

from __future__ import annotations

import os
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.command.rig import (
    connect,
    json_of,
    place_orders,
    postgres_of,
    references,
    shopledger,
    somebody_elses,
    up,
)
from tests.support.waiting import eventually
from tools.demo.outside import Outside
from tools.servers.unprivileged import user_namespaces_work

ORDERS = 12


def test_an_order_goes_from_the_shop_into_the_books(folder: Path, ends: Outside) -> None:
    # Given a folder that is not there yet, when it is run and the shop is connected
    with up("--data", str(folder)) as running:
        connect(ends, folder)

        # Then an order becomes a document, and the command tells of it
        place_orders(ends, 1)
        eventually(lambda: len(references(ends)) == 1, "one document")
        told = json_of("--data", str(folder), "transfers", "--json")
        assert httpx.get(f"{running.address}/health/ready").status_code == 200
    assert [one["state"] for one in told["transfers"]] == ["done"]


def test_a_second_run_goes_on_with_the_same_data(folder: Path, ends: Outside) -> None:
    # Given a run that was stopped by Ctrl-C
    with up("--data", str(folder)) as first:
        connect(ends, folder)
        place_orders(ends, 1)
        eventually(lambda: len(references(ends)) == 1, "one document")
        assert first.end() == 0

    # When it is run again where the shop's webhooks go, then the next order follows, and nothing had to be set up anew
    with up("--data", str(folder), port=first.port):
        place_orders(ends, 1)
        eventually(lambda: len(references(ends)) == 2, "two documents")
    assert len(set(references(ends))) == 2


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_what_was_on_its_way_when_it_ended_goes_on(folder: Path, ends: Outside, blow: signal.Signals) -> None:
    # Given books that take their time, and orders of which some are in them and some are not
    ends.books.add_fault(kind="latency", seconds=0.3, method="POST", path="*drafts")
    with up("--data", str(folder)) as first:
        connect(ends, folder)
        place_orders(ends, ORDERS)
        eventually(lambda: len(references(ends)) > 0, "a first document")

        # When it ends in the middle
        ended = first.end(blow)
        assert ended == (0 if blow is signal.SIGINT else -signal.SIGKILL)
        made = len(references(ends))
        assert made < ORDERS

    # Then the next run brings the rest, and none twice
    with up("--data", str(folder)):
        eventually(lambda: len(references(ends)) == ORDERS, "all documents")
        eventually(
            lambda: json_of("--data", str(folder), "transfers", "--json")["counts"] == {"done": ORDERS}, "all are done"
        )
    assert len(set(references(ends))) == ORDERS


def test_a_killed_postgresql_is_back_by_itself(folder: Path, ends: Outside) -> None:
    # Given a run with work
    ends.books.add_fault(kind="latency", seconds=0.1, method="POST", path="*drafts")
    with up("--data", str(folder)) as running:
        connect(ends, folder)
        place_orders(ends, ORDERS)
        eventually(lambda: len(references(ends)) > 0, "a first document")

        # When its PostgreSQL is killed
        os.kill(postgres_of(folder), signal.SIGKILL)

        # Then it comes back, and with it the work: nothing lost, nothing doubled
        eventually(lambda: "postgres_back" in running.said, "PostgreSQL is back")
        eventually(lambda: len(references(ends)) == ORDERS, "all documents")
        eventually(lambda: httpx.get(f"{running.address}/health/ready").status_code == 200, "webhooks are taken again")
    assert len(set(references(ends))) == ORDERS


def test_a_port_that_somebody_has_is_said_in_one_line(folder: Path) -> None:
    # Given a port that is taken
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        # When it is run there, then it says which, and how to choose another, and leaves nothing running
        ended = shopledger("--data", str(folder), "up", "--port", str(port))
    assert ended.returncode == 69
    assert ended.stderr == (
        f"shopledger: port {port} of 127.0.0.1 is taken: stop what listens there, or choose another with --port"
        " (SHOPLEDGER_INGEST_PORT)\n"
    )


def test_a_folder_in_which_it_runs_already_is_not_taken_twice(folder: Path) -> None:
    # Given a run
    with up("--data", str(folder)) as first:
        # When another one begins in the same folder, then it says who is there, and the first goes on
        ended = shopledger("--data", str(folder), "up", "--port", "0")
        assert httpx.get(f"{first.address}/health/ready").status_code == 200
    assert ended.returncode == 69
    assert f"runs in the data folder {folder} already (process {first.process.pid})" in ended.stderr


def test_without_the_right_to_write_it_says_so_in_one_line(own_folder: Path) -> None:
    # Given a folder that is somebody else's
    theirs = own_folder / "theirs"
    with somebody_elses(theirs, 0o755) as before:
        # When it is run there by who may not write, then it says so, and whom to give the folder to
        ended = shopledger("--data", str(theirs / "data"), "up", "--port", "0", before=before)
    assert ended.returncode == 77
    assert ended.stderr.startswith(f"shopledger: no right to write in the data folder {theirs}/data: choose another")
    assert ended.stderr.count("\n") == 1


def test_a_disk_that_is_nearly_full_is_said_before_anything_is_made(own_folder: Path) -> None:
    # Given a disk with 40 MB
    if not user_namespaces_work():
        pytest.skip("this machine lets nobody mount a small disk")
    mounted = ["sh", "-c", 'mount -t tmpfs -o size=40m none "$0" && exec "$@"', str(own_folder)]

    # When it is run there, then it says how much is missing
    ended = shopledger(
        "--data",
        str(own_folder / "data"),
        "up",
        before=["unshare", "--user", "--map-root-user", "--mount", *mounted],
    )
    assert ended.returncode == 73
    assert re.search(r"has \d\d MB left, and at least 200 are needed: free some", ended.stderr)
