"""A month of simulated time, in which clocks go forward in one place and back in two: every due time comes once."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import psycopg

from scheduler.emitting import Emitter
from shared.store.database import Database
from tests.jobs.rig import Bell
from tests.support.servers import DatabaseAddress
from tests.support.shop import open_shop

#: In Sydney clocks go forward on 4 October, in Copenhagen back on the 25th, in New York back on 1 November.
BEGIN, END = datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
ZONES = ("Australia/Sydney", "Europe/Copenhagen", "America/New_York", "UTC")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: A time of the day is spread over so much.
SPREAD = timedelta(minutes=30)
#: Minutes from one look at the clock to the next: shorter than the shortest rhythm, so that none is missed.
LOOKS = (4, 34)
ALL_DAYS, WORKDAYS = range(7), range(5)
#: As owners write it -> hours, minutes and days of the week (Monday is 0).
TIMES: dict[str, tuple[Sequence[int], Sequence[int], Sequence[int]]] = {
    "0 2 * * *": ([2], [0], ALL_DAYS),
    "30 2 * * *": ([2], [30], ALL_DAYS),
    "0 1-3 * * *": ([1, 2, 3], [0], ALL_DAYS),
    "0 8-17 * * 1-5": (range(8, 18), [0], WORKDAYS),
}
#: Whatever was emitted is done with.
END_ALL = """
    update shopledger.schedules set rung_at = null, began_at = now(), ended_at = now() where rung_at is not null
"""
INTERVALS = {"45m": timedelta(minutes=45), "2h": timedelta(hours=2), "24h": DAY}


def times_of_day(rhythm: str, zone: ZoneInfo) -> Iterator[datetime]:
    """Each as people mean it: one that is left out comes when the clocks have jumped, one that is there twice once."""
    hours, minutes, days = TIMES[rhythm]
    day = date(2026, 10, 1)
    while day < date(2026, 11, 6):
        if day.weekday() in days:
            for wall in (datetime.combine(day, time(hour, minute)) for hour in hours for minute in minutes):
                yield real(wall, zone)
        day += DAY


def real(wall: datetime, zone: ZoneInfo) -> datetime:
    """That time of the day in UTC, the first of two; the first one after it where the clocks never show it."""
    while wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        wall += MINUTE
    return wall.replace(tzinfo=zone).astimezone(UTC)


def test_every_due_time_of_a_month_is_emitted_once_by_two_schedulers(
    own_store: Database, fresh_database: DatabaseAddress
) -> None:
    # Given shops in four time zones with rhythms of all kinds, and two schedulers that both think that they lead
    rhythms: dict[int, tuple[str, ZoneInfo]] = {}
    for at, (poll, recheck) in enumerate((p, r) for p in (*INTERVALS, *TIMES) for r in TIMES):
        name = ZONES[at % len(ZONES)]
        shop = open_shop(own_store, settings={"time_zone": name, "jobs": {"poll": poll, "recheck": recheck}})
        for schedule, job in shop.rows("select id, job from schedules"):
            rhythms[schedule] = ({"poll": poll, "recheck": recheck}[job], ZoneInfo(name))
    bells = Bell(), Bell()
    emitters = [Emitter(own_store, bell) for bell in bells]
    # When they are planned, and a month passes, now one and now the other looks at the clock, and often both at once
    chance, now = random.Random(8), BEGIN
    connected = psycopg.connect(fresh_database.admin_url, autocommit=True)
    with connected as admin, ThreadPoolExecutor(len(emitters)) as threads:
        for _ in range(2):
            emitters[0].emit(BEGIN)
        admin.execute(END_ALL)
        while now < END:
            now += timedelta(minutes=chance.randint(*LOOKS), seconds=chance.randrange(60))
            looking = chance.sample(emitters, chance.choice([1, 2, 2]))
            list(threads.map(lambda emitter, moment=now: emitter.emit(moment), looking))
            admin.execute(END_ALL)

    # Then each due time of each schedule was emitted, by one of them, once
    emitted = [one for bell in bells for one in bell.emissions()]
    assert len(emitted) == len(set(emitted)) > len(rhythms) * 31
    assert all(len(bell.rung) > len(emitted) / 5 for bell in bells)
    by_schedule = defaultdict(list)
    for schedule, due in emitted:
        by_schedule[schedule].append(datetime.fromisoformat(due))
    assert by_schedule.keys() == rhythms.keys()
    for schedule, (rhythm, zone) in rhythms.items():
        dues = sorted(due for due in by_schedule[schedule] if due > BEGIN)
        if rhythm in INTERVALS:
            assert_steady(dues, INTERVALS[rhythm], now)
        else:
            assert_at_times(dues, sorted(set(times_of_day(rhythm, zone))), now)


def assert_steady(dues: Sequence[datetime], interval: timedelta, now: datetime) -> None:
    """From the beginning to the end, one interval after the other."""
    assert BEGIN < dues[0] <= BEGIN + interval
    assert now - interval < dues[-1] <= now
    assert {later - earlier for earlier, later in pairwise(dues)} == {interval}


def assert_at_times(dues: Sequence[datetime], times: Sequence[datetime], now: datetime) -> None:
    """All of them, later by what this schedule is always later by."""
    later = dues[0] - max(one for one in times if one <= dues[0])
    assert later < SPREAD
    assert list(dues) == [one + later for one in times if BEGIN < one + later <= now]
