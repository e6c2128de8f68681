"""The commands that switch, and the one that lets go what waited meanwhile."""

from __future__ import annotations

import click

from tools.cli.agreeing import agrees
from tools.cli.options import of_account
from tools.cli.output import as_json, print_json
from tools.cli.place import opened
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, many
from tools.switch import releasing, switching
from tools.switch.targets import held_connection, switch_named


@click.command()
@click.argument("position", metavar="on|off", type=click.Choice(["on", "off"]))
@of_account
@click.option("--system", metavar="NAME", help="This webshop or these books, for all their connections.")
@click.option("--connection", metavar="NAME", help="This connection alone.")
@as_json
@click.pass_context
def switch(
    context: click.Context,
    position: str,
    account: str | None,
    system: str | None,
    connection: str | None,
    as_json: bool,
) -> None:
    """Switch a connection, a system or a whole account on or off.

    \b
    shopledger switch off --connection Orders
    shopledger switch on --system Books
    shopledger switch off --account Lampeland

    What comes while something is off is kept and held. It does not go when all is on again: `shopledger release` lists
    it, and lets it go.
    """
    if system is not None and connection is not None:
        raise click.UsageError("name a system or a connection, not both")
    on = position == "on"
    with opened(context) as place:
        target = switch_named(place, account=account, system=system, connection=connection, on=on)
        done = switching.switch(place, target, on=on)
    if as_json:
        print_json(done.as_json())
    else:
        switching.show(done)


@click.command()
@of_account
@click.option("--connection", metavar="NAME", required=True, help="The connection.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def release(context: click.Context, account: str | None, connection: str, yes: bool, as_json: bool) -> None:
    """List what a connection held while something was switched off, and let it go.

    \b
    shopledger release --connection Orders
    shopledger release --connection Orders --yes

    Each order is looked at as it is now, and goes if it is to. With --json nothing is asked: without --yes it is only
    listed.
    """
    with opened(context) as place:
        of, one = held_connection(place, account=account, connection=connection)
        waiting = releasing.what_waits(place, of, one)
        if not as_json:
            releasing.show(waiting)
            _refuse(waiting)
            if not one.held or not (yes or _agrees(one.held)):
                return
        released = releasing.let_go(place, waiting) if yes or not as_json else 0
        if not released and one.held:  # something may have been switched off while he was asked
            waiting = releasing.what_waits(place, *held_connection(place, account=of.name, connection=connection))
    if as_json:
        print_json(waiting.as_json(released))
        context.exit(0 if not one.held or released else Exit.FOUND_TROUBLE)
    if not released:
        _refuse(waiting)
    click.echo(f"{many(released, 'order')} let go: each goes when its turn comes")


def _refuse(waiting: releasing.Waiting) -> None:
    if waiting.refusal is not None:
        raise Problem(harmless(f"nothing was released: {waiting.refusal}"), Exit.FOUND_TROUBLE)


def _agrees(held: int) -> bool:
    return agrees(f"Let {many(held, 'order')} go?", or_else="nothing was released: say --yes to let them go")
