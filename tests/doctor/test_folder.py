"""The doctor in a data folder: nothing there yet, nothing that runs, `up` that runs, a disk that is nearly full."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.command.rig import shopledger as process
from tests.command.rig import up
from tests.doctor.rig import Report
from tools.cli.main import shopledger
from tools.doctor import around
from tools.embedded.folder import DataFolder


def examine(folder: Path) -> Report:
    arguments = ["--data", str(folder), "doctor", "--json"]
    return Report(CliRunner().invoke(shopledger, arguments, prog_name="shopledger"))


def test_a_folder_with_nothing_in_it_says_how_to_begin(own_folder: Path) -> None:
    line = examine(own_folder / "new").the("failing")
    assert "begin with `shopledger demo` or `shopledger up`" in line.says


def test_up_runs_and_then_does_not(own_folder: Path) -> None:
    # Given a folder in which `up` runs
    folder = own_folder / "data"
    with up("--data", str(folder)) as running:
        report = examine(folder)
        # Then database, process, address and disk are well, and what is missing is a shop
        assert {line.about for line in report.of("ok")} >= {"server", "login", "schema", "process", "address", "disk"}
        assert f"process {running.process.pid}" in "".join(line.says for line in report.of("ok"))
        assert report.the("failing").says == "There is no shop yet."
    # And when it has ended, that is told, and its address is not blamed for it
    report = examine(folder)
    nothing, no_shop = report.of("failing")
    assert (nothing.about, nothing.remedy) == ("process", "Start it: `shopledger up`.")
    assert no_shop.about == "accounts"


@pytest.mark.parametrize(("megabytes", "level"), [(299, "failing"), (1999, "warning"), (2000, "ok")])
def test_a_disk_that_fills(own_folder: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int, level: str) -> None:
    usage = shutil.disk_usage(own_folder)._replace(free=megabytes * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = around.disk(DataFolder(own_folder))
    assert (found.level, found.about) == (level, "disk")
    assert level == "ok" or "--data" in found.remedy


def test_wrong_settings_are_one_line_before_anything_is_looked_at() -> None:
    # Given a name that means nothing, in a process as a user starts it
    ended = process("doctor", "--json", SHOPLEDGER_DATABASE="x")
    assert ended.returncode == 78
    assert ended.stderr.startswith("shopledger: SHOPLEDGER_DATABASE: there is no such setting")
