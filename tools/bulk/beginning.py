"""How a bulk run begins at a command: it is counted, told, asked about, and then it goes, or is cancelled."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from shared.domain.bulk import USUAL_SHARE, RunKind
from shared.errors import ConnectionBroken, Fate, Retry
from shared.store import runs
from tools.bulk import following, telling
from tools.bulk.forecast import Forecast
from tools.bulk.steering import is_served, the_run
from tools.cli.agreeing import agrees
from tools.cli.options import of_account
from tools.cli.output import as_json, console, print_json
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.cli.who import user
from tools.rehearse.through import Through

F = TypeVar("F", bound=Callable[..., Any])

#: Orders that are looked at before it begins, where nobody says otherwise.
USUAL_SAMPLE = 200

OPTIONS = (
    of_account,
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


def of_many(command: F) -> F:
    """With the options of `Wish`, but for the connection's."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What every run is told."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a run is to do, and how its command speaks of it."""

    kind: RunKind
    what: str
    filter: Mapping[str, Any]
    #: Looks at orders, and says after each how many that were. May raise fates of the shop, and Problem.
    count: Callable[[Callable[[int], None]], Forecast]
    show: Callable[[Forecast], None]
    #: What is asked before it goes; None where there is nothing to do. `unasked`: where nobody can be asked.
    question: Callable[[Forecast], str | None]
    unasked: str
    #: What is said where it does not go, and where it was not to.
    nothing: str
    nothing_dry: str


def begin(context: click.Context, place: Place, through: Through, errand: Errand, wish: Wish) -> None:
    """Raises Problem. Whatever goes wrong before it goes, the run is cancelled."""
    with place.database.account(through.account.id) as c:
        run = runs.open_run(
            c,
            through=through.connection.id,
            kind=errand.kind,
            what=errand.what,
            filter=errand.filter,
            by=user(),
            share=wish.share,
            is_dry=wish.is_dry,
        )
    try:
        counted = _counted(through, errand)
        if not wish.as_json:
            errand.show(counted)
        is_wanted = wish.is_dry or _is_wanted(errand, counted, yes=wish.yes)
    except BaseException:
        _cancel(place, through, run)
        raise
    if is_wanted:
        with place.database.account(through.account.id) as c:
            runs.ready(c, run, forecast=counted.as_json(), total=counted.total)
    else:
        _cancel(place, through, run)
    if wish.as_json:
        print_json(telling.as_json(*the_run(place, run, wish.account)))
    elif not is_wanted:
        click.echo(errand.nothing)
    elif wish.is_dry:
        click.echo(errand.nothing_dry)
    else:
        _tell_and_follow(context, place, through, run)


def refused(error: ValidationError) -> click.UsageError:
    """What is wrong with a filter, by the field that says so."""
    problem = error.errors(include_input=False, include_url=False)[0]
    named = "".join(f"{one}: " for one in problem["loc"][:1])
    return click.UsageError(named + str(problem["msg"]).removeprefix("Value error, "))


def _counted(through: Through, errand: Errand) -> Forecast:
    try:
        with following.counting() as heard:
            return errand.count(heard)
    except Fate as fate:
        code = Exit.UNAVAILABLE if isinstance(fate, Retry | ConnectionBroken) else Exit.FOUND_TROUBLE
        raise Problem(harmless(f"{through.shop.name} did not tell: {fate.message}"), code) from None


def _is_wanted(errand: Errand, counted: Forecast, *, yes: bool) -> bool:
    question = errand.question(counted)
    return question is not None and (yes or agrees(question, or_else=errand.unasked))


def _cancel(place: Place, through: Through, run: int) -> None:
    with place.database.account(through.account.id) as c:
        runs.steer(c, run, "cancel", by=user())


def _tell_and_follow(context: click.Context, place: Place, through: Through, run: int) -> None:
    come_back = shlex.join(["shopledger", "runs", "follow", str(run)])
    if not through.connection.active:
        click.echo(harmless(f"{through.name} is switched off: run {run} waits until `shopledger switch on`."))
    elif not is_served(context):
        click.echo(f"Run {run} begins when `shopledger up` runs; `{come_back}` shows how far it is.")
    elif not console(err=True).is_terminal:
        click.echo(f"Run {run} has begun; `{come_back}` shows how far it is.")
    else:
        _follow_to_its_end(place, through, run, come_back)


def _follow_to_its_end(place: Place, through: Through, run: int, come_back: str) -> None:
    try:
        ended = following.follow(place, through.account, run)
    except KeyboardInterrupt:
        click.echo(f"Run {run} goes on; `{come_back}` shows how far it is, `shopledger runs pause {run}` stops it.")
    else:
        telling.show_run(ended, [])
