"""Anything may happen to an order, in any sequence: it never has two documents, is never booked with another total, and
always comes to an end or says why not.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from connectors.economic.sandbox import KeyPolicy
from shared.domain.document import Place
from shared.store.database import Database
from tests.life import proofs
from tests.life.chances import (
    CALLS,
    FAULTS,
    acts,
    baskets,
    changes,
    choices,
    early_states,
    news,
    orders,
    points,
    roundings,
    some,
    states,
    switches,
    times,
    twists,
)
from tests.life.rig import Life, life
from tests.life.twists import Rounded, Twist, mend
from workers.hand import LEASE, Point
from workers.make_once import RESEND_WITHIN, REST

#: How often all waiting orders are worked on until none waits any more.
ROUNDS = 30


class OneConnection(RuleBasedStateMachine):
    store: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self._open = contextlib.ExitStack()
        self.life: Life = self._open.enter_context(life(self.store))

    @initialize(chosen=choices, keys=st.sampled_from(KeyPolicy), rounded=roundings, state=states, basket=baskets)
    def a_connection_with_an_order(
        self, chosen: dict[str, Any], keys: KeyPolicy, rounded: Rounded, state: str, basket: str
    ) -> None:
        self.life.choose(chosen)
        self.life.line.books.settings.keys = keys
        rounded.happens(self.life)
        self.the_shop_changes(1, state, basket, "once")

    # The shop

    @rule(order=orders, state=states, basket=baskets, told=st.sampled_from(["once", "twice", "later"]))
    def the_shop_changes(self, order: int, state: str, basket: str, told: str) -> None:
        body = self.life.shop_changes(order, state, basket)
        if told == "later":
            self.life.late.append(body)
            return
        delivery = self.life.shop_tells(body)
        if told == "twice":
            self.life.shop_tells(body, delivery=delivery)
            self.life.shop_tells(body)

    @rule(which=some)
    def a_late_word_comes(self, which: int) -> None:
        if self.life.late:
            self.life.shop_tells(self.life.late.pop(which % len(self.life.late)))

    # The owner

    @rule(chosen=choices)
    def the_owner_chooses(self, chosen: dict[str, Any]) -> None:
        self.life.choose(chosen)

    @rule(order=orders, is_waived=st.booleans())
    def the_owner_has_it_looked_at_again(self, order: int, is_waived: bool) -> None:
        self.life.ask_again(order, is_waived=is_waived)

    @rule(what=switches)
    def somebody_switches_off(self, what: str) -> None:
        self.life.switch(what, on=False)

    @rule(is_released=st.sampled_from([True, True, False]))
    def all_is_switched_on(self, is_released: bool) -> None:
        self.life.switch_all_on()
        if is_released:
            self.life.release()

    @rule(act=acts, which=some)
    def somebody_writes_in_the_books(self, act: str, which: int) -> None:
        hands = self.life.hands
        match act:
            case "book":
                hands.book(which)
            case "delete":
                hands.delete(which)
            case "change":
                hands.change(which)
            case "send":
                hands.move(which, Place.SENT)
            case "archive":
                hands.move(which, Place.ARCHIVED)
            case "close":
                hands.close_month()
            case "open":
                hands.open_month()

    @rule(seconds=st.sampled_from([1, REST + 1, LEASE + 1, RESEND_WITHIN + 60]))
    def time_passes(self, seconds: float) -> None:
        self.life.let_time_pass(seconds)

    # The workers: each try has news, most often, and then something befalls it

    @rule(order=orders, news=news, basket=baskets, after=times)
    def a_worker_works(self, order: int, news: str | None, basket: str, after: float) -> None:
        self._comes(order, news, basket, after)
        self.life.work(order)

    @rule(
        order=orders, news=news, basket=baskets, after=times, fault=st.sampled_from(FAULTS), too_early=st.integers(0, 2)
    )
    def the_books_are_in_trouble(
        self, order: int, news: str | None, basket: str, after: float, fault: dict[str, Any], too_early: int
    ) -> None:
        """The next time that anything is written there; and how often it comes again at once."""
        self._comes(order, news, basket, after)
        for method, path in CALLS:
            self.life.line.books.add_fault(**fault, method=method, path=path, count=1)
        self.life.work(order)
        for _ in range(too_early):
            self.life.let_them_wait_no_longer()
            self.life.work(order)

    @rule(order=orders, first=early_states, act=changes, news=news, basket=baskets)
    def somebody_writes_and_it_is_looked_at(
        self, order: int, first: str, act: str, news: str | None, basket: str
    ) -> None:
        self.a_worker_works(order, first, "100.00", REST + 1)
        self.somebody_writes_in_the_books(act, 0)
        if news is None:
            self.life.ask_again(order)
        self.a_worker_works(order, news, basket, REST + 1)

    @rule(order=orders, news=news, basket=baskets, after=times, point=points)
    def a_worker_dies(self, order: int, news: str | None, basket: str, after: float, point: Point) -> None:
        self._comes(order, news, basket, after)
        self.life.work_and_die(order, point)

    @rule(order=orders, news=news, basket=baskets, after=times, point=points)
    def a_worker_stands_still_until_another_has_done_it(
        self, order: int, news: str | None, basket: str, after: float, point: Point
    ) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: self.life.overtake(order))

    @rule(order=orders, news=news, basket=baskets, after=times, point=points, state=states, new_basket=baskets)
    def the_shop_changes_meanwhile(
        self, order: int, news: str | None, basket: str, after: float, point: Point, state: str, new_basket: str
    ) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: self.the_shop_changes(order, state, new_basket, "once"))

    @rule(order=orders, news=news, basket=baskets, after=times, point=points, act=acts, which=some)
    def somebody_writes_meanwhile(
        self, order: int, news: str | None, basket: str, after: float, point: Point, act: str, which: int
    ) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: self.somebody_writes_in_the_books(act, which))

    @rule(order=orders, news=news, basket=baskets, after=times, point=points, what=switches)
    def somebody_switches_off_meanwhile(
        self, order: int, news: str | None, basket: str, after: float, point: Point, what: str
    ) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: self.life.switch(what, on=False))

    @rule(order=orders, news=news, basket=baskets, after=times, point=points, chosen=choices)
    def the_owner_chooses_meanwhile(
        self, order: int, news: str | None, basket: str, after: float, point: Point, chosen: dict[str, Any]
    ) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: self.life.choose(chosen))

    @rule(order=orders, news=news, basket=baskets, after=times, point=points)
    def the_owner_asks_meanwhile(self, order: int, news: str | None, basket: str, after: float, point: Point) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: self.life.ask_again(order))

    def _comes(self, order: int, news: str | None, basket: str, after: float) -> None:
        if news is not None:
            self.the_shop_changes(order, news, basket, "once")
        if after:
            self.life.let_time_pass(after)

    # Money

    @rule(twist=twists)
    def money_is_seen_otherwise(self, twist: Twist) -> None:
        twist.happens(self.life)

    @rule(order=orders, news=news, basket=baskets, after=times, point=points, twist=twists)
    def money_is_seen_otherwise_meanwhile(
        self, order: int, news: str | None, basket: str, after: float, point: Point, twist: Twist
    ) -> None:
        self._comes(order, news, basket, after)
        self.life.work_while(order, point, lambda: twist.happens(self.life))

    # What is so

    @invariant()
    def what_must_always_be_so(self) -> None:
        for proof in proofs.ALWAYS:
            proof(self.life)

    def teardown(self) -> None:
        """Where nothing was wrong before, all is mended and worked off; then the shop says a last word, so that what is
        chosen now counts; then the owner has what failed looked at again.
        """
        with self._open:
            if sys.exc_info()[0] is None:
                self._all_is_mended()
                self._all_is_worked_off()
                self._the_shop_tells_once_more()
                self._all_is_worked_off()
                proofs.all_came_to_an_end(self.life)
                self._the_owner_asks_for_what_failed()
                self._all_is_worked_off()
                proofs.all_came_to_an_end(self.life)
                proofs.nothing_failed_but_what_only_the_owner_can_put_right(self.life)

    def _all_is_mended(self) -> None:
        self.life.line.books.faults.clear()
        mend(self.life)
        self.life.hands.open_month()
        self.life.switch_all_on()
        self.life.release()
        self.life.new_process()
        for body in self.life.late:
            self.life.shop_tells(body)

    def _the_shop_tells_once_more(self) -> None:
        """Of an order whose document somebody deleted, its owner asks for another one."""
        for order, body in list(self.life.in_shop.items()):
            self.the_shop_changes(order, body["status"], self.life.baskets[order], "once")
            if order in self.life.orders_with_a_deleted_document():
                self.life.ask_again(order)

    def _the_owner_asks_for_what_failed(self) -> None:
        for one in self.life.transfers():
            if one.state == "failed":
                self.life.ask_again(one.order)

    def _all_is_worked_off(self) -> None:
        for _ in range(ROUNDS):
            waiting = [one.order for one in self.life.transfers() if one.state in ("waiting", "working")]
            if not waiting:
                return
            self.life.let_time_pass(LEASE + 1)
            self.life.let_them_wait_no_longer()
            for order in waiting:
                self.life.work(order)
            self.what_must_always_be_so()


@pytest.fixture
def machine(store: Database) -> Iterator[type[OneConnection]]:
    OneConnection.store = store
    yield OneConnection


def test_whatever_happens_an_order_comes_to_one_document_or_says_why_not(machine: type[OneConnection]) -> None:
    slow = list(HealthCheck)
    many = settings().max_examples * 6 // 10
    run_state_machine_as_test(
        machine, settings=settings(max_examples=many, stateful_step_count=20, suppress_health_check=slow)
    )
