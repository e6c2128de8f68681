"""`shopledger runs`: bulk runs, what became of their orders, and their owner's word about them."""

from __future__ import annotations

from typing import cast

import click

from shared.domain.bulk import Outcome
from shared.store import runs as stored_runs
from shared.store.runs import Wish
from tools.bulk import following, telling
from tools.bulk.steering import is_served, the_run
from tools.cli.output import as_json, print_json
from tools.cli.place import opened
from tools.cli.problems import Exit, Problem
from tools.cli.who import user
from tools.look.names import Id, accounts_named, check_names

OUTCOMES = ("done", "already", "skipped", "failed", "cancelled")
WISHES: dict[Wish, str] = {
    "pause": "Begin none of its orders from now on; what a worker has in hand is finished.",
    "resume": "Go on where it was paused, or failed.",
    "cancel": "End it: what nobody has begun is as it was before.",
}
THE_RUN = Id("a run", "`shopledger runs` lists them")


@click.group(invoke_without_command=True)
@click.option("--account", metavar="NAME", help="Only this account.")
@click.option("--connection", metavar="NAME", help="Only this connection.")
@as_json
@click.pass_context
def runs(context: click.Context, account: str | None, connection: str | None, as_json: bool) -> None:
    """Bulk runs, newest first: imports and replays; what they are about, who began them, and how far they are.

    \b
    shopledger runs
    shopledger runs show 12
    shopledger runs pause 12
    """
    if context.invoked_subcommand is not None:
        return
    with opened(context) as place:
        accounts = accounts_named(place, account)
        check_names(place, accounts, connection=connection)
        found = []
        for of in accounts:
            with place.database.account(of.id) as c:
                found += [(of, run) for run in stored_runs.listed(c, through=connection)]
    found.sort(key=lambda one: one[1].id, reverse=True)
    if as_json:
        print_json([telling.as_json(of, run) for of, run in found])
    else:
        telling.show_list(found)


@runs.command()
@click.argument("run", type=THE_RUN)
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only orders that ended so.")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Show so many orders.")
@as_json
@click.pass_context
def show(context: click.Context, run: int, outcome: str | None, limit: int, as_json: bool) -> None:
    """How far RUN is, who did what to it, and what became of each of its orders."""
    with opened(context) as place:
        of, found = the_run(place, run)
        with place.database.account(of.id) as c:
            items = stored_runs.items(c, run, outcome=cast("Outcome | None", outcome), most=limit)
    if as_json:
        print_json(telling.as_json(of, found) | {"orders": [telling.item_as_json(one) for one in items]})
    else:
        telling.show_run(found, items)


@runs.command()
@click.argument("run", type=THE_RUN)
@click.pass_context
def follow(context: click.Context, run: int) -> None:
    """Watch RUN until it has ended. Ctrl-C ends the watching; the run goes on."""
    with opened(context) as place:
        of, found = the_run(place, run)
        if found.state in ("ready", "running") and not is_served(context):
            raise Problem(f"nobody works on run {run}: `shopledger up` does", Exit.FOUND_TROUBLE)
        try:
            found = following.follow(place, of, run)
        except KeyboardInterrupt:
            click.echo(f"Run {run} goes on.")
            return
    telling.show_run(found, [])


def _steering(wish: Wish) -> click.Command:
    @click.argument("run", type=THE_RUN)
    @as_json
    @click.pass_context
    def steer(context: click.Context, run: int, as_json: bool) -> None:
        with opened(context) as place:
            of, before = the_run(place, run)
            with place.database.account(of.id) as c:
                state = stored_runs.steer(c, run, wish, by=user())
            _, now = the_run(place, run)
        if state is None:
            raise Problem(f"run {run} is {before.state}: it cannot be {telling.STEERED[wish]}", Exit.FOUND_TROUBLE)
        if as_json:
            print_json(telling.as_json(of, now))
        else:
            click.echo(f"Run {run} is {now.state}: {telling.counted(now)}.")

    return click.command(wish, help=WISHES[wish])(steer)


for _wish in WISHES:
    runs.add_command(_steering(_wish))
