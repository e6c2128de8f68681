"""`link` while somebody else links, and while a worker is at the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from psycopg import Connection

from shared.domain.document import DocumentKind
from shared.domain.document import Place as Shelf
from tests.owner.conftest import Desk
from tests.support.moments import at
from tests.support.orders import tell, woo_order
from tests.support.shop import KEYRING
from tests.support.waiting import eventually
from tools.cli.place import Place
from tools.cli.problems import Problem
from tools.look import story
from tools.look.names import accounts_named
from tools.owner import linking
from workers.hand import Point


@contextmanager
def held_up(desk: Desk) -> Iterator[Connection]:
    """Nobody links anything into these books meanwhile."""
    with desk.line.database.account(desk.line.shop.account) as c:
        c.execute("select pg_advisory_xact_lock(hashtextextended('shopledger.owner', %s))", [desk.line.shop.books])
        yield c


def waiting_for_a_lock(desk: Desk) -> int:
    counted = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return int(desk.line.shop.rows(counted)[0][0])


def linking_to(desk: Desk, order: int, number: int) -> Callable[[], bool]:
    """The command's last step, after it has looked the document up: whether it links."""
    place = Place(desk.line.database, KEYRING, None, "the test's database")
    ((account, one),) = story.find_orders(place, accounts_named(place, None), str(order), None)
    named = linking.Named(DocumentKind.INVOICE, Shelf.BOOKED, str(number))
    pair = linking.look(place, account, one, named)

    def link() -> bool:
        try:
            linking.link(place, account, one, pair, anyway=False)
        except Problem:
            return False
        return True

    return link


def at_once(desk: Desk, *links: Callable[[], bool]) -> list[bool]:
    with ThreadPoolExecutor() as pool:
        with held_up(desk):
            ended = [pool.submit(link) for link in links]
            eventually(lambda: waiting_for_a_lock(desk) == len(links))
        return [one.result() for one in ended]


def test_two_orders_at_once_do_not_get_one_document(desk: Desk) -> None:
    # Given two orders, when both are linked to one invoice at once, then one of them is, and the other is told
    tell(desk.line.shop, woo_order(1))
    tell(desk.line.shop, woo_order(2))
    number = desk.booked_by_hand("R")
    assert sorted(at_once(desk, linking_to(desk, 1, number), linking_to(desk, 2, number))) == [False, True]
    assert sorted([desk.line.state(1)[0], desk.line.state(2)[0]]) == ["done", "waiting"]
    assert len(desk.rows(1) + desk.rows(2)) == 1


def test_one_order_at_once_does_not_get_two_documents(desk: Desk) -> None:
    # Given two invoices, when one order is linked to both at once, then it has one of them
    tell(desk.line.shop, woo_order(1))
    numbers = [desk.booked_by_hand(reference) for reference in ("R1", "R2")]
    assert sorted(at_once(desk, *(linking_to(desk, 1, number) for number in numbers))) == [False, True]
    assert len(desk.rows(1)) == 1


def test_nobody_links_what_a_worker_has_in_hand(desk: Desk) -> None:
    # Given a worker in the middle of an order, when it is linked meanwhile, then it is refused
    tell(desk.line.shop, woo_order(1))
    number = str(desk.booked_by_hand("R"))
    heard: list[str] = []

    desk.line.work(1, watch=at(Point.PRODUCTS_KNOWN, lambda: heard.append(desk.command.fails("link", "1", number))))
    assert "a worker has it in hand right now" in heard[0]
    assert (desk.line.state(1), desk.rows(1)) == (("done", ""), [("draft", "sent", "invoice", "1", 1)])


def test_a_worker_that_comes_while_an_order_is_linked_finds_nothing_to_do(desk: Desk) -> None:
    # Given a link that has the order's row, and waits for the books, when a worker comes for the order
    tell(desk.line.shop, woo_order(1))
    link = linking_to(desk, 1, desk.booked_by_hand("R"))
    with ThreadPoolExecutor() as pool:
        with held_up(desk):
            linked = pool.submit(link)
            eventually(lambda: waiting_for_a_lock(desk) == 1)
            worked = pool.submit(desk.line.work, 1)
            eventually(lambda: waiting_for_a_lock(desk) == 2)
        assert linked.result()
        worked.result()

    # Then it goes away again, and the order is linked
    assert desk.line.state(1) == ("done", "linked")
    assert desk.references() == ["R"]
