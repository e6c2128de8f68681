"""Fifty first orders of one new customer, for one new product, and eight threads that all want to make both."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import httpx
import pytest

from connectors.economic import rest
from shared.sandbox.faults import FaultKind
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order
from workers.make_once import REST

ORDERS = range(1, 51)
THREADS = 8
#: Seconds that a customer or a product takes in the books: long enough for others to look for it in vain.
SLOW = 0.3
#: What a test waits for a vendor that does not answer.
IMPATIENT = httpx.Timeout(0.8)
#: Times that whoever had to wait comes again.
ROUNDS = 20


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line, patch.object(rest, "TIMEOUT", IMPATIENT):
        for path in ("*customers", "*products"):
            line.books.add_fault(kind="latency", seconds=SLOW, method="POST", path=path)
        for number in ORDERS:
            tell(line.shop, woo_order(number, email="mette@lampeland.example", sku="MUG"))
        yield line


def work_on_all(line: Line) -> None:
    """Eight threads take up whatever is open, again and again; what waits for a time comes when it is due."""
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(ROUNDS):
            waiting = [number for number, state, *_ in line.shop.transfers() if state == "waiting"]
            if not waiting:
                return
            list(threads.map(line.work, waiting))
            line.let_time_pass(REST + 1)


def assert_one_of_each(line: Line) -> None:
    assert {state for _, state, *_ in line.shop.transfers()} == {"done"}, line.said(ORDERS[0])
    assert len(line.books.customers()) == 1
    assert len(line.books.products()) == 1
    assert sorted(document.reference for document in line.books.documents()) == sorted(
        f"SL{line.shop.connection}-{number}" for number in ORDERS
    )


def posts(line: Line, path: str) -> int:
    return sum(entry.method == "POST" and entry.path == path for entry in line.books.journal.entries())


def test_many_first_orders_at_once_make_one_customer_and_one_product(line: Line) -> None:
    # Given fifty orders of a customer and for a product that the books do not have, when eight threads take them up
    work_on_all(line)

    # Then each is made once, and every order has its one document
    assert_one_of_each(line)
    assert (posts(line, "/customers"), posts(line, "/products")) == (1, 1)

    # And others came to the same point meanwhile, and waited
    assert line.shop.rows("select 1 from attempt_stages where reason = 'being_made'")


@pytest.mark.parametrize("path", ["/customers", "/products"])
@pytest.mark.parametrize(
    "kind", [FaultKind.HANG_AFTER_COMMIT, FaultKind.DROP_AFTER_COMMIT, FaultKind.DROP, FaultKind.LATE_COMMIT]
)
def test_an_unknown_outcome_of_the_first_makes_no_second(line: Line, path: str, kind: FaultKind) -> None:
    # Given books that do not answer the first request for it: it was carried out, or never will be, or comes later
    line.books.add_fault(kind=kind, seconds=2.0, method="POST", path=f"*{path}", count=1)

    # When eight threads take the orders up, then there is one of each all the same
    work_on_all(line)
    line.books.faults.clear()
    assert_one_of_each(line)
