"""The versions of one connection's settings, and which connection is meant."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from shared.store import inventory, versions
from shared.store.inventory import StoredAccount, StoredConnection
from shared.store.versions import SettingsVersion
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look.connection import connection_named
from tools.look.names import accounts_named
from tools.versions.compare import Comparer, Difference


@dataclass(frozen=True, slots=True)
class Subject:
    """The connection whose versions are looked at. `books` is the kind of its accounting system."""

    account: StoredAccount
    connection: StoredConnection
    books: str

    @property
    def name(self) -> str:
        return f"{self.connection.name} of {self.account.name}"

    def command(self, *more: str) -> str:
        named = ["--account", self.account.name, "--connection", self.connection.name]
        return shlex.join(["shopledger", "versions", *named, *more])


@dataclass(frozen=True, slots=True)
class Step:
    """A version with what it changed; the first one against what somebody has who chooses nothing."""

    version: SettingsVersion
    difference: Difference


@dataclass(frozen=True, slots=True)
class History:
    """Newest first. `older` are not listed."""

    subject: Subject
    steps: Sequence[Step]
    older: int

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.subject.account.name,
            "connection": self.subject.connection.name,
            "in_use": next((step.version.version for step in self.steps if step.version.is_in_use), None),
            "versions": [
                {
                    "version": step.version.version,
                    "at": step.version.at,
                    "by": step.version.by,
                    "is_in_use": step.version.is_in_use,
                    **asdict(step.difference),
                }
                for step in self.steps
            ],
            "older": self.older,
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions with what differs from the one to the other."""

    subject: Subject
    before: SettingsVersion
    after: SettingsVersion
    difference: Difference

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.subject.account.name,
            "connection": self.subject.connection.name,
            "from": self.before.version,
            "to": self.after.version,
            **asdict(self.difference),
        }


def subject_named(place: Place, *, account: str | None, connection: str, typed: Sequence[str]) -> Subject:
    """The one connection of that name; `typed`: what else is asked. Raises Problem."""
    there = [one for of in accounts_named(place, account) for one in _subjects(place, of)]
    return connection_named(
        there, connection, name_of=lambda one: one.connection.name, typed=lambda one: one.command(*typed)
    )


def history(place: Place, subject: Subject, *, most: int) -> History:
    """Raises Problem where nothing was ever saved."""
    with place.database.account(subject.account.id) as c:
        found = versions.versions(c, subject.connection.id, most=most + 1)
    if not found:
        raise _nothing_saved(subject)
    comparer = Comparer(subject.books)
    steps = [
        Step(one, comparer.between(before, one) if before is not None else comparer.first(one))
        for one, before in zip_longest(found[:most], found[1:])
    ]
    return History(subject, steps, steps[-1].version.version - 1)


def compared(place: Place, subject: Subject, numbers: Sequence[int]) -> Pair:
    """Two versions, or one with the newest. Raises Problem."""
    newest, before, *others = newest_and(place, subject, numbers)
    after = others[0] if others else newest
    if before == after:
        says = f"version {before.version} is the newest one: say with which other version it is to be compared"
        raise Problem(says, Exit.FOUND_TROUBLE)
    return Pair(subject, before, after, Comparer(subject.books).between(before, after))


def newest_and(place: Place, subject: Subject, numbers: Sequence[int]) -> list[SettingsVersion]:
    """The version in use, and then those of these numbers. Raises Problem."""
    with place.database.account(subject.account.id) as c:
        newest = versions.versions(c, subject.connection.id, most=1)
        found = [versions.version(c, subject.connection.id, number) for number in numbers]
    if not newest:
        raise _nothing_saved(subject)
    for number, one in zip(numbers, found, strict=True):
        if one is None:
            raise _no_version(subject, number, newest[0])
    return newest + [one for one in found if one is not None]


def _subjects(place: Place, account: StoredAccount) -> list[Subject]:
    with place.database.account(account.id) as c:
        there = inventory.inventory(c)
    kinds = {system.id: system.kind for system in there.systems}
    return [Subject(account, one, kinds[one.target]) for one in there.connections]


def _nothing_saved(subject: Subject) -> Problem:
    says = f"{subject.name} has no settings yet: name them in your file, and `shopledger apply FILE`"
    return Problem(harmless(says), Exit.FOUND_TROUBLE)


def _no_version(subject: Subject, asked: int, newest: SettingsVersion) -> Problem:
    there = "version 1 alone" if newest.version == 1 else f"versions 1 to {newest.version}"
    says = f"{subject.name} has no version {asked} of its settings: it has {there}; `{subject.command()}` lists them"
    return Problem(harmless(says), Exit.FOUND_TROUBLE)
