"""What `take_in` makes of an order while something on its way is switched off."""

from __future__ import annotations

import pytest

from shared.store.database import Database
from tests.store.test_one_door_in import tell
from tests.support.shop import open_shop


def test_a_connection_that_is_off_holds_what_comes(store: Database) -> None:
    # Given a connection that is switched off, when an order comes and changes, then it is kept and held
    shop = open_shop(store, active=False)
    tell(shop, b"a")
    tell(shop, b"b", second=5)
    assert shop.transfers() == [("7", "held", 2, False)]

    # When it is switched on, then what was held waits for the owner's word, whatever the shop says of it; what is new
    # goes its way
    shop.switch(on=True)
    tell(shop, b"c", second=6)
    tell(shop, b"d", order="8")
    assert shop.transfers() == [("7", "held", 3, False), ("8", "waiting", 1, False)]


@pytest.mark.parametrize("table", ["accounts", "systems"])
def test_what_comes_while_an_account_or_a_system_is_off_is_held(store: Database, table: str) -> None:
    # Given a connection that is on, and something wider that is off
    shop = open_shop(store)
    shop.rows(f"update {table} set active = false returning 1")

    # When an order comes, changes and is said to be gone, then it is held, and goes nowhere by itself
    tell(shop, b"a")
    tell(shop, b"b", second=5)
    tell(shop, b"b", second=5)
    assert shop.transfers()[0][:2] == ("7", "held")
    shop.rows(f"update {table} set active = true returning 1")
    tell(shop, b"c", second=6)
    assert shop.transfers()[0][:2] == ("7", "held")


def test_switching_off_holds_what_waits_and_what_was_done_before(store: Database) -> None:
    # Given an order that waits and one that was dealt with
    shop = open_shop(store)
    tell(shop, b"a")
    tell(shop, b"b", order="8")
    shop.rows("update transfers set state = 'done' where source_id = '8' returning 1")

    # When the connection is switched off and both change, then neither goes anywhere
    shop.switch(on=False)
    assert [row[1] for row in shop.transfers()] == ["held", "done"]
    tell(shop, b"c", second=5)
    tell(shop, b"d", second=5, order="8")
    assert [row[1] for row in shop.transfers()] == ["held", "held"]
