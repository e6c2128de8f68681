"""A system that is slow, refuses or is gone: its orders wait, are told of once, and nobody else's are held up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest

from connectors.economic import Economic
from connectors.pace import Budget
from shared.store import setup
from shared.store.database import Database
from shared.store.sql import query
from tests.line.rig import Killed, Line, books_credentials, dies_at, line_to
from tests.support.orders import tell, woo_order
from tests.support.shop import KEYRING
from tests.support.waiting import eventually
from workers.hand import LEASE, Point, PutBack
from workers.lanes import Lanes


@pytest.fixture
def line(store: Database) -> Iterator[Line]:
    with line_to(store) as line:
        yield line


def alarms(line: Line) -> list[tuple[object, ...]]:
    return list(line.shop.rows("select code, count, resolved_at is not null from alarms order by id"))


def test_a_revoked_grant_stops_the_connection_once_and_new_credentials_let_it_go_on(line: Line) -> None:
    # Given books that refuse the grant
    for number in (1, 2):
        tell(line.shop, woo_order(number))
    line.books.revoke_grant()

    # When a worker comes, then there is one alarm, and the next order asks for nothing
    line.work(1)
    asked = len(line.books.journal.entries())
    line.work(2)
    assert len(line.books.journal.entries()) == asked
    assert [code for code, *_ in alarms(line)] == ["grant_revoked"]
    assert line.state(1)[0] == line.state(2)[0] == "waiting"

    # When the owner connects anew, then both go, and the alarm is over
    line.books.restore_grant()
    with line.database.account(line.shop.account) as c:
        setup.change_credentials(c, KEYRING, line.shop.books, books_credentials(line.books))
    line.work(1)
    line.work(2)
    assert (line.state(1), line.state(2)) == (("done", ""), ("done", ""))
    assert [is_over for *_, is_over in alarms(line)] == [True]


def test_credentials_that_are_missing_are_told_as_such(line: Line) -> None:
    # Given books whose credentials nobody entered, when an order comes, then the owner is told to enter them
    line.shop.rows("update systems set credentials = null where id = %s returning id", line.shop.books)
    tell(line.shop, woo_order(1))
    line.work(1)
    assert [code for code, *_ in alarms(line)] == ["no_credentials"]


def test_a_system_that_asks_for_patience_is_left_alone_by_everybody(line: Line) -> None:
    # Given books that ask for half a minute
    for number in (1, 2):
        tell(line.shop, woo_order(number))
    line.books.add_fault(kind="answer", status=429, headers={"Retry-After": "30"}, count=1)
    line.work(1)
    assert line.state(1) == ("waiting", "rate_limited")

    # When another worker has another order, then it asks for nothing and comes back later
    asked = len(line.books.journal.entries())
    line.work(2, tools=line.new_tools())
    assert len(line.books.journal.entries()) == asked
    ((rest,),) = line.shop.rows("select extract(epoch from blocked_until - now()) from budgets")
    assert 25 < rest <= 30
    assert line.state(2)[0] == "waiting"

    # And a success of a call that was under way does not end what the system asked for
    line.database.run(
        lambda c: c.execute(query("note_recovery"), {"account": line.shop.account, "systems": [line.shop.books]})
    )
    line.work(2)
    assert len(line.books.journal.entries()) == asked

    # And after the half minute both go
    line.let_time_pass(35)
    line.work(1)
    line.work(2)
    assert len(line.books.documents()) == 2


def test_a_system_that_fails_again_and_again_rests_longer_each_time(line: Line) -> None:
    # Given books that answer every request with an error
    tell(line.shop, woo_order(1))
    fault = line.books.add_fault(kind="answer", status=503)
    rests = []

    # When the order is tried again and again, then from the fifth time on the books rest, each time longer
    for _ in range(7):
        line.work(1)
        ((rest,),) = line.shop.rows("select extract(epoch from blocked_until - now()) from budgets")
        rests.append(round(rest) if rest is not None else None)
        line.let_time_pass(5000)
    assert rests == [None, None, None, None, 5, 10, 20]

    # And one success ends the row
    line.books.faults.remove(fault)
    line.work(1)
    assert line.state(1) == ("done", "")
    assert line.shop.rows("select troubles from budgets") == [(0,)]


def test_an_order_is_tried_later_and_later(line: Line) -> None:
    # Given books that fail, when the order is tried again and again, then each wait is longer, up to an hour
    tell(line.shop, woo_order(1))
    line.books.add_fault(kind="answer", status=503)
    waits: list[tuple[int]] = []
    for _ in range(7):
        line.work(1)
        waits += line.shop.rows("select extract(epoch from next_attempt_at - now())::int from transfers")
        line.let_time_pass(5000)
    expected = [5, 15, 60, 300, 900, 3600, 3600]
    assert all(0.75 * e <= w <= 1.25 * e for (w,), e in zip(waits, expected, strict=True)), waits


def test_all_workers_together_keep_to_what_the_system_allows(store: Database) -> None:
    # Given books that allow 120 calls a minute, and a connector that knows it
    budget = Budget(tokens=120, per=timedelta(minutes=1))
    with line_to(store) as line, patch.object(Economic, "budget", budget):
        line.books.settings.tokens_per_minute = budget.tokens
        for number in range(1, 61):
            tell(line.shop, woo_order(number))

        # When two workers handle more orders than that, then both stop before the books have to refuse
        tools = line.new_tools(), line.new_tools()
        for number in range(1, 61):
            line.work(number, tools=tools[number % 2])
        assert [entry for entry in line.books.journal.entries() if entry.status == 429] == []
        assert "no_budget" in {reason for _, reason in map(line.state, range(1, 61))}
        assert len(line.books.documents()) > 10

        # And time brings new tokens
        line.books.settings.tokens_per_minute = 10_000
        line.let_time_pass(60)
        line.shop.rows("update budgets set refilled_at = refilled_at - interval '1 min' returning 1")
        done = len(line.books.documents())
        for number in range(1, 61):
            line.work(number)
        assert len(line.books.documents()) > done


def test_books_that_hang_do_not_hold_up_the_orders_of_others(store: Database) -> None:
    # Given books that answer after a long time, others that answer at once, and a worker with four threads
    with line_to(store, threads=4) as slow, line_to(store, threads=4) as quick:
        slow.books.add_fault(kind="latency", seconds=30)
        tools = slow.tools
        quick.books.put_product("MUG")
        for number in range(1, 9):
            tell(slow.shop, woo_order(number))
            tell(quick.shop, woo_order(number, email=f"customer{number}@lampeland.example"))

        # When the messages of the slow ones come first
        todo = [(slow, n) for n in range(1, 9)] + [(quick, n) for n in range(1, 9)]
        lock = threading.Lock()

        def thread() -> None:
            while True:
                with lock:
                    if not todo:
                        return
                    line, number = todo.pop(0)
                line.work(number, tools=tools)

        threads = [threading.Thread(target=thread) for _ in range(4)]
        started = time.monotonic()
        for one in threads:
            one.start()
        try:
            # Then the orders of the others are through long before the slow ones
            eventually(lambda: len(quick.books.documents()) == 8, within=15)
            assert time.monotonic() - started < 15
            assert slow.books.documents() == []
        finally:
            slow.books.faults.clear()
            for one in threads:
                one.join(timeout=30)
        put_back = [n for n in range(1, 9) if slow.state(n) == ("waiting", "others_first")]
        assert len(put_back) >= 4


def test_one_agreement_that_hangs_does_not_hold_up_another_one_at_the_same_vendor(store: Database) -> None:
    # Given two agreements behind one address, of which one hangs
    books = Lanes(threads=8)
    held = [books.on("https://vendor", system=1) for _ in range(4)]
    for place in held:
        place.__enter__()

    # When a fifth order of it comes, then it finds no place, and an order of the other one does
    with pytest.raises(PutBack, match="others_first"), books.on("https://vendor", system=1):
        pass
    with books.on("https://vendor", system=2), books.on("https://vendor", system=2):
        # And both together leave threads to other vendors
        with pytest.raises(PutBack, match="others_first"), books.on("https://vendor", system=3):
            pass
        with books.on("https://elsewhere", system=4):
            pass
    for place in held:
        place.__exit__(None, None, None)


def test_a_full_lane_that_moves_is_waited_for(store: Database) -> None:
    # Given a lane that is full for a moment
    lanes = Lanes(threads=2)
    place = lanes.on("https://vendor", system=1)
    place.__enter__()
    is_free = threading.Event()

    def leave() -> None:
        is_free.set()
        place.__exit__(None, None, None)

    threading.Timer(0.1, leave).start()

    # When the next one comes, then it gets the place as soon as it is free, and not before
    with lanes.on("https://vendor", system=1):
        assert is_free.is_set()


def test_the_refusal_of_old_credentials_does_not_break_new_ones(line: Line) -> None:
    # Given an owner who enters new credentials while a call with the old ones is on its way to be refused
    tell(line.shop, woo_order(1))
    line.books.revoke_grant()

    def connect_anew(point: object, claim: object) -> None:
        if point == "decided":
            with line.database.account(line.shop.account) as c:
                setup.change_credentials(c, KEYRING, line.shop.books, books_credentials(line.books))

    # When the refusal is recorded, then the new ones are not blamed for it
    line.work(1, watch=connect_anew)
    assert alarms(line) == []
    line.books.restore_grant()
    line.let_time_pass(10)
    line.work(1)
    assert line.state(1) == ("done", "")


def test_orders_that_never_reach_the_books_do_not_make_them_well(line: Line) -> None:
    # Given books that fail, and between two tries always an order that is not to go
    line.books.add_fault(kind="answer", status=503)
    tell(line.shop, woo_order(1))
    for number in range(2, 8):
        line.work(1)
        line.let_time_pass(5000)
        tell(line.shop, woo_order(number, status="pending"))
        line.work(number)

    # When their troubles are counted, then all count
    assert line.shop.rows("select troubles from budgets") == [(6,)]


def test_an_order_that_takes_one_worker_after_the_other_with_it_waits_longer_each_time(line: Line) -> None:
    # Given an order on which every worker dies
    tell(line.shop, woo_order(1))
    waits: list[tuple[int | None]] = []
    for _ in range(5):
        with pytest.raises(Killed):
            line.work(1, watch=dies_at(Point.DECIDED))
        line.let_time_pass(LEASE + 1)
        line.database.run(lambda c: c.execute("select free_expired()"))
        waits += line.shop.rows("select round(extract(epoch from next_attempt_at - now()))::int from transfers")
        line.let_time_pass(5000)

    # Then it comes back at once three times, and then leaves the workers alone for a while
    assert [wait for (wait,) in waits] == [None, None, None, 60, 120]
