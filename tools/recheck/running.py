"""A recheck that runs in the command itself, as a worker would run it, and the last one's report."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from shared.domain.recheck import RecheckReport
from shared.errors import ConnectionBroken, Fate, Retry
from shared.store import open_orders, schedules
from shared.store.schedules import Counts, Run
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, moment
from tools.rehearse.through import Through
from workers.clients import Clients
from workers.endings import tell_about_system
from workers.hand import LeaseLost, PutBack, now
from workers.job_hand import NO_MORE, JobHand
from workers.lanes import Lanes
from workers.long_hand import LEASE
from workers.products import KnownProducts
from workers.rechecking import recheck
from workers.tools import Tools

#: Seconds that a shop may ask us to wait, in all.
PATIENCE = 60.0
#: Threads that its clients share the systems with: it is alone.
THREADS = 4

#: How many orders were looked at by now.
Heard = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Last:
    """`report` is the last one that came to its end; `problem`: why the latest run did not."""

    ended_at: datetime | None
    problem: str
    report: RecheckReport


class WholeHand(JobHand):
    """Nobody else waits for this process: it makes no room."""

    def __init__(self, place: Place, run: Run, heard: Heard) -> None:
        super().__init__(place.database, run, since=now(), stopping=threading.Event())
        self._heard = heard

    @property
    def is_to_make_room(self) -> bool:
        return False

    def keep(self, cursor: Mapping[str, Any] | None = None, more: Counts = NO_MORE) -> None:
        super().keep(cursor, more)
        self._heard(int(self.cursor.get("looked_at", 0)))


def run(place: Place, through: Through, *, heard: Heard) -> RecheckReport:
    """Raises Problem, also where one goes on elsewhere."""
    begun = _begun(place, through)
    hand = WholeHand(place, begun, heard)
    again = True
    fate: Fate | None = None
    with _tools(place) as tools:
        try:
            _patiently(tools, hand)
        except Fate as met:
            fate, again = met, False
        except LeaseLost:
            raise Problem(f"the recheck of {through.name} was taken over elsewhere", Exit.UNAVAILABLE) from None
        else:
            again = False
        finally:
            # One that was broken off is due at once: whoever comes next goes on where it was put down.
            _end(place, hand, fate.message if fate is not None else "", again=again)
            tell_about_system(place.database, hand, begun.source, fate)
    if fate is not None:
        is_away = isinstance(fate, Retry | ConnectionBroken)
        code = Exit.UNAVAILABLE if is_away else Exit.FOUND_TROUBLE
        raise Problem(harmless(f"{through.shop.name} was not looked at to the end: {fate.message}"), code)
    return RecheckReport.model_validate(hand.report)


def last(place: Place, through: Through) -> Last:
    """Raises Problem where there is none."""
    with place.database.account(through.account.id) as c:
        found = open_orders.last(c, through.connection.id)
    if found is None or found.report is None:
        why = f"; the last one stopped: {_said(found.problem)}" if found is not None and found.problem else ""
        raise Problem(harmless(f"no recheck of {through.name} has come to its end yet{why}"), Exit.FOUND_TROUBLE)
    try:
        return Last(found.ended_at, _said(found.problem), RecheckReport.model_validate(found.report))
    except ValidationError:
        raise Problem(
            f"another version wrote the last report of {through.name}: run it again", Exit.FOUND_TROUBLE
        ) from None


def _begun(place: Place, through: Through) -> Run:
    with place.database.account(through.account.id) as c:
        found = open_orders.last(c, through.connection.id)
        due = open_orders.start(c, through.connection.id)
    if found is None:
        raise Problem(
            harmless(f"{through.name} moves no orders: there is nothing to look at again"), Exit.FOUND_TROUBLE
        )
    if due is None:
        since = f" since {moment(found.began_at)}" if found.is_going and found.began_at is not None else ""
        says = (
            f"{through.name} is being looked at already{since}; `shopledger recheck {through.connection.name} --last`"
        )
        raise Problem(harmless(f"{says} tells what comes of it"), Exit.UNAVAILABLE)
    begun = schedules.begin(place.database, through.account.id, *due, lease=LEASE)
    if isinstance(begun, Run):
        return begun
    raise Problem(harmless(f"{through.name} is not looked at: {_WHY[begun]}"), Exit.FOUND_TROUBLE)


_WHY = {
    "nothing": "somebody else has just begun it",
    "off": "something on the way of its orders is switched off; `shopledger switch on` is first",
    "resting": "its shop had trouble and rests, or does not let us in; `shopledger accounts` says more",
}


def _said(problem: str) -> str:
    """Why a run did not come to its end, in words also where it was not begun."""
    return _WHY.get(problem, problem)


def _patiently(tools: Tools, hand: JobHand) -> None:
    """To its end. Raises fates, LeaseLost and DatabaseDown."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            recheck(tools, hand)
        except PutBack as put_back:
            wait = put_back.after.total_seconds() if put_back.after else 0.0
            if time.monotonic() + wait > give_up:
                raise
            time.sleep(wait)
        else:
            return


def _end(place: Place, hand: JobHand, problem: str, *, again: bool) -> None:
    schedules.end(
        place.database,
        hand.run,
        cursor=hand.cursor,
        counts=hand.counts,
        problem=problem,
        report=hand.report,
        again=0.0 if again else None,
    )


@contextlib.contextmanager
def _tools(place: Place) -> Iterator[Tools]:
    clients = Clients(place.database, place.keyring, Lanes(THREADS))
    with contextlib.closing(clients):
        yield Tools(place.database, clients, KnownProducts())
