"""Bulk runs: which orders one is about, and how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

RunKind = Literal["import", "replay"]
RunState = Literal["counting", "ready", "running", "paused", "cancelled", "done", "failed"]
#: Already: it had its document before.
Outcome = Literal["done", "already", "skipped", "failed", "cancelled"]
#: States in which nothing more happens by itself.
ENDED: frozenset[RunState] = frozenset({"cancelled", "done", "failed"})

#: What a run may have of its connection's orders in flight where nobody says otherwise.
USUAL_SHARE = 0.5

Text = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class ImportFilter(BaseModel):
    """Orders that were made on these days, the last one included, or those of these numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    #: The shop's own words; empty: any but the bin.
    states: tuple[Text, ...] = ()
    numbers: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        days = (self.first, self.last)
        if bool(self.numbers) == any(days) or (None in days and any(days)):
            raise ValueError("an import needs a first and a last day, or a list of numbers, and not both")
        if self.numbers and self.states:
            raise ValueError("states belong to days: orders that are named by number go in any state")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError("the first day lies after the last one")
        return self

    @property
    def stored(self) -> dict[str, Any]:
        """Without what it does not name."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def moments(self, zone: ZoneInfo, *, now: datetime) -> tuple[datetime, datetime]:
        """[start of the first day, end of the last one) in that zone; today is as long as it has lasted by `now`.

        Raises ValueError for a list of numbers.
        """
        if self.first is None or self.last is None:
            raise ValueError("a list of numbers has no days")
        return midnight(self.first, zone), min(midnight(self.last + timedelta(days=1), zone), now)

    def says(self) -> str:
        """As "orders made from 2025-01-01 to 2025-12-31 in state completed"."""
        if self.numbers:
            named = ", ".join(self.numbers[:5])
            orders = "1 order" if len(self.numbers) == 1 else f"{len(self.numbers)} orders"
            return f"{orders} by number: {named}{', ...' if len(self.numbers) > 5 else ''}"
        states = f" in state {' or '.join(self.states)}" if self.states else ""
        return f"orders made from {self.first} to {self.last}{states}"


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run goes; `left` None where nobody knows how many orders are to come."""

    #: Orders that ended per second.
    rate: float
    left: int | None

    @property
    def seconds_left(self) -> float | None:
        """None where it does not move, or nobody knows how far it has to go."""
        return self.left / self.rate if self.left is not None and self.rate > 0 else None


def pace(*, ended: int, total: int | None, in_last: int, seconds: float) -> Pace:
    """`in_last`: how many of them ended in the last so many `seconds`."""
    left = max(0, total - ended) if total is not None else None
    return Pace(in_last / seconds if seconds > 0 else 0.0, left)
