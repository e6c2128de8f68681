"""The owner's word about one job: run it now, pause it, resume it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from shared.store import timetable
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look.connection import several
from tools.look.names import accounts_named, unknown
from tools.schedules import words
from tools.schedules.listing import Placed, list_schedules


def job_named(place: Place, account: str | None, name: str, job: str, *typed: str) -> Placed:
    """`name`: of a connection, or of its webshop for what is done for all of it. Raises Problem with what there is."""
    there = list_schedules(place, accounts_named(place, account))
    shops = {one.plan.system_id for _, one in there if one.name == name}
    of_name = [
        (of, one)
        for of, one in there
        if one.name == name or (one.plan.connection_id is None and one.plan.system_id in shops)
    ]
    if not of_name:
        names = _each(one.name for _, one in there)
        raise Problem(harmless(unknown("connection or webshop", name, names)), Exit.FOUND_TROUBLE)
    found = [one for one in of_name if one[1].plan.job == job]
    if len(found) == 1:
        return found[0]
    if not found:
        jobs = _each(one.plan.job for _, one in of_name)
        raise Problem(harmless(unknown(f"job of {name}", job, jobs)), Exit.FOUND_TROUBLE)
    commands = [shlex.join(["shopledger", "schedules", *typed, "--account", of.name]) for of, _ in found]
    raise several("job", job, commands)


def run_now(place: Place, placed: Placed, *, is_served: bool) -> str:
    """`is_served`: somebody can be there who does it. Raises Problem."""
    account, one = placed
    if one.paused_at is not None:
        raise Problem(harmless(f"{_called(placed)} is paused ({one.paused_why}): resume it first"), Exit.FOUND_TROUBLE)
    if not one.plan.is_on:
        raise Problem(
            harmless(f"{_called(placed)} is not run while something is switched off: see `shopledger accounts`"),
            Exit.FOUND_TROUBLE,
        )
    if one.is_running:
        raise Problem(harmless(f"{_called(placed)} is running right now"), Exit.FOUND_TROUBLE)
    with place.database.account(account.id) as inside:
        timetable.at_once(inside, one.plan.schedule_id)
    when = "as soon as scheduler and workers come to it" if is_served else "when `shopledger up` runs"
    return f"{_called(placed)} is due now: it begins {when}"


def pause(place: Place, placed: Placed, why: str) -> str:
    account, one = placed
    with place.database.account(account.id) as inside:
        timetable.pause(inside, one.plan.schedule_id, why)
    going = "; the run that goes on now comes to its next stop first" if one.is_running else ""
    return f"{_called(placed)} is paused: {why}{going}"


def resume(place: Place, placed: Placed) -> str:
    account, one = placed
    with place.database.account(account.id) as inside:
        if not timetable.resume(inside, one.plan.schedule_id):
            raise Problem(harmless(f"{_called(placed)} is not paused"), Exit.FOUND_TROUBLE)
    return f"{_called(placed)} comes again, {words.rhythm(one)}"


def _called(placed: Placed) -> str:
    return f"{placed[1].plan.job} of {placed[1].name}"


def _each(names: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(names))
