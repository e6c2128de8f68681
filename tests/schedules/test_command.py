"""`shopledger schedules`: when jobs come, how they went, and the owner's word about one of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.emitting import Emitter
from shared.store import timetable
from shared.store.database import Database
from shared.store.inventory import accounts
from shared.store.schedules import Due, Run, begin
from tests.jobs.rig import Bell, Jobs, jobs_of
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress
from tests.support.shop import open_shop
from tools.doctor import schedules as doctor
from tools.schedules import command, words


@dataclasses.dataclass(frozen=True)
class Desk:
    jobs: Jobs
    command: Command
    bell: Bell

    def emitted(self) -> list[str]:
        """Jobs whose messages go out now."""
        before = len(self.bell.rung)
        Emitter(self.jobs.line.database, self.bell).emit()
        return [one.kwargs["job"] for one in self.bell.rung[before:]]

    def hold(self, job: str, what: str) -> None:
        self.jobs.line.shop.rows(f"update schedules set {what} where job = '{job}' returning id")

    def told(self) -> list[tuple[str, str]]:
        """What the doctor says of them."""
        database = self.jobs.line.database
        (account,) = accounts(database)
        with database.account(account.id) as inside:
            listed = timetable.listed(inside)
        return [(one.level, one.says) for one in doctor.look(listed, uses_servers=True)]


@pytest.fixture
def desk(fresh_database: DatabaseAddress) -> Iterator[Desk]:
    """A shop whose jobs are planned, none of which has run."""
    with (
        closing(Database(fresh_database.app_url, name="test", connections=4)) as store,
        jobs_of(store, time_zone="Europe/Copenhagen") as jobs,
    ):
        desk = Desk(jobs, Command(fresh_database), Bell())
        desk.emitted()
        desk.hold("poll", "next_due = now() + interval '4 m'")
        yield desk


def test_each_job_says_when_it_comes_and_how_it_went(desk: Desk) -> None:
    # Given a poll that has found an order
    assert desk.jobs.line.woo is not None
    desk.jobs.line.woo.put_order(status="processing")
    desk.jobs.run("poll")
    # When
    says = desk.command.says("schedules")
    # Then
    poll = next(line for line in says.splitlines() if " poll " in line)
    recheck = next(line for line in says.splitlines() if " recheck " in line)
    assert re.search(
        r"Orders +poll +every 5 minutes +\S+, took \d+\.\d s +1/1/0/0 +\d{4}-\d\d-\d\d \d\d:\d\d Europe/", poll
    )
    # And both times are of the zone that is named
    ended = datetime.fromisoformat(desk.command.json("schedules")[0]["ended_at"])
    assert f" {ended.astimezone(ZoneInfo('Europe/Copenhagen')):%H:%M:%S}, took" in poll
    assert re.search(r"every day at 02:00 +never +\d{4}-\d\d-\d\d 02:\d\d Europe/Copenhagen", recheck)


def test_json_holds_the_same(desk: Desk) -> None:
    desk.jobs.run("poll")
    poll, recheck = desk.command.json("schedules")
    assert (poll["connection"], poll["job"], poll["rhythm"]) == ("Orders", "poll", "every 5 minutes")
    assert (poll["found"], poll["problem"], poll["time_zone"]) == (0, "", "Europe/Copenhagen")
    assert poll["took_seconds"] >= 0
    assert recheck["began_at"] is None
    assert datetime.fromisoformat(recheck["next_at"]) > datetime.now(UTC)


def test_a_job_runs_now_when_it_is_told_to(desk: Desk) -> None:
    # Given a recheck that comes at night
    assert desk.emitted() == []
    # When
    says = desk.command.says("schedules", "run", "Orders", "recheck")
    # Then its message goes out at the next tick, once
    assert says == "Recheck of Orders is due now: it begins as soon as scheduler and workers come to it\n"
    assert (desk.emitted(), desk.emitted()) == (["recheck"], [])


def test_where_nothing_runs_a_job_that_is_due_says_what_it_waits_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a data folder in which nobody works, when a job is to run, then it says so
    monkeypatch.setattr(command, "is_served", lambda _: False)
    says = desk.command.says("schedules", "run", "Orders", "recheck")
    assert says == "Recheck of Orders is due now: it begins when `shopledger up` runs\n"


def test_a_paused_job_waits_until_it_is_resumed(desk: Desk) -> None:
    # Given
    said = desk.command.says("schedules", "pause", "Orders", "poll", "--why", "the shop is being moved")
    assert said == "Poll of Orders is paused: the shop is being moved\n"
    desk.hold("poll", "next_due = now()")
    # When its time comes, then nothing happens, and the list and `run` say why
    assert desk.emitted() == []
    assert "paused: the shop is being moved" in desk.command.says("schedules")
    assert "resume it first" in desk.command.fails("schedules", "run", "Orders", "poll")
    # And when it is resumed, it comes at once
    desk.command.says("schedules", "resume", "Orders", "poll")
    assert [*desk.emitted(), *desk.emitted()] == ["poll"]
    assert "is not paused" in desk.command.fails("schedules", "resume", "Orders", "poll")


def test_a_job_that_is_paused_while_it_runs_says_that_it_stops_first(desk: Desk) -> None:
    # Given a poll in a worker's hand
    desk.hold("poll", "began_at = now(), ended_at = null, lease_until = now() + interval '1 m'")
    # When
    said = desk.command.says("schedules", "pause", "Orders", "poll", "--why", "the shop is being moved")
    # Then
    assert said == (
        "Poll of Orders is paused: the shop is being moved; the run that goes on now comes to its next stop first\n"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Ordres", "poll"], "there is no connection or webshop 'Ordres'; there are: Orders (did you mean Orders?)"),
        (["Orders", "pol"], "there is no job of Orders 'pol'; there are: poll, recheck (did you mean poll?)"),
        (["Orders", "poll", "--account", "Nobody"], "there is no account 'Nobody'"),
    ],
)
def test_a_name_that_is_not_there(desk: Desk, arguments: list[str], says: str) -> None:
    assert says in desk.command.fails("schedules", "run", *arguments)


def test_one_name_in_two_accounts_is_not_guessed_at(desk: Desk) -> None:
    open_shop(desk.jobs.line.database)
    says = desk.command.fails("schedules", "run", "Orders", "poll")
    assert "there are 2 jobs 'poll'; say which one is meant" in says
    assert "shopledger schedules run Orders poll --account" in says


def test_a_look_at_webhooks_is_named_by_its_shop_or_a_connection_of_it(desk: Desk) -> None:
    # Given a shop with a webhook
    desk.jobs.line.shop.add_webhook("order.updated", "secret")
    desk.emitted()
    desk.emitted()
    desk.hold("webhooks", "rung_at = null, next_due = now() + interval '1 h'")
    # When
    desk.command.says("schedules", "run", "Orders", "webhooks")
    assert desk.emitted() == ["webhooks"]


def test_whoever_has_the_folder_anew_rings_for_what_the_former_process_had_in_hand(desk: Desk) -> None:
    # Given a poll whose message died with its process
    desk.command.says("schedules", "run", "Orders", "poll")
    assert desk.emitted() == ["poll"]
    emitter = Emitter(desk.jobs.line.database, desk.bell)
    assert emitter.remind() == 0
    # When the next process begins, then it is rung for at once, and once
    desk.jobs.line.database.one("take_over")
    assert (emitter.remind(), emitter.remind()) == (1, 0)
    # And so it is when that one dies with the poll in a worker's hand, whose lease would last for minutes
    account, (schedule, due) = desk.jobs.line.shop.account, desk.bell.emissions()[-1]
    begun = begin(desk.jobs.line.database, account, schedule, datetime.fromisoformat(due), lease=120)
    assert isinstance(begun, Run)
    assert emitter.remind() == 0
    desk.jobs.line.database.one("take_over")
    assert (emitter.remind(), emitter.remind()) == (1, 0)


def test_what_is_off_is_not_run(desk: Desk) -> None:
    desk.jobs.line.shop.switch(on=False)
    assert "switched off" in desk.command.says("schedules")
    assert "not run while something is switched off" in desk.command.fails("schedules", "run", "Orders", "poll")


def test_why_must_be_said(desk: Desk) -> None:
    assert desk.command.run("schedules", "pause", "Orders", "poll", "--why", " ").exit_code == 2


@pytest.mark.parametrize(
    ("rhythm", "says"),
    [
        ("1m", "every minute"),
        ("90m", "every 90 minutes"),
        ("2h", "every 2 hours"),
        ("30 6 * * 1", "Mondays at 06:30"),
        ("0 8 1 * *", "at 0 8 1 * *"),
    ],
)
def test_rhythms_in_words(desk: Desk, rhythm: str, says: str) -> None:
    (account,) = accounts(desk.jobs.line.database)
    with desk.jobs.line.database.account(account.id) as inside:
        poll = next(one for one in timetable.listed(inside) if one.plan.job == "poll")
    plan: Due = dataclasses.replace(poll.plan, settings={"jobs": {"poll": rhythm}})
    assert words.rhythm(dataclasses.replace(poll, plan=plan)) == says


def test_the_doctor_says_when_nobody_leads_and_when_nobody_takes(desk: Desk) -> None:
    # Given jobs that are in time
    assert desk.told() == []
    # When one is eleven minutes late
    desk.hold("poll", "next_due = now() - interval '11 m'")
    assert desk.told() == [
        ("failing", "1 job, first poll of Orders: late by more than ten minutes. No scheduler leads.")
    ]
    # And when its message went out, and nobody came
    desk.emitted()
    desk.hold("poll", "due = now() - interval '11 m'")
    assert desk.told() == [
        ("failing", "1 job, first poll of Orders: due for more than ten minutes. No worker of jobs takes them.")
    ]
    # A paused one is nobody's fault
    desk.hold("poll", "rung_at = null, next_due = now() - interval '11 m', paused_at = now()")
    assert desk.told() == []


def test_the_doctor_names_webhooks_that_no_worker_can_look_after(desk: Desk) -> None:
    # Given workers that were not told where shops reach ingest
    desk.jobs.line.shop.add_webhook("order.updated", "secret")
    assert desk.told() == []
    desk.jobs.run("webhooks")
    # Then it says so
    ((level, says),) = desk.told()
    assert (level, says.partition(": ")[2]) == (
        "warning",
        "no worker looks after the webhooks there: nobody said under which address shops reach ingest.",
    )


def test_the_doctor_names_a_job_that_has_not_come_to_its_end_for_a_day(desk: Desk) -> None:
    # Given a shop that is away
    assert desk.jobs.line.woo is not None
    desk.jobs.line.woo.add_fault(kind="answer", status=503)
    desk.jobs.run("poll")
    assert desk.told() == []
    # When that lasts for more than a day
    desk.hold("poll", f"troubled_since = '{datetime.now(UTC) - timedelta(hours=25)}'")
    desk.jobs.run("poll")
    # Then it says so, and what keeps it
    ((level, says),) = desk.told()
    assert (level, "poll of Orders has not come to its end since" in says) == ("warning", True)
    # And when the shop is back, the first run that ends ends that
    desk.jobs.line.woo.faults.clear()
    desk.jobs.line.shop.rows("update budgets set blocked_until = null, troubles = 0 returning system_id")
    desk.jobs.run("poll")
    assert desk.told() == []
