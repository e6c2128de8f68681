"""`shopledger replay`, for people: what was written, what would be taken in, and how far it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tools.cli.output import console
from tools.cli.page import Page
from tools.cli.texts import many
from tools.rehearse.through import Through
from tools.replay.exporting import Exported
from tools.replay.importing import End, Plan

ENDS = {
    End.NEW: "of orders that are not known here",
    End.KNOWN: "of orders that are known here, and are looked at again",
    End.LEFT: "left out: they tell of no order",
}


@contextlib.contextmanager
def progress(says: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, beside the output; nothing in a pipe."""
    errors = console(err=True)
    columns = (TextColumn(says), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(says, total=total)
        yield lambda done: bar.update(task, completed=done)


def show_export(path: Path, exported: Exported) -> None:
    what = "Names, addresses and the like are made up" if exported.masked else "It holds customers' data: keep it so"
    Page().line(f"{many(exported.events, 'event')} written to {path}. {what}.")


def show_plan(through: Through, plan: Plan) -> None:
    page = Page()
    page.line(f"For {through.name}, {many(plan.orders, 'order')}:", style="bold")
    for end, says in ENDS.items():
        if plan.counts[end]:
            page.line(f"{many(plan.counts[end], 'event')} {says}", indent=2)
    if not plan.taken:
        page.line("There is nothing to take in.")
