"""How many days an account sees is chosen in the file that sets it up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.economic.sandbox import EconomicSandbox
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.store.database import Database
from tests.apply.rig import Desk, Operator
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress


@pytest.fixture
def operator(fresh_database: DatabaseAddress, tmp_path: Path) -> Iterator[Operator]:
    with (
        closing(Database(fresh_database.app_url, name="test")) as database,
        WooCommerceSandbox() as woo,
        EconomicSandbox() as books,
    ):
        yield Operator(Desk(database, woo, books, tmp_path), fresh_database)


def test_it_is_90_days_until_the_file_says_otherwise(operator: Operator) -> None:
    # Given an account whose file says nothing of it
    desk, command = operator.desk, Command(operator.database)
    desk.apply()
    assert [one["log_days"] for one in command.json("accounts")] == [90]
    # When the file names another number, then that is said, and done once
    desk.edit("  Lampeland:\n", "  Lampeland:\n    log_days: 400\n")
    (account,) = desk.apply().plan.accounts
    assert (str(account.act), list(account.changes)) == ("change", ["log_days: 90 -> 400"])
    assert str(desk.apply().plan.accounts[0].act) == "nothing"
    assert "400 days of what is in the books" in command.says("accounts")


def test_a_new_account_begins_with_it(operator: Operator) -> None:
    operator.desk.edit("  Lampeland:\n", "  Lampeland:\n    log_days: 30\n")
    operator.desk.apply()
    assert [one["log_days"] for one in Command(operator.database).json("accounts")] == [30]


@pytest.mark.parametrize("days", ["29", "1831", "forever", "true", "30.5"])
def test_what_is_no_such_number_is_refused(operator: Operator, days: str) -> None:
    operator.desk.edit("  Lampeland:\n", f"  Lampeland:\n    log_days: {days}\n")
    result = operator.run(str(operator.file))
    assert result.exit_code == 65
    assert "log_days: is a number of days, from 30 to 1830" in result.stderr
