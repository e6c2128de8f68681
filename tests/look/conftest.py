"""A town of two accounts whose orders ended in every way there is, and the command that looks at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.economic.sandbox import EconomicSandbox
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from tests.support.servers import DatabaseAddress, Postgres
from tests.support.shop import SECRET_KEYS, open_shop
from tools.cli.main import shopledger


@dataclass(frozen=True)
class Command:
    """`shopledger`, on one database, as it speaks into a pipe; on a terminal where `columns` are given."""

    database: DatabaseAddress

    def run(self, *arguments: str, columns: int | None = None) -> Result:
        env = {"SHOPLEDGER_DATABASE_URL": self.database.app_url, "SHOPLEDGER_SECRET_KEYS": SECRET_KEYS}
        if columns is not None:
            env |= {"TTY_COMPATIBLE": "1", "COLUMNS": str(columns), "TERM": "xterm-256color"}
        return CliRunner().invoke(shopledger, arguments, env=env, prog_name="shopledger")

    def says(self, *arguments: str) -> str:
        """What it prints when all is well."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.says(*arguments, "--json"))

    def fails(self, *arguments: str, code: int = 1) -> str:
        """What it prints when it found trouble."""
        result = self.run(*arguments)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        return result.stderr


def fill(line: Line) -> None:
    """1001 in the books, 1002 left out, 1003 refused, 1004 held, 1005 changed since, 1006 tried later, 1007 new."""
    books: EconomicSandbox = line.books
    books.put_product("BARRED", barred=True)
    tell(line.shop, woo_order(1001))
    tell(line.shop, woo_order(1002, status="on-hold"))
    tell(line.shop, woo_order(1003, sku="BARRED"))
    tell(line.shop, woo_order(1005))
    for number in (1001, 1002, 1003, 1005):
        line.work(number)
    line.shop.switch(on=False)
    tell(line.shop, woo_order(1004))
    line.shop.switch(on=True)
    tell(line.shop, woo_order(1005, net="200.00", modified=60), delivery="d2")
    line.work(1005)
    tell(line.shop, woo_order(1006))
    books.add_fault(kind="answer", status=503, count=1)
    line.work(1006)
    tell(line.shop, woo_order(1007))


@dataclass(frozen=True)
class Town:
    command: Command
    line: Line
    name: str
    other_name: str


def _town(database: DatabaseAddress) -> Iterator[Town]:
    with closing(Database(database.app_url, name="test", connections=4)) as store, line_to(store) as line:
        fill(line)
        other = open_shop(store)
        tell(other, woo_order(1001, net="4000.00"))
        tell(other, woo_order(2001))
        names = [line.shop.rows("select name from accounts")[0][0], other.rows("select name from accounts")[0][0]]
        yield Town(Command(database), line, *names)


@pytest.fixture(scope="module")
def town(postgres: Postgres, fresh_names: Iterator[str]) -> Iterator[Town]:
    """For tests that only look."""
    database = postgres.clone(next(fresh_names))
    yield from _town(database)
    postgres.drop(database)


@pytest.fixture
def own_town(fresh_database: DatabaseAddress) -> Iterator[Town]:
    """For tests that change something."""
    yield from _town(fresh_database)
