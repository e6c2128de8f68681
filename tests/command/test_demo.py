"""`shopledger demo`: what a newcomer sees first."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.store.database import Database
from tests.command.rig import command, environment, json_of, shopledger
from tests.line.rig import line_to
from tests.support.orders import tell, woo_order
from tests.support.processes import running
from tests.support.servers import told
from tests.support.waiting import PATIENCE, eventually
from tools.cli.problems import Problem
from tools.demo.mark import MARK, SAYS, refuse_demos
from tools.demo.watch import Watch
from tools.embedded.folder import DataFolder

ENDS = {"transferred": 13, "skipped": {"state_not_allowed": 1}, "failed": {"product_barred": 1}}


def run_once(folder: str | Path, orders: int, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One that ends by itself."""
    return shopledger("--data", str(folder), "demo", "--orders", str(orders), "--exit", *arguments, **more)


def result_of(ended: subprocess.CompletedProcess[str]) -> Any:
    """What it tells a program, in its last line."""
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


class Demo:
    """A demo that runs, and the shop in it."""

    def __init__(self, process: subprocess.Popen[str], said: Path) -> None:
        self._process = process
        self._said = said

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def shop(self) -> str:
        found = re.search(r"An imitated WooCommerce shop  (http://[^/]+)/", self.said)
        assert found is not None, self.said
        return found[1]

    def waits_for(self, text: str) -> None:
        eventually(lambda: text in self.said or self._process.poll() is not None, text)
        assert text in self.said, self.said

    def hand(self, method: str, path: str, given: Any = None) -> Any:
        return httpx.request(method, f"{self.shop}/__sandbox__/{path}", json=given).raise_for_status().json()

    def place(self, **order: Any) -> int:
        billing = {"first_name": "Åse", "last_name": "Bo", "email": "aase@example.com", "country": "DK"}
        lines = [{"name": "Bordlampe", "sku": "LAMP-0107", "price": "749.00"}]
        return int(self.hand("POST", "orders", {"billing": billing, "lines": lines, **order})["id"])

    def end(self) -> int:
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE)


@contextlib.contextmanager
def going_on(folder: str, *arguments: str) -> Iterator[Demo]:
    """After its first three orders; gone afterwards, whatever happens. What it said is beside its folder."""
    said = Path(folder).with_name("said")
    begun = command("--data", folder, "demo", "--orders", "3", *arguments)
    with said.open("w") as output, running(begun, environment(), output=output) as process:
        demo = Demo(process, said)
        demo.waits_for("Ctrl-C ends the demo")
        yield demo


@pytest.fixture
def folder(own_folder: Path) -> str:
    return str(own_folder / "demo")


@pytest.fixture
def left_behind(own_folder: Path) -> Path:
    """The folder of a demo that has ended."""
    (own_folder / MARK).write_text(SAYS)
    (own_folder / "shop.yaml").write_text("accounts: {}")
    return own_folder


def test_it_ends_with_one_line_that_says_what_became_of_all_orders(folder: str) -> None:
    # Given nothing, when the demo is run once
    ended = run_once(folder, 15, "--json")

    # Then its last line tells of every order: all are in the books or have their reason, and none is lost or doubled
    told = result_of(ended)
    assert told.items() >= {"orders": 15, **ENDS}.items()
    assert (told["lost"], told["duplicates"], told["wrong_total"], told["waiting"]) == (0, 0, 0, {})
    assert told["broker"] == "in-process"
    assert told["seconds"] > 0

    # And each order has a line of its own for people, with its reason where it has one
    for number in range(1001, 1016):
        assert f"  {number}  " in ended.stderr
    assert "The product LAMP-1962 is barred in the books." in " ".join(ended.stderr.split())
    # And nothing but that: no library says anything of its own
    assert ended.stderr.startswith("An imitated WooCommerce shop"), ended.stderr

    # And what it advises works after its end
    shown = shopledger("--data", folder, "show", "1007")
    assert shown.returncode == 0, shown.stderr
    assert "LAMP-1962" in shown.stdout
    assert json_of("--data", folder, "transfers", "--json")["counts"] == {"done": 13, "failed": 1, "skipped": 1}


