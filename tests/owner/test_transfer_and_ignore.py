"""`transfer`: it goes, whatever the rules say. `ignore`: it does not, whatever the shop says."""

from __future__ import annotations

from tests.owner.conftest import Desk
from tests.support.moments import at
from tests.support.orders import tell, woo_order
from workers.hand import Point


def test_an_order_that_the_rules_keep_out_goes_on_the_owners_word(desk: Desk) -> None:
    # Given an order that its state keeps out
    desk.left_out(1)

    # When the owner has it transferred, then it goes with the next worker, and the word stands in its story
    said = desk.command.says("transfer", "1")
    assert said == "Order 1: it goes when its turn comes, whatever the rules say of it.\n"
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert desk.references() == [desk.ours(1)]
    assert "it goes, whatever the rules say" in desk.command.says("show", "1")


def test_a_word_of_transfer_makes_no_second_document(desk: Desk) -> None:
    # Given an order that is in the books, when it is transferred again, then what is there is found
    desk.transferred(1)
    assert "not sent twice" in desk.command.says("transfer", "1")
    desk.let_a_minute_pass()
    desk.line.work(1)
    assert desk.references() == [desk.ours(1)]


def test_nothing_is_transferred_while_a_switch_is_off(desk: Desk) -> None:
    # Given an order whose connection is off, when it is to be transferred, then it is said what comes first
    desk.left_out(1)
    desk.line.shop.switch(on=False)
    before = desk.everything()
    assert "Switch it on first" in desk.command.fails("transfer", "1")
    assert desk.everything() == before


def test_an_order_is_left_alone_news_or_not_until_it_is_asked_for(desk: Desk) -> None:
    # Given an order that waits, and an owner who wants it left alone
    tell(desk.line.shop, woo_order(1))
    assert "Order 1 is left alone." in desk.command.says("ignore", "1", "--why", "entered  by hand")
    assert desk.line.state(1) == ("skipped", "ignored")

    # When the shop tells of it again, then nothing goes, and it still says why
    tell(desk.line.shop, woo_order(1, modified=60), delivery="d2")
    desk.line.work(1)
    assert desk.line.state(1) == ("skipped", "ignored")
    assert desk.books.documents() == []
    shown = desk.command.says("show", "1")
    assert "The owner wants it left alone: entered by hand" in shown
    assert "skipped - it is left alone, as the owner wants it" in shown

    # When he retries it, then it goes
    desk.command.says("retry", "1")
    desk.line.work(1)
    assert desk.references() == [desk.ours(1)]
    assert desk.acts(1) == [("ignore", "entered by hand"), ("retry", "")]


def test_a_worker_that_has_an_order_in_hand_hears_that_it_is_left_alone(desk: Desk) -> None:
    # Given a worker about to freeze an order, when the owner wants it left alone, then nothing is sent
    tell(desk.line.shop, woo_order(1))
    heard: list[str] = []

    def ignore() -> None:
        heard.append(desk.command.says("ignore", "1", "--why", "a test of ours"))

    desk.line.work(1, watch=at(Point.PRODUCTS_KNOWN, ignore))
    assert "a worker has it in hand right now" in heard[0]
    assert desk.books.documents() == []

    # And in the round after it is left out
    desk.line.work(1)
    assert desk.line.state(1) == ("skipped", "ignored")


def test_a_request_that_was_out_already_is_not_forgotten(desk: Desk) -> None:
    # Given a draft that is being made while the owner wants the order left alone, then it stands in the order's story
    tell(desk.line.shop, woo_order(1))
    desk.line.work(1, watch=at(Point.SENT, lambda: desk.command.says("ignore", "1", "--why", "too late")))
    desk.line.work(1)
    assert desk.line.state(1) == ("skipped", "ignored")
    assert f"draft invoice 1, reference {desk.ours(1)}" in desk.command.says("show", "1")


def test_nobody_is_left_alone_without_a_reason(desk: Desk) -> None:
    # Given no words, when an order is to be left alone, then it asks for some, and nothing changes
    tell(desk.line.shop, woo_order(1))
    assert "say why, in a few words" in desk.command.fails("ignore", "1", "--why", " ", code=2)
    assert desk.line.state(1)[0] == "waiting"
