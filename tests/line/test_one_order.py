"""One order on its way: what ends up in the books, and what the owner reads when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.support.orders import tell, woo_order

BILLING = {"first_name": "Mette", "last_name": "Holm", "email": "mette@lampeland.example", "country": "DK"}


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        yield line


def test_a_paid_order_becomes_one_draft_with_its_total(line: Line) -> None:
    # Given an order that the shop told us about, when a worker handles it
    tell(line.shop, woo_order(1007, net="80.00", quantity=3))
    line.work(1007)

    # Then the books have one draft invoice, to the cent, which is found by our reference
    (document,) = line.books.documents()
    assert (document.kind, document.place, document.gross) == ("invoice", "draft", Decimal("300.00"))
    assert document.reference == f"SL{line.shop.connection}-1007"
    assert line.state(1007) == ("done", "")

    # And our row says where it is
    assert line.shop.rows("select state, place, external_number, total, answered_total from documents") == [
        ("draft", "draft", str(document.number), Decimal("300.00"), Decimal("300.00"))
    ]


def test_every_stage_of_a_try_is_kept(line: Line) -> None:
    # Given a transferred order, when its one try is read, then all stages stand there in their order
    tell(line.shop, woo_order(1))
    line.work(1)
    stages = line.shop.rows(
        "select stage, body is not null, event_id is not null, outcome from attempt_stages order by at"
    )
    assert stages == [
        ("original", False, True, None),
        ("normalised", True, False, None),
        ("sent", True, False, None),
        ("answered", True, False, None),
        ("ended", True, False, "transferred"),
    ]


def test_an_order_becomes_a_draft_order_where_the_owner_wants_that(store: Database) -> None:
    # Given a connection that makes orders, when a worker handles one, then it is a draft order
    with line_to(store, document="order") as line:
        tell(line.shop, woo_order(1))
        line.work(1)
        assert [(d.kind, d.place) for d in line.books.documents()] == [("order", "draft")]


def test_a_message_that_comes_again_changes_nothing(line: Line) -> None:
    # Given a transferred order, when its message comes twice more, then nothing is asked of the books
    tell(line.shop, woo_order(1))
    line.work(1)
    asked = len(line.books.journal.entries())
    line.work(1)
    line.work(1)
    assert len(line.books.journal.entries()) == asked
    assert len(line.books.documents()) == 1


def test_an_order_that_changes_later_is_in_the_books_already(line: Line) -> None:
    # Given a transferred order that is edited in the shop, when its message comes, then the first document stays
    tell(line.shop, woo_order(1))
    line.work(1)
    tell(line.shop, woo_order(1, net="500.00", modified=60), delivery="d2")
    line.work(1)
    assert [d.gross for d in line.books.documents()] == [Decimal("125.00")]
    assert line.state(1) == ("done", "changed_since")
    assert "invoice 1 with 125.00 DKK; it has changed, to 625.00" in line.said(1)

    # And when it is as it was, there is nothing to say
    tell(line.shop, woo_order(1, modified=90), delivery="d3")
    line.work(1)
    assert line.state(1) == ("done", "already_synced")


def test_an_order_in_another_state_waits_for_its_state_and_says_so(line: Line) -> None:
    # Given an order that is not paid, when a worker handles it, then it is left out, with the reason
    tell(line.shop, woo_order(1, status="on-hold"))
    line.work(1)
    assert line.books.documents() == []
    assert line.state(1) == ("skipped", "state_not_allowed")
    assert "in state 'on-hold'" in line.said(1)

    # When it is paid, then it goes
    tell(line.shop, woo_order(1, modified=9), delivery="d2")
    line.work(1)
    assert [d.gross for d in line.books.documents()] == [Decimal("125.00")]


def test_the_newest_state_is_sent_when_two_webhooks_wait(line: Line) -> None:
    # Given an order that changed before anybody came to it, when a worker handles it, then the newer one counts
    tell(line.shop, woo_order(1))
    tell(line.shop, woo_order(1, net="200.00", modified=5), delivery="d2")
    line.work(1)
    assert [d.gross for d in line.books.documents()] == [Decimal("250.00")]


def test_an_order_that_changes_while_it_is_worked_on_goes_round_again(line: Line) -> None:
    # Given an order that changes after it was read and before anything was sent
    tell(line.shop, woo_order(1))

    def edit(point: object, claim: object) -> None:
        if point == "products_known" and len(line.shop.rows("select 1 from events")) == 1:
            tell(line.shop, woo_order(1, net="300.00", modified=7), delivery="d2")

    # When the try ends, then nothing was sent, and the next one sends what is true now
    line.work(1, watch=edit)
    assert (line.books.documents(), line.state(1)) == ([], ("waiting", "order_changed"))
    line.work(1)
    assert [d.gross for d in line.books.documents()] == [Decimal("375.00")]


def test_a_state_that_is_not_certain_is_asked_of_the_shop(store: Database) -> None:
    # Given two webhooks of one second that differ, and a shop that knows the truth
    with line_to(store, with_shop=True) as line:
        assert line.woo is not None
        placed = line.woo.put_order(
            lines=[{"name": "Krus", "price": "125", "sku": "MUG"}], status="processing", billing=BILLING
        )
        number = placed["id"]
        tell(line.shop, woo_order(number, net="1.00"))
        tell(line.shop, woo_order(number, net="2.00"), delivery="d2")

        # When a worker handles it, then it sends neither, but what the shop says
        line.work(number)
        assert line.state(number) == ("done", ""), line.said(number)
        assert [d.gross for d in line.books.documents()] == [Decimal("125.00")]
        assert line.shop.rows("select needs_fetch from transfers") == [(False,)]


def test_a_total_that_the_books_do_not_come_to_is_told_and_left_as_a_draft(line: Line) -> None:
    # Given books that make something else of the lines than the shop did, which nobody could see before
    line.misjudge_vat()
    tell(line.shop, woo_order(1))

    # When a worker handles it, then the draft stays, nothing counts as transferred, and both totals are named
    line.work(1)
    assert line.state(1) == ("failed", "totals_differ")
    assert "112.00 DKK" in line.said(1)
    assert "125.00 DKK" in line.said(1)

    # And when it comes again, it does not turn into a success
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("failed", "totals_differ")
    assert len(line.books.documents()) == 1


def test_an_order_whose_lines_are_not_its_total_is_not_sent(line: Line) -> None:
    # Given an order whose total says more than its lines
    tell(line.shop, woo_order(1, total="126.00"))

    # When a worker handles it, then nothing is sent, and the owner reads all sums
    line.work(1)
    assert line.state(1) == ("failed", "totals_not_closed")
    assert "125.00 (100.00 net and 25.00 VAT) in the books and to 126.00 (101.00 net and 25.00 VAT)" in line.said(1)
    assert line.books.documents() == []

    # And when the shop has mended it, it goes
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("done", "")


def test_a_product_that_was_deleted_in_the_books_is_made_anew(line: Line) -> None:
    # Given a worker that saw the product a moment ago, and an owner who deletes it now
    tell(line.shop, woo_order(1))
    line.work(1)
    line.books.delete_product("MUG")

    # When the next order names it, then it is looked for again and made
    tell(line.shop, woo_order(2))
    for _ in range(3):
        line.work(2)
    assert line.state(2) == ("done", "")


def test_a_refusal_that_stays_is_not_taken_for_old_knowledge_again_and_again(line: Line) -> None:
    # Given books that refuse a document for good, while other orders keep their products known
    line.books.put_product("MUG", group=1)
    tell(line.shop, woo_order(1))
    line.work(1)
    tell(line.shop, {**woo_order(2), "currency": "XTS"})
    tries = 0
    while line.state(2)[0] == "waiting":
        line.work(2)
        tell(line.shop, woo_order(100 + tries))
        line.work(100 + tries)
        tries += 1

    # Then it fails at the second time
    assert (tries, line.state(2)) == (2, ("failed", "currency"))


def test_an_order_that_is_deleted_after_it_went_stays_in_the_books(store: Database) -> None:
    # Given a transferred order that the shop has no longer
    with line_to(store, with_shop=True) as line:
        tell(line.shop, woo_order(999))
        line.work(999)
        line.shop.rows("update transfers set needs_fetch = true, state = 'waiting', version = version + 1 returning id")

        # When it is looked at, then its document stays, and the owner is told
        line.work(999)
        assert line.state(999) == ("done", "left_shop")
        assert len(line.books.documents()) == 1


def test_a_connection_that_is_switched_off_meanwhile_sends_nothing(line: Line) -> None:
    # Given an owner who switches the connection off while a worker prepares an order
    tell(line.shop, woo_order(1))

    def switch_off(point: object, claim: object) -> None:
        if point == "products_known":
            line.shop.switch(on=False)

    # When the try ends, then nothing was sent, and the order is held
    line.work(1, watch=switch_off)
    assert (line.books.documents(), line.state(1)) == ([], ("held", "connection_off"))


def test_what_is_refused_is_mended_and_goes_with_the_mended_request(line: Line) -> None:
    # Given a product that is barred in the books
    line.books.put_product("MUG", barred=True)
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1) == ("failed", "product_barred")
    assert "MUG" in line.said(1)

    # When the owner opens it and the order comes again, then it goes
    line.books.set_product_barred("MUG", False)
    tell(line.shop, woo_order(1, modified=5), delivery="d2")
    line.work(1)
    assert line.state(1) == ("done", "")


def test_a_refusal_of_the_document_itself_leaves_nothing_frozen(line: Line) -> None:
    # Given a worker that saw the product a moment ago, and an owner who bars it now
    line.books.put_product("MUG", group=1)
    tell(line.shop, woo_order(1))
    line.work(1)
    line.books.set_product_barred("MUG", True)
    tell(line.shop, woo_order(2))
    line.work(2)
    assert line.state(2) == ("waiting", "books_changed")
    line.work(2)
    assert line.state(2) == ("failed", "product_barred")

    # When he opens it again and changes the order meanwhile, then what goes is the changed order
    line.books.set_product_barred("MUG", False)
    tell(line.shop, woo_order(2, net="10.00", modified=9), delivery="d2")
    line.work(2)
    assert sorted(d.gross for d in line.books.documents()) == [Decimal("12.50"), Decimal("125.00")]


@pytest.mark.parametrize(
    ("order", "settings", "reason", "says"),
    [
        ({"sku": ""}, {}, "missing_product_number", "Line 1 (Kaffekrus)"),
        ({}, {"create_products": False}, "unknown_product", "no product MUG"),
        ({"email": ""}, {}, "no_email", "no e-mail address"),
        ({}, {"create_customers": False}, "unknown_customer", "no customer"),
        ({}, {"books": {"customer_group": 1}}, "product_group", "product group"),
        ({"currency": "XTS"}, {}, None, "XTS"),
        ({}, {"time_zone": "Mars/Olympus"}, "wrong_settings", "time_zone"),
    ],
)
def test_what_the_owner_has_to_mend_is_told_in_his_words(
    store: Database, order: dict[str, str], settings: dict[str, Any], reason: str | None, says: str
) -> None:
    # Given an order or settings that cannot go, when a worker handles it, then it fails with that reason
    with line_to(store, **settings) as line:
        body = woo_order(1, **{k: v for k, v in order.items() if k in ("sku", "email")})  # type: ignore[arg-type]
        tell(line.shop, {**body, **{k: v for k, v in order.items() if k == "currency"}})
        line.work(1)
        state, code = line.state(1)
        assert state == "failed"
        assert reason in (None, code)
        assert says in line.said(1)
        assert line.books.documents() == []


def test_an_order_that_is_gone_from_the_shop_is_left_out(store: Database) -> None:
    # Given an event without a body about an order that the shop no longer has
    with line_to(store, with_shop=True) as line:
        tell(line.shop, woo_order(999))
        line.shop.rows("update transfers set needs_fetch = true returning id")

        # When a worker handles it, then it is skipped as gone
        line.work(999)
        assert line.state(999) == ("skipped", "order_gone")
