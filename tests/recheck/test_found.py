"""What a recheck finds that no webhook and no poll told of, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shared.store.database import Database
from tests.recheck.rig import Night, nights_of
from tests.support.orders import tell, woo_order


@pytest.fixture
def night(store: Database) -> Iterator[Night]:
    with nights_of(store) as night:
        yield night


def test_all_is_right_and_one_request_says_so(night: Night) -> None:
    # Given an order that is in the books
    order = night.sent()
    before = night.version(order)

    # When the night comes, then its orders are compared, one request counts, and nobody gets work
    report = night.recheck()
    assert night.asked() == {"one": 1, "count": 1}
    assert (report.shop_has, report.books_have, report.waiting, report.missing) == (1, 1, {}, 0)
    assert (report.found, report.gone, report.changed, report.looked_at, report.requests) == (0, 0, 0, 1, 2)
    assert night.version(order) == before


def test_an_order_of_which_nobody_told_is_found_and_goes(night: Night) -> None:
    # Given one that no webhook told of, and that was made before the poll's time
    night.sent()
    order = night.order()

    # When the night comes, then it is taken in, counted as found, and not as missing
    report = night.recheck()
    assert (report.shop_has, report.found, report.missing, report.waiting) == (2, 1, 0, {"waiting": 1})

    # And it goes like any other
    night.work()
    assert night.line.state(order)[0] == "done"
    assert night.recheck().books_have == 2


def test_an_order_that_may_go_by_now_goes(night: Night) -> None:
    # Given an open order whose money came, of which nothing told
    order = night.left_open()
    night.woo.change_order(order, status="processing", announce=False, touched=False)
    night.recheck()
    night.work()
    assert night.line.state(order)[0] == "done"


def test_what_a_night_brings_goes_behind_live_orders(night: Night) -> None:
    # Given a month of orders whose money came, of which nothing told
    for _ in range(5):
        night.woo.change_order(night.left_open(), status="processing", announce=False, touched=False)
    # When the night found them, and the shop tells of a new one
    night.recheck()
    tell(night.line.shop, woo_order(9001))
    # Then relays ring for the new one at once, beside the night's share
    ring = "select source_number from ring(10000, array['orders']) where account_id = %s"
    rung = night.line.database.run(lambda c: c.execute(ring, [night.line.shop.account]).fetchall())
    assert ("9001",) in rung
    assert 0 < len(rung) - 1 < 5


@pytest.mark.parametrize("what", ["trash", "delete"])
def test_an_open_order_that_is_gone_is_said_to_be_once(night: Night, what: str) -> None:
    # Given an open order that somebody threw away
    order = night.left_open()
    getattr(night.woo, what)(order)

    # When the night comes, then that is found, and the order is not open any more
    assert night.recheck().gone == 1
    night.work()
    assert night.line.state(order) == ("skipped", "order_trashed" if what == "trash" else "order_gone")

    # And the next night has no word of it, and no work
    before, report = night.version(order), night.recheck()
    assert (report.gone, report.shop_has, report.missing, report.requests) == (0, 0, 0, 1)
    assert night.version(order) == before


@pytest.mark.parametrize("what", ["trash", "delete"])
def test_a_sent_order_that_is_gone_is_told_to_the_owner_once(night: Night, what: str) -> None:
    # Given an order in the books that somebody threw away in the shop
    order = night.sent()
    getattr(night.woo, what)(order)

    # When the night comes, then the owner is told, and the books stay as they are
    assert night.recheck().gone == 1
    night.work()
    assert night.line.state(order) == ("done", "left_shop")
    assert "in the books as invoice" in night.line.said(order)
    assert len(night.line.books.documents()) == 1

    # And the next night is quiet
    before, report = night.version(order), night.recheck()
    assert (report.gone, report.looked_at, report.requests, report.missing) == (0, 0, 1, 0)
    assert night.version(order) == before


def test_an_order_that_is_out_of_the_bin_again_is_found(night: Night) -> None:
    # Given an order that was in the bin, and came back without a word
    order = night.left_open()
    night.woo.trash(order)
    night.recheck()
    night.work()
    night.woo.change_order(order, status="processing")

    # When the night comes, then it is there again, and goes
    report = night.recheck()
    assert (report.back, report.found, report.missing, report.shop_has) == (1, 0, 0, 1)
    night.work()
    assert night.line.state(order)[0] == "done"


def test_a_refund_that_was_taken_back_is_found(night: Night) -> None:
    # Given an order in the books that was refunded, and then not: the shop says no word of that, nor a date
    order = night.sent()
    night.woo.advance_clock(60)
    refund = night.woo.refund(order, amount="10.00")
    night.known()
    night.woo.delete_refund(order, refund["id"])

    # When the night comes, then it is looked at anew, once
    assert night.recheck().changed == 1
    night.work()
    assert "refunds" not in night.line.said(order)
    assert night.recheck().changed == 0


def test_what_changed_after_it_was_sent_is_found_and_its_money_told(night: Night) -> None:
    # Given an order in the books, to which a plugin did something past the shop's own ways
    order = night.sent()
    total = Decimal(night.woo.order(order)["total"])
    lines = night.woo.order(order)["line_items"]
    night.woo.change_order(order, announce=False, touched=False, total=str(total + 10), line_items=lines)

    # When the night comes, then it is found, and what it comes to differs from what is in the books
    report = night.recheck()
    assert report.changed == 1
    (money,) = report.money.values()
    assert (money.orders, money.shop, money.books) == (1, total + 10, total)
    night.work()
    assert night.line.state(order) == ("done", "changed_since")


def test_what_is_held_ignored_or_from_before_the_start_is_left_alone(night: Night) -> None:
    # Given one order that a switch holds, and one that its owner wants left alone
    held, ignored = night.left_open(), night.left_open()
    shop = night.line.shop
    shop.rows("update transfers set state = 'held' where source_id = %s returning id", str(held))
    shop.rows("update transfers set ignored_why = 'by hand' where source_id = %s returning id", str(ignored))
    night.woo.change_order(held, status="processing", announce=False, touched=False)
    before = night.version(held), night.version(ignored)

    # When the night comes, then nobody looks at them
    report = night.recheck()
    assert (report.looked_at, report.shop_has) == (0, 2)
    assert (night.version(held), night.version(ignored)) == before


def test_how_far_back_depends_on_the_webhooks(night: Night) -> None:
    # Given an open order that we heard of thirty days ago
    order = night.left_open()
    shop = night.line.shop
    shop.rows(
        "update transfers set created_at = now() - interval '30 days', source_created_at = now() - interval '30 days'"
        " where source_id = %s returning id",
        str(order),
    )
    night.woo.date_order(order, datetime.now(UTC) - timedelta(days=30))

    # When the shop has no webhooks, then it is too old; with webhooks in order it is not
    assert night.recheck().looked_at == 0
    shop.rows("update systems set webhooks_work = true returning id")
    assert night.recheck().looked_at == 1


def test_the_trouble_of_one_order_keeps_no_other_from_being_looked_at(night: Night) -> None:
    # Given a shop that cannot tell of one of its open orders
    broken, order = night.left_open(), night.left_open()
    night.woo.change_order(order, status="processing", announce=False, touched=False)
    night.woo.add_fault(kind="answer", status=500, path=f"*/orders/{broken}")

    # When the night comes, then the other one goes, and the report says which was not looked at
    report = night.recheck()
    assert (report.not_looked_at.orders, list(report.not_looked_at.numbers)) == (1, [str(broken)])
    night.work()
    assert night.line.state(order)[0] == "done"


def test_some_orders_in_a_row_that_the_shop_cannot_tell_of_end_no_night(night: Night) -> None:
    # Given a shop that cannot tell of four open orders one after the other
    broken, order = [night.left_open() for _ in range(4)], night.left_open()
    night.woo.change_order(order, status="processing", announce=False, touched=False)
    for one in broken:
        night.woo.add_fault(kind="answer", status=500, path=f"*/orders/{one}")

    # When the night comes, then it comes to its end, and the fifth goes
    report = night.recheck()
    assert list(report.not_looked_at.numbers) == [str(one) for one in broken]
    night.work()
    assert night.line.state(order)[0] == "done"


def test_a_shop_that_is_away_is_not_asked_for_each_order(night: Night) -> None:
    # Given open orders, and a shop that is away
    for _ in range(6):
        night.left_open()
    night.woo.journal.clear()
    night.woo.add_fault(kind="answer", status=503)

    # When the night comes, then the run ends soon, and says why
    night.jobs.run("recheck")
    assert "not available" in night.jobs.schedule("recheck")["problem"]
    assert night.asked() == {"one": 3, "count": 1}


def test_the_report_says_what_an_independent_count_says(night: Night) -> None:
    # Given orders in the books, open, in the bin and unknown, and one whose total was changed since
    sent = [night.sent() for _ in range(3)]
    for _ in range(2):
        night.left_open()
    night.woo.trash(night.left_open())
    night.order()
    night.woo.change_order(sent[0], announce=False, touched=False, total="1.00")

    # When the night comes, then its numbers are those of the shop's own list and of the books' own documents
    report = night.recheck()
    there = [order for order in night.woo.shop.kept_orders.values() if order["status"] != "trash"]
    assert (report.shop_has, report.missing, report.found, report.gone) == (len(there), 0, 1, 1)
    assert (report.books_have, sum(report.waiting.values())) == (len(night.line.books.documents()), 3)
    shop = sum((Decimal(night.woo.order(order)["total"]) for order in sent), Decimal(0))
    books = sum((one.gross for one in night.line.books.documents()), Decimal(0))
    money = report.money["DKK"]
    assert (money.orders, money.shop, money.books, money.difference) == (3, shop, books, shop - books)
