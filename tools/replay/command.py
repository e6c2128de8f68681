"""`shopledger replay`: what was told, or rung for, once more. It never makes a second document."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from shared.store.replay import Which
from tools.bulk.command import Numbers
from tools.cli.agreeing import agrees
from tools.cli.options import of_account, of_connection
from tools.cli.output import as_json, print_json
from tools.cli.place import opened
from tools.cli.texts import many
from tools.look.names import Id, Since
from tools.rehearse.through import named
from tools.replay import bulk_command, events, exporting, importing, telling
from tools.replay.dead_command import dead_group
from tools.replay.files import EventFile


@click.group()
def replay() -> None:
    """Have what was told, or rung for, go once more: for operators and developers. Never a second document."""


for command in (dead_group, bulk_command.recover, bulk_command.missing, bulk_command.bulk):
    replay.add_command(command)


@replay.command()
@click.argument("event_id", metavar="ID", type=Id("an event", "`shopledger show ORDER` lists those of an order"))
@click.option("--stored", "way", flag_value="stored", default="stored", help="With what is stored of it (the default).")
@click.option("--fresh", "way", flag_value="fresh", help="The shop is asked for it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def event(context: click.Context, event_id: int, way: str, yes: bool, as_json: bool) -> None:
    """What the event ID told of goes once more, through the same guards as ever.

    \b
    shopledger replay event 4711
    shopledger replay event 4711 --fresh --yes

    What is stored is its newest word, whichever event brought that. With --json nothing is asked: without --yes it is
    only shown.
    """
    with opened(context) as place:
        found = events.find(place, event_id)
        if not as_json:
            events.show(found)
            if not yes and not agrees("Have it go once more?", or_else="nothing was replayed: say --yes to replay it"):
                return
        replayed = events.replay_event(place, found, is_fresh=way == "fresh") if yes or not as_json else []
    if as_json:
        print_json(found.as_json(replayed))
    else:
        events.show_replayed(found, replayed)


@replay.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@of_account
@of_connection
@click.option("--from", "since", type=Since(), metavar="TIME", help="Only what came then or later: 3d, 2026-11-01.")
@click.option("--to", "before", type=Since(), metavar="TIME", help="Only what came before then.")
@click.option("--numbers", type=Numbers(), metavar="LIST", help="Only of these orders: 1001,1002.")
@click.option("--masked", is_flag=True, help="With made-up names in the place of personal data.")
@as_json
@click.pass_context
def export(
    context: click.Context,
    file: Path,
    account: str | None,
    connection: str | None,
    since: datetime | None,
    before: datetime | None,
    numbers: tuple[str, ...] | None,
    masked: bool,
    as_json: bool,
) -> None:
    """Write what a connection's shop told us into a new FILE, as JSON lines.

    \b
    shopledger replay export --from 2026-11-01 --to 2026-12-01 november.jsonl
    shopledger replay export --numbers 1007 --masked 1007.jsonl
    """
    with opened(context) as place:
        through = named(place, account, connection)
        exported = exporting.export(
            place, through, Which(since=since, before=before, numbers=numbers), file, masked=masked
        )
    if as_json:
        print_json({"file": str(file), "events": exported.events, "masked": exported.masked})
    else:
        telling.show_export(file, exported)


@replay.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@of_account
@of_connection
@click.option("--dry-run", is_flag=True, help="Only say what would be taken in.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def import_(
    context: click.Context,
    file: Path,
    account: str | None,
    connection: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take in the events of FILE, as if the connection's shop had told them.

    \b
    shopledger replay import november.jsonl --dry-run
    shopledger replay import november.jsonl --connection Orders --yes

    It may be done again. With --json nothing is asked: without --yes it is a dry run.
    """
    source = EventFile(file)
    with opened(context) as place:
        through = named(place, account, connection)
        plan = importing.plan(place, through, source)
        if not as_json:
            telling.show_plan(through, plan)
        done = 0
        if not dry_run and plan.taken and (yes or (not as_json and _agrees(plan))):
            with telling.progress("taken in", plan.taken) as heard:
                done = importing.carry_out(place, through, source, heard=heard)
    if as_json:
        print_json({**plan.as_json(), "taken_in": done})
    elif done:
        click.echo(f"{many(done, 'event')} taken in: their orders go when their turn comes.")


def _agrees(plan: importing.Plan) -> bool:
    return agrees(f"Take in {many(plan.taken, 'event')}?", or_else="nothing was taken in: say --yes to take them in")
