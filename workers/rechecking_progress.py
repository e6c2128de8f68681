"""How far a recheck has come, and what it has found by then: its cursor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.recheck import Left, Money, RecheckReport, Way, Window
from workers.rechecking_look import Looked

#: One that was put down so long ago is begun anew: the shop has moved on since.
STALE = timedelta(hours=12)


class Phase(StrEnum):
    OPEN = "open"
    SENT = "sent"
    SETTLED = "settled"
    UNSEEN = "unseen"
    DONE = "done"


class Span(BaseModel):
    """A window, as it is written down."""

    after: datetime
    before: datetime

    @classmethod
    def of(cls, window: Window) -> Span:
        return cls(after=window.after, before=window.before)

    @property
    def window(self) -> Window:
        return Window(self.after, self.before)


class Progress(BaseModel):
    model_config = ConfigDict(extra="forbid")

    began: datetime
    #: So far back it looks.
    days: int | None = None
    phase: Phase = Phase.OPEN
    #: Of this phase; None before it was chosen.
    way: Way | None = None
    #: The last transfer of this phase that was looked at.
    after: int = 0
    #: Where orders are listed: the moment that the list has come to, and who of those that were looked for was in it.
    listed_to: datetime | None = None
    matched: list[str] = []
    #: Still to be compared, the next one last; None before the first one was.
    windows: list[Span] | None = None
    #: Requests that comparing took.
    compared_by: int = 0
    #: Found out in this run, and perhaps not handled by the line yet.
    just_gone: list[str] = []
    just_back: list[str] = []

    #: None before the shop was asked; `is_counted`: it says how many orders it has.
    shop_has: int | None = None
    is_counted: bool = True
    found: int = 0
    back: int = 0
    gone: int = 0
    changed: int = 0
    #: Of those that were never seen, how many could not be taken in.
    not_taken_in: int = 0
    looked_at: int = 0
    #: How many there are; not counted beyond what matters.
    open_orders: int = 0
    requests: int = 0
    is_best_effort: bool = False
    money: dict[str, Money] = {}
    left: Left = Left()

    def enter(self, phase: Phase) -> None:
        self.phase, self.way, self.after, self.listed_to, self.matched = phase, None, 0, None, []

    def note(self, looked: Looked) -> None:
        """What came of a look, but for its news: whoever looked knows what they mean."""
        self.looked_at += looked.counts.found
        self.gone += looked.newly_gone
        self.just_gone += looked.gone
        self.left = self.left.plus(looked.left)

    def kept(self) -> Mapping[str, Any]:
        return self.model_dump(mode="json")

    def report(self, window: Window, ends: Mapping[str, int], advice: str) -> RecheckReport:
        """`ends`: of our orders of that window, by what became of them."""
        shop_has, ours = self.shop_has or 0, sum(ends.values())
        return RecheckReport(
            began=self.began,
            after=window.after,
            before=window.before,
            shop_has=shop_has,
            books_have=ends.get("in_books", 0),
            waiting={end: count for end, count in ends.items() if end != "in_books"},
            missing=max(self.not_taken_in, shop_has - ours),
            found=self.found,
            back=self.back,
            gone=self.gone,
            changed=self.changed,
            looked_at=self.looked_at,
            requests=self.requests,
            is_best_effort=self.is_best_effort,
            money=self.money,
            not_looked_at=self.left,
            advice=advice,
        )


def came_to(cursor: Mapping[str, Any], now: datetime) -> Progress:
    """Where the run was put down; a new one where there is nothing to go on with."""
    try:
        progress = Progress.model_validate(cursor)
    except ValidationError:
        return Progress(began=now)
    return progress if now - STALE < progress.began <= now else Progress(began=now)
