"""Deliberately broken builds: each lacks one thing that keeps orders from being lost or doubled, and must be caught."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scheduler import __main__ as scheduler
from scheduler.clock import Job
from scheduler.jobs import ringing_jobs
from shared.domain.document import FoundDocument
from shared.store import line
from shared.store.claims import Claim, PlannedDocument, Written
from shared.store.database import Database
from shared.store.schedules import Counts
from workers.document_steps import DocumentSteps
from workers.hand import CALL_AT_MOST, Hand
from workers.make_once import MakeOnce
from workers.reading import OrderReader
from workers.rechecking_unseen import Comparison
from workers.sightings import Body, Sightings


def no_lookup() -> None:
    """After an unknown outcome it sends a new request at once, without looking what became of the first."""

    def look_up(_self: DocumentSteps, _document: PlannedDocument) -> None:
        """Sees nothing."""

    def send_again(self: DocumentSteps, document: PlannedDocument) -> FoundDocument:
        return self.send(replace(document, key=str(uuid.uuid4())))

    _replace(DocumentSteps, "look_up", look_up)
    _replace(DocumentSteps, "send_again", send_again)


def no_lease_check() -> None:
    """Whoever lost the lease goes on all the same."""
    freeze = line.freeze

    def freeze_anyhow(
        database: Database, claim: Claim, written: Written, *, reference: str, **values: Any
    ) -> tuple[str, PlannedDocument | None]:
        verdict, document = freeze(database, claim, written, reference=reference, **values)
        if verdict != "lost":
            return verdict, document
        return "frozen", PlannedDocument(
            id=0, state="planned", origin="sent", key=str(uuid.uuid4()), number=None, place=None, answered_total=None,
            first_sent=None, last_sent=None, is_to_be_booked=False, booking_key=None, booking_sent=None,
            kind=written.kind, reference=reference, request=written.request, currency=written.currency,
            total=written.total, expected=written.expected,
        )  # fmt: skip

    def any_time(_: Hand) -> float:
        return CALL_AT_MOST

    _replace(line, "freeze", freeze_anyhow)
    _replace(Hand, "seconds_for_a_call", any_time)


def no_guard() -> None:
    """Who finds no customer makes one, whoever else is about to."""

    def make(*told: Any, create: Callable[[bytes, str], str], **_: Any) -> str:
        return create(told[-1], str(uuid.uuid4()))

    _replace(MakeOnce, "__call__", make)


def no_fetch() -> None:
    """It believes the webhook that came last, though it is not certain to be the newest."""
    begin = OrderReader.__init__

    def believe(self: OrderReader, *args: Any) -> None:
        begin(self, *args)
        self._claim = replace(self._claim, needs_fetch=False)

    _replace(OrderReader, "__init__", believe)


def ack_without_record() -> None:
    """The message is done with, and how it ended is not written down."""

    def record(*_: Any, **__: Any) -> bool:
        return True

    _replace(line, "record", record)


def no_poll() -> None:
    """A poll looks at the shop, and takes in nothing."""

    def take(_self: Sightings, _orders: Sequence[Body]) -> Counts:
        return Counts()

    _replace(Sightings, "take", take)


def no_recheck() -> None:
    """The recheck looks at open orders and at those that were sent, and for no others."""

    def step(self: Comparison, **_: object) -> Counts:
        self._progress.windows = []
        return Counts()

    _replace(Comparison, "step", step)


def no_sweep() -> None:
    """Nobody rings again for a message that was lost."""

    def without(*args: Any) -> Sequence[Job]:
        return [job for job in ringing_jobs(*args) if job.name != "sweep"]

    _replace(scheduler, "ringing_jobs", without)


WORKERS = (no_lookup, no_lease_check, no_guard, no_fetch, ack_without_record, no_poll, no_recheck)
SCHEDULERS = (no_sweep,)
#: What each does, by its name.
BREAKS = {one.__name__: one.__doc__ or "" for one in (*WORKERS, *SCHEDULERS)}


def break_worker(name: str) -> None:
    _apply(WORKERS, name)


def break_scheduler(name: str) -> None:
    _apply(SCHEDULERS, name)


def _apply(known: Sequence[Callable[[], None]], name: str) -> None:
    for one in known:
        if one.__name__ == name:
            one()


def _replace(where: object, name: str, by: Callable[..., object]) -> None:
    assert hasattr(where, name), f"{where} has no {name} any more: this break breaks nothing"
    setattr(where, name, by)
