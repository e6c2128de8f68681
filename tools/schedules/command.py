"""The command that lists jobs, and those that steer one of them."""

from __future__ import annotations

from collections.abc import Callable

import click

from tools.bulk.steering import is_served
from tools.cli.output import as_json, print_json
from tools.cli.place import Place, opened
from tools.cli.texts import harmless
from tools.look.names import accounts_named
from tools.owner.command import Words
from tools.schedules import listing, steering
from tools.schedules.listing import Placed

of_account = click.option("--account", metavar="NAME", help="Only this account.")
the_connection = click.argument("connection", metavar="CONNECTION")
the_job = click.argument("job", metavar="JOB")


@click.group(invoke_without_command=True)
@of_account
@as_json
@click.pass_context
def schedules(context: click.Context, account: str | None, as_json: bool) -> None:
    """When polls, rechecks and looks at webhooks come, and how the latest ones went.

    \b
    shopledger schedules
    shopledger schedules run Orders poll
    shopledger schedules pause Orders recheck --why "the shop is being moved"
    shopledger schedules resume Orders recheck

    `webhooks` is a job about all of a webshop: name the shop.
    """
    if context.invoked_subcommand is not None:
        return
    with opened(context) as place:
        placed = listing.list_schedules(place, accounts_named(place, account))
    if as_json:
        print_json([listing.as_json(*one) for one in placed])
    else:
        listing.show(placed)


@schedules.command()
@the_connection
@the_job
@of_account
@as_json
@click.pass_context
def run(context: click.Context, connection: str, job: str, account: str | None, as_json: bool) -> None:
    """Run a job now, whenever its time is."""

    def due(place: Place, placed: Placed) -> str:
        return steering.run_now(place, placed, is_served=is_served(context))

    _steer(context, account, connection, job, "run", due, as_json=as_json)


@schedules.command()
@the_connection
@the_job
@click.option("--why", type=Words(), metavar="TEXT", required=True, help="For whoever looks at it later.")
@of_account
@as_json
@click.pass_context
def pause(context: click.Context, connection: str, job: str, why: str, account: str | None, as_json: bool) -> None:
    """Do not run a job until it is resumed."""

    def paused(place: Place, placed: Placed) -> str:
        return steering.pause(place, placed, why)

    _steer(context, account, connection, job, "pause", paused, as_json=as_json)


@schedules.command()
@the_connection
@the_job
@of_account
@as_json
@click.pass_context
def resume(context: click.Context, connection: str, job: str, account: str | None, as_json: bool) -> None:
    """Let a job that was paused come again."""
    _steer(context, account, connection, job, "resume", steering.resume, as_json=as_json)


def _steer(
    context: click.Context,
    account: str | None,
    connection: str,
    job: str,
    act: str,
    does: Callable[[Place, Placed], str],
    *,
    as_json: bool,
) -> None:
    with opened(context) as place:
        placed = steering.job_named(place, account, connection, job, act, connection, job)
        says = harmless(does(place, placed))
        if as_json:
            (after,) = [
                one
                for one in listing.list_schedules(place, [placed[0]])
                if one[1].plan.schedule_id == placed[1].plan.schedule_id
            ]
            print_json({"says": says, **listing.as_json(*after)})
            return
    click.echo(says[0].upper() + says[1:])
