"""`shopledger import`: orders that were there before their connection was."""

from __future__ import annotations

import shlex
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from pydantic import ValidationError

from shared.domain.bulk import USUAL_SHARE, ImportFilter
from shared.domain.settings import OrderSettings
from shared.errors import ConnectionBroken, Fate, Retry
from shared.store import runs
from tools.bulk import following, telling
from tools.bulk.forecast import Forecast, forecast
from tools.bulk.steering import is_served, the_run
from tools.cli.agreeing import agrees
from tools.cli.output import as_json, console, print_json
from tools.cli.place import Place, opened
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, many
from tools.cli.who import user
from tools.rehearse import dry_run as running
from tools.rehearse.through import Through, named

#: Orders that are looked at before it begins, where nobody says otherwise.
USUAL_SAMPLE = 200

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
@click.option("--account", metavar="NAME", help="The account, where there are several.")
@click.option("--from", "first", type=Day(), metavar="DAY", help="Orders made on this day or later: 2025-01-01.")
@click.option("--to", "last", type=Day(), metavar="DAY", help="And on this day or earlier.")
@click.option(
    "--state", "states", multiple=True, metavar="STATE", help="Only in this state of the shop; again for more."
)
@click.option("--numbers", type=Numbers(), default=(), metavar="1,2,3", help="These orders instead.")
@click.option("--dry-run", is_flag=True, help="Only tell what would become of them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=USUAL_SHARE,
    show_default=True,
    help="Of what the connection may have in flight; live orders go first in any case.",
)
@click.option(
    "--sample",
    type=click.IntRange(1, 100_000),
    default=USUAL_SAMPLE,
    show_default=True,
    help="Look at so many orders at most before it begins.",
)
@as_json
@click.pass_context
def import_orders(
    context: click.Context,
    connection: str,
    account: str | None,
    first: date | None,
    last: date | None,
    states: tuple[str, ...],
    numbers: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    share: float,
    sample: int,
    as_json: bool,
) -> None:
    """Bring orders of CONNECTION into the books that are older than it. It never makes a second document.

    \b
    shopledger import Orders --from 2025-01-01 --to 2025-12-31 --dry-run
    shopledger import Orders --from 2025-01-01 --to 2025-12-31 --state completed
    shopledger import Orders --numbers 1007,1008

    It first tells what would become of them, and asks. The rules of the settings hold, but for the start date. With
    --json nothing is asked: without --yes it is only told.
    """
    wanted = _filter(first, last, states, numbers)
    is_dry = dry_run or (as_json and not yes)
    with opened(context) as place:
        through = _of_orders(named(place, account, connection, is_argument=True))
        settings = running.settings_of(through.connection.settings, "what is stored of its settings")
        _check_is_past(wanted, settings)
        with place.database.account(through.account.id) as c:
            run = runs.open_run(
                c,
                through=through.connection.id,
                kind="import",
                what="import",
                filter=wanted.stored,
                by=user(),
                share=share,
                is_dry=is_dry,
            )
        try:
            counted = _counted(place, through, settings, wanted, sample)
            if not as_json:
                telling.show_forecast(counted, wanted.says(), not_found=NOT_FOUND)
            is_wanted = is_dry or (counted.total != 0 and (yes or _agrees(counted)))
        except BaseException:
            _cancel(place, through, run)
            raise
        if not is_wanted:
            _cancel(place, through, run)
        else:
            with place.database.account(through.account.id) as c:
                runs.ready(c, run, forecast=counted.as_json(), total=counted.total)
        if as_json:
            print_json(telling.as_json(*the_run(place, run, account)))
        elif not is_wanted:
            click.echo("Nothing was imported.")
        elif is_dry:
            click.echo("Nothing was imported: this was a dry run.")
        else:
            tell_and_follow(context, place, through, run)


def _filter(first: date | None, last: date | None, states: tuple[str, ...], numbers: tuple[str, ...]) -> ImportFilter:
    if not numbers and (first is None or last is None):
        raise click.UsageError("say which orders: --from DAY --to DAY, or --numbers 1,2,3")
    try:
        return ImportFilter(first=first, last=last, states=states, numbers=numbers)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        named = "".join(f"{one}: " for one in problem["loc"][:1])
        raise click.UsageError(named + str(problem["msg"]).removeprefix("Value error, ")) from None


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


def _counted(place: Place, through: Through, settings: OrderSettings, wanted: ImportFilter, sample: int) -> Forecast:
    """Raises Problem."""
    try:
        with following.counting() as heard:
            return forecast(place, through, settings, wanted, sample=sample, heard=heard)
    except Fate as fate:
        code = Exit.UNAVAILABLE if isinstance(fate, Retry | ConnectionBroken) else Exit.FOUND_TROUBLE
        raise Problem(harmless(f"{through.shop.name} did not tell: {fate.message}"), code) from None


def _agrees(counted: Forecast) -> bool:
    about = many(counted.total, "order") if counted.total is not None else "them"
    return agrees(f"Import {about}?", or_else="nothing was imported: say --yes to import them")


def _cancel(place: Place, through: Through, run: int) -> None:
    with place.database.account(through.account.id) as c:
        runs.steer(c, run, "cancel", by=user())


def tell_and_follow(context: click.Context, place: Place, through: Through, run: int) -> None:
    come_back = shlex.join(["shopledger", "runs", "follow", str(run)])
    if not through.connection.active:
        click.echo(harmless(f"{through.name} is switched off: run {run} waits until `shopledger switch on`."))
    elif not is_served(context):
        click.echo(f"Run {run} begins when `shopledger up` runs; `{come_back}` shows how far it is.")
    elif not console(err=True).is_terminal:
        click.echo(f"Run {run} has begun; `{come_back}` shows how far it is.")
    else:
        follow_to_its_end(place, through, run, come_back)


def follow_to_its_end(place: Place, through: Through, run: int, come_back: str) -> None:
    try:
        ended: Any = following.follow(place, through.account, run)
    except KeyboardInterrupt:
        click.echo(f"Run {run} goes on; `{come_back}` shows how far it is, `shopledger runs pause {run}` stops it.")
    else:
        telling.show_run(ended, [])
