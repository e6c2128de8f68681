"""Several connections of one shop: an order goes by exactly one of them, or says why by none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.economic.sandbox import EconomicSandbox
from shared.domain.document import DocumentKind
from shared.store import ownership, setup
from shared.store.database import Database
from tests.line.fork import DK, SE, Fork, forked
from tests.line.rig import SETTINGS, Killed, dies_at, line_to
from tests.support.books import found
from tests.support.moments import at
from tests.support.orders import tell, woo_order
from tests.support.shop import KEYRING, Shop, date_start_back
from workers.hand import LEASE, Point
from workers.make_once import REST
from workers.orders import try_order

DONE = ("done", "")
ELSEWHERE = ("skipped", "routed_elsewhere")
NOT_MET = ("skipped", "condition_not_met")


@pytest.fixture
def fork(store: Database) -> Iterator[Fork]:
    """Denmark by the first, Sweden by the second."""
    with forked(store, {"only": DK}, {"only": SE}) as fork:
        yield fork


def test_an_order_goes_by_the_connection_of_its_country(fork: Fork) -> None:
    # Given an order from each of both countries, when workers come through all connections, then each goes by its own
    fork.sold(1, country="DK")
    fork.sold(2, country="SE")
    for number in (1, 2):
        fork.work(number)
    assert fork.states(1) == [DONE, ELSEWHERE]
    assert fork.states(2) == [ELSEWHERE, DONE]
    assert fork.references() == [fork.ours(1, "Orders"), fork.ours(2, "Second")]
    assert (fork.route(1), fork.route(2)) == ("Orders", "Second")
    assert "It goes by the connection Orders." in fork.line.said(1)


@pytest.mark.parametrize(
    ("question", "suits", "does_not"),
    [
        ({"fact": "buyer", "is": "business"}, {"company": "Lampeland ApS"}, {"company": ""}),
        ({"fact": "payment_method", "is": ["invoice", "ean"]}, {"payment_method": "EAN"}, {"payment_method": "card"}),
    ],
)
def test_each_ledger_gets_its_own_orders(
    store: Database, question: dict[str, Any], suits: dict[str, str], does_not: dict[str, str]
) -> None:
    # Given two ledgers, one for what the condition holds for, and one for the rest
    with EconomicSandbox() as rest, line_to(store, only=question) as line:
        fork = Fork(line, {"Orders": line.shop.connection})
        fork.add("Second", {}, rest)
        for number, given in ((1, suits), (2, does_not)):
            body = woo_order(number)
            company = given.get("company", "")
            tell(line.shop, {**body, **given, "billing": {**body["billing"], "company": company}})

        # When workers come to one order of each kind, then each ledger has its own
        for number in (1, 2):
            fork.work(number)
        assert [one.reference for one in line.books.documents()] == [fork.ours(1, "Orders")]
        assert [one.reference for one in rest.documents()] == [fork.ours(2, "Second")]


def test_an_order_that_none_takes_says_so_in_each(fork: Fork) -> None:
    # Given an order from a third country, when workers come to it, then each connection says what it asks for
    fork.sold(1, country="NO")
    fork.work(1)
    assert fork.states(1) == [NOT_MET, NOT_MET]
    assert (fork.references(), fork.route(1)) == ([], None)


def test_of_two_that_take_it_the_first_made_does(store: Database) -> None:
    # Given two connections that both take every order, when workers come, the second one's first, then the first has it
    with forked(store, {}, {}) as fork:
        fork.sold(1)
        fork.work(1, "Second", "Orders")
        assert fork.states(1) == [DONE, ELSEWHERE]


def test_it_waits_for_its_state_where_it_belongs(store: Database) -> None:
    # Given an order that the first connection takes once it is completed, and that the second one would take at once
    with forked(store, {"only": DK, "allowed_states": ["completed"]}, {}) as fork:
        fork.sold(1)
        fork.work(1)
        assert fork.states(1) == [("skipped", "state_not_allowed"), ELSEWHERE]

        # When it is completed, then it goes by the first
        fork.sold(1, status="completed", modified=60, delivery="d2")
        fork.work(1)
        assert fork.states(1) == [DONE, ELSEWHERE]


def test_an_order_that_changes_before_it_has_a_document_changes_its_way(store: Database) -> None:
    # Given an order that waits in the first connection for its state
    with forked(store, {"only": DK, "allowed_states": ["completed"]}, {"only": SE}) as fork:
        fork.sold(1)
        fork.work(1)

        # When its country is put right in the shop, then it goes by the second
        fork.sold(1, country="SE", modified=60, delivery="d2")
        fork.work(1)
        assert fork.states(1) == [ELSEWHERE, DONE]


def test_an_order_stays_where_its_document_is(fork: Fork) -> None:
    # Given an order in the books, when its country changes, then it is told where it is, and no second one is made
    fork.sold(1)
    fork.work(1)
    fork.sold(1, country="SE", modified=60, delivery="d2")
    fork.work(1)
    assert fork.states(1) == [("done", "already_synced"), ELSEWHERE]
    assert fork.references() == [fork.ours(1, "Orders")]


def test_it_climbs_on_where_its_document_is(store: Database) -> None:
    # Given an order in the books as an order, whose country is another one when it is completed
    by_state = {"processing": {"document": "order"}, "completed": {"document": "invoice"}}
    with forked(store, {"only": DK, "by_state": by_state}, {"only": SE}) as fork:
        fork.sold(1)
        fork.work(1)
        fork.sold(1, country="SE", status="completed", modified=60, delivery="d2")

        # When workers come to it, then its invoice is made by the same connection
        fork.work(1)
        assert fork.states(1) == [DONE, ELSEWHERE]
        assert [one.kind for one in fork.line.books.documents()] == [DocumentKind.INVOICE]


@pytest.mark.parametrize("point", [Point.FROZEN, Point.SENT])
def test_a_worker_that_dies_keeps_the_order_for_its_connection(fork: Fork, point: Point) -> None:
    # Given a worker that was killed after it had frozen the request, and settings that were changed since
    fork.sold(1)
    with pytest.raises(Killed):
        fork.work(1, "Orders", watch=dies_at(point))
    fork.choose(Orders=SE, Second=DK)

    # When workers come through both connections, then there is one document, the frozen one
    fork.work(1, "Second")
    fork.line.let_time_pass(LEASE + REST)
    fork.work(1)
    assert fork.states(1) == [DONE, ELSEWHERE]
    assert fork.references() == [fork.ours(1, "Orders")]


def test_what_was_surely_not_made_may_go_by_another_one(fork: Fork) -> None:
    # Given a document that the books refused, and settings that give the order to the second connection since
    fork.sold(1)
    fork.line.books.add_fault(kind="answer", status=400, body="{}", method="POST", path="*drafts*", count=1)
    fork.work(1)
    assert fork.states(1)[0][0] == "failed"
    assert fork.route(1) == "Orders"
    fork.choose(Orders=SE, Second=DK)

    # When it is asked for there, then it goes there, and the first one says so
    fork.ask_again(1, "Second")
    fork.work(1, "Second")
    fork.ask_again(1, "Orders")
    fork.work(1, "Orders")
    assert fork.states(1) == [ELSEWHERE, DONE]
    assert fork.references() == [fork.ours(1, "Second")]
    assert fork.route(1) == "Second"


def test_one_that_is_off_takes_nothing_new_and_keeps_what_it_has(store: Database) -> None:
    # Given an order in the books through the first of two connections that take all, which is switched off then
    with forked(store, {}, {}) as fork:
        fork.sold(1)
        fork.work(1)
        fork.switch("Orders", on=False)

        # When that order changes, and another one comes, then the first stays, and the next connection takes the other
        fork.sold(1, modified=60, net="200.00", delivery="d2")
        fork.sold(2)
        for number in (1, 2):
            fork.work(number)
        assert fork.states(1) == [("held", ""), ELSEWHERE]
        assert fork.states(2) == [("held", ""), DONE]

        # And when it is on again, then it finds that the order is the other's
        fork.switch("Orders", on=True)
        fork.ask_again(2, "Orders")
        fork.work(2)
        assert fork.states(2)[0] == ELSEWHERE
        assert fork.references() == [fork.ours(1, "Orders"), fork.ours(2, "Second")]


def test_a_condition_without_an_answer_stops_the_order_in_one_place(store: Database) -> None:
    # Given a first connection that asks whether a text is above a number, and a second one that takes all
    with forked(store, {"only": {"path": "payment_method", "above": 1}}, {}) as fork:
        fork.sold(1)
        fork.work(1)

        # Then the first says what is wrong, and the second waits for it
        assert fork.states(1) == [("failed", "condition_unanswered"), ELSEWHERE]

        # And when it is mended so that the order is not its own, then the second one goes on by itself
        fork.choose(Orders=SE)
        fork.ask_again(1, "Orders")
        fork.work(1, "Orders")
        assert fork.states(1)[1] == ("waiting", "")


def test_what_the_owner_says_goes_by_the_connection_that_he_names(fork: Fork) -> None:
    # Given an order of the first connection, which nobody came to yet
    fork.sold(1)

    # When he has it go by the second one, then it does, and not by the first
    assert fork.waive(1, "Second") is None
    fork.work(1)
    assert fork.states(1) == [ELSEWHERE, DONE]

    # And then it cannot be had to go by the first any more
    assert fork.waive(1, "Orders") == "Second"
    fork.work(1)
    assert fork.references() == [fork.ours(1, "Second")]


def test_his_last_word_counts_even_while_a_worker_is_at_it(fork: Fork) -> None:
    # Given an order that he has go by the first, and a worker that is about to freeze it there
    fork.sold(1)
    assert fork.waive(1, "Orders") is None

    # When he says the second one meanwhile, then the worker freezes nothing, and it goes by the second
    fork.work(1, "Orders", watch=at(Point.PRODUCTS_KNOWN, lambda: fork.waive(1, "Second")))
    assert fork.references() == []
    fork.work(1)
    assert fork.states(1) == [ELSEWHERE, DONE]


def linked(fork: Fork, number: int, name: str, reference: str) -> ownership.Refusal | None:
    """An invoice that somebody made by hand, linked through that connection."""
    fork.line.books.put_draft(DocumentKind.INVOICE, reference=reference)
    his = found(fork.line.books.documents()[-1])
    with fork.line.database.account(fork.line.shop.account) as c:
        return ownership.link(c, fork.transfer(number, name), his, origin="linked", detail="")


def test_what_is_linked_keeps_the_order_where_it_was_linked(fork: Fork) -> None:
    # Given an order that its owner linked through the second connection, when workers come, then it stays there
    fork.sold(1)
    assert linked(fork, 1, "Second", "by hand") is None
    assert fork.route(1) == "Second"
    fork.work(1)
    assert fork.states(1) == [ELSEWHERE, ("done", "linked")]
    assert fork.references() == ["by hand"]


def test_an_order_with_a_document_elsewhere_is_not_linked(fork: Fork) -> None:
    # Given an order in the books, when it is linked through the other connection, then it is refused
    fork.sold(1)
    fork.work(1)
    refused = linked(fork, 1, "Second", "by hand")
    assert refused == ownership.Refusal(ownership.Obstacle.ELSEWHERE, connection="Orders")
    assert fork.route(1) == "Orders"


def test_two_shops_with_the_same_numbers_share_one_ledger(store: Database) -> None:
    # Given two shops into one ledger, each with an order 1
    with line_to(store) as line:
        shop = line.shop
        with store.account(shop.account) as c:
            outlet = setup.add_system(c, KEYRING, kind="woocommerce", role="webshop", name="Outlet", credentials={})
            other = setup.add_connection(
                c, kind="orders", name="Outlet", source=outlet, target=shop.books, settings=SETTINGS, by="test"
            )
            setup.switch_connection(c, other, on=True)
            date_start_back(c, other)
        tell(shop, woo_order(1))
        tell(Shop(store, shop.account, outlet, shop.books, other), woo_order(1, net="200.00"))

        # When workers come to both, then each has a document of its own, under a reference of its own
        for (transfer,) in shop.rows("select id from transfers"):
            try_order(line.tools, shop.account, transfer, line.stopping, lambda *_: None)
        assert {one.reference for one in line.books.documents()} == {f"SL{shop.connection}-1", f"SL{other}-1"}
        assert shop.rows("select count(*) from routes") == [(2,)]
