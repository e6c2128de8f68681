"""The command as an operator meets it: what it prints, its exit codes, and that no secret is in any of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.apply.rig import FILE, Desk, Operator
from tests.support.processes import ROOT, environment
from tests.support.servers import DatabaseAddress
from tools.cli.problems import Exit

#: The command as a user who owns nothing; what it loads late he could not read, where root installed the interpreter.
AS_NOBODY = """
import encodings.utf_8_sig, os, pwd
import tools.apply.command
from connectors.registry import installed
from tools.cli.main import main
installed()
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(pwd.getpwnam("nobody").pw_uid)
main()
"""


@pytest.fixture
def operator(desk: Desk, fresh_database: DatabaseAddress) -> Operator:
    return Operator(desk, fresh_database)


def test_it_says_what_it_does_and_what_it_did(operator: Operator) -> None:
    # When
    first = operator.run(str(operator.file))
    # Then
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines() == [
        "+ account Lampeland",
        f"  + system Webshop (woocommerce, {operator.desk.woo.url})",
        f"  + system Books (economic, {operator.desk.books.url})",
        "  + connection Orders (orders, Webshop -> Books, on)",
        "  + webhook order.created (at Webshop)",
        "  + webhook order.updated (at Webshop)",
        "  + webhook order.deleted (at Webshop)",
        "  + webhook order.restored (at Webshop)",
        "8 created, 0 changed, 0 as they were",
    ]
    # When one setting changes
    operator.desk.edit("[processing, completed]", "[completed]")
    second = operator.run(str(operator.file))
    # Then
    lines = second.stdout.splitlines()
    assert lines[0] == "= account Lampeland"
    assert lines[3:5] == [
        "  ~ connection Orders (orders, Webshop -> Books, on)",
        "      allowed_states: completed, processing -> completed",
    ]
    assert lines[-1] == "0 created, 1 changed, 7 as they were"


def test_a_plan_is_only_said(operator: Operator) -> None:
    # When
    result = operator.run(str(operator.file), "--plan")
    # Then
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "  + webhook order.restored (at Webshop)"
    assert operator.desk.webhooks() == []
    assert operator.desk.database.run(lambda c: c.execute("select * from accounts_there_are()").fetchall()) == []


def test_json_is_one_object(operator: Operator) -> None:
    # Given
    operator.run(str(operator.file))
    operator.desk.edit("active: true", "active: false")
    # When
    told: dict[str, Any] = json.loads(operator.run(str(operator.file), "--json").stdout)
    # Then
    assert told["done"] == {"created": 0, "changed": 1, "as_they_were": 3, "is_complete": True}
    assert [step for step in told["plan"] if step["act"] == "change"] == [
        {
            "act": "change",
            "what": "connection",
            "account": "Lampeland",
            "name": "Orders",
            "about": "orders, Webshop -> Books, off",
            "changes": ["switched off"],
        }
    ]
    assert (told["not_in_file"], told["findings"]) == ([], [])


def test_the_file_may_come_by_the_standard_input(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given paths of secrets that begin where the operator is
    monkeypatch.chdir(operator.desk.folder)
    # When
    result = operator.run("-", stdin=operator.desk.text)
    # Then
    assert result.exit_code == 0, result.output
    assert operator.run("-", stdin="accounts: 1").stderr.startswith("shopledger: standard input:1: accounts: ")


def test_a_wrong_key_is_said_with_its_remedy_and_nothing_is_written(operator: Operator) -> None:
    # Given
    operator.desk.hold("ck_wr0ng", "cs_wr0ng")
    # When
    result = operator.run(str(operator.file))
    # Then
    assert result.exit_code == Exit.FOUND_TROUBLE
    assert "failing: Lampeland.Webshop: credentials: The shop does not accept the API key" in result.stdout
    assert result.stderr == "shopledger: nothing was written: see what failed above\n"
    assert operator.desk.database.run(lambda c: c.execute("select * from accounts_there_are()").fetchall()) == []
    # And so it is in a plan, and in JSON
    assert operator.run(str(operator.file), "--plan").exit_code == Exit.FOUND_TROUBLE
    told = json.loads(operator.run(str(operator.file), "--json").stdout)
    assert told["done"] is None
    assert "failing" in {found["level"] for found in told["findings"] if found["system"] == "Webshop"}


def test_what_was_left_undone_is_said_at_the_end(operator: Operator) -> None:
    # Given a shop that is down when its webhooks are to be made
    operator.desk.woo.add_fault(kind="answer", status=503, method="POST", path="*/webhooks")
    # When
    result = operator.run(str(operator.file))
    # Then
    assert result.exit_code == Exit.FOUND_TROUBLE
    assert "failing: Lampeland.Webshop: webhooks: " in result.stdout
    assert result.stderr.startswith("shopledger: 4 created, 0 changed, 0 as they were, but not all of it was done")
    # And the next time it is
    operator.desk.woo.faults.clear()
    assert operator.run(str(operator.file)).stdout.splitlines()[-1] == "4 created, 0 changed, 4 as they were"


def test_every_mistake_in_the_file_is_a_line(operator: Operator) -> None:
    # When
    operator.desk.edit("kind: woocommerce", "kind: woo")
    operator.desk.edit("active: true", "active: y")
    result = operator.run(str(operator.file))
    # Then
    assert (result.exit_code, result.stdout) == (Exit.WRONG_FILE, "")
    first, second = result.stderr.splitlines()
    assert first.startswith(f"shopledger: {operator.file}:5: accounts.Lampeland.systems.Webshop.kind: no connector")
    assert second.startswith(f"shopledger: {operator.file}:21: accounts.Lampeland.connections.Orders.active: must be")


def test_secrets_are_in_no_log_either(operator: Operator, caplog: pytest.LogCaptureFixture) -> None:
    # Given every log at its most talkative
    caplog.set_level("DEBUG")
    # When all goes well, a key is wrong, and an answer is lost
    operator.run(str(operator.file))
    operator.desk.hold(operator.desk.woo.consumer_key, "cs_wr0ng")
    operator.run(str(operator.file))
    # Then
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert logged
    assert not [name for name, secret in operator.secrets().items() if secret in logged]


def as_nobody(file: Path, database: DatabaseAddress) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", AS_NOBODY, "apply", str(file)],
        cwd=ROOT,
        env=environment(database.app_url, **dict.fromkeys(("WOO_KEY", "ECONOMIC_APP", "ECONOMIC_GRANT"), "a")),
        capture_output=True,
        text=True,
    )


def test_a_file_that_may_not_be_read(own_folder: Path, database: DatabaseAddress) -> None:
    # Given a file of somebody else
    file = own_folder / "shop.yaml"
    file.write_text("accounts: {}\n")
    file.chmod(0)
    # When
    done = as_nobody(file, database)
    # Then
    assert done.returncode == Exit.NO_PERMISSION, done.stderr
    assert done.stderr == f"shopledger: {file}: this user may not read it: give it the right to\n"


def test_a_secret_that_may_not_be_read(own_folder: Path, database: DatabaseAddress) -> None:
    # Given a file that may be read, and a secret that may not
    own_folder.chmod(0o755)
    file, secret = own_folder / "shop.yaml", own_folder / "woo_secret"
    file.write_text(FILE.format(url="https://shop.example", books_url="https://books.example"))
    file.chmod(0o644)
    secret.write_text("cs_1")
    secret.chmod(0)
    # When
    done = as_nobody(file, database)
    # Then
    assert done.returncode == Exit.WRONG_FILE, done.stderr
    place = f"{file}:9: accounts.Lampeland.systems.Webshop.credentials.consumer_secret.file"
    assert done.stderr == f"shopledger: {place}: the file {secret} may not be read by this user\n"
