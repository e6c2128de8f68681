"""A shop with two connections: an import is through one of them."""

from __future__ import annotations

from shared.store import setup
from tests.bulk.rig import Bulk
from tests.line.rig import SETTINGS


def test_the_other_connection_of_the_shop_makes_nothing_of_it(bulk: Bulk) -> None:
    # Given a shop whose orders also go through another connection, which takes none of these
    bulk.put(1, 2)
    shop = bulk.line.shop
    with bulk.store.account(shop.account) as c:
        other = setup.add_connection(
            c,
            kind="orders",
            name="Sweden",
            source=shop.webshop,
            target=shop.books,
            settings={**SETTINGS, "only": {"fact": "country", "is": "SE"}},
            by="test",
        )
        setup.switch_connection(c, other, on=True)
    # When they are imported through the first one
    run = bulk.open()
    bulk.go(run)
    # Then what that made known to the other one is no live order there, either
    assert shop.rows("select distinct is_bulk from transfers") == [(True,)]
    assert shop.rows("select is_imported, count(*) from transfers group by 1 order by 1") == [(False, 2), (True, 2)]
    # And each is in the books once
    for _ in range(10):
        for connection in (shop.connection, other):
            rows = shop.rows(
                "update transfers set rung_at = now() where connection_id = %s and state = 'waiting' returning id",
                connection,
            )
            for (transfer,) in rows:
                bulk.try_transfer(transfer)
        bulk.go(run)
    assert bulk.run(run).done == 2
    assert bulk.in_books() == {"1": 1, "2": 1}