def test_the_next_demo_begins_anew(folder: str) -> None:
    # Given the folder of a demo, when another one runs there, then it has its own orders only
    for _ in range(2):
        ended = run_once(folder, 2, "--json")
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["orders"] == 2
    assert json_of("--data", folder, "transfers", "--json")["counts"] == {"done": 2}


@pytest.mark.parametrize("name", ["thesis.txt", MARK])
def test_a_folder_that_is_no_demos_is_not_thrown_away(own_folder: Path, name: str) -> None:
    # Given a folder with a file of somebody's, which may even be called like a demo's mark
    (own_folder / name).write_text("years of work")
    (own_folder / "postgres").mkdir()

    # When a demo is to run there, then it refuses, and nothing is gone or new
    ended = run_once(own_folder, 1)
    assert ended.returncode == 73
    assert "holds something that is no demo's" in ended.stderr
    assert (own_folder / name).read_text() == "years of work"
    assert {path.name for path in own_folder.iterdir()} == {name, "postgres"}


@pytest.mark.parametrize("is_link", [False, True])
def test_what_is_not_from_a_demo_keeps_a_demos_folder(left_behind: Path, is_link: bool) -> None:
    # Given what a demo left behind, and beside it a file of somebody's, or a link in place of one of its own
    elsewhere = left_behind.with_name(f"{left_behind.name}-elsewhere")
    elsewhere.mkdir()
    strange = left_behind / ("postgres" if is_link else "thesis.txt")
    strange.symlink_to(elsewhere) if is_link else strange.write_text("years of work")

    # When the next demo is to run there, then it says what is in its way, and has deleted nothing
    ended = run_once(left_behind, 1)
    assert ended.returncode == 73
    assert f"'{strange.name}' is not from it" in ended.stderr
    assert strange.exists()
    assert (left_behind / "shop.yaml").exists()


def test_nothing_real_begins_in_a_demos_folder(left_behind: Path) -> None:
    # Given what a demo left behind, when something real is to begin there, then it is told what would become of it,
    # unless that is what was meant
    with pytest.raises(Problem, match="which the next demo throws away: name another with --data"):
        refuse_demos(left_behind, is_meant=False)
    refuse_demos(left_behind, is_meant=True)

    # And a folder with another file of that name may be used
    (left_behind / MARK).write_text("my own")
    refuse_demos(left_behind, is_meant=False)


def test_a_second_demo_says_that_one_runs(left_behind: Path) -> None:
    # Given a demo's folder that somebody works in
    with DataFolder(left_behind).held() as is_ours:
        assert is_ours

        # When a demo is to begin there, then it says so in one line, and has deleted nothing
        ended = run_once(left_behind, 1)
    says = f"shopledger: a demo runs in {left_behind} already: end that one first\n"
    assert (ended.returncode, ended.stderr) == (69, says)
    assert (left_behind / "shop.yaml").exists()


def test_names_that_a_terminal_has_no_letters_for_do_not_end_it(folder: str) -> None:
    # Given a terminal that knows English letters only, when the Swede orders, then her name is written as it can be
    ended = run_once(folder, 3, PYTHONIOENCODING="ascii")
    assert ended.returncode == 0, ended.stderr
    assert "Elin Sj?berg" in ended.stdout


def test_ctrl_c_ends_it_with_a_summary(folder: str) -> None:
    # Given a demo that goes on until somebody ends it, when it is ended
    with going_on(folder) as demo:
        assert demo.end() == 0

    # Then it has told twice what it came to
    assert demo.said.count("0 lost, 0 doubled, 0 with a wrong total") == 2


def test_what_somebody_does_in_the_shop_by_hand_is_told_and_judged_as_well(folder: str) -> None:
    # Given a demo that goes on
    with going_on(folder) as demo:
        # When somebody places orders, changes one, puts one in the bin, pays one back, and deletes one for good
        orders = [demo.place(number=f"hand-{name}") for name in ("kept", "changed", "trashed", "refunded", "deleted")]
        for number in ("kept", "changed", "trashed", "refunded", "deleted"):
            demo.waits_for(f"  hand-{number}  Åse Bo, 1 line, 749.00 DKK")
        demo.hand("PATCH", f"orders/{orders[1]}", {"total": "12.00", "billing": {"first_name": "\x1b[2J"}})
        demo.waits_for(", changed since")
        demo.hand("POST", f"orders/{orders[2]}/trash")
        demo.hand("POST", f"orders/{orders[3]}/refund", {"amount": "749.00"})
        demo.hand("POST", f"orders/{orders[4]}/delete")

        # And one that nobody could make sense of
        demo.hand("POST", "orders", {"raw": {"number": "hand-odd", "status": "processing", "total": "a lot"}})
        demo.waits_for("  hand-odd  0 lines ")

        # Then all of them are judged, and none of that is taken for a loss
        assert demo.end() == 0
    assert int(re.findall(r"(\d+) orders in", demo.said)[-1]) >= 3 + 6
    assert demo.said.count("0 lost, 0 doubled, 0 with a wrong total") == 2
    assert "\x1b[2J" not in demo.said


