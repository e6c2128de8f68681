"""An event goes once more: with what is stored, or as the shop has it now; and never into a second document."""

from __future__ import annotations

import pytest

from shared.domain.notice import Notice, NoticeKind
from shared.intake import Origin, Sender, take_in
from tests.line.rig import Line
from tests.look.conftest import fill
from tests.replay.conftest import Desk
from tests.support.orders import tell, woo_order


@pytest.fixture
def desk(quiet_desk: Desk) -> Desk:
    return quiet_desk


def newest_event(line: Line, number: int) -> int:
    return int(line.shop.rows("select max(id) from events where source_id = %s", str(number))[0][0])


def needs_fetch(line: Line, number: int) -> bool:
    return bool(line.shop.rows("select needs_fetch from transfers where source_id = %s", str(number))[0][0])


def test_a_failed_order_goes_once_more_with_what_is_stored(desk: Desk) -> None:
    # Given an order that failed for what is mended now
    line = desk.line
    line.books.put_product("MUG", barred=True)
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1)[0] == "failed"
    line.books.put_product("MUG", barred=False)

    # When its event is replayed; it asks, and does nothing where nobody can be asked
    event = str(newest_event(line, 1))
    assert "say --yes" in desk.fails_with_output("replay", "event", event)
    assert desk.json("replay", "event", event)["replayed"] == []
    assert line.state(1)[0] == "failed"
    said = desk.says("replay", "event", event, "--yes")

    # Then it goes, and its history says who did it
    assert "Order 1 goes once more when its turn comes" in said
    assert line.state(1)[0] == "waiting"
    assert not needs_fetch(line, 1)
    line.work(1)
    assert line.state(1) == ("done", "")
    ((act, detail),) = line.shop.rows("select act, detail from owner_acts")
    assert act == "retry"
    assert f"replay of event {event}, as stored, by " in detail


def test_fresh_asks_the_shop(desk: Desk) -> None:
    # Given an order, when its event is replayed fresh, then the shop is asked for it
    tell(desk.line.shop, woo_order(1))
    desk.says("replay", "event", str(newest_event(desk.line, 1)), "--fresh", "--yes")
    assert needs_fetch(desk.line, 1)


def test_an_order_that_no_connection_had_is_taken_up(desk: Desk) -> None:
    # Given an event that came while no connection took orders
    shop = desk.line.shop
    shop.rows("update connections set kind = 'products' returning id")
    tell(shop, woo_order(1))
    event = str(newest_event(desk.line, 1))
    assert "no connection moves its kind" in desk.fails_with_output("replay", "event", event, "--yes")

    # When one does, and it is replayed, then its order waits, and the shop is asked for it
    shop.rows("update connections set kind = 'orders' returning id")
    desk.says("replay", "event", event, "--yes")
    assert (desk.line.state(1)[0], needs_fetch(desk.line, 1)) == ("waiting", True)


def test_orders_in_every_state_are_replayed_and_none_is_sent_twice(desk: Desk) -> None:
    # Given orders that ended in every way there is, one that is held, and one that its owner wants left alone
    line = desk.line
    fill(line)
    desk.says("ignore", "1002", "--why", "by hand")
    sent = sorted(str(document.reference) for document in line.books.documents())

    # When every event there is, is replayed, twice, and all of it is worked on
    for _ in range(2):
        for (event,) in line.shop.rows("select id from events order by id"):
            desk.says("replay", "event", str(event), "--yes")
        for number in (1001, 1002, 1003, 1004, 1005, 1006, 1007):
            line.let_time_pass(600)
            line.work(number)

    # Then no order has two documents, what was in the books stands as it did, and his word and the switch hold
    references = sorted(str(document.reference) for document in line.books.documents())
    assert len(references) == len(set(references))
    assert set(sent) <= set(references)
    assert line.state(1002) == ("skipped", "ignored")
    assert line.state(1004)[0] == "held"


def test_wrong_wishes_are_told_what_is_wrong(desk: Desk) -> None:
    # Given an event that tells of no order, when it or none is replayed, then that is said
    sender = Sender(account_id=desk.line.shop.account, system_id=desk.line.shop.webshop)
    notice = Notice(kind=NoticeKind.UNKNOWN, topic="coupon.updated")
    taken = desk.line.database.run(lambda c: take_in(c, sender, Origin.WEBHOOK, notice, b"{}"))
    assert "tells of no order" in desk.fails("replay", "event", str(taken.event_id), "--yes")
    assert "there is no event 999999" in desk.fails("replay", "event", "999999", "--yes")
    assert "Invalid value" in desk.fails("replay", "event", "x", code=2)
