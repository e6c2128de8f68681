"""A worker that is killed anywhere, a shop or a store in trouble: the run goes on where it was, and each goes once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from shared.store import run_work
from tests.bulk.rig import Bulk
from tests.line.rig import Killed, dies_at
from workers import feeding
from workers.hand import Point

#: What a run does, each a place at which its worker may be killed: before it, and behind it.
STEPS: dict[str, tuple[object, str]] = {
    "begun": (run_work, "begin"),
    "kept": (run_work, "keep"),
    "fed": (run_work, "feed"),
    "taken in": (feeding, "take_in"),
    "ended": (run_work, "end"),
}


@pytest.mark.parametrize("is_behind", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_is_killed_leaves_a_run_that_goes_on(
    bulk: Bulk, monkeypatch: pytest.MonkeyPatch, step: str, is_behind: bool
) -> None:
    # Given a run whose worker is killed at a step, each time a bit later
    bulk.put(*range(1, 13))
    run = bulk.open()
    where, name = STEPS[step]
    real: Callable[..., Any] = getattr(where, name)
    left = [0]

    def dying(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0 and not is_behind:
            raise Killed
        done = real(*given, **named)
        if left[0] < 0:
            raise Killed
        return done

    for survived in range(5):
        left[0] = survived
        monkeypatch.setattr(where, name, dying)
        with contextlib.suppress(Killed):
            bulk.go(run)
        monkeypatch.setattr(where, name, real)
        bulk.work()
    # When others go on, then each order is in the books once, and the run counts each once
    row = bulk.run(run) if bulk.run(run).state == "done" else bulk.finish(run)
    assert (row.state, row.items, row.done, row.total) == ("done", 12, 12, 12)
    assert bulk.in_books() == {str(number): 1 for number in range(1, 13)}


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.FROZEN, Point.SENT])
def test_a_worker_that_is_killed_with_an_order_of_a_run(bulk: Bulk, point: Point) -> None:
    # Given a run whose order is in the hand of a worker that is killed
    bulk.put(1)
    run = bulk.open()
    bulk.go(run)
    with pytest.raises(Killed):
        bulk.work(watch=dies_at(point))
    # When its lease has run out, then the order goes, once
    bulk.line.let_time_pass(400)
    bulk.store.one("free_expired")
    bulk.work()
    bulk.line.let_time_pass(400)
    bulk.store.one("wake_due")
    assert bulk.finish(run).done == 1
    assert bulk.in_books() == {"1": 1}


def test_a_run_whose_worker_or_message_is_lost_is_rung_for_again(bulk: Bulk) -> None:
    # Given a run whose message was lost
    bulk.put(1)
    run = bulk.open()
    assert (bulk.ring(), bulk.ring()) == (1, 0)
    bulk.line.shop.rows("update runs set rung_at = rung_at - interval '301 s' returning id")
    assert (bulk.ring(), bulk.ring()) == (1, 0)
    # And whose worker is lost
    begun = run_work.begin(bulk.store, bulk.line.shop.account, run, lease=40)
    assert not isinstance(begun, str)
    assert bulk.ring() == 0
    bulk.line.shop.rows("update runs set lease_until = now() returning id")
    assert bulk.ring() == 1
    # Then another one has it, and the first may not write any more
    assert not isinstance(run_work.begin(bulk.store, bulk.line.shop.account, run, lease=40), str)
    assert run_work.keep(bulk.store, begun, lease=40, cursor={"at": 1})[0] == "lost"
    assert run_work.begin(bulk.store, bulk.line.shop.account, run, lease=40) == "nothing"


def test_a_message_that_rabbitmq_did_not_confirm_is_sent_again(bulk: Bulk) -> None:
    bulk.open()
    bulk.bell.loses = 1
    assert (bulk.ring(), bulk.ring()) == (0, 1)


def test_a_shop_in_trouble_is_asked_again_later(bulk: Bulk) -> None:
    # Given a shop that does not answer, when a run begins, then it says so, and waits
    bulk.put(1)
    run = bulk.open()
    bulk.woo.add_fault(kind="answer", status=503, count=1)
    bulk.go(run)
    row = bulk.run(run)
    assert (row.state, bool(row.problem), bulk.ring()) == ("running", True, 0)
    # And when the shop is back, then the run goes on
    bulk.line.let_time_pass(3600)
    bulk.line.shop.rows("update runs set next_at = now() returning id")
    assert bulk.ring() == 1
    row = bulk.finish(run)
    assert (row.done, row.problem) == (1, "")


def test_a_service_that_stops_puts_the_run_down(bulk: Bulk) -> None:
    # Given a worker that is asked to stop, when it has a run in hand, then it is rung for at once
    bulk.put(1)
    run = bulk.open()
    bulk.stopping.set()
    bulk.go(run)
    assert (bulk.run(run).state, bulk.ring()) == ("running", 1)
    bulk.stopping.clear()
    assert bulk.finish(run).done == 1


def test_a_run_that_failed_can_be_resumed_when_it_was_mended(bulk: Bulk) -> None:
    # Given settings that cannot be read, when a run begins, then it has failed, and says why
    bulk.put(1)
    run = bulk.open()
    (settings,) = bulk.line.shop.rows("select settings from connection_settings")[0]
    bulk.line.choose({"time_zone": "Nowhere"})
    bulk.go(run)
    row = bulk.run(run)
    assert (row.state, "Nowhere" in row.problem, bulk.ring()) == ("failed", True, 0)
    # And when that is mended, and it is resumed, then it goes on
    bulk.line.choose({name: value for name, value in settings.items() if name != "time_zone"})
    assert bulk.steer(run, "resume") == "running"
    assert bulk.ring() == 1
    assert bulk.finish(run).done == 1
