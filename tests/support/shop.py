"""A shop that is set up as `apply` will do it: an account, two systems, webhooks, a connection."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from shared.sealing import Keyring
from shared.store import setup
from shared.store.database import Database

KEYRING = Keyring({"test": bytes(range(32))})
#: The same ring as the services read it from their environment.
SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

#: Since when a shop's connection is on: orders of tests are older than their run.
LONG_AGO = "2000-01-01"
_numbers = itertools.count(1)


@dataclass
class Shop:
    database: Database
    account: int
    webshop: int
    books: int
    connection: int
    #: topic -> the webhook's public id and its secret
    webhooks: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add_webhook(self, topic: str, secret: str) -> str:
        with self.database.account(self.account) as c:
            made = setup.add_subscription(c, KEYRING, system=self.webshop, topic=topic, secret=secret)
        self.webhooks[topic] = (made.public_id, secret)
        return made.public_id

    def add_subscription(self, topic: str) -> int:
        """A webhook by its id, for tests that do not go over HTTP."""
        public_id = self.add_webhook(topic, "secret")
        return int(self.rows("select id from subscriptions where public_id = %s", public_id)[0][0])

    def switch(self, *, on: bool) -> None:
        with self.database.account(self.account) as c:
            setup.switch_connection(c, self.connection, on=on)

    def rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """What this account sees."""
        with self.database.account(self.account) as c:
            return c.execute(query, values).fetchall()

    def transfers(self) -> Sequence[tuple[Any, ...]]:
        return self.rows(
            "select source_id, state, version, needs_fetch from transfers where source_type = 'order' order by id"
        )


def date_start_back(inside: Connection, connection: int) -> None:
    """As if it had been switched on before all orders of tests."""
    inside.execute("update connections set active_since = %s where id = %s", [LONG_AGO, connection])


def open_shop(
    database: Database,
    *,
    kind: str = "woocommerce",
    active: bool = True,
    shop_credentials: Mapping[str, str] | None = None,
    books_credentials: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Shop:
    name = f"Lampeland {next(_numbers)}"
    account = database.run(lambda c: setup.open_account(c, name), repeat=False)
    with database.account(account) as c:
        webshop = setup.add_system(
            c, KEYRING, kind=kind, role="webshop", name=name, credentials=shop_credentials or {"key": "k"}
        )
        books = setup.add_system(
            c, KEYRING, kind="economic", role="accounting", name="Books", credentials=books_credentials or {}
        )
        connection = setup.add_connection(
            c, kind="orders", name="Orders", source=webshop, target=books, settings=settings or {}, by="test"
        )
        setup.switch_connection(c, connection, on=active)
        date_start_back(c, connection)
    return Shop(database, account, webshop, books, connection)
