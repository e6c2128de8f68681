"""The commands that look, and the one that asks again."""

from __future__ import annotations

from datetime import datetime

import click

from shared.store.look import Filter
from tools.cli.output import as_json, print_json
from tools.cli.place import opened
from tools.look import asking, listing, overview, story, telling
from tools.look.names import Since, State, accounts_named, check_names

of_account = click.option("--account", metavar="NAME", help="Only this account.")
of_connection = click.option("--connection", metavar="NAME", help="Only this connection.")


@click.command()
@of_account
@of_connection
@click.option("--order", metavar="NUMBER", help="Only the order of this number.")
@click.option(
    "--state",
    "states",
    type=State(),
    multiple=True,
    metavar="STATE",
    help="Only in this state: waiting, working, done, skipped, failed or held; may be given again.",
)
@click.option("--reason", metavar="CODE", help="Only with this reason, such as state_not_allowed.")
@click.option(
    "--since", type=Since(), metavar="TIME", help="Only what changed since: 2h, 3d, or a day like 2026-11-01."
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Show so many at most.")
@as_json
@click.pass_context
def transfers(
    context: click.Context,
    account: str | None,
    connection: str | None,
    order: str | None,
    states: tuple[str, ...],
    reason: str | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """What became of the orders, those that changed last first.

    \b
    shopledger transfers --state failed --state waiting
    shopledger transfers --since 2h --reason product_barred
    """
    wanted = Filter(connection=connection, order=order, states=states or None, reason=reason, since=since)
    with opened(context) as place:
        accounts = accounts_named(place, account)
        check_names(place, accounts, connection=connection, reason=reason)
        listed = listing.list_transfers(place, accounts, wanted, most=limit)
    if as_json:
        print_json(listed.as_json())
    else:
        listing.show_list(listed, wanted)


@click.command()
@click.argument("order")
@of_account
@of_connection
@click.option("--body", type=click.Choice([*telling.STAGES, "all"]), help="Print these bodies in full, too.")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Only this attempt, counted from 1.")
@as_json
@click.pass_context
def show(
    context: click.Context,
    order: str,
    account: str | None,
    connection: str | None,
    body: str | None,
    attempt: int | None,
    as_json: bool,
) -> None:
    """Everything about one ORDER: where it is, why, what to do, and what was tried.

    \b
    shopledger show 1007
    shopledger show 1007 --body sent --attempt 2
    """
    with opened(context) as place:
        accounts = accounts_named(place, account)
        check_names(place, accounts, connection=connection)
        found = story.find_orders(place, accounts, order, connection)
        bodies = as_json or body is not None
        stories = [story.tell_story(place, of, one, bodies=bodies) for of, one in found]
    chosen = [(one, story.only_try(one, attempt) if attempt else one.tries) for one in stories]
    if as_json:
        print_json([story.as_json(one, tries) for one, tries in chosen])
        return
    for number, (one, tries) in enumerate(chosen):
        if number:
            click.echo()
        wanted = telling.STAGES if body == "all" else (body,) if body else ()
        telling.show_story(one, tries, bodies=wanted, is_one_of_many=len(accounts) > 1)


@click.command()
@click.argument("order")
@of_account
@of_connection
@as_json
@click.pass_context
def retry(context: click.Context, order: str, account: str | None, connection: str | None, as_json: bool) -> None:
    """Look at ORDER once more, now: something was mended. It never makes a second document.

    \b
    shopledger retry 1007
    """
    with opened(context) as place:
        of, one = asking.named(place, account, connection, "retry", order)
        asked = asking.ask(place, of, one)
    asking.tell(context, asked, as_json=as_json)


@click.command()
@as_json
@click.pass_context
def accounts(context: click.Context, as_json: bool) -> None:
    """Who uses this: accounts, their systems and connections, and what is wrong."""
    with opened(context) as place:
        found = overview.overviews(place)
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        overview.show_overviews(found)
