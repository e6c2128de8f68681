"""An account's jobs: whether they come at their time, and come to their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from shared.domain.findings import Finding
from shared.store.timetable import Listed
from tools.cli.texts import many, moment
from tools.doctor.report import failing, warning
from tools.schedules import words

#: A shop that is away for some hours comes back by itself.
LONG = timedelta(days=1)


def look(listed: Sequence[Listed], *, uses_servers: bool) -> Iterator[Finding]:
    """Nothing where all is well."""
    late = [one for one in listed if one.nobody_emits]
    if late:
        says = f"{_which(late)}: late by more than ten minutes. No scheduler leads."
        yield failing("schedules", says, _let_run("a scheduler", "scheduler", uses_servers=uses_servers))
    waiting = [one for one in listed if one.nobody_takes and not one.nobody_emits]
    if waiting:
        says = f"{_which(waiting)}: due for more than ten minutes. No worker of jobs takes them."
        yield failing("schedules", says, _let_run("a worker", "worker", uses_servers=uses_servers))
    unwatched = [one for one in listed if one.plan.is_on and one.plan.job == "webhooks" and _not_watched(one)]
    if unwatched:
        says = f"{_which(unwatched)}: no worker looks after the webhooks there: {_not_watched(unwatched[0])}"
        yield warning("schedules", says, "Set SHOPLEDGER_PUBLIC_URL for workers, too, and start them again.")
    for one in listed:
        if one.paused_at is None and one.plan.is_on and _is_in_trouble_for_long(one):
            yield _troubled(one)


def _is_in_trouble_for_long(one: Listed) -> bool:
    return one.troubled_since is not None and one.troubled_since < datetime.now(UTC) - LONG


def _troubled(one: Listed) -> Finding:
    assert one.troubled_since is not None
    says = f"{one.plan.job} of {one.name} has not come to its end since {moment(one.troubled_since)}: "
    remedy = f"Mend that; then `shopledger schedules run '{one.name}' {one.plan.job}` tries at once."
    return warning("schedules", says + (words.trouble(one) or "it goes on"), remedy)


def _which(listed: Sequence[Listed]) -> str:
    """As "3 jobs, first poll of Orders"."""
    return f"{many(len(listed), 'job')}, first {listed[0].plan.job} of {listed[0].name}"


def _let_run(who: str, service: str, *, uses_servers: bool) -> str:
    if uses_servers:
        return f"Let {who} run: `shopledger up {service}`. If one runs, its log says what keeps it."
    return "Start `shopledger up`; if it runs, stop it and start it again."


def _not_watched(one: Listed) -> str:
    """Why; "" where they are."""
    return str((one.report or {}).get("not_watched", ""))
