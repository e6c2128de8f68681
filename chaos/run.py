"""One run: shops and books are opened, the processes started, the storm let loose, and then all is counted."""

from __future__ import annotations

import contextlib
import random
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.field import Field
from chaos.jobs import Jobs
from chaos.kill_log import KillLog
from chaos.orders import Story, write_story
from chaos.outside import SLOW, Outside
from chaos.part import Part
from chaos.servers import Servers
from chaos.shops import SHOPS_PER_ACCOUNT, climbs, open_shops
from chaos.strikes import DECK, schedule, strike
from chaos.supervisor import Supervised
from chaos.tempo import hasten_store
from chaos.till import Till
from chaos.verdict import Found, Verdict, Wanted, judge, with_exact_vat
from shared.domain.build import own_token
from shared.domain.document import Place
from shared.store.database import Database
from tests.support.processes import environment
from tests.support.shop import Shop

RELAYS, SCHEDULERS = 2, 2
#: Webhooks for each strike at least, and seconds until the next strike at most.
BETWEEN, BETWEEN_WITHIN = 50, 3.0
#: Orders on their way at once, at least and at most; dead hands keep some for as long as a lease lasts.
CROWD = (12, 80)
PER_SECOND_OF_LEASE = 2.0
#: How often each shop is polled, in the tempo of the storm.
OFTEN, NEVER = "1m", "24h"
#: Lines of the processes' log that a red run shows.
LAST_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`lease` in seconds; `within`: seconds after the storm in which every order must have come to its end."""

    orders: int
    seed: int
    workers: int = 2
    agreements: int = 5
    lease: float = 8.0
    faults: bool = False
    broken: str = ""
    deck: Sequence[str] = DECK
    min_in_flight: int = 1
    within: float = 60.0
    #: Without, nobody polls, rechecks or imports, and webhooks are all that there is.
    has_jobs: bool = True
    #: Seconds that the books take over a new customer.
    slow_customers: float = SLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    verdict: Verdict
    #: What struck, and how often.
    strikes: dict[str, int]
    kill_log: str
    #: Strikes of the deck that never found their moment.
    missing: Sequence[str]
    in_flight: int
    enough_in_flight: bool
    storm_seconds: float
    #: From the end of the storm until every order had its end; None where that was not in time.
    recovery_seconds: float | None
    drafts_asked_for: int
    documents: int
    #: Documents whose VAT is the order's to the cent.
    exact_vat: int
    #: Lines about orders that have not ended as they should.
    not_ended: Sequence[str]
    #: The end of what the processes logged.
    last_lines: str

    @property
    def is_hard_enough(self) -> bool:
        return not self.missing and self.enough_in_flight

    @property
    def is_green(self) -> bool:
        return self.verdict.is_right and self.is_hard_enough and self.recovery_seconds is not None


def run(plan: Plan, servers: Servers) -> Report:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shopledger-chaos-")))
        outside = stack.enter_context(Outside(plan.agreements, plan.agreements * SHOPS_PER_ACCOUNT).open())
        outside.be_slow(customers=plan.slow_customers)
        if plan.faults:
            outside.misbehave(plan.seed, plan.lease)
        database = Database(servers.app_url, name="chaos", connections=2, within=5.0)
        stack.callback(database.close)
        hasten_store(servers.admin_url, plan.lease)
        shops = open_shops(database, outside, poll=OFTEN if plan.has_jobs else NEVER)
        story = write_story(plan.seed, plan.orders, shops)
        wanted = max(CROWD[0], plan.orders // 20, int(plan.lease * PER_SECOND_OF_LEASE))
        till = Till(database, servers.admin_url, outside, shops, story, crowd=min(CROWD[1], wanted))
        stack.callback(till.close)
        jobs = Jobs(database, till, shops)
        field = stack.enter_context(_field(plan, servers, outside, till, jobs, folder))
        return _storm(plan, field, story, shops)


@contextlib.contextmanager
def _field(plan: Plan, servers: Servers, outside: Outside, till: Till, jobs: Jobs, folder: Path) -> Iterator[Field]:
    """With all processes running; they are gone afterwards, whatever happens."""
    shared = environment(
        servers.app_url, SHOPLEDGER_BROKER_URL=servers.amqp_url, SHOPLEDGER_SCHEDULER_TICK_SECONDS="0.2"
    )
    with contextlib.ExitStack() as stack:

        def start(module: str, name: str) -> Supervised:
            part = Part(name, folder, plan.lease, plan.broken)
            process = Supervised(module, part, shared, folder / "processes.log")
            stack.callback(process.end)
            return process

        yield Field(
            servers,
            outside,
            till,
            jobs,
            KillLog(folder),
            folder,
            plan.lease,
            random.Random(f"storm {plan.seed}"),
            workers=[start("chaos.worker", f"worker {number}") for number in range(1, plan.workers + 1)],
            relays=[start("chaos.relay", f"relay {number}") for number in range(1, RELAYS + 1)],
            schedulers=[start("chaos.scheduler", f"scheduler {number}") for number in range(1, SCHEDULERS + 1)],
            patient=start("chaos.patient", "patient"),
        )


def _storm(plan: Plan, field: Field, story: Story, shops: Sequence[Shop]) -> Report:
    field.until(field.outside.has_documents, needs_orders=False)
    if plan.has_jobs:
        field.jobs.import_all()
    began = time.monotonic()
    rounds = max(1, field.till.left // (BETWEEN * len(plan.deck) or 1))
    strikes, put_off = deque(schedule(field, plan.deck, rounds)), set[str]()
    while strikes:
        field.till.allow(field.till.left // len(strikes))
        name = strikes.popleft()
        strike(field, name)
        if name not in field.log.counts() and name not in put_off:
            # Too early: nothing has come so far yet.
            put_off.add(name)
            strikes.append(name)
        field.until(lambda: field.till.share_is_told, within=BETWEEN_WITHIN, needs_orders=False)
    ended = time.monotonic()
    recovery = _calm(plan, field)
    return _report(plan, field, story, shops, storm_seconds=ended - began, recovery_seconds=recovery)


def _calm(plan: Plan, field: Field) -> float | None:
    """Nothing strikes any more. Seconds until every shop was polled and rechecked once more, every import was done, and
    every order had its end.
    """
    began = time.monotonic()
    field.wake_all()
    field.outside.calm_down()
    field.till.serve_rest()
    are_done = field.jobs.await_all() if plan.has_jobs else lambda: True
    if not field.until(lambda: are_done() and field.till.still_open() == 0, within=plan.within):
        return None
    took = time.monotonic() - began
    field.outside.wait_until_quiet()
    return took


def _report(
    plan: Plan,
    field: Field,
    story: Story,
    shops: Sequence[Shop],
    *,
    storm_seconds: float,
    recovery_seconds: float | None,
) -> Report:
    strikes = field.log.counts()
    found = [
        Found(at, own_token(document.reference), document.gross, document.vat, is_booked=document.place is Place.BOOKED)
        for at, books in enumerate(field.outside.books)
        for document in books.documents()
    ]
    wanted = _wanted(story, shops)
    return Report(
        verdict=judge(
            wanted,
            found,
            [[customer["email"] for customer in books.customers()] for books in field.outside.books],
            field.till.ends(),
        ),
        strikes=dict(sorted(strikes.items())),
        kill_log=field.log.as_text(),
        missing=sorted(set(plan.deck) - set(strikes)),
        in_flight=field.in_flight,
        enough_in_flight=field.in_flight >= plan.min_in_flight,
        storm_seconds=storm_seconds,
        recovery_seconds=recovery_seconds,
        drafts_asked_for=field.outside.drafts_asked_for(),
        documents=len(found),
        exact_vat=with_exact_vat(wanted, found),
        not_ended=field.till.not_ended(),
        last_lines=_end_of(field.folder / "processes.log"),
    )


def _wanted(story: Story, shops: Sequence[Shop]) -> list[Wanted]:
    """The shops of an account go into the same books, in the order in which they were opened."""
    accounts = sorted({shop.account for shop in shops})
    return [
        Wanted(
            accounts.index(shops[order.shop].account),
            f"SL{shops[order.shop].connection}-{order.number}",
            order.totals,
            is_booked=climbs(order.shop),
        )
        for order in story.orders
    ]


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:]) if log.exists() else ""
