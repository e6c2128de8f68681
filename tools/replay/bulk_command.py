"""`shopledger replay recover`, `missing` and `bulk`, and `shopledger retry-all`: many orders once more, as a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from pydantic import ValidationError

from shared.domain.replays import Replay, ReplayFilter
from tools.bulk import telling
from tools.bulk.beginning import Errand, Wish, begin, of_many, refused
from tools.bulk.command import Numbers
from tools.bulk.forecast import Forecast
from tools.cli.options import of_connection
from tools.cli.place import opened
from tools.cli.texts import harmless, many
from tools.look.names import Since, State, check_names
from tools.rehearse.through import named
from tools.replay.forecast import forecast

UNKNOWN = "Not known here (`shopledger import` brings what only the shop knows)"

since_when = click.option(
    "--since", type=Since(), metavar="TIME", required=True, help="2h, 3d, or a day like 2026-11-01."
)


@click.command()
@since_when
@of_connection
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
@of_connection
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
@of_connection
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
@of_connection
@of_many
@click.pass_context
def retry_all(context: click.Context, /, **wish: Any) -> None:
    """The owner's word for every order of a connection that failed: look at it once more, something was mended.

    \b
    shopledger retry-all --connection Orders
    """
    _replay(context, "retry_all", Wish(**wish), states=("failed",))


def _replay(context: click.Context, what: Replay, wish: Wish, **filter: Any) -> None:
    try:
        wanted = ReplayFilter(**filter)
    except ValidationError as error:
        raise refused(error) from None
    with opened(context) as place:
        through = named(place, wish.account, wish.connection)
        for reason in wanted.reasons:
            check_names(place, [through.account], connection=None, reason=reason)
        errand = Errand(
            kind="replay",
            what=what,
            filter=wanted.stored,
            count=lambda heard: forecast(place, through, wanted, sample=wish.sample, heard=heard),
            show=lambda counted: _show(counted, wanted),
            question=_question,
            unasked="nothing was replayed: say --yes to replay them",
            nothing="Nothing was replayed.",
            nothing_dry="Nothing was replayed.",
        )
        begin(context, place, through, errand, wish)


def _show(counted: Forecast, wanted: ReplayFilter) -> None:
    if counted.there_are or counted.not_found:
        telling.show_forecast(counted, wanted.says(), not_found=UNKNOWN)
    else:
        click.echo(harmless(f"There are no {wanted.says()}."))


def _question(counted: Forecast) -> str | None:
    return f"Replay {many(counted.there_are, 'order')}?" if counted.there_are else None
