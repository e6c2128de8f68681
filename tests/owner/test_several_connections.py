"""The owner's commands about an order whose shop has several connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from shared.domain.document import DocumentKind
from shared.store.database import Database
from tests.line.fork import DK, SE, Fork, forked
from tests.look.conftest import Command
from tests.owner.conftest import Desk
from tests.support.servers import DatabaseAddress


@pytest.fixture
def fork(fresh_database: DatabaseAddress) -> Iterator[Fork]:
    with (
        closing(Database(fresh_database.app_url, name="test", connections=6)) as store,
        forked(store, {"only": DK}, {"only": SE}) as fork,
    ):
        yield fork


@pytest.fixture
def command(fresh_database: DatabaseAddress) -> Command:
    return Command(fresh_database)


def test_show_tells_by_which_connection_an_order_goes(fork: Fork, command: Command) -> None:
    # Given an order in the books through the first of two connections, when it is shown, then both tell its way
    fork.sold(1)
    fork.work(1)
    first, second = (" ".join(told.split()) for told in command.says("show", "1").split("Order 1\n")[1:])
    assert "goes by this connection" in first
    assert "goes by Orders" in second
    assert "another connection of its shop takes it" in second
    assert "It goes by the connection Orders." in second
    assert [one["goes_by"] for one in command.json("show", "1")] == ["Orders", "Orders"]


def test_a_shop_with_one_connection_is_not_told_of_ways(desk: Desk) -> None:
    # Given the usual shop, when an order of it is shown, then nothing is said of ways
    desk.transferred(1)
    assert "goes by" not in desk.command.says("show", "1")
    assert [one["goes_by"] for one in desk.command.json("show", "1")] == [None]


def test_transfer_sends_it_by_the_connection_that_is_named(fork: Fork, command: Command) -> None:
    # Given an order of the first connection, when its owner has it go by the second, then it does
    fork.sold(1)
    assert "--connection Second" in command.fails("transfer", "1")
    assert "it goes when its turn comes" in command.says("transfer", "1", "--connection", "Second")
    fork.work(1)
    assert fork.references() == [fork.ours(1, "Second")]

    # And when he wants it by the first then, it is refused, and nothing changes
    before = fork.states(1)
    refused = command.fails("transfer", "1", "--connection", "Orders")
    assert "it has a document through Second, and an order goes by one connection only" in refused
    assert fork.states(1) == before


def test_what_has_a_document_is_neither_linked_nor_adopted_elsewhere(fork: Fork, command: Command) -> None:
    # Given an order in the books through the first connection, and an invoice by hand that bears its number
    fork.sold(1)
    fork.work(1)
    books = fork.line.books
    number = str(books.book_draft(books.put_draft(DocumentKind.INVOICE, reference="WC-1")))

    # When it is linked through the second, then it says where the order is; and there is nothing to be adopted there
    says = "it has a document through Orders, and an order goes by one connection only"
    assert says in command.fails("link", "1", number, "--connection", "Second")
    adopted = command.says("adopt", "--reference", "WC-{number}", "--connection", "Second", "--yes")
    assert "Second has no order without a document" in adopted
    assert fork.states(1)[1] == ("skipped", "routed_elsewhere")
