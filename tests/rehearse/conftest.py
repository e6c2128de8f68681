"""A shop with its books, and the command that says what would be sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress


@pytest.fixture
def command(fresh_database: DatabaseAddress) -> Command:
    return Command(fresh_database)


@pytest.fixture
def line(fresh_database: DatabaseAddress) -> Iterator[Line]:
    """The only connection there is."""
    with closing(Database(fresh_database.app_url, name="test", connections=4)) as store, line_to(store) as line:
        line.books.put_product("MUG", group=1)
        line.books.put_customer("Mette Holm", email="mette@lampeland.example")
        yield line
