"""How often a job comes, how its latest run went, and when the next one is, in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from scheduler.emitting import chosen
from shared.domain.rhythm import AtTimes, Every, Rhythm
from shared.store.timetable import Listed
from tools.cli.texts import many, moment_in_list

_DAYS = ("Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
#: A time of the day, every day or on one day of the week.
_DAILY = re.compile(r"(\d{1,2}) (\d{1,2}) \* \* (\*|[0-7])")


def rhythm(listed: Listed) -> str:
    """As "every 15 minutes", "every day at 02:00", "Mondays at 08:00", or cron's own five fields."""
    return _rhythm(chosen(listed.plan)[0])


def _rhythm(rhythm: Rhythm) -> str:
    match rhythm:
        case Every(interval):
            minutes = int(interval.total_seconds() // 60)
            count, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
            return f"every {unit}" if count == 1 else f"every {many(count, unit)}"
        case AtTimes(cron):
            found = _DAILY.fullmatch(cron)
            if found is None:
                return f"at {cron}"
            day = "every day" if found[3] == "*" else _DAYS[int(found[3])]
            return f"{day} at {int(found[2]):02}:{int(found[1]):02}"


def next_run(listed: Listed) -> str:
    """In the connection's own zone, which is named: "2026-11-24 02:11 Europe/Copenhagen"."""
    if listed.paused_at is not None:
        return f"paused: {listed.paused_why}"
    if not listed.plan.is_on:
        return "switched off"
    if listed.is_running:
        return "is running"
    if is_unplanned(listed) or listed.plan.next_due <= datetime.now(UTC):
        return "now"
    zone = chosen(listed.plan)[1]
    return f"{listed.plan.next_due.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def last_run(listed: Listed) -> str:
    """In the zone of its next run, as "14:05:11, took 2 s"."""
    if listed.began_at is None:
        return "never"
    zone = chosen(listed.plan)[1]
    if listed.ended_at is None:
        return f"{moment_in_list(listed.began_at, zone)}, goes on"
    return f"{moment_in_list(listed.ended_at, zone)}, took {_span(listed.ended_at - listed.began_at)}"


def counts(listed: Listed) -> str:
    return "/".join(map(str, (listed.found, listed.sent, listed.skipped, listed.failed)))


def trouble(listed: Listed) -> str:
    """What keeps it from its end, or from doing anything."""
    if listed.problem == "resting":
        return "its shop rests, or was broken"
    if listed.problem == "off":
        return ""
    not_watched = (listed.report or {}).get("not_watched") if listed.plan.job == "webhooks" else None
    return listed.problem or (f"not watched: {not_watched}" if not_watched else "")


def is_unplanned(listed: Listed) -> bool:
    return listed.plan.next_due.timestamp() <= 0


def _span(took: timedelta) -> str:
    seconds = took.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s"
