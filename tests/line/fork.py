"""A webshop with several connections, each with its own settings."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.economic.sandbox import EconomicSandbox
from shared.store import owner, routes, setup
from shared.store.database import Database
from tests.line.rig import SETTINGS, Line, books_credentials, line_to
from tests.support.orders import tell, woo_order
from tests.support.shop import KEYRING, date_start_back
from workers.hand import Watch
from workers.main import nobody
from workers.orders import try_order

DK: Mapping[str, Any] = {"fact": "country", "is": "DK"}
SE: Mapping[str, Any] = {"fact": "country", "is": "SE"}


@dataclass
class Fork:
    """`connections` by their names, the first of them the line's."""

    line: Line
    connections: dict[str, int]

    def add(self, name: str, settings: Mapping[str, Any], books: EconomicSandbox | None = None) -> None:
        """Another connection of the shop, into the same books where no others are given."""
        shop = self.line.shop
        with self.line.database.account(shop.account) as c:
            target = shop.books
            if books is not None:
                target = setup.add_system(
                    c, KEYRING, kind="economic", role="accounting", name=name, credentials=books_credentials(books)
                )
            added = setup.add_connection(
                c,
                kind="orders",
                name=name,
                source=shop.webshop,
                target=target,
                settings={**SETTINGS, **settings},
                by="test",
            )
            setup.switch_connection(c, added, on=True)
            date_start_back(c, added)
        self.connections[name] = added

    def choose(self, **only: Mapping[str, Any]) -> None:
        """The conditions of these connections, all at once."""
        with self.line.database.account(self.line.shop.account) as c:
            for name, condition in only.items():
                setup.save_settings(c, self.connections[name], {**SETTINGS, "only": condition}, by="test")

    def switch(self, name: str, *, on: bool) -> None:
        with self.line.database.account(self.line.shop.account) as c:
            setup.switch_connection(c, self.connections[name], on=on)

    def transfer(self, number: int, name: str) -> int:
        query = "select id from transfers where source_id = %s and connection_id = %s"
        return int(self.line.shop.rows(query, str(number), self.connections[name])[0][0])

    def work(self, number: int, *names: str, watch: Watch = nobody) -> None:
        """A message about that order through each of these connections; all of them where none is named."""
        for name in names or self.connections:
            transfer = self.transfer(number, name)
            try_order(self.line.tools, self.line.shop.account, transfer, self.line.stopping, watch)

    def work_until_done(self) -> None:
        """Whatever waits, as the relay rings for it; each is to come to rest within a few rounds."""
        for _ in range(10):
            waiting = self.line.shop.rows("select id from transfers where state = 'waiting' order by id desc")
            if not waiting:
                return
            for (transfer,) in waiting:
                try_order(self.line.tools, self.line.shop.account, transfer, self.line.stopping, nobody)
        raise AssertionError(f"it never comes to rest: {waiting}")

    def sold(self, number: int, *, delivery: str = "d1", **order: Any) -> None:
        """The shop tells of an order; `country` is that of its billing address."""
        country = order.pop("country", "DK")
        body = woo_order(number, **order)
        tell(self.line.shop, {**body, "billing": {**body["billing"], "country": country}}, delivery=delivery)

    def states(self, number: int) -> list[tuple[str, str]]:
        """(state, reason) through each connection, in their order."""
        query = "select state::text, reason from transfers where source_id = %s order by connection_id"
        return [(str(state), str(reason)) for state, reason in self.line.shop.rows(query, str(number))]

    def route(self, number: int) -> str | None:
        """The connection that is kept as the order's."""
        query = (
            "select c.name from routes r join connections c on c.id = r.connection_id"
            " where r.system_id = %s and r.source_type = 'order' and r.source_id = %s"
        )
        found = self.line.shop.rows(query, self.line.shop.webshop, str(number))
        return str(found[0][0]) if found else None

    def waive(self, number: int, name: str) -> str | None:
        """`transfer --connection NAME`: the connection that has a document already, if one has."""
        transfer = self.transfer(number, name)
        with self.line.database.account(self.line.shop.account) as c:
            elsewhere = routes.choose(c, transfer)
            if elsewhere is None:
                assert owner.ask_again(c, transfer, is_waived=True)
        return elsewhere

    def ask_again(self, number: int, name: str) -> None:
        with self.line.database.account(self.line.shop.account) as c:
            assert owner.ask_again(c, self.transfer(number, name))

    def references(self) -> list[str]:
        return [document.reference for document in self.line.books.documents()]

    def ours(self, number: int, name: str) -> str:
        return f"SL{self.connections[name]}-{number}"


@contextlib.contextmanager
def forked(
    database: Database, first: Mapping[str, Any], second: Mapping[str, Any], *, with_shop: bool = False
) -> Iterator[Fork]:
    """The connections `Orders` and `Second`, each with its settings."""
    with line_to(database, with_shop=with_shop, **first) as line:
        fork = Fork(line, {"Orders": line.shop.connection})
        fork.add("Second", second)
        yield fork
