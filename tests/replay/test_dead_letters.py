"""Messages that no worker could handle: looked at, sent once more, dropped; none is ever lost on the way."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pika.adapters.blocking_connection import BlockingChannel

from shared.queue import Queue, message_for
from tests.line.queues import channel_to
from tests.line.rig import Killed
from tests.replay.conftest import Desk
from tests.support.orders import tell, woo_order


def dead_order(desk: Desk, number: int) -> str:
    tell(desk.line.shop, woo_order(number))
    return str(desk.bury_order(number).message_id)


def test_a_list_says_what_died_and_why_and_takes_nothing_away(desk: Desk) -> None:
    # Given two orders whose messages nobody could handle, and a poll's
    first, second = dead_order(desk, 1), dead_order(desk, 2)
    desk.bury(message_for(Queue.POLLS, account=1, schedule=7, due="2026-11-01"), queue=Queue.POLLS)

    # When they are listed, twice
    desk.json("replay", "dead-letters", "list")
    listed = desk.json("replay", "dead-letters", "list")

    # Then each says what it is about, what killed it and when, in the order in which they died
    assert [(one["id"], one["queue"], one["error"]) for one in listed["dead_letters"][:2]] == [
        (first, "orders", "KeyError"),
        (second, "orders", "KeyError"),
    ]
    assert listed["dead_letters"][0]["words"]["order"] == "1"
    assert listed["dead_letters"][0]["died_at"] is not None
    assert listed["dead_letters"][2]["words"]["schedule"] == 7
    assert listed["count"] == 3

    # And they are all there still; a shorter list says how many it leaves out
    assert desk.dead() == [first, second]
    assert "3 dead letters, 1 of them here." in desk.says("replay", "dead-letters", "list", "--limit", "1")
    assert "KeyError" in desk.says("replay", "dead-letters", "show", first)
    assert desk.dead() == [first, second]


def test_one_is_sent_once_more_and_its_order_goes(desk: Desk) -> None:
    # Given two orders that failed with their messages
    first, second = dead_order(desk, 1), dead_order(desk, 2)
    assert desk.line.state(1) == ("failed", "dead_letter")

    # When one is requeued
    desk.says("replay", "dead-letters", "requeue", first)

    # Then its message waits in its own queue, its order waits for it, and the other one is where it was
    assert desk.dead() == [second]
    assert desk.waiting() == [first]
    assert (desk.line.state(1)[0], desk.line.state(2)[0]) == ("waiting", "failed")

    # And a worker brings it into the books, once, however often its message comes
    desk.line.work(1)
    desk.line.work(1)
    assert len(desk.line.books.documents()) == 1


def test_all_of_a_queue_go_once_more(desk: Desk) -> None:
    # Given dead letters of two queues
    ids = [dead_order(desk, number) for number in (1, 2, 3)]
    desk.bury(message_for(Queue.POLLS, account=1, schedule=7, due="2026-11-01"), queue=Queue.POLLS)

    # When all of one are requeued; nobody can be asked, so it is said
    assert "say --yes" in desk.fails("replay", "dead-letters", "requeue", "--all", "--queue", "orders")
    assert desk.dead() == ids
    assert desk.says("replay", "dead-letters", "requeue", "--all", "--queue", "orders", "--yes") == (
        "3 dead letters requeued.\n"
    )

    # Then those go, and the other queue's stays
    assert (desk.dead(), desk.waiting()) == ([], ids)
    assert len(desk.dead(Queue.POLLS)) == 1


def test_what_is_dropped_is_gone_and_its_order_stays_failed(desk: Desk) -> None:
    # Given two of them, when one is dropped, then the other, by saying all; where nobody can be asked, that is said
    first, second = dead_order(desk, 1), dead_order(desk, 2)
    assert "say --yes" in desk.fails("replay", "dead-letters", "drop", first)
    assert desk.dead() == [first, second]
    desk.says("replay", "dead-letters", "drop", first, "--yes")
    assert desk.dead() == [second]
    desk.says("replay", "dead-letters", "drop", "--all", "--yes")

    # Then neither is anywhere, and the orders can still be asked for
    assert (desk.dead(), desk.waiting()) == ([], [])
    assert desk.line.state(1) == ("failed", "dead_letter")


@pytest.mark.parametrize("when", ["before RabbitMQ has it", "before it leaves the grave"])
def test_whoever_is_killed_while_he_requeues_loses_nothing(
    desk: Desk, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a dead letter, and a command that is killed in the middle of requeueing it
    dead = dead_order(desk, 1)

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(BlockingChannel, "basic_publish" if when == "before RabbitMQ has it" else "basic_ack", killed)
        with pytest.raises(Killed):
            desk.run("replay", "dead-letters", "requeue", dead)

    # Then it is where it was, and may be in its queue, too
    assert desk.dead() == [dead]
    assert desk.waiting() in ([], [dead])

    # And its order waits either way: the relay rings for it by itself
    assert desk.line.state(1)[0] == "waiting"

    # And said once more it goes
    desk.says("replay", "dead-letters", "requeue", dead)
    assert (desk.dead(), desk.waiting()) == ([], [dead])


def test_an_order_that_went_meanwhile_is_not_touched(desk: Desk) -> None:
    # Given an order that was retried, and is in the books, while its message is among the dead
    dead = dead_order(desk, 1)
    desk.line.ask_again(1)
    desk.line.work(1)

    # When the message is requeued and comes, then nothing more becomes of it
    desk.says("replay", "dead-letters", "requeue", dead)
    desk.line.work(1)
    assert desk.line.state(1) == ("done", "")
    assert len(desk.line.books.documents()) == 1


def test_what_nobody_can_read_is_shown_as_such_and_can_be_dropped(desk: Desk) -> None:
    # Given a message of strangers among the dead
    dead = dead_order(desk, 1)
    with channel_to(desk.amqp_url) as channel:
        channel.basic_publish("", "orders.XQ", b"\x00 no message \x1b[31m")
        channel.basic_publish("", "orders.XQ", b'{"queue_name": "orders"}')
    found = desk.json("replay", "dead-letters", "list")["dead_letters"]
    assert [one["words"] is None for one in found] == [False, True, True]
    strange = found[1]["id"]

    # When it is to go once more, then that is refused; with all, it stays; it can be dropped
    assert "nobody can read" in desk.fails("replay", "dead-letters", "requeue", strange)
    desk.says("replay", "dead-letters", "requeue", "--all", "--yes")
    assert desk.dead() == [strange, found[2]["id"]]
    desk.says("replay", "dead-letters", "drop", strange, "--yes")
    assert desk.dead() == [found[2]["id"]]
    assert desk.waiting() == [dead]


def test_wrong_wishes_are_told_what_is_wrong(desk: Desk) -> None:
    # Given nothing among the dead, when something is named that is not there, then that is said
    assert "there is no dead letter 'x'" in desk.fails("replay", "dead-letters", "show", "x")
    assert "there is no dead letter 'x'" in desk.fails("replay", "dead-letters", "requeue", "x")
    assert "there is no dead letter 'x'" in desk.fails("replay", "dead-letters", "drop", "x")
    assert "--all" in desk.fails("replay", "dead-letters", "drop", code=2)
    assert "--all" in desk.fails("replay", "dead-letters", "requeue", "x", "--all", code=2)
    assert "0 dead letters" in desk.says("replay", "dead-letters", "list")


def test_a_broker_that_is_away_is_said_without_its_password(quiet_desk: Desk) -> None:
    # Given a RabbitMQ that nobody reaches, when the dead are asked for, then one line says so
    said = quiet_desk.fails("replay", "dead-letters", "list", code=69)
    assert "does not let us in" in said
    assert "nothing" not in said


def test_workers_that_take_messages_meanwhile_get_each_once(desk: Desk) -> None:
    # Given dead letters, and somebody who takes messages out of their queue while they are requeued
    ids = [dead_order(desk, number) for number in range(1, 16)]
    taken: list[str] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            taken.extend(desk.waiting())

    worker = threading.Thread(target=work)
    worker.start()
    try:
        desk.says("replay", "dead-letters", "requeue", "--all", "--yes")
    finally:
        stop.set()
        worker.join()
    # Then each came once, and none is left among the dead
    assert sorted([*taken, *desk.waiting()]) == sorted(ids)
    assert desk.dead() == []
