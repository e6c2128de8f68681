"""A connection whose settings changed over time, and the command that tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from click.testing import Result

from shared.store import setup
from shared.store.database import Database
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress
from tests.support.shop import KEYRING, Shop, open_shop
from tools.cli.place import Place
from tools.versions.history import Subject, subject_named

FIRST: Mapping[str, Any] = {"shipping_product": "9000", "books": {"customer_group": 1}}


class Desk:
    """The connection Orders, with version 1 of its settings; `choose` makes the next one."""

    def __init__(self, shop: Shop, command: Command) -> None:
        self.shop = shop
        self.command = command
        self.account = str(shop.rows("select name from accounts")[0][0])
        self.place = Place(shop.database, KEYRING, None, "the test's database")

    def choose(self, *, by: str = "apply by kim", **settings: Any) -> int:
        with self.shop.database.account(self.shop.account) as c:
            return setup.save_settings(c, self.shop.connection, {**FIRST, **settings}, by=by)

    def versions(self, *arguments: str) -> Result:
        return self.command.run("versions", "--connection", "Orders", *arguments)

    def says(self, *arguments: str) -> list[str]:
        return self.command.says("versions", "--connection", "Orders", *arguments).splitlines()

    def json(self, *arguments: str) -> Any:
        return self.command.json("versions", "--connection", "Orders", *arguments)

    def refuses(self, *arguments: str, code: int = 1) -> str:
        return self.command.fails("versions", "--connection", "Orders", *arguments, code=code)

    def stored(self) -> list[tuple[Any, ...]]:
        """All versions as rows, and which one is in use."""
        return [
            *self.shop.rows("select version, settings, created_by, created_at from connection_settings order by 1"),
            *self.shop.rows("select settings_version from connections"),
        ]

    def subject(self) -> Subject:
        return subject_named(self.place, account=None, connection="Orders", typed=[])


@pytest.fixture
def desk(fresh_database: DatabaseAddress) -> Iterator[Desk]:
    with closing(Database(fresh_database.app_url, name="test", connections=4)) as store:
        yield Desk(open_shop(store, settings=FIRST), Command(fresh_database))
