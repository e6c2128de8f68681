"""Of several schedulers one leads; one that is lost is replaced within ten seconds, and nothing is emitted twice."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest

from scheduler import leader
from scheduler.leader import Leadership
from shared.queue import PATIENT
from shared.store.database import Database, Held
from tests.jobs.wire import Wire
from tests.line.queues import take_all
from tests.support.processes import environment, running
from tests.support.servers import DatabaseAddress, OwnPostgres
from tests.support.shop import open_shop
from tests.support.waiting import eventually

#: Seconds within which another one leads.
TAKE_OVER = 10.0
SHOPS = 30
#: Seconds from one due time to the next.
APART = 0.15
HOLDER = """
    select pid from pg_locks
    where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())
"""
SPREAD_OUT = """
    update shopledger.schedules s set next_due = now() + n.place * %s * interval '1 s', rung_at = null
    from (select id, row_number() over (order by id) as place from shopledger.schedules) n where n.id = s.id
    returning s.id, s.next_due
"""

Emission = tuple[int, str]


@dataclass
class Scheduler:
    process: subprocess.Popen[str]
    log: Path
    wire: Wire

    def times_led(self) -> int:
        """How often it took the lead."""
        words = self.log.read_text().split()
        return words.count("leads") + words.count('"leads",') + words.count('"leads"}')

    def send(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)


@dataclass
class Two:
    """Two schedulers; `first` leads."""

    first: Scheduler
    second: Scheduler
    admin_url: str

    def stop(self) -> None:
        self.first.send(signal.SIGSTOP)

    def kill(self) -> None:
        self.first.send(signal.SIGKILL)

    def cut_off(self) -> None:
        self.first.wire.cut()

    def end_session(self) -> None:
        assert ask(self.admin_url, f"select pg_terminate_backend(pid) from ({HOLDER}) holder") == [(True,)]

    def go_on(self) -> None:
        """Whoever was stopped or cut off is there again."""
        self.first.wire.mend()
        with contextlib.suppress(ProcessLookupError):
            self.first.send(signal.SIGCONT)

    def times_led(self) -> int:
        return self.first.times_led() + self.second.times_led()


def ask(url: str, statement: str, *values: object) -> Sequence[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement.encode(), values).fetchall()


@contextlib.contextmanager
def scheduler(app_url: str, amqp_url: str, log: Path) -> Iterator[Scheduler]:
    with contextlib.ExitStack() as stack:
        wire = stack.enter_context(Wire(app_url))
        output = stack.enter_context(log.open("w"))
        env = environment(
            wire.url,
            SHOPLEDGER_BROKER_URL=amqp_url,
            SHOPLEDGER_LOG_LEVEL="info",
            SHOPLEDGER_SCHEDULER_TICK_SECONDS="0.1",
        )
        process = stack.enter_context(running([sys.executable, "-m", "scheduler"], env, output=output))
        stack.callback(os.killpg, process.pid, signal.SIGCONT)
        yield Scheduler(process, log, wire)


@contextlib.contextmanager
def two_schedulers(database: DatabaseAddress, amqp_url: str, folder: Path) -> Iterator[Two]:
    with scheduler(database.app_url, amqp_url, folder / "first.log") as first:
        eventually(lambda: first.times_led() == 1, "the first one leads")
        with scheduler(database.app_url, amqp_url, folder / "second.log") as second:
            yield Two(first, second, database.admin_url)


def make_due(admin_url: str) -> set[Emission]:
    """One schedule after the other becomes due from now on."""
    return {(of, due.isoformat()) for of, due in ask(admin_url, SPREAD_OUT, APART)}  # type: ignore[misc, attr-defined]


def rung(admin_url: str) -> int:
    return int(str(ask(admin_url, "select count(*) from shopledger.schedules where rung_at is not null")[0][0]))


def emissions(amqp_url: str) -> Counter[Emission]:
    """Taken out of the queues."""
    messages = [message for queue in PATIENT for message in take_all(amqp_url, queue)]
    return Counter((message.kwargs["schedule"], message.kwargs["due"]) for message in messages)


BLOWS: dict[str, Callable[[Two], None]] = {
    "stopped": Two.stop,
    "cut off": Two.cut_off,
    "its session ended": Two.end_session,
    "killed": Two.kill,
}


@pytest.mark.parametrize("blow", BLOWS)
def test_a_leader_that_is_lost_is_replaced_and_every_due_time_is_emitted_once(
    blow: str, own_store: Database, fresh_database: DatabaseAddress, own_vhost: str, tmp_path: Path
) -> None:
    # Given two schedulers, one of which leads, and schedules that become due one after the other
    for _ in range(SHOPS):
        open_shop(own_store)
    admin = fresh_database.admin_url
    with two_schedulers(fresh_database, own_vhost, tmp_path) as two:
        due = make_due(admin)
        eventually(lambda: rung(admin) > SHOPS // 4, "some are emitted")
        assert two.second.times_led() == 0

        # When the leader is lost in the midst of it
        BLOWS[blow](two)
        lost = time.monotonic()

        # Then soon one leads, and goes on where the other one was
        eventually(lambda: two.times_led() == 2, "one leads again", within=TAKE_OVER)
        eventually(lambda: rung(admin) == len(due), "all are emitted")
        assert time.monotonic() - lost < TAKE_OVER + APART * len(due)

        # And when the one that was lost is there again, and what it had not rung for is rung for
        two.go_on()
        found = emissions(own_vhost)
        forget_lost(admin, [schedule for schedule, _ in due - set(found)])
        eventually(lambda: found.update(emissions(own_vhost)) or set(found) == due, "each is in the queue")

        # Then each due time was emitted exactly once
        assert set(found.values()) == {1}


def forget_lost(admin_url: str, schedules: Sequence[int]) -> None:
    """As if five minutes had passed for those whose message a killed scheduler took with it."""
    ask(
        admin_url,
        "update shopledger.schedules set rung_at = rung_at - interval '301 s' where id = any(%s) returning id",
        list(schedules),
    )


def test_schedulers_go_on_when_postgresql_was_killed_and_is_back(
    own_postgres: OwnPostgres, own_vhost: str, tmp_path: Path
) -> None:
    # Given two schedulers
    database = own_postgres.database
    store = Database(database.app_url, name="test", connections=1, is_patient=True)
    for _ in range(SHOPS // 4):
        open_shop(store)
    store.close()
    with two_schedulers(database, own_vhost, tmp_path) as two:
        # When PostgreSQL is killed and started again
        own_postgres.kill()
        eventually(lambda: "leads_no_more" in two.first.log.read_text(), "nobody leads")
        own_postgres.start()

        # Then one of them leads, and what becomes due is emitted once
        eventually(lambda: two.times_led() == 2, "one leads again", within=TAKE_OVER)
        due = make_due(database.admin_url)
        eventually(lambda: rung(database.admin_url) == len(due), "all are emitted")
        assert emissions(own_vhost) == dict.fromkeys(due, 1)


def test_a_mistake_costs_the_lead_and_not_the_scheduler(own_store: Database) -> None:
    # Given a leader, and a machine that has no thread left when it pings
    stop, leadership = threading.Event(), Leadership(own_store)
    with patch.multiple(leader, PING_EVERY=0.05):
        thread = threading.Thread(target=leadership.run, args=(stop,))
        thread.start()
        eventually(leadership.leads, "it leads")
        with patch.object(Held, "run", side_effect=RuntimeError("can't start new thread")):
            eventually(lambda: not leadership.leads(), "it has lost the lead")

        # When that is over, then it leads again
        eventually(leadership.leads, "it leads again")
        stop.set()
        thread.join()


def test_a_ping_that_takes_too_long_costs_the_lead_and_not_the_scheduler(own_store: Database) -> None:
    # Given a store that is slower to answer than a ping may take
    stop, leadership = threading.Event(), Leadership(own_store)
    slow = {"still_here": "select true from pg_sleep(1)", "lead": "select true"}
    patched = patch.multiple(leader, PING_EVERY=0.05, PING_WITHIN=0.3)
    with patched, patch.object(leader, "query", lambda name: slow.get(name, "select set_config('a.b', %s, false)")):
        thread = threading.Thread(target=leadership.run, args=(stop,))
        thread.start()

        # When it pings, then it loses the lead, and asks for it again
        for _ in range(2):
            eventually(leadership.leads, "it leads")
            eventually(lambda: not leadership.leads(), "it has lost the lead")
        stop.set()
        thread.join()
    assert not leadership.leads()
