"""A connection with its books, another connection of the same account, and the command that switches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from shared.store import setup
from shared.store.database import Database
from tests.line.rig import SETTINGS, Line, line_to
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress
from tests.support.shop import KEYRING, LONG_AGO


class Desk:
    """`line` is the connection Orders from the webshop to Books; Returns goes from another webshop to Archive."""

    def __init__(self, line: Line, command: Command) -> None:
        self.line = line
        self.command = command
        self.account = str(line.shop.rows("select name from accounts")[0][0])
        self.webshop = str(line.shop.rows("select name from systems where role = 'webshop'")[0][0])
        with line.database.account(line.shop.account) as c:
            shop = setup.add_system(
                c, KEYRING, kind="woocommerce", role="webshop", name="Outlet", credentials={"key": "k"}
            )
            books = setup.add_system(c, KEYRING, kind="economic", role="accounting", name="Archive", credentials={})
            self.other = setup.add_connection(
                c, kind="orders", name="Returns", source=shop, target=books, settings=SETTINGS, by="test"
            )
            setup.switch_connection(c, self.other, on=True)
            c.execute("update connections set active_since = %s where id = %s", [LONG_AGO, self.other])

    def waits_elsewhere(self) -> None:
        """An order of the other connection."""
        self.line.shop.rows(
            "insert into transfers (account_id, connection_id, source_type, source_id, state)"
            " values (%s, %s, 'order', 'R1', 'waiting') returning id",
            self.line.shop.account,
            self.other,
        )

    def rung(self) -> list[int]:
        """What the relay would have workers come for."""
        rows = self.line.database.run(
            lambda c: c.execute("select connection_id, transfer_id from ring(100, array['orders'])").fetchall()
        )
        return [transfer for _, transfer in rows]

    def rows(self) -> list[tuple[object, ...]]:
        """Every transfer with all that switches and releases may touch."""
        return list(
            self.line.shop.rows(
                "select source_id, state::text, version, failures, rung_at, next_attempt_at, updated_at"
                " from transfers order by id"
            )
        )

    def states(self) -> dict[str, str]:
        return {str(row[0]): str(row[1]) for row in self.rows()}


@pytest.fixture
def desk(fresh_database: DatabaseAddress) -> Iterator[Desk]:
    with closing(Database(fresh_database.app_url, name="test", connections=4)) as store, line_to(store) as line:
        yield Desk(line, Command(fresh_database))
