"""What an order answered the owner's settings when its document was written, where `changes.fingerprint` says nothing
of it: what stands in the shop's own body, and the states and moments that an order passes on its way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from shared.domain.expression import find
from shared.domain.order import Order
from shared.domain.values import NoAnswer, Value
from shared.domain.view import FACTS, View
from shared.domain.zone_settings import ZoneSettings

#: Facts that change while an order says the same. None of them depends on the settings.
PASSING = frozenset({"status", "is_paid", "customer_role"})
#: `document_date` -> the moment that it takes.
_MOMENTS = {"paid": "paid_at", "fulfilled": "completed_at"}


class Asked(View):
    """Keeps what it was asked. Rows that do not come to be asked do not count: the same answers lead to the same."""

    @cached_property
    def questions(self) -> set[str]:
        return set()

    def path(self, path: str) -> Value:
        self.questions.add(f"path {path}")
        return super().path(path)

    def fact(self, name: str) -> Value:
        if name in PASSING:
            self.questions.add(f"fact {name}")
        return super().fact(name)

    def day(self, document_date: str) -> None:
        """The document is of that day of the order (the setting)."""
        if document_date in _MOMENTS:
            self.questions.add(f"moment {_MOMENTS[document_date]}")


@dataclass(frozen=True, slots=True)
class Answers:
    """`digest`: of the answers, which may be about a person."""

    questions: tuple[str, ...] = ()
    digest: str = ""

    @classmethod
    def of(cls, order: Order, questions: Iterable[str]) -> Answers:
        """Raises TooMuch and NotAValue."""
        asked = tuple(sorted(questions))
        if not asked:
            return NO_ANSWERS
        found = orjson.dumps([_answer(order, question) for question in asked], default=str)
        return cls(asked, hashlib.sha256(found).hexdigest())

    @classmethod
    def read(cls, stored: dict[str, Any] | None) -> Answers:
        """Of what `as_json` wrote; documents of older releases have none."""
        return NO_ANSWERS if stored is None else cls(tuple(stored["questions"]), stored["digest"])

    def as_json(self) -> dict[str, Any]:
        return {"questions": self.questions, "digest": self.digest}

    def are_those_of(self, order: Order) -> bool:
        """Whether it answers the same now, whatever the settings ask by now."""
        try:
            return Answers.of(order, self.questions) == self
        except NoAnswer:
            return False


NO_ANSWERS = Answers()


def _answer(order: Order, question: str) -> Value | datetime:
    kind, _, name = question.partition(" ")
    if kind == "path":
        return find(name, order.source)
    if kind == "moment":
        moment: datetime | None = getattr(order, name)
        return moment
    return FACTS[name].of(View(order, ZoneSettings()))
