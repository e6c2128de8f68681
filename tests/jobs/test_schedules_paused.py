"""What a run that was put down, or that was due, comes to when its job is paused or its settings are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from scheduler.emitting import Emitter
from shared.store import schedules, setup, timetable
from shared.store.database import Database
from shared.store.schedules import NotBegun, Run
from tests.jobs.rig import Bell
from tests.support.shop import open_shop

Job = Literal["poll", "recheck"]


class Desk:
    def __init__(self, store: Database) -> None:
        self.store, self.shop, self.bell = store, open_shop(store), Bell()
        self.emitter = Emitter(store, self.bell)
        # Planned, emitted, and done with.
        self.emitter.emit()
        self.emitter.emit()
        self.hold("rung_at = null, began_at = now(), ended_at = now(), next_due = now() + interval '1 h'")

    def hold(self, what: str, job: str = "%") -> None:
        self.shop.rows(f"update schedules set {what} where job like %s returning id", job)

    def due(self, job: Job) -> None:
        self.hold("next_due = now()", job)

    def emitted(self) -> list[str]:
        """Jobs that are rung for now: those of this look, and of the next one what it planned for now."""
        before = len(self.bell.rung)
        for _ in range(2):
            self.emitter.emit()
        self.emitter.remind()
        return [one.kwargs["job"] for one in self.bell.rung[before:]]

    def begin(self, job: Job) -> Run | NotBegun:
        """As a worker that takes the last message of the job."""
        schedule = self._id(job)
        due = [datetime.fromisoformat(due) for of, due in self.bell.emissions() if of == schedule][-1]
        return schedules.begin(self.store, self.shop.account, schedule, due, lease=120)

    def begun(self, job: Job) -> Run:
        run = self.begin(job)
        assert isinstance(run, Run)
        return run

    def _id(self, job: Job) -> int:
        return int(self.shop.rows("select id from schedules where job = %s", job)[0][0])

    def pause(self, job: Job) -> None:
        with self.store.account(self.shop.account) as c:
            timetable.pause(c, self._id(job), "the shop is being moved")

    def resume(self, job: Job) -> None:
        with self.store.account(self.shop.account) as c:
            assert timetable.resume(c, self._id(job))

    def choose(self, **settings: object) -> None:
        with self.store.account(self.shop.account) as c:
            setup.save_settings(c, self.shop.connection, settings, by="owner")

    def hours_to_recheck(self) -> float:
        (at,) = self.shop.rows("select next_due from schedules where job = 'recheck'")[0]
        return float((at - datetime.now(UTC)) / timedelta(hours=1))


@pytest.fixture
def desk(own_store: Database) -> Desk:
    return Desk(own_store)


@pytest.mark.parametrize("job", ["poll", "recheck"])
def test_a_paused_job_is_not_begun_by_the_message_that_is_under_way(desk: Desk, job: Job) -> None:
    # Given a job whose message is in the queue
    desk.due(job)
    assert desk.emitted() == [job]

    # When it is paused, and a worker comes to the message, then nothing begins
    desk.pause(job)
    assert desk.begin(job) == "nothing"

    # And when it is resumed, it comes at once, by a message of its own
    desk.resume(job)
    assert desk.emitted() == [job]
    desk.begun(job)
    assert len(set(desk.bell.emissions())) == len(desk.bell.emissions())


@pytest.mark.parametrize("job", ["poll", "recheck"])
def test_a_paused_job_whose_worker_dies_goes_on_when_it_is_resumed(desk: Desk, job: Job) -> None:
    # Given a run in hand, that is paused
    desk.due(job)
    desk.emitted()
    desk.begun(job)
    desk.pause(job)

    # When its worker is gone, then nobody takes it up
    desk.hold("lease_until = now()", job)
    assert desk.emitted() == []

    # And when it is resumed, somebody does
    desk.resume(job)
    assert desk.emitted() == [job]


def test_a_recheck_that_made_room_while_it_was_paused_goes_on_when_it_is_resumed(desk: Desk) -> None:
    # Given a recheck that has more to do, and is paused
    desk.due("recheck")
    desk.emitted()
    run = desk.begun("recheck")
    desk.pause("recheck")
    schedules.end(desk.store, run, cursor={}, counts=run.counts, again=0.0)
    assert desk.emitted() == []

    # When it is resumed, then it goes on, and does not wait for the night
    desk.resume("recheck")
    assert desk.emitted() == ["recheck"]


def test_settings_that_are_saved_do_not_put_a_recheck_off(desk: Desk) -> None:
    # Given a recheck that is due and not emitted yet, because no scheduler was there at night
    desk.due("recheck")

    # When the owner's settings are saved, then it is emitted all the same
    desk.choose(jobs={"recheck": "0 4 * * *"})
    assert "recheck" in desk.emitted()

    # And when they are saved while it works, and it makes room, then it goes on
    run = desk.begun("recheck")
    desk.choose(jobs={"recheck": "0 5 * * *"})
    schedules.end(desk.store, run, cursor={}, counts=run.counts, again=0.0)
    assert "recheck" in desk.emitted()

    # And when they are saved after it stopped at a problem, then it is tried again, and not the next night
    run = desk.begun("recheck")
    schedules.end(desk.store, run, cursor={}, counts=run.counts, problem="The shop is away.")
    desk.choose(jobs={"recheck": "0 6 * * *"})
    assert "recheck" in desk.emitted()

    # But when they are saved after it came to its end, then it has its hour
    run = desk.begun("recheck")
    schedules.end(desk.store, run, cursor={}, counts=run.counts)
    desk.choose(jobs={"recheck": "0 7 * * *"})
    assert "recheck" not in desk.emitted()
    assert desk.hours_to_recheck() > 0
