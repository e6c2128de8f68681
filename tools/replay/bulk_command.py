"""`shopledger replay recover`, `missing` and `bulk`, and `shopledger retry-all`: many orders once more, as a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from shared.domain.bulk import USUAL_SHARE
from shared.domain.replays import Replay, ReplayFilter
from shared.errors import ConnectionBroken, Fate, Retry
from shared.store import runs
from tools.bulk import following
from tools.bulk import telling as bulk_telling
from tools.bulk.command import USUAL_SAMPLE, Numbers, tell_and_follow
from tools.bulk.forecast import Forecast
from tools.bulk.steering import the_run
from tools.cli.agreeing import agrees
from tools.cli.output import as_json, print_json
from tools.cli.place import Place, opened
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless, many
from tools.cli.who import user
from tools.look.names import Since, State, check_names
from tools.rehearse.through import Through, named
from tools.replay.forecast import forecast

F = TypeVar("F", bound=Callable[..., Any])

UNKNOWN = "Not known here (`shopledger import` brings what only the shop knows)"

OPTIONS = (
    click.option("--account", metavar="NAME", help="The account, where there are several."),
    click.option("--connection", metavar="NAME", help="The connection, where there are several."),
    click.option("--dry-run", is_flag=True, help="Only tell what would become of them."),
    click.option("--yes", is_flag=True, help="Do not ask."),
    click.option(
        "--share",
        type=click.FloatRange(0, 1, min_open=True),
        default=USUAL_SHARE,
        show_default=True,
        help="Of what the connection may have in flight; live orders go first in any case.",
    ),
    click.option(
        "--sample",
        type=click.IntRange(1, 100_000),
        default=USUAL_SAMPLE,
        show_default=True,
        help="Look at so many orders at most before it begins.",
    ),
    as_json,
)
since_when = click.option(
    "--since", type=Since(), metavar="TIME", required=True, help="2h, 3d, or a day like 2026-11-01."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What every replay of many is told."""

    account: str | None
    connection: str | None
    dry_run: bool
    yes: bool
    share: float
    sample: int
    as_json: bool

    @property
    def is_dry(self) -> bool:
        return self.dry_run or (self.as_json and not self.yes)


def of_many(command: F) -> F:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.command()
@since_when
@of_many
@click.pass_context
def recover(context: click.Context, /, since: datetime, **wish: Any) -> None:
    """Orders that failed since then, once more.

    \b
    shopledger replay recover --since 3d --dry-run
    """
    _replay(context, "recover", Wish(**wish), states=("failed",), since=since)


@click.command()
@since_when
@of_many
@click.pass_context
def missing(context: click.Context, /, since: datetime, **wish: Any) -> None:
    """Orders made since then that have no document, and those of the shop of which we never heard.

    \b
    shopledger replay missing --since 2026-11-01

    The rules hold: what they leave out is left out again.
    """
    _replay(context, "missing", Wish(**wish), missing_since=since)


@click.command()
@click.option("--reason", "reasons", multiple=True, metavar="CODE", help="With this reason; again for more.")
@click.option("--state", "states", type=State(), multiple=True, metavar="STATE", help="In this state; again for more.")
@click.option("--from", "since", type=Since(), metavar="TIME", help="That changed here then or later: 3d, 2026-11-01.")
@click.option("--to", "before", type=Since(), metavar="TIME", help="That changed here before then.")
@click.option("--numbers", type=Numbers(), default=(), metavar="1,2,3", help="With these numbers.")
@of_many
@click.pass_context
def bulk(
    context: click.Context,
    /,
    reasons: tuple[str, ...],
    states: tuple[str, ...],
    since: datetime | None,
    before: datetime | None,
    numbers: tuple[str, ...],
    **wish: Any,
) -> None:
    """Orders of a connection once more, by reason, state, time or number; all that is named must be true of them.

    \b
    shopledger replay bulk --connection Orders --reason product_barred
    shopledger replay bulk --state failed --from 3d --to 1d
    """
    _replay(context, "bulk", Wish(**wish), reasons=reasons, states=states, since=since, before=before, numbers=numbers)


@click.command("retry-all")
@of_many
@click.pass_context
def retry_all(context: click.Context, /, **wish: Any) -> None:
    """The owner's word for every order of a connection that failed: look at it once more, something was mended.

    \b
    shopledger retry-all --connection Orders
    """
    _replay(context, "retry_all", Wish(**wish), states=("failed",))


def _replay(context: click.Context, what: Replay, wish: Wish, **filter: Any) -> None:
    wanted = _filter(filter)
    with opened(context) as place:
        through = named(place, wish.account, wish.connection)
        for reason in wanted.reasons:
            check_names(place, [through.account], connection=None, reason=reason)
        with place.database.account(through.account.id) as c:
            run = runs.open_run(
                c,
                through=through.connection.id,
                kind="replay",
                what=what,
                filter=wanted.stored,
                by=user(),
                share=wish.share,
                is_dry=wish.is_dry,
            )
        try:
            counted = _counted(place, through, wanted, wish.sample)
            if not wish.as_json:
                _show(counted, wanted)
            is_wanted = wish.is_dry or (bool(counted.there_are) and (wish.yes or _agrees(counted)))
        except BaseException:
            _cancel(place, through, run)
            raise
        if not is_wanted:
            _cancel(place, through, run)
        else:
            with place.database.account(through.account.id) as c:
                runs.ready(c, run, forecast=counted.as_json(), total=counted.total)
        if wish.as_json:
            print_json(bulk_telling.as_json(*the_run(place, run, wish.account)))
        elif wish.is_dry or not is_wanted:
            click.echo("Nothing was replayed.")
        else:
            tell_and_follow(context, place, through, run)


def _filter(filter: dict[str, Any]) -> ReplayFilter:
    try:
        return ReplayFilter(**filter)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        named = "".join(f"{one}: " for one in problem["loc"][:1])
        raise click.UsageError(named + str(problem["msg"]).removeprefix("Value error, ")) from None


def _counted(place: Place, through: Through, wanted: ReplayFilter, sample: int) -> Forecast:
    """Raises Problem."""
    try:
        with following.counting() as heard:
            return forecast(place, through, wanted, sample=sample, heard=heard)
    except Fate as fate:
        code = Exit.UNAVAILABLE if isinstance(fate, Retry | ConnectionBroken) else Exit.FOUND_TROUBLE
        raise Problem(harmless(f"{through.shop.name} did not tell: {fate.message}"), code) from None


def _show(counted: Forecast, wanted: ReplayFilter) -> None:
    if counted.there_are or counted.not_found:
        bulk_telling.show_forecast(counted, wanted.says(), not_found=UNKNOWN)
    else:
        click.echo(harmless(f"There are no {wanted.says()}."))


def _agrees(counted: Forecast) -> bool:
    return agrees(
        f"Replay {many(counted.there_are or 0, 'order')}?", or_else="nothing was replayed: say --yes to replay them"
    )


def _cancel(place: Place, through: Through, run: int) -> None:
    with place.database.account(through.account.id) as c:
        runs.steer(c, run, "cancel", by=user())
