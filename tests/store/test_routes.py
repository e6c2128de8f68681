"""The row that says by which connection an order goes: filled for what was there before it, and one for all who ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from shared.store import setup
from shared.store.database import Database
from shared.store.sql import migrations
from tests.support.orders import tell, woo_order
from tests.support.servers import APP_PASSWORD, DatabaseAddress, Postgres, described
from tests.support.shop import Shop, open_shop
from tools import migrate as migrating
from tools.migrate import migrate

ROUTES = "012_pre_one_way_for_an_order.sql"
#: Order, connection, state, and whether it went out.
DOCUMENTS = [
    ("1", "Second", "draft", True),
    ("2", "Orders", "booked", True),
    ("2", "Second", "draft", True),
    ("3", "Orders", "gone", True),
    ("3", "Second", "planned", True),
    ("4", "Orders", "planned", False),
]


@pytest.fixture
def older(
    postgres: Postgres, fresh_names: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[DatabaseAddress, Shop]]:
    """A database that lacks the ways of orders alone, with a shop of two connections and their documents."""
    name = next(fresh_names)
    with psycopg.connect(postgres.admin_url, autocommit=True) as c:
        c.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    address = described(name, postgres.url(name))
    former = {name: text for name, text in migrations().items() if name != ROUTES}
    with monkeypatch.context() as patched:
        patched.setattr(migrating, "migrations", lambda: former)
        migrate(address.admin_url, app_password=APP_PASSWORD)
    with closing(Database(address.app_url, name="test")) as store:
        yield address, filled(store)
    postgres.drop(address)


def filled(store: Database) -> Shop:
    shop = open_shop(store)
    connections = {"Orders": shop.connection}
    with store.account(shop.account) as c:
        connections["Second"] = setup.add_connection(
            c, kind="orders", name="Second", source=shop.webshop, target=shop.books, settings={}, by="test"
        )
    for number in (1, 2, 3, 4):
        tell(shop, woo_order(number))
    for number, (order, through, state, was_sent) in enumerate(DOCUMENTS):
        shop.rows(
            "insert into documents (account_id, connection_id, transfer_id, source_type, source_id, kind, state,"
            " reference, idempotency_key, first_sent_at)"
            " select t.account_id, t.connection_id, t.id, t.source_type, t.source_id, 'invoice', %s,"
            " 'r', %s, case when %s then now() end"
            " from transfers t where t.source_id = %s and t.connection_id = %s returning id",
            state,
            str(number),
            was_sent,
            order,
            connections[through],
        )
    return shop


def test_an_older_database_gets_the_ways_that_its_orders_went(older: tuple[DatabaseAddress, Shop]) -> None:
    # Given documents of the version before: of one connection, of both, one that is gone, one that never went out
    address, shop = older

    # When the database is brought up to date, then each order goes by the connection of its oldest living document
    done = migrate(address.admin_url, app_password=APP_PASSWORD)
    assert ROUTES in done
    ways = [("1", "Second"), ("2", "Orders"), ("3", "Second")]
    assert routed(shop) == ways
    assert shop.rows("select distinct system_id from routes") == [(shop.webshop,)]

    # And where both have one, both keep what they have; elsewhere the one without is refused, and nothing changes
    assert taken(shop, "2", "Orders") is None
    assert taken(shop, "2", "Second") is None
    assert taken(shop, "1", "Orders") == "Second"
    assert routed(shop) == ways

    # And what never went out keeps no order
    assert taken(shop, "4", "Second") is None


def test_a_document_that_nobody_routed_keeps_its_order(older: tuple[DatabaseAddress, Shop]) -> None:
    # Given a document without a row, as a process of the version before may leave one behind
    address, shop = older
    migrate(address.admin_url, app_password=APP_PASSWORD)
    with psycopg.connect(address.admin_url) as c:
        c.execute("delete from shopledger.routes")

    # When another connection asks for the order, then it is refused, and the row names who has it
    assert taken(shop, "1", "Orders") == "Second"
    assert routed(shop) == [("1", "Second")]


def routed(shop: Shop) -> list[tuple[str, str]]:
    """(order, connection)"""
    query = "select r.source_id, c.name from routes r join connections c on c.id = r.connection_id order by 1"
    return [(str(order), str(name)) for order, name in shop.rows(query)]


def taken(shop: Shop, order: str, through: str) -> str | None:
    """Who has the order, where that connection cannot."""
    ((answer,),) = shop.rows(
        "select take_route(c.account_id, c.id, 'order', %s) from connections c where c.name = %s", order, through
    )
    return answer if answer is None else str(answer)
