"""An account's connections, and whether relay, workers and scheduler do their part for its orders."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import psycopg
from pydantic import ValidationError

from connectors.accounting import Accounting
from connectors.registry import UnknownConnector, connector
from shared.domain.findings import Finding
from shared.domain.settings import OrderSettings
from shared.store.database import Database, DatabaseDown
from shared.store.inventory import StoredConnection
from shared.store.look import System
from tools.cli.texts import moment
from tools.doctor.account import Seen, Stuck, stuck
from tools.doctor.report import failing, ok, warning
from tools.look.words import is_later

#: Seconds until a second look: what has not moved by then is stuck, and not just about to go.
LOOK_AGAIN = 3.0

#: What is so, and who has to do something about it: the service, and in words.
KINDS = {
    "unrung": ("Nobody rings the workers for them.", "ingest", "the relay"),
    "untaken": ("No worker takes them.", "worker", "a worker"),
    "unfreed": ("The worker that had them is gone, and nobody freed them.", "scheduler", "the scheduler"),
    "unwoken": ("Their time has come, and nobody woke them.", "scheduler", "the scheduler"),
}
DEAD = "dead"


def still_stuck(database: Database, seen: Sequence[Seen]) -> Mapping[int, Sequence[Stuck]]:
    """By the account's id, what does not move."""
    moving = {one.account.id: [found for found in one.stuck if found.kind != DEAD] for one in seen}
    if any(moving.values()):
        time.sleep(LOOK_AGAIN)
    return {one.account.id: [*_again(database, one, moving[one.account.id]), *_dead(one)] for one in seen}


def _again(database: Database, seen: Seen, before: Sequence[Stuck]) -> Sequence[Stuck]:
    if not before:
        return ()
    firsts = {found.first for found in before}
    try:
        return [found for found in stuck(database, seen.account) if found.first in firsts]
    except (DatabaseDown, psycopg.Error):
        return before


def _dead(seen: Seen) -> Sequence[Stuck]:
    return [found for found in seen.stuck if found.kind == DEAD]


def look(seen: Seen, found: Sequence[Stuck], *, uses_servers: bool) -> Iterator[Finding]:
    """`found`: what is still stuck."""
    if not seen.account.active:
        yield ok("account", "It is switched off: what its shops say is kept, and nothing goes.")
    if not seen.systems:
        yield warning("systems", "It has no shop and no books.", "Name them in your file: `shopledger apply FILE`.")
    elif not seen.there.connections:
        says = "There is none: no order goes anywhere."
        yield warning("connections", says, "Name one in your file: `shopledger apply FILE`.")
    systems = {system.id: system for system in seen.systems}
    for connection in seen.there.connections:
        yield _connection(connection, systems[connection.source], systems[connection.target])
    for one in found:
        yield _stuck(one, uses_servers=uses_servers)


def wrong_settings(stored: StoredConnection, books: System) -> Finding | None:
    """What nobody could work with, whatever the books say."""
    try:
        settings = OrderSettings.model_validate(stored.settings)
        kind = connector(books.kind)
        if isinstance(kind, Accounting):
            kind.Settings.model_validate(settings.books)
    except UnknownConnector:
        return None
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "its whole"
        says = f"Its settings are wrong ({where}: {problem['msg'].removeprefix('Value error, ')}): its orders fail."
        return failing(f"connection {stored.name}", says, "Name the right ones in your file: `shopledger apply FILE`.")
    return None


def _connection(stored: StoredConnection, source: System, target: System) -> Finding:
    about = f"connection {stored.name}"
    if not stored.active:
        return ok(about, "It is switched off: its orders are kept, and do not go.")
    if (wrong := wrong_settings(stored, target)) is not None:
        return wrong
    for system in (source, target):
        if not system.active:
            return ok(about, f"It is on, but {system.name} is switched off: its orders are kept, and do not go.")
    for system in (source, target):
        if system.broken_at is not None:
            says = f"It is on, but {system.name} has stopped: its orders wait."
            return warning(about, says, f"See {system.name} below; what waits goes by itself then.")
    for system in (source, target):
        if is_later(system.rests_until) and system.rests_until is not None:
            says = f"It is on, but {system.name} had trouble and rests until {moment(system.rests_until)}."
            return warning(about, says, f"It goes on by itself; {system.name} below says whether it answers now.")
    return ok(about, f"It is on: {stored.kind} go from {source.name} to {target.name}.")


def _stuck(found: Stuck, *, uses_servers: bool) -> Finding:
    if found.kind == DEAD:
        says = f"Orders whose message no worker could handle: {found.many}, first {found.number}."
        remedy = "List them: `shopledger transfers --reason dead_letter`; `shopledger retry ORDER` lets one go again."
        return warning("dead letters", says, remedy)
    what, service, who = KINDS[found.kind]
    if uses_servers:
        remedy = f"Let {who} run: `shopledger up {service}`. If one runs, its log says what keeps it."
    else:
        remedy = "Start `shopledger up`; if it runs, stop it and start it again."
    return failing("orders", f"Orders that stand still: {found.many}, first {found.number}. {what}", remedy)
