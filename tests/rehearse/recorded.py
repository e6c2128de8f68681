"""Recorded orders rehearsed, and then carried out; others' work, at hand on some machines only."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from tests.line.recorded_shop import work_on
from tests.line.rig import Line
from tests.support.shop import KEYRING
from tools.cli.place import Place
from tools.rehearse import dry_run, orders
from tools.rehearse.dry_run import Told
from tools.rehearse.through import named, rehearsal_of
from workers.would import NEW_CUSTOMER


@dataclass(frozen=True)
class Ended:
    """What was said of an order, and what became of it. `written`: what went out for it, in its order."""

    told: Told
    state: tuple[str, str]
    sentence: str
    written: list[str]

    @property
    def is_as_said(self) -> bool:
        """To the byte, but for the number of a new customer; whoever an order before it made is found, and not made."""
        said = self.told.rehearsed
        if said.written is None:
            return (self.state[1], self.sentence, self.written) == (said.reason, said.sentence, [])
        *made, document = map(_unnumbered, self.written)
        would = [_unnumbered(request.decode()) for _, request in said.made]
        return (
            self.state == ("done", "")
            and document == _unnumbered(said.written.request.decode())
            and all(one in would for one in made)
        )


def _unnumbered(request: str) -> str:
    body = json.loads(request)
    return json.dumps(body | {"customer": NEW_CUSTOMER}) if "customer" in body else request


def rehearsed(line: Line) -> list[Told]:
    """All orders of the line, newest first."""
    place = Place(line.database, KEYRING, None, "the test's database")
    account = str(line.shop.rows("select name from accounts")[0][0])
    through = named(place, account, None)
    settings = dry_run.settings_of(through.connection.settings, "settings")
    readings = [orders.Reading(place, through, subject) for subject in orders.last(place, through, 1000)]
    with rehearsal_of(place, through) as rehearsal:
        return list(dry_run.dry_run(place, through, rehearsal, readings, settings))


def carried_out(line: Line, told: Told) -> Ended:
    assert told.subject.told is not None
    number = told.subject.told.source_id
    before = len(writes(line))
    work_on(line, number)
    return Ended(told, line.state(number), line.said(number), writes(line)[before:])


def writes(line: Line) -> list[str]:
    return [entry.body for entry in line.books.journal.entries() if entry.method != "GET"]


def ends(told: list[Told]) -> Counter[str]:
    return Counter(f"{one.end}: {one.rehearsed.reason}" if one.rehearsed.reason else one.end for one in told)
