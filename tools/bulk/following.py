"""A run as it goes: a bar on a terminal, and nothing but its end in a pipe."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from shared.domain.bulk import ENDED
from shared.store import runs
from shared.store.inventory import StoredAccount
from shared.store.runs import StoredRun
from tools.bulk import telling
from tools.cli.output import console
from tools.cli.place import Place

#: Seconds between two looks, and after which it is said that nobody has taken the run up.
LOOK_EVERY = 0.5
TAKEN_UP_WITHIN = 10.0
#: Of "run 1234".
NAME = 8


def follow(place: Place, of: StoredAccount, run: int) -> StoredRun:
    """Until it has ended, or is paused. Ctrl-C comes as KeyboardInterrupt; the run goes on."""
    began = time.monotonic()
    with _bar() as show:
        while True:
            now = _look(place, of, run)
            is_waiting = now.state == "ready" and time.monotonic() > began + TAKEN_UP_WITHIN
            show(
                now, "nobody has taken it up yet: do `shopledger up`'s worker and scheduler run?" if is_waiting else ""
            )
            if now.state in ENDED or now.state == "paused":
                return now
            time.sleep(LOOK_EVERY)


def _look(place: Place, of: StoredAccount, run: int) -> StoredRun:
    with place.database.account(of.id) as c:
        now = runs.stored(c, run)
    assert now is not None
    return now


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[StoredRun, str], None]]:
    errors = console(err=True)
    # The last column gives way on a narrow terminal, so the least that matters stands at its end.
    columns = (
        TextColumn("{task.fields[run]}", table_column=Column(no_wrap=True, min_width=NAME)),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[says]}"),
    )
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("run", total=None, run="", says="")

        def show(now: StoredRun, trouble: str) -> None:
            so_far = f"{now.ended}/{now.total if now.total is not None else '?'}"
            says = trouble or now.problem or f"{so_far}, {telling.paced(now.pace)}: {telling.counted(now)}"
            bar.update(task, completed=now.ended, total=now.total, run=f"run {now.id}", says=says)

        yield show


@contextlib.contextmanager
def counting() -> Iterator[Callable[[int], None]]:
    """How many orders were looked at, while nothing has begun."""
    errors = console(err=True)
    columns = (TextColumn("looked at {task.completed} orders"),)
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("orders", total=None)
        yield lambda so_many: bar.update(task, completed=so_many)
