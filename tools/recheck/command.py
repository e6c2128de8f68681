"""`shopledger recheck` and `shopledger open`: a shop against its books, and what is not in the books yet."""

from __future__ import annotations

from collections import Counter

import click

from shared.store import open_orders
from shared.store.open_orders import OpenOrder
from tools.cli.options import of_account
from tools.cli.output import as_json, print_json
from tools.cli.place import Place, opened
from tools.look.names import accounts_named, check_names
from tools.recheck import running, telling
from tools.recheck.telling import Listed
from tools.rehearse.through import named


@click.command()
@click.argument("connection")
@of_account
@click.option("--last", is_flag=True, help="Only tell what the last one found; nothing is asked of the shop.")
@as_json
@click.pass_context
def recheck(context: click.Context, connection: str, account: str | None, last: bool, as_json: bool) -> None:
    """Look again at the open and the sent orders of CONNECTION, and for those nobody told of, as happens every night.

    \b
    shopledger recheck Orders
    shopledger recheck Orders --last --json

    What it finds is taken in, and goes by itself where it may. It runs here and now; one that runs elsewhere is said.
    """
    with opened(context) as place:
        through = named(place, account, connection, is_argument=True)
        if last:
            was = running.last(place, through)
            report, problem = was.report, was.problem
        else:
            with telling.progress() as heard:
                report, problem = running.run(place, through, heard=heard), ""
    if as_json:
        print_json({**report.model_dump(mode="json"), "problem": problem})
        return
    telling.show_report(through.name, report)
    if problem:
        click.echo(f"The latest run did not come to its end: {problem}")


@click.command("open")
@click.argument("connection", required=False)
@of_account
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Show so many at most.")
@as_json
@click.pass_context
def open_(context: click.Context, connection: str | None, account: str | None, limit: int, as_json: bool) -> None:
    """Orders that are not in the books and may still go: why, and what to do; those that came first first.

    \b
    shopledger open
    shopledger open Orders --limit 500 --json
    """
    with opened(context) as place:
        listed = _listed(place, account, connection, most=limit)
    if as_json:
        print_json(listed.as_json())
    else:
        telling.show_open(listed)


def _listed(place: Place, account: str | None, connection: str | None, *, most: int) -> Listed:
    accounts = accounts_named(place, account)
    check_names(place, accounts, connection=connection)
    found: list[tuple[str, OpenOrder]] = []
    counts: Counter[str] = Counter()
    for of in accounts:
        with place.database.account(of.id) as c:
            orders, there = open_orders.listed(c, connection, most=most)
        found += [(of.name, order) for order in orders]
        counts.update(there)
    return Listed(sorted(found, key=lambda one: one[1].since)[:most], counts)
