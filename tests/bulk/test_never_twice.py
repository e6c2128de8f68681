"""An order that has its document by any other way gets none by an import or a replay."""

from __future__ import annotations

import pytest

from shared.domain.document import DocumentKind
from shared.store import runs, setup
from tests.bulk.rig import Bulk
from tests.line.rig import SETTINGS, Killed, dies_at
from tests.look.conftest import Command
from tests.support.orders import tell, woo_order
from workers.hand import Point


def replay(bulk: Bulk, what: str) -> int:
    with bulk.store.account(bulk.line.shop.account) as c:
        run = runs.open_run(
            c,
            through=bulk.line.shop.connection,
            kind="replay",
            what=what,
            filter={"numbers": ["1"]} if what == "bulk" else {"missing_since": "2026-01-01T00:00:00Z"},
            by="kim",
        )
        runs.ready(c, run)
    return run


def every_way(bulk: Bulk) -> list[int]:
    return [bulk.open(), bulk.open({"numbers": ["1"]}), replay(bulk, "bulk"), replay(bulk, "missing")]


def settle(bulk: Bulk, opened: list[int]) -> None:
    """All at once, in turns, with time enough for leases and second looks."""
    for _ in range(10):
        for run in opened:
            if bulk.run(run).state in ("ready", "running"):
                bulk.go(run)
        bulk.line.let_time_pass(600)
        bulk.store.one("free_expired")
        bulk.store.one("wake_due")
        bulk.work()
    assert {bulk.run(run).state for run in opened} == {"done"}


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.FROZEN, Point.SENT])
def test_an_order_that_is_in_flight(bulk: Bulk, point: Point) -> None:
    # Given an order in the hand of a worker that will be killed, when it is imported and replayed in every way
    bulk.line.shop.rows("update connections set active_since = '2000-01-01' returning id")
    bulk.put(1)
    tell(bulk.line.shop, woo_order(1, modified=1))
    with pytest.raises(Killed):
        bulk.work(watch=dies_at(point))
    settle(bulk, every_way(bulk))
    # Then it is in the books once
    assert bulk.in_books() == {"1": 1}


def test_an_order_that_was_linked_by_hand(bulk: Bulk, command: Command) -> None:
    # Given an order that was linked to an invoice in the books, when it is imported and replayed in every way
    bulk.put(1)
    tell(bulk.line.shop, woo_order(1, modified=1))
    books = bulk.line.books
    invoice = books.book_draft(books.put_draft(DocumentKind.INVOICE, reference="by hand"))
    command.says("link", "1", str(invoice))
    settle(bulk, every_way(bulk))
    # Then nothing was made for it
    assert len(bulk.line.books.documents()) == 1


def test_an_order_that_another_connection_of_the_shop_sent(bulk: Bulk) -> None:
    # Given an order that went through another connection of its shop
    bulk.put(1)
    shop = bulk.line.shop
    bulk.line.choose({"only": {"fact": "country", "is": "SE"}})
    with bulk.store.account(shop.account) as c:
        other = setup.add_connection(
            c, kind="orders", name="Other", source=shop.webshop, target=shop.books, settings=dict(SETTINGS), by="test"
        )
        setup.switch_connection(c, other, on=True)
        c.execute("update connections set active_since = '2000-01-01' where id = %s", [other])
    tell(shop, woo_order(1, modified=1))
    ((transfer,),) = shop.rows("update transfers set rung_at = now() where connection_id = %s returning id", other)
    bulk.try_transfer(transfer)
    assert len(bulk.line.books.documents()) == 1
    bulk.line.choose({})
    # When it is imported and replayed through this one in every way, then it is in the books once
    for run in every_way(bulk):
        for _ in range(3):
            bulk.go(run)
            for (one,) in shop.rows("update transfers set rung_at = now() where state = 'waiting' returning id"):
                bulk.try_transfer(one)
        assert bulk.run(run).state == "done"
    assert len(bulk.line.books.documents()) == 1
