"""Which runs are emitted, when, and how often: a row and its due times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import dramatiq

from scheduler import emitting
from scheduler.emitting import Emitter, following
from shared.store import schedules
from shared.store.database import Database
from shared.store.schedules import Due
from tests.jobs.rig import Bell
from tests.support.shop import Shop, open_shop

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hold(shop: Shop, what: str) -> None:
    shop.rows(f"update schedules set {what} where job = 'poll' returning id")


def poll_of(shop: Shop) -> int:
    return int(shop.rows("select id from schedules where job = 'poll'")[0][0])


def test_a_new_connection_looks_at_its_shop_at_once_and_then_every_five_minutes(own_store: Database) -> None:
    # Given a connection that was just made
    shop, bell = open_shop(own_store), Bell()
    emitter = Emitter(own_store, bell)

    # When the clock looks at it, it is planned, and emitted at the next look
    assert [emitter.emit(NOON + timedelta(seconds=s)) for s in range(3)] == [0, 1, 0]
    ended(shop)

    # Then it comes every five minutes, and never twice
    for second in range(1, 3600, 7):
        if emitter.emit(NOON + timedelta(seconds=second)):
            ended(shop)
    dues = [datetime.fromisoformat(due) for _, due in bell.emissions()]
    assert len(dues) == len(set(dues)) == 1 + 12
    assert {later - earlier for earlier, later in pairwise(dues[1:])} == {timedelta(minutes=5)}


def test_two_schedulers_emit_what_is_due_once(own_store: Database) -> None:
    # Given two that both think that they lead, and have seen the same schedule due
    shop, bell = open_shop(own_store), Bell()
    Emitter(own_store, bell).emit(NOON)
    seen = [schedules.due(own_store, most=10, now=NOON) for _ in range(2)]
    planned = [[(one, NOON + timedelta(minutes=5), True) for one in due] for due in seen]

    # When both emit it, then one of them may ring
    assert [schedules.emit(own_store, each) for each in planned] == [{poll_of(shop)}, set()]


def test_a_run_that_is_still_going_is_not_started_again(own_store: Database) -> None:
    # Given a run in a worker's hand
    shop, bell = open_shop(own_store), Bell()
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)
    emitter.emit(NOON)
    (schedule, due), *_ = bell.emissions()
    begun = schedules.begin(own_store, shop.account, schedule, datetime.fromisoformat(due), lease=4000)
    assert not isinstance(begun, str)

    # When its next times come, then they pass; and when it has ended, the next one comes
    assert [emitter.emit(NOON + timedelta(minutes=m)) for m in range(6, 30, 6)] == [0, 0, 0, 0]
    schedules.end(own_store, begun, cursor={}, counts=begun.counts)
    assert emitter.emit(NOON + timedelta(minutes=36)) == 1


def test_what_was_missed_is_caught_up_once(own_store: Database) -> None:
    # Given a scheduler that was away for a day
    shop, bell = open_shop(own_store), Bell()
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)
    emitter.emit(NOON)
    ended(shop)

    # When it is back, then each schedule comes once
    emitter.emit(NOON + timedelta(days=1, hours=18))
    assert [one.kwargs["job"] for one in bell.rung[1:]] in (["poll", "recheck"], ["recheck", "poll"])


def test_what_rabbitmq_did_not_confirm_is_emitted_again(own_store: Database) -> None:
    # Given a broker that loses a message
    open_shop(own_store)
    bell = Bell(loses=1)
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)
    assert (emitter.emit(NOON), emitter.emit(NOON)) == (0, 1)
    assert len(bell.rung) == 1


def test_one_that_cannot_be_planned_stops_no_other(own_store: Database) -> None:
    # Given two shops, and a mistake of ours that meets the plan of the first one
    first, second = open_shop(own_store), open_shop(own_store)
    bell, bad = Bell(), poll_of(first)

    def fails_at_the_first(schedule: Due) -> datetime:
        if schedule.schedule_id == bad:
            raise KeyError("oops")
        return following(schedule)

    with patch.object(emitting, "following", fails_at_the_first):
        for minute in range(0, 70, 5):
            Emitter(own_store, bell).emit(NOON + timedelta(minutes=minute))
            ended(first)
            ended(second)

    # Then the other one comes as ever, and this one still does
    emissions = [schedule for schedule, _ in bell.emissions()]
    assert emissions.count(poll_of(second)) == 13
    assert emissions.count(bad) == 1


def test_a_broker_that_loses_messages_is_not_given_all_the_others(own_store: Database) -> None:
    # Given more shops than one round rings for, and a broker that loses all of it
    for _ in range(6):
        open_shop(own_store)
    bell = Bell(loses=1000)
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)

    # When they are due, then what is under way is no more than one round of it
    with patch.object(emitting, "BATCH", 2), patch.object(emitting, "CONFIRM_WITHIN", 0.0):
        emitter.emit(NOON)
    assert 1000 - bell.loses == 2


def test_what_may_have_arrived_unconfirmed_is_not_emitted_a_second_time(own_store: Database) -> None:
    # Given a scheduler that is stopped while it publishes: the message arrived, and its confirm came too late
    shop, bell = open_shop(own_store), Bell()
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)
    with patch.object(emitting, "CONFIRM_WITHIN", 0.0), patch.object(Bell, "publish", arrives_unconfirmed):
        emitter.emit(NOON)

    # When others look, then it is not emitted again; after five minutes it is rung for once more
    assert [emitter.emit(NOON + timedelta(seconds=s)) for s in range(3)] == [0, 0, 0]
    hold(shop, "rung_at = rung_at - interval '301 s'")
    assert emitter.remind() == 1

    # And of the two messages one begins the run
    first, second = bell.emissions()
    assert first == second
    schedule, due = first
    begun = [
        schedules.begin(own_store, shop.account, schedule, datetime.fromisoformat(due), lease=40) for _ in range(2)
    ]
    assert begun[1:] == ["nothing"]
    assert not isinstance(begun[0], str)


def arrives_unconfirmed(bell: Bell, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:
    bell.rung += messages
    return [False] * len(messages)


def test_a_lost_message_and_a_lost_worker_are_rung_for_again(own_store: Database) -> None:
    # Given a run whose message came to nothing
    shop, bell = open_shop(own_store), Bell()
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)
    emitter.emit(NOON)
    assert emitter.remind() == 0
    hold(shop, "rung_at = rung_at - interval '301 s'")
    assert emitter.remind() == 1

    # And then one whose worker is gone: it is the same run
    (schedule, due), again = bell.emissions()
    assert again == (schedule, due)
    begun = schedules.begin(own_store, shop.account, schedule, datetime.fromisoformat(due), lease=40)
    assert not isinstance(begun, str)
    hold(shop, "lease_until = now()")
    assert emitter.remind() == 1
    later = schedules.begin(own_store, shop.account, schedule, datetime.fromisoformat(due), lease=40)

    # Then the new worker has it, and the old one cannot write any more; the row tells since when none came to its end
    assert not isinstance(later, str)
    assert shop.rows("select troubled_since is not null from schedules where job = 'poll'") == [(True,)]
    assert not schedules.keep(own_store, begun, lease=40, cursor={}, counts=begun.counts)
    assert schedules.begin(own_store, shop.account, schedule, datetime.fromisoformat(due), lease=40) == "nothing"


def test_many_that_were_lost_are_rung_for_some_at_a_time(own_store: Database) -> None:
    # Given messages that came to nothing, of more shops than one statement is to be about
    for _ in range(5):
        open_shop(own_store)
    bell = Bell()
    emitter = Emitter(own_store, bell)
    emitter.emit(NOON)
    emitter.emit(NOON)
    own_store.one("take_over")
    bell.rung.clear()

    # When one look may ring for two at a time, and for four in all, then the last one comes after them
    with patch.multiple(emitting, BATCH=2, MOST_ROUNDS=2):
        assert (emitter.remind(), emitter.remind(), emitter.remind()) == (4, 1, 0)
    assert len(set(bell.emissions())) == 5


def test_what_is_off_is_planned_on_and_not_run(own_store: Database) -> None:
    # Given a connection that is switched off
    shop, bell = open_shop(own_store), Bell()
    emitter = Emitter(own_store, bell)
    shop.switch(on=False)
    for minute in range(60):
        emitter.emit(NOON + timedelta(minutes=minute))
    assert bell.rung == []

    # When it is on again, then the next run comes at its time, and none of those that passed
    shop.switch(on=True)
    emitter.emit(NOON + timedelta(minutes=65))
    assert [one.kwargs["job"] for one in bell.rung] == ["poll"]


def ended(shop: Shop) -> None:
    """The run that was emitted last, as its worker leaves it."""
    shop.rows("update schedules set rung_at = null, began_at = now(), ended_at = now() returning id")