def test_a_shop_that_tells_no_more_is_said_to_be_silent(folder: str) -> None:
    # Given a demo that goes on, and a shop that has had enough of a webhook
    with going_on(folder) as demo:
        demo.hand("PATCH", "shop", {"basic_over_http": True})
        (key,) = httpx.get(f"{demo.shop}/__sandbox__/shop").json()["keys"]
        login = (key["consumer_key"], key["consumer_secret"])
        webhooks = f"{demo.shop}/wp-json/wc/v3/webhooks"
        one = next(one for one in httpx.get(webhooks, auth=login).json() if one["topic"] == "order.updated")
        httpx.put(f"{webhooks}/{one['id']}", auth=login, json={"status": "disabled"}).raise_for_status()

        # When the demo goes on, then it says so, once
        demo.waits_for("The shop has switched off its webhooks order.updated")
        demo.end()
    assert demo.said.count("switched off") == 1


def test_a_postgresql_that_never_comes_back_leaves_a_result_nevertheless(folder: str) -> None:
    # Given a demo that goes on, with everything in the books
    with going_on(folder, "--json") as demo:
        # When its PostgreSQL is killed and cannot be started again, and the demo is ended
        cluster = Path(folder) / "postgres" / "cluster"
        cluster.rename(cluster.with_name("away"))
        os.kill(int((cluster.with_name("away") / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        demo.end()

    # Then it says that what it tells is old, and tells it
    assert "PostgreSQL does not answer" in demo.said
    assert json.loads(demo.said.splitlines()[-1])["transferred"] >= 3
    assert "Traceback" not in demo.said


def test_a_change_that_is_committed_late_is_told_nevertheless(store: Database) -> None:
    # Given an order that came to its end, and was told
    with line_to(store) as line:
        watch = Watch(store, line.shop.account)
        tell(line.shop, woo_order(1))
        line.work(1)
        assert [one.transfer.source_id for one in watch.news()] == ["1"]

        # When the end of another one is seen only now, though it is dated before that
        tell(line.shop, woo_order(2))
        line.work(2)
        with store.account(line.shop.account) as c:
            c.execute("update transfers set updated_at = updated_at - interval '3 s' where source_id = '2'")

        # Then it is told, and nothing is told twice
        assert [one.transfer.source_id for one in watch.news()] == ["2"]
        assert watch.news() == []


def test_the_same_with_processes_of_their_own_on_a_private_rabbitmq(folder: str, servers_folder: Path) -> None:
    # Given RabbitMQ on this machine, when the demo runs on it
    told(servers_folder, "rabbitmq")
    ended = run_once(folder, 4, "--rabbitmq", "--json")

    # Then all went through it, and its page and login were shown
    result = result_of(ended)
    assert (result["broker"], result["transferred"], result["lost"], result["duplicates"]) == ("rabbitmq", 4, 0, 0)
    assert "RabbitMQ's management page is  http://127.0.0.1:" in ended.stderr


@pytest.mark.parametrize("arguments", [["up", "--port", "0"], ["migrate"], ["apply", "-"]])
def test_no_command_begins_something_real_in_a_demos_folder(folder: str, arguments: list[str]) -> None:
    # Given what a demo left behind
    assert run_once(folder, 1).returncode == 0

    # When somebody wants to work there in earnest, then he is told that the next demo would throw it away
    ended = shopledger("--data", folder, *arguments, given="accounts: {Lampeland: {systems: {}}}")
    assert ended.returncode == 73
    assert "is a demo's folder, which the next demo throws away" in ended.stderr
