"""`shopledger versions`: what a connection's settings were, what changed, and an earlier version once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from tools.cli.agreeing import agrees
from tools.cli.options import of_account
from tools.cli.output import as_json, print_json
from tools.cli.place import Place, opened
from tools.cli.problems import Exit
from tools.versions import taking_back, telling
from tools.versions.history import History, Pair, Subject, compared, history, subject_named

T = TypeVar("T", History, Pair)

#: So many are listed where nobody says.
USUAL_LIMIT = 20
#: What PostgreSQL keeps as a version's number.
Version = click.IntRange(1, 2**31 - 1)


@click.command()
@click.option("--connection", metavar="NAME", required=True, help="The connection.")
@of_account
@click.option("--limit", type=click.IntRange(1, 100_000), help=f"List so many at most; {USUAL_LIMIT} otherwise.")
@click.option("--compare", type=Version, metavar="VERSION", help="What differs from this version to OTHER.")
@click.argument("other", required=False, type=Version)
@click.option("--take-back", type=Version, metavar="VERSION", help="Have this version's settings again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@click.pass_context
def versions(
    context: click.Context,
    connection: str,
    account: str | None,
    limit: int | None,
    compare: int | None,
    other: int | None,
    take_back: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """What the settings of a connection were, newest first, and what each version changed.

    \b
    shopledger versions --connection Orders
    shopledger versions --connection Orders --compare 3 5
    shopledger versions --connection Orders --compare 3
    shopledger versions --connection Orders --take-back 4

    Without OTHER a version is compared with the newest. What is taken back becomes a new version; nothing is rewritten.
    With --json nothing is asked: without --yes it is only said what taking it back would change.
    """
    _check(limit=limit, compare=compare, other=other, take_back=take_back, yes=yes)
    numbers = [one for one in (compare, other) if one is not None]
    typed = _typed(limit, numbers, take_back)
    with opened(context) as place:
        subject = subject_named(place, account=account, connection=connection, typed=typed)
        if take_back is not None:
            _take_back(context, place, subject, take_back, yes=yes, as_json=as_json)
        elif numbers:
            _tell(compared(place, subject, numbers), telling.show_pair, as_json=as_json)
        else:
            _tell(history(place, subject, most=limit or USUAL_LIMIT), telling.show_history, as_json=as_json)


def _tell(found: T, show: Callable[[T], None], *, as_json: bool) -> None:
    if as_json:
        print_json(found.as_json())
    else:
        show(found)


def _take_back(
    context: click.Context, place: Place, subject: Subject, number: int, *, yes: bool, as_json: bool
) -> None:
    pair = taking_back.what_changes(place, subject, number)
    if as_json:
        made = taking_back.take_back(place, pair) if yes else None
        print_json({**pair.as_json(), "made": made})
        context.exit(0 if yes else Exit.FOUND_TROUBLE)
    telling.show_plan(pair)
    or_else = "nothing was taken back: say --yes to have it done"
    if not yes and not agrees(f"Take version {number} back?", or_else=or_else):
        click.echo("Nothing was taken back.")
        return
    made = taking_back.take_back(place, pair)
    click.echo(f"Taken back: version {made} is in use, with the settings of version {number}.")


def _check(*, limit: int | None, compare: int | None, other: int | None, take_back: int | None, yes: bool) -> None:
    """Raises UsageError for what makes no sense together."""
    if compare is not None and take_back is not None:
        raise click.UsageError("compare versions or take one back, not both at once")
    if other is not None and compare is None:
        raise click.UsageError(
            f"say what is to be done with version {other}: --compare VERSION {other}, or --take-back"
        )
    if compare is not None and compare == other:
        raise click.UsageError("a version is compared with another one: name two, or one alone for the newest")
    if limit is not None and (compare is not None or take_back is not None):
        raise click.UsageError("--limit is for the list of versions: leave it out")
    if yes and take_back is None:
        raise click.UsageError("--yes is for --take-back: leave it out")


def _typed(limit: int | None, numbers: Sequence[int], take_back: int | None) -> list[str]:
    """What was asked of the connection, for commands that name another one."""
    if take_back is not None:
        return ["--take-back", str(take_back)]
    if numbers:
        return ["--compare", *map(str, numbers)]
    return [] if limit is None else ["--limit", str(limit)]
