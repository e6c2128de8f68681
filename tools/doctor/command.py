"""`doctor`: everything that must be right for orders to flow, each line ok, warning or failing with its remedy."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click
import psycopg

from shared.domain.findings import Finding, Level
from shared.sealing import Keyring, SealError
from shared.settings import Settings
from shared.store import inventory
from shared.store.database import Database, DatabaseDown, OldSchema, UnsafeRole
from tools.cli.output import as_json, print_json
from tools.cli.page import Page
from tools.cli.place import CONNECTIONS, WITHIN, Chosen, Place, in_folder
from tools.cli.problems import Exit, Problem
from tools.doctor import around, broker, orders, runs, schedules, store
from tools.doctor.account import Seen, see
from tools.doctor.patience import Question, answers
from tools.doctor.report import Section, closing, failing, show
from tools.doctor.systems import Examination

AGAIN = "Look at its log, then again: `shopledger doctor`."
NO_SHOP = failing("accounts", "There is no shop yet.", "Connect yours: `shopledger apply FILE` (docs/apply.md).")


@click.command()
@as_json
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look at everything that must be right, and say what to do where it is not.

    The database, the broker, the way in, whether orders move, and for each shop and books their credentials, rights,
    clock, webhooks and settings. It asks your shops and books, and changes nothing. It ends with 1 where something
    fails, with 0 where all is well or only to be looked at.
    """
    sections: list[Section] = []
    page = Page()
    for section in examined(context.obj):
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


def examined(chosen: Chosen) -> Iterator[Section]:
    """What answers at once comes first, and the shops and books last: one of them that is slow keeps nothing back."""
    return _on_servers(chosen.settings) if chosen.uses_servers else _in_folder(chosen)


def _on_servers(settings: Settings) -> Iterator[Section]:
    assert settings.database_url is not None
    rabbitmq = Question(lambda: broker.look(settings))
    way_in = Question(lambda: [around.way_in(settings.public_url)])
    url = settings.database_url.get_secret_value()
    with contextlib.closing(Database(url, name="doctor", connections=CONNECTIONS, within=WITHIN)) as database:
        looked = list(store.look(database))
        yield Section("database", looked)
        yield Section("RabbitMQ", rabbitmq.answer())
        yield Section("way in", way_in.answer())
        keyring = _keyring(settings)
        if isinstance(keyring, Finding):
            yield Section("keys", [keyring])
        if store.is_open(looked):
            name = "the database of SHOPLEDGER_DATABASE_URL"
            place = None if isinstance(keyring, Finding) else Place(database, keyring, settings.public_url, name)
            yield from _accounts(database, place, uses_servers=True)


def _keyring(settings: Settings) -> Keyring | Finding:
    says = "SHOPLEDGER_SECRET_KEYS is not set: no credentials can be opened"
    try:
        if settings.secret_keys is not None:
            return Keyring.parse(settings.secret_keys.get_secret_value())
    except SealError as error:
        says = str(error)
    return failing("ring", f"{says}.", "Set it as the services have it: name:base64 of 32 bytes, comma between.")


def _in_folder(chosen: Chosen) -> Iterator[Section]:
    folder = chosen.folder_to_look_at
    try:
        with in_folder(chosen, make=False) as place:
            running = around.here(folder)
            way_in = Question(lambda: [around.way_in(place.public_url)] if running.level is Level.OK else [])
            start = f"`shopledger up` starts it again by itself; if not, see {folder.log}."
            looked = list(store.look(place.database, start=start))
            yield Section("database", looked)
            yield Section(f"data folder {folder.path}", [running, *way_in.answer(), around.disk(folder)])
            if store.is_open(looked):
                yield from _accounts(place.database, place, uses_servers=False)
    except Problem as problem:
        yield Section("data folder", [failing("folder", problem.message, "Mend that first; all else lies in it.")])
    except SealError as error:
        remedy = f"Put the file {folder.path / 'secret-keys'} back as it was: it opens all credentials."
        yield Section("keys", [failing("ring", f"{error}.", remedy)])
    except (DatabaseDown, OldSchema, UnsafeRole) as error:
        remedy = "Stop `shopledger up`, and start it again: that starts PostgreSQL and brings it up to date."
        yield Section("database", [failing("server", f"{error}.", remedy)])


def _accounts(database: Database, place: Place | None, *, uses_servers: bool) -> Iterator[Section]:
    """`place`: None without keys; then no system can be asked."""
    try:
        accounts = inventory.accounts(database)
    except (DatabaseDown, psycopg.Error) as error:
        yield Section("accounts", [_lost(error)])
        return
    if not accounts:
        yield Section("accounts", [NO_SHOP])
    seen: list[Seen] = []
    for account in accounts:
        try:
            seen.append(see(database, place.keyring if place else None, account))
        except (DatabaseDown, psycopg.Error) as error:
            yield Section(account.name, [_lost(error)])
    stuck = orders.still_stuck(database, seen)
    for one in seen:
        name = f"{one.account.name}: connections"
        of_orders = orders.look(one, stuck[one.account.id], uses_servers=uses_servers)
        of_jobs = schedules.look(one.schedules, uses_servers=uses_servers)
        yield Section(name, [*of_orders, *of_jobs, *runs.look(one.runs)])
    if place is not None:
        examinations = [Examination(place, one, system) for one in seen for system in one.systems]
        found = answers([examination.findings for examination in examinations])
        for examination, findings in zip(examinations, found, strict=True):
            yield Section(examination.name, findings)


def _lost(error: Exception) -> Finding:
    says = str(error) if isinstance(error, DatabaseDown) else f"PostgreSQL refuses to be read ({type(error).__name__})"
    return failing("database", f"{says}.", AGAIN)
