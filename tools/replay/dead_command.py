"""`shopledger replay dead-letters list`, `show`, `requeue` and `drop`."""

from __future__ import annotations

import json

import click

from shared.queue import Queue
from tools.cli.agreeing import agrees
from tools.cli.output import as_json, print_json
from tools.cli.page import Page
from tools.cli.place import Place, opened
from tools.cli.texts import many, moment
from tools.replay import dead_letters
from tools.replay.dead_letters import Letter, Wanted

COLUMNS = {"died": "died", "queue": "queue", "id": "id", "error": "error", "words": "says"}

of_queue = click.option("--queue", type=click.Choice([str(queue) for queue in Queue]), help="Only those of this queue.")
all_of_them = click.option("--all", "is_all", is_flag=True, help="All of them.")
unasked = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group("dead-letters")
def dead_group() -> None:
    """Messages that no worker could handle: RabbitMQ keeps them for a week."""


@dead_group.command("list")
@of_queue
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show so many at most.")
@as_json
@click.pass_context
def list_(context: click.Context, queue: str | None, limit: int, as_json: bool) -> None:
    """Which there are, what each says, and what killed it. Nothing is taken away."""
    with opened(context) as place:
        found = dead_letters.list_letters(context, place, _queues(queue), most=limit)
    if as_json:
        print_json(found.as_json())
        return
    page = Page()
    if found.note:
        page.line(found.note)
    page.rows([_row(one) for one in found.letters], COLUMNS, whole={"died", "id"})
    shown = f", {len(found.letters)} of them here" if len(found.letters) < found.count else ""
    page.line(f"{many(found.count, 'dead letter')}{shown}.")


@dead_group.command()
@click.argument("wanted", metavar="ID")
@as_json
@click.pass_context
def show(context: click.Context, wanted: str, as_json: bool) -> None:
    """One of them. Nothing is taken away."""
    with opened(context) as place:
        one = dead_letters.letter(context, place, wanted)
    if as_json:
        print_json(one.as_json())
        return
    page = Page()
    for label, text in (("id", one.id), ("queue", one.queue), ("died", _died(one)), ("error", one.error)):
        page.pair(label, text)
    if one.words is None:
        page.pair("says", "nothing that anybody can read")
    for word, value in (one.words or {}).items():
        page.pair(word, _text(value))


@dead_group.command()
@click.argument("wanted", metavar="[ID]", required=False)
@all_of_them
@of_queue
@unasked
@click.pass_context
def requeue(context: click.Context, wanted: str | None, is_all: bool, queue: str | None, yes: bool) -> None:
    """Have the message ID, or all, go into their queues once more; orders that failed with them go again."""
    these = _wanted(wanted, queue, is_all=is_all)
    with opened(context) as place:
        if wanted is None and not yes:
            count = _count(context, place, these)
            if not _agreed(count, "Have {} go once more?", "nothing was requeued", "have them go once more"):
                return
        done = dead_letters.requeue(context, place, these)
    click.echo(f"{many(done, 'dead letter')} requeued.")


@dead_group.command()
@click.argument("wanted", metavar="[ID]", required=False)
@all_of_them
@of_queue
@unasked
@click.pass_context
def drop(context: click.Context, wanted: str | None, is_all: bool, queue: str | None, yes: bool) -> None:
    """Drop the message ID, or all. Their orders stay failed: `shopledger transfers --reason dead_letter` lists them."""
    these = _wanted(wanted, queue, is_all=is_all)
    with opened(context) as place:
        if not yes:
            count = _count(context, place, these)
            if not _agreed(count, "Drop {} for good?", "nothing was dropped", "drop what you named"):
                return
        done = dead_letters.drop(context, these)
    click.echo(f"{many(done, 'dead letter')} dropped.")


def _count(context: click.Context, place: Place, these: Wanted) -> int:
    """Raises Problem where one is named that is not there."""
    if these.id is None:
        return dead_letters.list_letters(context, place, these.queues, most=1).count
    dead_letters.letter(context, place, these.id)
    return 1


def _agreed(count: int, question: str, nothing: str, wish: str) -> bool:
    """`question`, with a place for what it is about. Says so where nothing comes of it."""
    letters = many(count, "dead letter")
    if count and agrees(question.format(letters), or_else=f"{nothing}: say --yes to {wish}"):
        return True
    click.echo(f"{letters}; {nothing}.")
    return False


def _wanted(wanted: str | None, queue: str | None, *, is_all: bool) -> Wanted:
    if (wanted is None) != is_all:
        raise click.UsageError("name one message by its ID, or say --all")
    return Wanted(_queues(queue), wanted)


def _queues(queue: str | None) -> list[Queue]:
    return [Queue(queue)] if queue is not None else list(Queue)


def _row(one: Letter) -> dict[str, str]:
    said = "nothing that anybody can read"
    if one.words is not None:
        said = ", ".join(f"{word} {_text(value)}" for word, value in one.words.items())
    return {"died": _died(one), "queue": one.queue, "id": one.id, "error": one.error, "words": said}


def _died(one: Letter) -> str:
    return moment(one.died_at) if one.died_at is not None else "-"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
