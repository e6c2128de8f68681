"""How often a job runs: every so many minutes or hours, or at times of the day as cron writes them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim, CronSimError

_INTERVAL = re.compile(r"([1-9][0-9]{0,4})\s*(m|h)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}
LONGEST = timedelta(days=1)
#: A time of the day is meant as "soon after": so long after it the last one begins.
SPREAD = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Every:
    interval: timedelta


@dataclass(frozen=True, slots=True)
class AtTimes:
    """`cron`: its five fields, minute first."""

    cron: str


Rhythm = Every | AtTimes


def read_rhythm(text: str) -> Rhythm:
    """ "5m", "2h" (a day at most), or "0 2 * * *". Raises ValueError with what to write instead."""
    text = " ".join(text.split())
    found = _INTERVAL.fullmatch(text)
    if found is not None:
        interval = int(found[1]) * _UNITS[found[2]]
        if interval > LONGEST:
            raise ValueError(f"{text!r} is longer than a day: write 24h, or times like '0 2 * * 1' (Mondays at 2)")
        return Every(interval)
    try:
        if text.count(" ") != 4:
            raise CronSimError
        # One that never comes ("0 0 30 2 *") is found out here.
        next(CronSim(text, datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration):
        raise ValueError(
            f"{text!r} is no rhythm: write it like 5m, 2h, or as cron's five fields, minute first: '0 2 * * *'"
        ) from None
    return AtTimes(text)


def next_due(rhythm: Rhythm, after: datetime, zone: tzinfo, phase: float) -> datetime:
    """The first time after `after` (aware), in UTC, of whole seconds.

    Times of the day are those of `zone`: one that its clocks jump over comes right after the jump, one that they show
    twice comes once. `phase`, from 0 below 1, spreads many jobs of one rhythm, and is always the same for one of them.
    """
    if isinstance(rhythm, Every):
        every = int(rhythm.interval.total_seconds())
        later = int(every * phase)
        due = ((math.floor(after.timestamp()) - later) // every + 1) * every + later
        return datetime.fromtimestamp(due, UTC)
    soon = timedelta(seconds=int(SPREAD.total_seconds() * phase))
    times = CronSim(rhythm.cron, (after - soon).astimezone(zone))
    # Within an hour that the clocks show twice it names times of the first one again.
    return next(due for due in (time.astimezone(UTC) + soon for time in times) if due > after)
