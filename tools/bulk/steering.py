"""The run that a command is about, and whoever works on it."""

from __future__ import annotations

import click

from shared.store import runs
from shared.store.inventory import StoredAccount
from shared.store.runs import StoredRun
from tools.cli.place import Chosen, Place
from tools.cli.problems import Exit, Problem
from tools.look.names import accounts_named


def the_run(place: Place, run: int, account: str | None = None) -> tuple[StoredAccount, StoredRun]:
    """With whose it is. Raises Problem."""
    newest: list[int] = []
    for of in accounts_named(place, account):
        with place.database.account(of.id) as c:
            found = runs.stored(c, run)
            newest += [one.id for one in runs.listed(c, most=5)]
        if found is not None:
            return of, found
    there = (
        f"the newest are {', '.join(map(str, sorted(newest, reverse=True)[:5]))}" if newest else "there was none yet"
    )
    raise Problem(f"there is no run {run}; {there}", Exit.FOUND_TROUBLE)


def is_served(context: click.Context) -> bool:
    """Whether somebody can be there who works on runs: on servers, or with `up` in the data folder."""
    chosen: Chosen = context.obj
    return chosen.uses_servers or chosen.folder_to_look_at.running() is not None
