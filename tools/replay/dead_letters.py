"""`shopledger replay dead-letters`: messages that no worker could handle, in RabbitMQ and as the store marked them."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from shared.queue import Queue
from shared.store import inventory, replay
from shared.store.replay import DeadLetter
from tools.cli.place import Chosen, Place
from tools.cli.problems import Exit, Problem
from tools.replay.graveyard import Dead, Grave, Graveyard, opened_graveyard

#: Why nothing can be taken out of a queue there.
NO_QUEUES = "The data folder has no RabbitMQ: its messages are in memory, and end with the process."


@dataclass(frozen=True, slots=True)
class Letter:
    id: str
    queue: str
    died_at: datetime | None
    #: Empty where nobody marked it.
    error: str
    #: None where nobody can read it.
    words: Mapping[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "queue": self.queue,
            "died_at": self.died_at,
            "error": self.error,
            "words": dict(self.words) if self.words is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Letters:
    """`count`: how many there are. `note`: what has to be said of them."""

    letters: Sequence[Letter]
    count: int
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"dead_letters": [one.as_json() for one in self.letters], "count": self.count, "note": self.note}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`id` None: all of these queues."""

    queues: Sequence[Queue]
    id: str | None

    def has(self, dead: Dead) -> bool:
        return self.id in (None, dead.id)


def list_letters(context: click.Context, place: Place, queues: Sequence[Queue], *, most: int | None) -> Letters:
    """Those that died first come first. Raises Problem."""
    chosen: Chosen = context.obj
    if not chosen.uses_servers:
        marked = [one for queue in queues for one in _marked_in_all(place, queue=queue)]
        marked.sort(key=lambda one: one.died_at)
        letters = [Letter(one.id, one.queue, one.died_at, one.error, one.words) for one in marked]
        return Letters(letters[:most], len(letters), f"{NO_QUEUES} This is what was marked in its database.")
    found: list[Dead] = []
    count = 0
    with opened_graveyard(chosen.settings.broker_url.get_secret_value()) as graveyard:
        for queue in queues:
            of_queue, there_are = graveyard.look(queue, most=None if most is None else most - len(found))
            found += of_queue
            count += there_are
    return Letters(_with_errors(place, found), count)


def letter(context: click.Context, place: Place, wanted: str) -> Letter:
    """Raises Problem where there is none."""
    for one in list_letters(context, place, list(Queue), most=None).letters:
        if one.id == wanted:
            return one
    raise unknown(wanted)


def requeue(context: click.Context, place: Place, wanted: Wanted) -> int:
    """They go once more, and so do the orders that failed with them; how many messages that were. Raises Problem."""
    chosen: Chosen = context.obj
    if not chosen.uses_servers:
        return _revive_marked(place, wanted)
    count = 0
    with opened_graveyard(chosen.settings.broker_url.get_secret_value()) as graveyard:
        for grave in _graves(graveyard, wanted):
            if grave.dead.words is None:
                if wanted.id is not None:
                    says = f"nobody can read the message {wanted.id}: look at it with `show`, and drop it"
                    raise Problem(says, Exit.FOUND_TROUBLE)
                continue
            # The order first: a message that comes to one that still counts as failed would come to nothing.
            revive(place, grave.dead.account, grave.dead.transfer)
            grave.requeue()
            count += 1
    if not count and wanted.id is not None:
        raise unknown(wanted.id)
    return count


def drop(context: click.Context, wanted: Wanted) -> int:
    """They are gone from RabbitMQ; their orders stay as they are. How many that were. Raises Problem."""
    chosen: Chosen = context.obj
    if not chosen.uses_servers:
        raise Problem(f"nothing was dropped. {NO_QUEUES}", Exit.FOUND_TROUBLE)
    count = 0
    with opened_graveyard(chosen.settings.broker_url.get_secret_value()) as graveyard:
        for grave in _graves(graveyard, wanted):
            grave.drop()
            count += 1
    if not count and wanted.id is not None:
        raise unknown(wanted.id)
    return count


def revive(place: Place, account: int | None, transfer: int | None) -> None:
    """Whatever is not of an account, or of another one than it says, is nobody's."""
    if account is not None and transfer is not None:
        with place.database.account(account) as c:
            replay.revive(c, [transfer])


def unknown(wanted: str) -> Problem:
    says = f"there is no dead letter {wanted!r}: `shopledger replay dead-letters list` tells which there are"
    return Problem(says, Exit.FOUND_TROUBLE)


def _graves(graveyard: Graveyard, wanted: Wanted) -> Iterator[Grave]:
    for queue in wanted.queues:
        with contextlib.closing(graveyard.take(queue)) as graves:
            yield from (grave for grave in graves if wanted.has(grave.dead))


def _with_errors(place: Place, found: Sequence[Dead]) -> list[Letter]:
    by_account: dict[int, list[str]] = defaultdict(list)
    for dead in found:
        if dead.account is not None:
            by_account[dead.account].append(dead.id)
    errors: dict[tuple[int | None, str], str] = {}
    for account, ids in by_account.items():
        with place.database.account(account) as c:
            for one in reversed(replay.dead_letters(c, ids=ids)):
                errors[account, one.id] = one.error
    return [
        Letter(dead.id, dead.queue, dead.died_at, errors.get((dead.account, dead.id), ""), dead.words) for dead in found
    ]


def _marked_in_all(place: Place, *, queue: Queue) -> list[DeadLetter]:
    found: list[DeadLetter] = []
    for account in inventory.accounts(place.database):
        with place.database.account(account.id) as c:
            found += replay.dead_letters(c, queue=queue)
    return found


def _revive_marked(place: Place, wanted: Wanted) -> int:
    """Their orders wait again; how many orders."""
    count = 0
    for account in inventory.accounts(place.database):
        with place.database.account(account.id) as c:
            ids = None if wanted.id is None else [wanted.id]
            marked = [one for one in replay.dead_letters(c, ids=ids) if one.queue in wanted.queues]
            count += replay.revive(c, [one.transfer for one in marked if one.transfer is not None])
    if not count and wanted.id is not None:
        raise Problem(f"no order failed with a dead letter {wanted.id!r}. {NO_QUEUES}", Exit.FOUND_TROUBLE)
    return count
