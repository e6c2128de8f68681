"""`shopledger dry-run` and `shopledger preview`: what would be sent, without anything being sent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from tools.apply.read import read_wish
from tools.apply.settings import settle
from tools.cli.options import of_account, of_connection
from tools.cli.output import as_json, print_json
from tools.cli.place import Place, opened
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look import asking
from tools.rehearse import dry_run as running
from tools.rehearse import orders, telling
from tools.rehearse.orders import Subject
from tools.rehearse.through import Through, named, rehearsal_of
from tools.versions import history as versions

File = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("dry-run")
@click.argument("order", required=False)
@click.option("--last", type=click.IntRange(1, 1000), metavar="N", help="The newest N orders of the connection.")
@click.option("--file", "file", type=File, help="An order as the shop's API says it, in JSON.")
@of_account
@of_connection
@as_json
@click.pass_context
def dry_run(
    context: click.Context,
    order: str | None,
    last: int | None,
    file: Path | None,
    account: str | None,
    connection: str | None,
    as_json: bool,
) -> None:
    """What would be sent to the books for ORDER, byte by byte, or why nothing. Nothing is written anywhere.

    \b
    shopledger dry-run 1007
    shopledger dry-run --last 20
    shopledger dry-run --file order.json --connection Orders
    """
    if [order, last, file].count(None) != 2:
        raise click.UsageError("name one of: an order, --last N, --file FILE")
    with opened(context) as place:
        through, subjects = _subjects(place, order, last, file, account, connection)
        settings = running.settings_of(through.connection.settings, "what is stored of its settings")
        with rehearsal_of(place, through) as rehearsal:
            readings = [orders.Reading(place, through, subject) for subject in subjects]
            told = list(running.dry_run(place, through, rehearsal, readings, settings))
    if not through.connection.active:
        says = f"{through.name} is switched off: nothing goes until `shopledger switch on`"
        click.echo(harmless(says), err=True)
    if as_json:
        print_json([one.as_json() for one in told])
    elif last is None:
        telling.show_one(told[0], body=True)
    else:
        telling.show_ends(told)


@click.command()
@click.argument("file", required=False, type=File)
@click.option("--version", type=click.IntRange(1, 2**31 - 1), metavar="N", help="That version of the settings instead.")
@click.option("--last", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest N orders.")
@of_account
@of_connection
@as_json
@click.pass_context
def preview(
    context: click.Context,
    file: Path | None,
    version: int | None,
    last: int,
    account: str | None,
    connection: str | None,
    as_json: bool,
) -> None:
    """What the settings in FILE, or a former version, would change about the last orders, field by field.

    \b
    shopledger preview shop.yaml --last 20
    shopledger preview --version 3 --connection Orders

    Nothing is written anywhere, and FILE is not applied.
    """
    if (file is None) == (version is None):
        raise click.UsageError("name a file, or --version N")
    with opened(context) as place:
        through = named(place, account, connection)
        stored = through.connection.settings
        other = _of_file(through, file) if file is not None else _of_version(place, through, version or 0)
        both = (running.settings_of(stored, "what is stored"), running.settings_of(other, "what it would be"))
        readings = [orders.Reading(place, through, subject) for subject in orders.last(place, through, last)]
        with rehearsal_of(place, through) as rehearsal:
            now, then = ([*running.dry_run(place, through, rehearsal, readings, one, by_rules=True)] for one in both)
        found = [running.Difference(one.subject, one, after) for one, after in zip(now, then, strict=True)]
    if as_json:
        print_json([one.as_json() for one in found])
    else:
        telling.show_differences(found)


def _subjects(
    place: Place, order: str | None, last: int | None, file: Path | None, account: str | None, connection: str | None
) -> tuple[Through, list[Subject]]:
    if order is not None:
        of, one = asking.named(place, account, connection, "dry-run", order)
        through = named(place, of.name, one.connection)
        return through, [orders.transfer(place, through, one.id)]
    through = named(place, account, connection)
    return through, orders.last(place, through, last) if last is not None else [orders.from_file(file or Path())]


def _of_file(through: Through, file: Path) -> dict[str, Any]:
    """The stored settings with what the file names over them. Raises Problem."""
    wish = read_wish(file, os.environ)
    account = wish.accounts.get(through.account.name)
    wished = account.connections.get(through.connection.name) if account is not None else None
    if wished is None:
        raise Problem(harmless(f"{file}: does not name {through.name}"), Exit.WRONG_FILE)
    return dict(settle(through.connection.settings, wished.settings, through.accounting.Settings).settings)


def _of_version(place: Place, through: Through, version: int) -> dict[str, Any]:
    of = versions.Subject(through.account, through.connection, through.books.kind)
    _, found = versions.newest_and(place, of, [version])
    return dict(found.settings)
