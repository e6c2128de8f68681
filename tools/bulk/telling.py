"""Runs and what they would do, for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.domain.bulk import ENDED, ImportFilter, Pace
from shared.domain.reasons import REASONS
from shared.domain.replays import ReplayFilter
from shared.store.inventory import StoredAccount
from shared.store.runs import Item, StoredRun
from tools.bulk.forecast import Forecast
from tools.cli.page import Page
from tools.cli.texts import many, moment, moment_in_list

COLUMNS = {
    "id": "run",
    "account": "account",
    "connection": "connection",
    "about": "what",
    "state": "state",
    "done": "ended",
    "by": "by",
    "at": "begun",
}
#: What is left out of a list in which it is the same for all.
TELLS_APART = ("account", "connection")
STEERED = {"pause": "paused", "resume": "resumed", "cancel": "cancelled"}
ITEMS = {"number": "order", "outcome": "outcome", "says": ""}


def show_forecast(forecast: Forecast, about: str, *, not_found: str) -> None:
    """`not_found`: what it means for a number that it is not found."""
    page = Page()
    if not forecast.looked_at and not forecast.not_found:
        page.line(f"The shop has no {about}.")
        return
    for one in forecast.closed or ():
        page.line(f"{one.says()}. They fail, unless that is opened or the settings date them later.", style="bold")
    if forecast.closed is None:
        page.line("The books do not let us see which of their years are closed.")
    page.line(f"{about[:1].upper()}{about[1:]}: {_looked(forecast)}")
    rows = [
        {"orders": str(count), "end": end, "reason": reason, "example": _example(*forecast.ends.examples[end, reason])}
        for (end, reason), count in forecast.ends.counts.items()
    ]
    page.rows(
        rows, {"orders": "orders", "end": "", "reason": "reason", "example": "such as"}, right={"orders"}, indent=2
    )
    if forecast.not_found:
        page.line(f"{not_found}: {', '.join(forecast.not_found)}")


def show_list(found: Sequence[tuple[StoredAccount, StoredRun]]) -> None:
    page = Page()
    if not found:
        page.line("There was no bulk run yet: `shopledger import` begins one.")
        return
    rows = [_row(of, run) for of, run in found]
    same = {key for key in TELLS_APART if len({row[key] for row in rows}) == 1}
    columns = {key: heading for key, heading in COLUMNS.items() if key not in same}
    page.rows(rows, columns, whole={"id", "state", "done", "at"}, right={"id"})


def show_run(run: StoredRun, items: Sequence[Item]) -> None:
    page = Page()
    page.line(f"Run {run.id}: {about(run)}, through {run.connection}", style="bold")
    page.pair("state", f"{run.state}{', dry' if run.is_dry else ''}")
    page.pair("problem", run.problem, style="bold red")
    page.pair("begun", f"{moment(run.created_at)} by {run.created_by}")
    for one in run.steered:
        page.pair(STEERED[one["wish"]], f"{moment(datetime.fromisoformat(one['at']))} by {one['by']}")
    page.pair("ended", moment(run.ended_at) if run.ended_at is not None else "")
    page.pair(
        "orders", f"{run.ended} of {run.total if run.total is not None else 'who knows how many'}: {counted(run)}"
    )
    page.pair("pace", paced(run.pace) if run.state == "running" else "")
    page.rows([_item(one) for one in items], ITEMS, whole={"number", "outcome"}, indent=2)


def as_json(of: StoredAccount, run: StoredRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "account": of.name,
        "connection": run.connection,
        "kind": run.kind,
        "what": run.what,
        "filter": run.filter,
        "state": run.state,
        "is_dry": run.is_dry,
        "forecast": run.forecast,
        "total": run.total,
        "ended": run.ended,
        "counts": run.counts,
        "share": run.share,
        "problem": run.problem or None,
        "created_by": run.created_by,
        "created_at": run.created_at,
        "began_at": run.began_at,
        "ended_at": run.ended_at,
        "steered": list(run.steered),
        "orders_per_second": round(run.pace.rate, 3),
        "seconds_left": run.pace.seconds_left if run.state not in ENDED else None,
    }


def item_as_json(item: Item) -> dict[str, Any]:
    return {
        "order": item.number,
        "id": item.source_id,
        "outcome": item.outcome,
        "reason": item.reason or None,
        "state": item.state,
        "ended_at": item.ended_at,
    }


def about(run: StoredRun) -> str:
    """As "import of orders made from ..." or "replay recover: orders that are failed, ..."."""
    if run.kind == "import":
        return f"import of {ImportFilter.model_validate(run.filter).says()}"
    named = ReplayFilter.model_validate(run.filter).says()
    return f"{'retry-all' if run.what == 'retry_all' else f'replay {run.what}'}: {named}"


def counted(run: StoredRun) -> str:
    words = {"already": "in the books already"}
    return ", ".join(f"{count} {words.get(end, end)}" for end, count in run.counts.items() if count) or "none yet"


def paced(pace: Pace) -> str:
    left = pace.seconds_left
    return f"{pace.rate:.1f} orders a second{f', {lasting(left)} left' if left is not None else ''}"


def lasting(seconds: float) -> str:
    """As "40 s", "12 min" or "3 h 20 min"."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    hours, minutes = divmod(math.ceil(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _looked(forecast: Forecast) -> str:
    looked = many(forecast.looked_at, "order")
    if not forecast.is_sample:
        return f"{looked}, each looked at"
    there = f"of about {forecast.there_are} orders" if forecast.there_are is not None else "of more"
    return f"{there}, {forecast.looked_at} were looked at, some of each part of them; --sample N looks at more"


def _example(number: str, sentence: str) -> str:
    return f"{number}: {sentence}" if sentence else number


def _row(of: StoredAccount, run: StoredRun) -> dict[str, str]:
    so_many = str(run.total) if run.total is not None else "?"
    return {
        "id": str(run.id),
        "account": of.name,
        "connection": run.connection,
        "about": f"{'dry run: ' if run.is_dry else ''}{about(run)}",
        "state": run.state,
        "done": f"{run.ended} of {so_many}" if not run.is_dry else "",
        "by": run.created_by,
        "at": moment_in_list(run.created_at),
    }


def _item(item: Item) -> dict[str, str]:
    outcome = item.outcome or item.state or ""
    reason = item.reason if item.outcome is not None else item.reason_now or ""
    known = REASONS.get(reason)
    says = reason if known is None or "{" in known.sentence else f"{reason}: {known.sentence} {known.next_step}".strip()
    return {"number": item.number, "outcome": outcome, "says": says}
