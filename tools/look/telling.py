"""`shopledger show ORDER`, for people: the story of an order on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import click

from connectors.registry import installed
from shared.store.look import Document, Stage
from tools.cli.page import STATES, Page
from tools.cli.texts import many, moment, money, size
from tools.look import words
from tools.look.bodies import digest, readable
from tools.look.story import GONE, Story, Try

#: What `--body` can name.
STAGES = ("original", "normalised", "sent", "answered")
SAID = {"when": "on", "act": "his word", "words": "more"}
EVENTS = {"when": "received", "id": "event", "how": "by", "topic": "topic", "told": "what it said", "reason": "reason"}


def show_story(story: Story, tries: Sequence[Try], *, bodies: Sequence[str], is_one_of_many: bool) -> None:
    """`bodies`: the stages whose bodies are printed in full."""
    page = Page()
    _heading(page, story, is_one_of_many=is_one_of_many)
    _state(page, story)
    _documents(page, story)
    page.line()
    page.line("What the shop told us", style="bold")
    _events(page, story)
    page.line()
    if story.said:
        page.line("What the owner said", style="bold")
        rows = [{"when": moment(one.at), "act": words.said(one.act), "words": one.detail} for one in story.said]
        page.rows(rows, SAID, whole={"when"}, indent=2)
        page.line()
    page.line("What was tried", style="bold")
    if not story.tries:
        page.line(GONE if story.has_lost_tries else "nothing yet", indent=2)
    for one in tries:
        _try(page, story, one)
    _bodies(page, story, tries, bodies)


def _heading(page: Page, story: Story, *, is_one_of_many: bool) -> None:
    order = story.order
    of = f" of {story.account.name}" if is_one_of_many else ""
    page.line(f"Order {story.name}{of}", style="bold")
    if order.source_number not in (None, order.source_id):
        page.pair("shop's id", order.source_id)
    page.pair(
        "connection",
        f"{order.connection}: {_system(order.source, order.source_kind)} to {_system(order.target, order.target_kind)}",
    )
    if order.goes_by is not None:
        page.pair("goes by", "this connection" if order.goes_by == order.connection else order.goes_by)


def _system(name: str, kind: str) -> str:
    connector = installed().get(kind)
    return f"{name} ({connector.title if connector is not None else kind})"


def _state(page: Page, story: Story) -> None:
    order = story.order
    sentence, next_step = story.why()
    page.pair("state", f"{order.state} - {words.means(story.account, order)}", style=STATES[order.state])
    is_open = order.state in ("waiting", "working", "held")
    page.pair("last time" if is_open else "reason", f"{order.reason} - {sentence}" if sentence else order.reason)
    held = words.held_by(story.account, order)
    page.pair("held by", f"{held.reason} - {held.sentence}" if held is not None else "")
    page.pair("what to do", f"{held.next_step} `{held.command}`" if held is not None else next_step)
    if order.next_attempt_at is not None and order.state == "waiting" and not words.is_never(order.next_attempt_at):
        page.pair("next try", moment(order.next_attempt_at))
    if order.is_waived:
        page.pair("asked for", "it goes, whatever the rules say")
    elif order.owner_asked:
        page.pair("asked for", "somebody asked for one more try")
    page.pair("changed", moment(order.updated_at))


def _documents(page: Page, story: Story) -> None:
    counts = words.living(story.documents)
    for document in story.documents:
        shown = words.document(
            document.kind, document.state, document.place, document.number, sent=document.first_sent_at is not None
        )
        if document is counts or shown:
            page.pair("document" if document is counts else "earlier", _document(story, document, shown))
        if document is counts:
            page.pair("total", _totals(document))
            page.pair("sent", _sent(document))
    if counts is None:
        page.pair("total", _total_of_order(story))


def _document(story: Story, document: Document, shown: str) -> str:
    reference = f"reference {document.reference}" if document.reference else "without a reference"
    return f"{shown or document.kind + ', not sent'}, {reference}{words.more(document, story.documents)}"


def _total_of_order(story: Story) -> str:
    """As it was read last."""
    stages = [stage for one in story.tries for stage in one.stages if stage.stage == "normalised"]
    order = digest(stages[-1].body) if stages else None
    return f"{money(order.total, order.currency)} in the order" if order is not None else ""


def _totals(document: Document) -> str:
    order = money(document.total, document.currency)
    if document.origin != "sent":
        return f"{money(document.answered_total, document.currency)} in the books"
    if document.answered_total is None:
        return f"{order} in the order"
    if document.answered_total == document.total:
        return f"{order}, in the order and in the books"
    return f"{order} in the order, {money(document.answered_total, document.currency)} in the books"


def _sent(document: Document) -> str:
    first, last = document.first_sent_at, document.last_sent_at
    if first is None:
        return ""
    return moment(first) if last in (None, first) else f"{moment(first)}, last {moment(last or first)}"


def _events(page: Page, story: Story) -> None:
    rows = [
        {
            "when": moment(event.received_at),
            "id": str(event.id),
            "how": event.origin,
            "topic": event.topic,
            "told": words.told(event.kind),
            "reason": event.reason,
        }
        for event in story.events
    ]
    if rows:
        page.rows(rows, EVENTS, whole={"when", "id", "how"}, indent=2)
    else:
        page.line(GONE, indent=2)


def _try(page: Page, story: Story, one: Try) -> None:
    end = one.end
    is_last = one is story.tries[-1]
    if end is not None:
        ended = words.outcome(end.outcome or "") + (f" ({end.reason})" if end.reason else "")
    else:
        ended = "under way" if is_last and story.order.state == "working" else "never ended: its worker was lost"
    began = f"{moment(one.attempt.started_at)}, settings {one.attempt.settings_version}"
    page.line(f"{one.number}. {began}: {ended}", indent=2)
    for stage in one.stages:
        page.pair(stage.stage, _stage(story, stage), indent=5)
    page.pair("ended", one.sentence, indent=5)


def _stage(story: Story, stage: Stage) -> str:
    of_size = size(stage.size) if stage.size is not None else ""
    if stage.stage == "original":
        event = story.event_of(stage)
        if event is not None:
            return f"{event.topic} by {event.origin}, received {moment(event.received_at)}, {size(event.size)}"
        return f"asked of the shop, {of_size}" if of_size else "no longer kept"
    order = digest(stage.body) if stage.stage == "normalised" else None
    if order is None:
        return of_size
    return f"{many(order.lines, 'line')}, {money(order.total, order.currency)}, {of_size}"


def _bodies(page: Page, story: Story, tries: Sequence[Try], wanted: Sequence[str]) -> None:
    """Each under a line that says what it is; never broken, so that it can be copied."""
    shown = [(one, stage) for one in tries for stage in one.stages if stage.stage in wanted]
    for one, stage in shown:
        page.line()
        page.line(f"Attempt {one.number}, {stage.stage}", style="bold")
        body = story.body_of(stage)
        click.echo(readable(body) if body is not None else "no longer kept")
    if wanted and not shown:
        page.line()
        why = GONE if story.has_lost_tries else f"{' or '.join(wanted)} was not reached"
        page.line(f"There is no body of that: {why}.")
