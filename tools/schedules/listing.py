"""`shopledger schedules`: each job with its rhythm, its latest run and its next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scheduler.emitting import chosen
from shared.store import timetable
from shared.store.inventory import StoredAccount
from shared.store.timetable import Listed
from tools.cli.page import Page
from tools.cli.place import Place
from tools.schedules import words

COLUMNS = {
    "name": "of",
    "job": "job",
    "rhythm": "comes",
    "last": "last run",
    "counts": "found / sent / known / failed",
    "next": "next run",
    "account": "account",
}

Placed = tuple[StoredAccount, Listed]


def list_schedules(place: Place, accounts: Sequence[StoredAccount]) -> list[Placed]:
    found: list[Placed] = []
    for account in accounts:
        with place.database.account(account.id) as inside:
            found += [(account, one) for one in timetable.listed(inside)]
    return found


def show(placed: Sequence[Placed]) -> None:
    page = Page()
    if not placed:
        page.line("Nothing yet: `shopledger apply FILE` makes a connection, and its jobs with it.")
        return
    columns = dict(COLUMNS)
    if len({account.id for account, _ in placed}) == 1:
        del columns["account"]
    page.rows([_row(*one) for one in placed], columns, whole={"job"})
    for _, one in placed:
        if trouble := words.trouble(one):
            page.line(f"{one.name}, {one.plan.job}: {trouble}", style="yellow")


def _row(account: StoredAccount, one: Listed) -> dict[str, str]:
    return {
        "name": one.name,
        "job": one.plan.job,
        "rhythm": words.rhythm(one),
        "last": words.last_run(one),
        "counts": words.counts(one) if one.began_at is not None else "",
        "next": words.next_run(one),
        "account": account.name,
    }


def as_json(account: StoredAccount, one: Listed) -> dict[str, Any]:
    plan = one.plan
    return {
        "account": account.name,
        "system": one.system,
        "connection": one.name if plan.connection_id is not None else None,
        "job": plan.job,
        "rhythm": words.rhythm(one),
        "time_zone": chosen(plan)[1].key,
        "is_on": plan.is_on,
        "is_running": one.is_running,
        "next_at": None if words.is_unplanned(one) or one.paused_at is not None else plan.next_due,
        "began_at": one.began_at,
        "ended_at": one.ended_at,
        "took_seconds": (one.ended_at - one.began_at).total_seconds() if one.ended_at and one.began_at else None,
        "found": one.found,
        "sent": one.sent,
        "skipped": one.skipped,
        "failed": one.failed,
        "problem": words.trouble(one),
        "troubled_since": one.troubled_since,
        "paused_at": one.paused_at,
        "paused_why": one.paused_why,
        "report": one.report,
    }
