"""Three kinds of switches: what comes while one is off is kept, and goes once, on one word."""

from __future__ import annotations

import pytest

from tests.support.orders import tell, woo_order
from tests.switch.conftest import Desk
from workers.hand import Point

SWITCHES = ("connection", "webshop", "books", "account")


def named(desk: Desk, what: str) -> list[str]:
    return {
        "connection": ["--connection", "Orders"],
        "webshop": ["--system", desk.webshop],
        "books": ["--system", "Books"],
        "account": ["--account", desk.account],
    }[what]


def turn(desk: Desk, what: str, position: str) -> str:
    return desk.command.says("switch", position, *named(desk, what))


def release(desk: Desk) -> str:
    return desk.command.says("release", "--connection", "Orders", "--yes")


@pytest.mark.parametrize("what", SWITCHES)
def test_what_waited_and_what_came_goes_once_on_one_word(desk: Desk, what: str) -> None:
    # Given an order that waits when something is switched off, and one that comes then
    line = desk.line
    tell(line.shop, woo_order(1))
    turn(desk, what, "off")
    assert desk.states() == {"1": "held"}
    tell(line.shop, woo_order(2))

    # When workers come for both, then nothing goes; nor when it is on again
    for number in (1, 2):
        line.work(number)
    assert (line.books.documents(), desk.rung()) == ([], [])
    said = turn(desk, what, "on")
    assert f"2 held; let go with `shopledger release --account '{desk.account}' --connection Orders`" in said
    for number in (1, 2):
        line.work(number)
    assert (line.books.documents(), desk.rung()) == ([], [])
    assert desk.states() == {"1": "held", "2": "held"}

    # When it is released, then both go, once
    assert "2 orders let go" in release(desk)
    assert len(desk.rung()) == 2
    for number in (1, 2, 1, 2):
        line.work(number)
    assert len(line.books.documents()) == 2
    assert desk.states() == {"1": "done", "2": "done"}
    before = desk.rows()
    assert "holds 0 orders" in release(desk)
    assert desk.rows() == before


@pytest.mark.parametrize("what", ["webshop", "books", "account"])
def test_what_no_worker_came_for_is_held_all_the_same(desk: Desk, what: str) -> None:
    # Given a system or an account that is off, for which no worker is rung, and an order that comes
    turn(desk, what, "off")
    tell(desk.line.shop, woo_order(1))
    assert desk.rung() == []

    # When it is switched on, then the order stays until it is released
    turn(desk, what, "on")
    assert (desk.states(), desk.rung()) == ({"1": "held"}, [])
    release(desk)
    assert len(desk.rung()) == 1


def test_an_order_that_came_at_the_moment_of_switching_off_is_held(desk: Desk) -> None:
    # Given an order that is being taken in, and has seen its connection on, when that is switched off
    line = desk.line
    with line.database.account(line.shop.account) as c:
        c.execute(
            "insert into transfers (account_id, connection_id, source_type, source_id, state)"
            " select %s, id, 'order', '1', 'waiting' from connections where id = %s and active",
            [line.shop.account, line.shop.connection],
        )
        turn(desk, "connection", "off")
    assert desk.rung() == []

    # Then it does not slip through when the connection is on again
    turn(desk, "connection", "on")
    assert (desk.states(), desk.rung()) == ({"1": "held"}, [])


def test_two_that_are_off_must_both_be_on(desk: Desk) -> None:
    # Given books and a connection that are both off
    tell(desk.line.shop, woo_order(1))
    turn(desk, "books", "off")
    turn(desk, "connection", "off")
    tell(desk.line.shop, woo_order(2))

    # When one of them is on again, then what is held stays, the other is named, and a release is refused
    assert "the system Books is switched off" in turn(desk, "connection", "on")
    tell(desk.line.shop, woo_order(3))
    before = desk.rows()
    refused = desk.command.run("release", "--connection", "Orders", "--yes")
    assert refused.exit_code == 1
    assert "nothing was released: The system Books is switched off." in refused.stderr
    assert "--system Books`" in refused.stderr
    assert desk.rows() == before

    # When both are on, then all three are listed and go
    assert "3 held" in turn(desk, "books", "on")
    assert "3 orders let go" in release(desk)
    assert set(desk.states().values()) == {"waiting"}


@pytest.mark.parametrize("what", ["connection", "webshop", "books", "account"])
def test_what_a_worker_has_in_hand_is_held_before_it_is_sent(desk: Desk, what: str) -> None:
    # Given a worker in the middle of an order, when something is switched off, then the order is held, and not sent
    line = desk.line
    tell(line.shop, woo_order(1))
    heard: list[str] = []

    def off(point: Point, claim: object) -> None:
        if point is Point.PRODUCTS_KNOWN:
            turn(desk, what, "off")
            heard.append(desk.states()["1"])

    line.work(1, watch=off)
    assert (heard, line.state(1)) == (["working"], ("held", "connection_off"))
    assert line.books.documents() == []

    # And on the owner's word it comes to one document
    turn(desk, what, "on")
    release(desk)
    line.work(1)
    assert len(line.books.documents()) == 1


@pytest.mark.parametrize("what", ["connection", "webshop", "books"])
def test_other_connections_go_on(desk: Desk, what: str) -> None:
    # Given an order of another connection, when something of this one is switched off and on and released
    desk.waits_elsewhere()
    before = desk.rows()
    tell(desk.line.shop, woo_order(1))
    turn(desk, what, "off")
    turn(desk, what, "on")
    release(desk)

    # Then the other's was not touched
    assert desk.rows()[:1] == before


def test_an_account_takes_all_its_connections_with_it(desk: Desk) -> None:
    # Given orders of both connections, when the account is off and on, then each is released by itself
    desk.waits_elsewhere()
    tell(desk.line.shop, woo_order(1))
    turn(desk, "account", "off")
    assert desk.states() == {"R1": "held", "1": "held"}
    turn(desk, "account", "on")
    release(desk)
    assert desk.states() == {"R1": "held", "1": "waiting"}


@pytest.mark.parametrize("what", SWITCHES)
def test_a_repeat_does_nothing(desk: Desk, what: str) -> None:
    # Given something on, with an order that waits for its turn, when it is switched on again, then nothing changes
    tell(desk.line.shop, woo_order(1))
    before = desk.rows()
    assert "is already switched on" in turn(desk, what, "on")
    assert desk.rows() == before

    # And the same of switching off
    turn(desk, what, "off")
    before = desk.rows()
    assert "is already switched off" in turn(desk, what, "off")
    assert desk.rows() == before


def test_a_released_order_begins_anew(desk: Desk) -> None:
    # Given an order that failed twice, rests, and was held, when it is released, then it waits for nothing but its turn
    tell(desk.line.shop, woo_order(1))
    desk.line.shop.rows(
        "update transfers set failures = 2, rung_at = now(), next_attempt_at = now() + interval '1 h' returning id"
    )
    turn(desk, "connection", "off")
    turn(desk, "connection", "on")
    release(desk)
    assert desk.rows()[0][:6] == ("1", "waiting", 2, 0, None, None)
