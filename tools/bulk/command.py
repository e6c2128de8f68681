"""`shopledger import`: orders that were there before their connection was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from pydantic import ValidationError

from shared.domain.bulk import ImportFilter
from shared.domain.settings import OrderSettings
from tools.bulk import telling
from tools.bulk.beginning import Errand, Wish, begin, of_many, refused
from tools.bulk.forecast import Forecast, forecast
from tools.cli.place import opened
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, many
from tools.rehearse import dry_run as running
from tools.rehearse.through import Through, named

#: An order that nothing was heard of is asked for by the shop's id; a plugin may number orders otherwise.
NOT_FOUND = (
    "Not found (where a plugin numbers the orders, one of which nothing is known yet is found by its day alone:"
    " --from DAY --to DAY)"
)


class Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007
        except ValueError:
            self.fail(f"{value!r} is no day; write it like 2025-01-31", param, ctx)


class Numbers(click.ParamType[tuple[str, ...]]):
    name = "numbers"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        found = tuple(dict.fromkeys(filter(None, (one.strip() for one in value.split(",")))))
        if not found:
            self.fail("name at least one number, or several with commas between them", param, ctx)
        return found


@click.command("import")
@click.argument("connection")
@click.option("--from", "first", type=Day(), metavar="DAY", help="Orders made on this day or later: 2025-01-01.")
@click.option("--to", "last", type=Day(), metavar="DAY", help="And on this day or earlier.")
@click.option(
    "--state", "states", multiple=True, metavar="STATE", help="Only in this state of the shop; again for more."
)
@click.option("--numbers", type=Numbers(), default=(), metavar="1,2,3", help="These orders instead.")
@of_many
@click.pass_context
def import_orders(
    context: click.Context,
    /,
    connection: str,
    first: date | None,
    last: date | None,
    states: tuple[str, ...],
    numbers: tuple[str, ...],
    **wish: Any,
) -> None:
    """Bring orders of CONNECTION into the books that are older than it. It never makes a second document.

    \b
    shopledger import Orders --from 2025-01-01 --to 2025-12-31 --dry-run
    shopledger import Orders --from 2025-01-01 --to 2025-12-31 --state completed
    shopledger import Orders --numbers 1007,1008

    It first tells what would become of them, and asks. The rules of the settings hold, but for the start date. With
    --json nothing is asked: without --yes it is only told.
    """
    wanted, told = _filter(first, last, states, numbers), Wish(connection=connection, **wish)
    with opened(context) as place:
        through = _of_orders(named(place, told.account, connection, is_argument=True))
        settings = running.settings_of(through.connection.settings, "what is stored of its settings")
        _check_is_past(wanted, settings)
        errand = Errand(
            kind="import",
            what="import",
            filter=wanted.stored,
            count=lambda heard: forecast(place, through, settings, wanted, sample=told.sample, heard=heard),
            show=lambda counted: telling.show_forecast(counted, wanted.says(), not_found=NOT_FOUND),
            question=_question,
            unasked="nothing was imported: say --yes to import them",
            nothing="Nothing was imported.",
            nothing_dry="Nothing was imported: this was a dry run.",
        )
        begin(context, place, through, errand, told)


def _filter(first: date | None, last: date | None, states: tuple[str, ...], numbers: tuple[str, ...]) -> ImportFilter:
    if not numbers and (first is None or last is None):
        raise click.UsageError("say which orders: --from DAY --to DAY, or --numbers 1,2,3")
    try:
        return ImportFilter(first=first, last=last, states=states, numbers=numbers)
    except ValidationError as error:
        raise refused(error) from None


def _of_orders(through: Through) -> Through:
    if through.connection.kind != "orders":
        says = f"{through.name} moves {through.connection.kind}: only orders can be imported"
        raise Problem(harmless(says), Exit.FOUND_TROUBLE)
    return through


def _check_is_past(wanted: ImportFilter, settings: OrderSettings) -> None:
    today = datetime.now(ZoneInfo(settings.time_zone)).date()
    if wanted.first is not None and wanted.first > today:
        raise click.UsageError(f"--from {wanted.first} lies in the future: those orders come by themselves")
    if wanted.last is not None and wanted.last > today:
        raise click.UsageError(
            f"--to {wanted.last} lies in the future, and orders that are still to come need no import: "
            f"say --to {today}, which is until now"
        )


def _question(counted: Forecast) -> str | None:
    if counted.total == 0:
        return None
    return f"Import {many(counted.total, 'order') if counted.total is not None else 'them'}?"
