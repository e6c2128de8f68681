"""A system that refused its credentials, and takes the same ones again: apply asks it, and lets it in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from shared.domain.findings import Level
from tests.apply.rig import Desk, changed, counted
from tests.line.rig import Line
from tests.support.orders import tell, woo_order
from tests.support.shop import LONG_AGO, Shop
from tools.apply import plan
from tools.apply.telling import lines


@pytest.fixture
def line(desk: Desk) -> Iterator[Line]:
    """The way of orders through what was applied."""
    desk.books.put_product("MUG")
    desk.apply()
    desk.rows(f"update connections set active_since = '{LONG_AGO}' returning id")
    made = Line(desk.database, desk.books, desk.woo, Shop(desk.database, account=1, webshop=1, books=2, connection=1))
    yield made
    made.tools.clients.close()


@pytest.fixture
def stopped(desk: Desk, line: Line) -> Desk:
    """The books' grant was taken back, and an order came upon it."""
    desk.books.revoke_grant()
    tell(line.shop, woo_order(1))
    line.work(1)
    assert line.state(1)[0] == "waiting"
    return desk


def broken(desk: Desk) -> list[str]:
    return [code for (code,) in desk.rows("select broken_reason from systems where broken_at is not null")]


def test_an_order_that_waited_goes_when_the_grant_is_given_again(stopped: Desk, line: Line) -> None:
    # Given books that would let us in again, which nobody asks
    stopped.books.restore_grant()
    line.work(1)
    assert (line.state(1)[0], line.books.documents()) == ("waiting", [])
    # When the same file is applied
    applied = stopped.apply()
    # Then it says so as a change, the alarm is over, and the order is due at once and goes
    (told,) = changed(applied)["Books"]
    assert re.fullmatch(r"works again: stopped since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(grant_revoked\)", told)
    assert (broken(stopped), stopped.rows("select resolved_at is not null from alarms")) == ([], [(True,)])
    assert stopped.rows("select next_attempt_at from transfers") == [(None,)]
    line.work(1)
    assert line.state(1) == ("done", "")
    # And the next run does nothing
    assert counted(stopped.apply()) == (0, 0, 8)


def test_one_that_refuses_still_stays_stopped_and_keeps_nothing_else_back(stopped: Desk) -> None:
    # Given another change in the same file
    stopped.edit("active: true", "active: false")
    # When
    applied = stopped.apply()
    # Then nobody says that it works, and the rest was done
    assert applied.done is not None
    assert [one.system for one in applied.done.looked if one.finding.level is Level.FAILING] == ["Books"]
    assert not applied.done.is_complete
    assert "Books" not in changed(applied)
    assert broken(stopped) == ["grant_revoked"]
    assert stopped.rows("select active from connections") == [(False,)]


def test_a_plan_says_that_it_works_again_and_lets_nothing_in(stopped: Desk) -> None:
    # Given
    stopped.books.restore_grant()
    # When
    made = plan(stopped.place, stopped.wish())
    # Then
    assert [line.name for line in lines(made) if line.changes] == ["Books"]
    assert broken(stopped) == ["grant_revoked"]


def test_a_shop_that_refused_its_key_for_a_day_is_let_in_too(desk: Desk, line: Line) -> None:
    # Given a shop that answered 401 when an order was to be fetched
    number = desk.woo.put_order(
        lines=[{"name": "Krus", "price": "125", "sku": "MUG"}],
        status="processing",
        billing={"first_name": "Mette", "last_name": "Holm", "email": "mette@lampeland.example", "country": "DK"},
    )["id"]
    tell(line.shop, woo_order(number))
    line.shop.rows("update transfers set needs_fetch = true returning id")
    fault = desk.woo.add_fault(kind="answer", status=401, method="GET", path="*/orders/*")
    line.work(number)
    assert len(broken(desk)) == 1
    # When it takes the key again
    desk.woo.faults.remove(fault)
    applied = desk.apply()
    # Then
    assert [*changed(applied)] == ["Webshop"]
    line.work(number)
    assert line.state(number) == ("done", "")
