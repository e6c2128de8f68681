"""What would be sent for orders, and what another choice of settings would change about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from shared.domain.reasons import Skipped
from shared.domain.routing import elsewhere, route
from shared.domain.settings import OrderSettings
from shared.errors import Fate
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.rehearse.orders import Reading, Subject
from tools.rehearse.through import Through
from workers.rehearsing import Rehearsal, Rehearsed
from workers.routing import ways_of


@dataclass(frozen=True, slots=True)
class Told:
    """`subject` with what would become of it."""

    subject: Subject
    rehearsed: Rehearsed

    @property
    def end(self) -> str:
        """In a few words."""
        told = self.subject.told
        if not self.subject.in_books or told is None or self.rehearsed.written is None:
            return self.by_rules
        if told.document_state == "planned":
            return f"may be in the books: an {told.document_kind} whose outcome nobody knows yet"
        return f"is in the books: {self.subject.in_books}"

    @property
    def by_rules(self) -> str:
        """What would become of it if it came now."""
        if self.rehearsed.written is not None:
            return "would be sent"
        return "left alone" if self.rehearsed.is_skipped else "would fail"

    def as_json(self) -> dict[str, Any]:
        done = self.rehearsed
        written = done.written
        return {
            "order": self.subject.number,
            "end": self.end,
            "reason": done.reason,
            "says": done.sentence or done.notes,
            "kind": written.kind if written is not None else None,
            "total": written.total if written is not None else None,
            "currency": written.currency if written is not None else None,
            "booking": done.booking or None,
            "request": written.request if written is not None else None,
            "made_before": [{"kind": kind, "request": request} for kind, request in done.made],
            "in_books": self.subject.in_books or None,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one order: field -> (now, then); `None` where it is not there."""

    subject: Subject
    now: Told
    then: Told

    @property
    def fields(self) -> Mapping[str, tuple[str | None, str | None]]:
        before, after = _flat_end(self.now), _flat_end(self.then)
        if None in (self.now.rehearsed.written, self.then.rehearsed.written):
            before, after = {"outcome": before["outcome"]}, {"outcome": after["outcome"]}
        names = dict.fromkeys([*before, *after])
        return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}

    def as_json(self) -> dict[str, Any]:
        changes = [{"field": name, "now": now, "then": then} for name, (now, then) in self.fields.items()]
        return {
            "order": self.subject.number,
            "in_books": self.subject.in_books or None,
            "now": self.now.by_rules,
            "then": self.then.by_rules,
            "changes": changes,
        }


def settings_of(settings: Mapping[str, Any], what: str) -> OrderSettings:
    """Raises Problem."""
    try:
        return OrderSettings.model_validate(settings)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "as a whole"
        says = f"{what} cannot be read by this version: {where}: {first['msg']}"
        raise Problem(harmless(says), Exit.FOUND_TROUBLE) from None


def dry_run(
    place: Place,
    through: Through,
    rehearsal: Rehearsal,
    readings: Sequence[Reading],
    settings: OrderSettings,
    *,
    by_rules: bool = False,
) -> Iterator[Told]:
    """Order by order; what keeps one from being read is its end.

    `by_rules`: as if each came now, whatever its owner said of it, and whatever it is in the books already.
    """
    for reading in readings:
        yield Told(reading.subject, _rehearsed(place, through, rehearsal, reading, settings, by_rules=by_rules))


def _rehearsed(
    place: Place,
    through: Through,
    rehearsal: Rehearsal,
    reading: Reading,
    settings: OrderSettings,
    *,
    by_rules: bool,
) -> Rehearsed:
    subject, told = reading.subject, reading.subject.told
    if told is not None and told.ignored_why is not None and not by_rules:
        return Rehearsed(reason="ignored", sentence=told.ignored_why, is_skipped=True)
    try:
        other = _elsewhere(place, through, reading) if not by_rules else None
        if other is not None:
            return Rehearsed(reason=other.reason, sentence=other.sentence, is_skipped=True)
        order = reading.asked(settings)
    except Fate as fate:
        return Rehearsed(reason=fate.code, sentence=fate.message)
    return rehearsal.of(
        order,
        settings,
        subject.reference(through, order),
        since=told.active_since if told is not None else None,
        earlier=lambda: reading.earlier,
        living=None if by_rules else subject.living,
        is_waived=told is not None and not by_rules and (told.is_waived or bool(subject.in_books)),
    )


def _elsewhere(place: Place, through: Through, reading: Reading) -> Skipped | None:
    """Where another connection of the shop takes the order. Raises fates."""
    order, told = reading.order, reading.subject.told
    if told is None:
        return None
    with place.database.account(through.account.id) as c:
        ways = ways_of(c, told.id)
    way = route(order, ways, with_role=lambda: reading.with_role)
    return elsewhere(way.name) if way is not None and way.connection != through.connection.id else None


def _flat_end(told: Told) -> dict[str, str]:
    """What can differ, as field -> text."""
    done = told.rehearsed
    if done.written is None:
        return {"outcome": f"{told.by_rules}: {done.sentence}"}
    request: Any = orjson.loads(done.written.request)
    made = {f"new {kind} {at}": orjson.loads(of) for at, (kind, of) in enumerate(done.made, start=1)}
    found = {"outcome": str(done.written.kind), "booking": done.booking or None, "says": done.notes or None}
    return {name: value for name, value in found.items() if value} | dict(_flat(request | made, ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{path}[{at}]")
    else:
        yield path, str(value)
