"""The accounts of a run: each has two webshops and one agreement of books that both go into.

Orders of the first become drafts of invoices. Those of the second climb: orders first, and booked invoices when they
are completed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from chaos.outside import Outside
from shared.store import setup
from shared.store.database import Database
from tests.support.shop import KEYRING, Shop

SHOPS_PER_ACCOUNT = 2
#: Before all that is told of; what is older is imported.
SWITCHED_ON = "2026-02-01"
#: What is in the books from the start, and the group of each; all else is made with 25 % VAT.
GROUPS = {"TEA": 3, "FREIGHT": 1, "CENTS": 2, "CENTS25": 1, "CENTS12": 3}
SETTINGS: dict[str, Any] = {
    "create_products": True,
    "shipping_product": "FREIGHT",
    "closing_product": "CENTS",
    "products_by_rate": {"closing": {"25": "CENTS25", "12": "CENTS12"}},
    "books": {"customer_group": 1, "product_group": 1},
}
CLIMBING: dict[str, Any] = {
    **SETTINGS,
    "by_state": {"processing": {"document": "order"}, "completed": {"document": "invoice", "book": True}},
}


def climbs(shop: int) -> bool:
    """Of the shops in the order in which they were opened."""
    return shop % SHOPS_PER_ACCOUNT == 1


def open_shops(database: Database, outside: Outside, *, poll: str) -> list[Shop]:
    """One account for each of the books; a shop's `books` is the system that the shops of an account share."""
    return list(itertools.chain.from_iterable(_open(database, outside, at, poll) for at in range(len(outside.books))))


def _open(database: Database, outside: Outside, at: int, poll: str) -> Iterator[Shop]:
    books = outside.books[at]
    for product, group in GROUPS.items():
        books.put_product(product, group=group)
    account = database.run(lambda c: setup.open_account(c, f"Lampeland {at}"), repeat=False)
    access = {
        "app_secret_token": books.app_secret_token,
        "agreement_grant_token": books.agreement_grant_token,
        "url": books.url,
    }
    with database.account(account) as c:
        target = setup.add_system(c, KEYRING, kind="economic", role="accounting", name="Books", credentials=access)
        for number in range(SHOPS_PER_ACCOUNT):
            name, woo = f"Shop {number}", outside.shops[at * SHOPS_PER_ACCOUNT + number]
            key = {"url": woo.url, "consumer_key": woo.consumer_key, "consumer_secret": woo.consumer_secret}
            source = setup.add_system(c, KEYRING, kind="woocommerce", role="webshop", name=name, credentials=key)
            settings = {**(CLIMBING if climbs(number) else SETTINGS), "jobs": {"poll": poll}}
            connection = setup.add_connection(
                c, kind="orders", name=name, source=source, target=target, settings=settings, by="chaos"
            )
            setup.switch_connection(c, connection, on=True)
            c.execute("update connections set active_since = %s where id = %s", [SWITCHED_ON, connection])
            yield Shop(database, account, source, target, connection)
