"""`doctor`: everything that must be right for orders to flow, each line ok, warning or failing with its remedy."""

from __future__ import annotations

from collections.abc import Iterator

import click

from shared.domain.findings import Level
from shared.store import inventory
from shared.store.database import DatabaseDown
from tools.cli.output import as_json, print_json
from tools.cli.page import Page
from tools.cli.place import Chosen, Place, opened
from tools.cli.problems import Exit, Problem
from tools.doctor import around, store
from tools.doctor.report import Section, closing, failing, show
from tools.doctor.systems import account_sections


@click.command()
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at everything that must be right, and say what to do where it is not.

    The database, the broker, the way in, and for each shop and books their credentials, rights, clock, webhooks and
    settings. It asks your shops and books, and changes nothing. It ends with 1 where something fails.
    """
    sections: list[Section] = []
    page = Page()
    for section in examined(context):
        sections.append(section)
        if not as_json:
            show(page, section)
    if as_json:
        print_json([section.as_json() for section in sections])
    else:
        page.line()
        page.line(closing(sections), style="bold")
    if any(one.level is Level.FAILING for section in sections for one in section.findings):
        raise SystemExit(Exit.FOUND_TROUBLE)


def examined(context: click.Context) -> Iterator[Section]:
    """Part by part, so that a slow shop does not keep the rest back."""
    chosen: Chosen = context.obj
    if chosen.uses_servers:
        yield Section("RabbitMQ", list(around.broker(chosen.settings)))
    try:
        with opened(context) as place:
            yield from _inside(chosen, place)
    except Problem as problem:
        yield Section("database", [failing("server", problem.message, "Mend that first; the rest hangs on it.")])


def _inside(chosen: Chosen, place: Place) -> Iterator[Section]:
    yield Section("database", list(store.look(place.database)))
    if chosen.uses_servers:
        yield Section("way in", [around.way_in(place.public_url)])
    else:
        folder = chosen.folder_to_look_at
        running = around.here(folder)
        ways = [around.way_in(place.public_url)] if running.level is Level.OK else []
        yield Section(f"data folder {folder.path}", [running, *ways, around.disk(folder)])
    accounts = inventory.accounts(place.database)
    if not accounts:
        nothing = failing(
            "accounts", "There is no shop yet.", "Connect yours: `shopledger apply FILE` (docs/apply.md)."
        )
        yield Section("accounts", [nothing])
    for account in accounts:
        try:
            yield from account_sections(place, account)
        except DatabaseDown as error:
            yield Section(account.name, [failing("database", str(error), "Look at it again when PostgreSQL is back.")])
