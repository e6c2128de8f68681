"""Emits a message for each schedule whose time has come, once per due time, and plans the next one."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dramatiq
import structlog
from dramatiq.errors import BrokerError
from pydantic import ValidationError

from shared.domain.job_settings import JobSettings
from shared.domain.rhythm import Rhythm, next_due, read_rhythm
from shared.domain.settings import OrderSettings
from shared.publisher import Bell
from shared.queue import Queue, message_for
from shared.store import schedules
from shared.store.database import Database
from shared.store.schedules import Due, Emitted

#: Schedules of one round, which others follow at once while there are more.
BATCH = 1000
MOST_ROUNDS = 20
#: Seconds until RabbitMQ must have confirmed a batch.
CONFIRM_WITHIN = 5.0
#: Seconds after which a message of which nothing came counts as lost.
FORGOTTEN_AFTER = 300.0
FORGOTTEN_IN_A_CROWD = 3600.0
QUEUES = {"poll": Queue.POLLS, "recheck": Queue.RECHECK, "webhooks": Queue.POLLS}
#: Until one that cannot be planned is tried again.
PLANNED_AGAIN = timedelta(hours=1)
#: How often a shop's webhooks are looked at.
WATCH = read_rhythm("1h")

log = structlog.get_logger()


class Emitter:
    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell

    def emit(self, now: datetime | None = None) -> int:
        """How many messages went out. `now`: the database's clock where left out.

        Raises DatabaseDown, and BrokerError while RabbitMQ is away: then nothing is emitted, and what is due stays so.
        """
        self._open()
        rung = 0
        for _ in range(MOST_ROUNDS):
            due = schedules.due(self._database, most=BATCH, now=now)
            if due:
                planned = [(one, _planned(one), one.is_on and _is_planned(one)) for one in due]
                wanted = schedules.emit(self._database, planned)
                arrived = self._ring([_emitted(one) for one in due if one.schedule_id in wanted])
                rung += arrived
                if arrived < len(wanted):
                    break  # RabbitMQ is in trouble: no more is marked as rung meanwhile
            if len(due) < BATCH:
                break
        return rung

    def remind(self, *, is_crowded: bool = False) -> int:
        """Rings once more for runs whose message, or whose worker, was lost. Raises as `emit`.

        `is_crowded`: other messages wait in the queues, so that one may take long to be heard.
        """
        self._open()
        older = FORGOTTEN_IN_A_CROWD if is_crowded else FORGOTTEN_AFTER
        rung = 0
        for _ in range(MOST_ROUNDS):
            lost = schedules.forgotten(self._database, older=older, most=BATCH)
            arrived = self._ring(lost)
            rung += arrived
            if len(lost) < BATCH or arrived < len(lost):
                break
        return rung

    def _open(self) -> None:
        if not self._bell.open(within=CONFIRM_WITHIN):
            raise BrokerError("RabbitMQ is away")  # type: ignore[no-untyped-call]

    def _ring(self, emitted: Sequence[Emitted]) -> int:
        began = time.monotonic()
        confirmed = self._bell.publish([_message(one) for one in emitted], within=CONFIRM_WITHIN)
        lost = [one for one, is_there in zip(emitted, confirmed, strict=True) if not is_there]
        if lost:
            log.warning("not_confirmed", messages=len(lost), of=len(emitted))
        # Of whoever was stopped meanwhile, or waited in vain, messages may be there all the same: then `remind` knows.
        if lost and time.monotonic() - began < CONFIRM_WITHIN:
            schedules.unring(self._database, lost)
        return len(emitted) - len(lost)


def _planned(schedule: Due) -> datetime:
    try:
        return following(schedule)
    except Exception as error:  # one row that nobody can plan must not stop all the others
        log.error("not_planned", schedule=schedule.schedule_id, kind=type(error).__name__)
        return schedule.at + PLANNED_AGAIN


def following(schedule: Due) -> datetime:
    """Its next time from now on: what was missed meanwhile is caught up by the one run that is due.

    One that is to be planned first looks at the shop at once; only a recheck that did not stop half-way has its hour.
    """
    if not _is_planned(schedule) and (schedule.job != "recheck" or schedule.is_unfinished):
        return schedule.at
    rhythm, zone = chosen(schedule)
    return next_due(rhythm, max(schedule.at, schedule.next_due), zone, phase(schedule.schedule_id))


def phase(schedule: int) -> float:
    """From 0 below 1, even over all schedules, and always the same for one of them."""
    digest = hashlib.sha256(str(schedule).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def chosen(schedule: Due) -> tuple[Rhythm, ZoneInfo]:
    """How often it comes, and in which zone times of the day are meant."""
    settings = _settings(schedule.settings or {})
    jobs = settings.jobs
    texts = {"poll": jobs.poll_with_webhooks if schedule.webhooks_work else jobs.poll, "recheck": jobs.recheck}
    text = texts.get(schedule.job)
    return WATCH if text is None else read_rhythm(text), ZoneInfo(settings.time_zone)


def _settings(stored: Any) -> OrderSettings:
    """Only what concerns jobs, whatever version saved it; who carries an order says what is wrong with the rest."""
    try:
        return OrderSettings.model_validate({name: stored[name] for name in ("jobs", "time_zone") if name in stored})
    except ValidationError:
        return OrderSettings(jobs=JobSettings())


def _is_planned(schedule: Due) -> bool:
    return schedule.next_due.timestamp() > 0


def _emitted(one: Due) -> Emitted:
    return Emitted(one.schedule_id, one.account_id, one.system_id, one.connection_id, one.job, one.next_due)


def _message(one: Emitted) -> dramatiq.Message[Any]:
    """Its words are for whoever looks at the queue; `schedule` and `due` say which run it is."""
    words: dict[str, int | str] = {
        "account": one.account_id,
        "schedule": one.schedule_id,
        "due": one.due.isoformat(),
        "job": one.job,
        "system": one.system_id,
    }
    if one.connection_id is not None:
        words["connection"] = one.connection_id
    return message_for(QUEUES[one.job], **words)
