"""Which orders of a connection a replay is about."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from shared.domain.bulk import Text

Replay = Literal["recover", "missing", "bulk", "retry_all"]
State = Literal["waiting", "working", "done", "skipped", "failed", "held"]


class ReplayFilter(BaseModel):
    """Orders that all of it is true of; what is left out is true of each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    states: tuple[State, ...] = ()
    reasons: tuple[Text, ...] = ()
    #: They changed here in [since, before).
    since: AwareDatetime | None = None
    before: AwareDatetime | None = None
    #: As people see them, or the shop's own ids.
    numbers: tuple[Text, ...] = ()
    #: They were made since then and have no document; those that only the shop knows belong to them.
    missing_since: AwareDatetime | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.stored:
            raise ValueError("say which orders are meant: all of a connection would be too many")
        if self.since is not None and self.before is not None and self.since >= self.before:
            raise ValueError("the first moment lies behind the last one")
        return self

    @property
    def stored(self) -> dict[str, Any]:
        """Without what it does not name."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def says(self) -> str:
        """As "orders that are failed, changed since 2026-11-01 00:00"."""
        parts = [
            f"that are {' or '.join(self.states)}" if self.states else "",
            f"with reason {' or '.join(self.reasons)}" if self.reasons else "",
            f"changed since {self.since:%Y-%m-%d %H:%M}" if self.since else "",
            f"changed before {self.before:%Y-%m-%d %H:%M}" if self.before else "",
            f"with number {', '.join(self.numbers)}" if self.numbers else "",
            f"made since {self.missing_since:%Y-%m-%d %H:%M} and without a document" if self.missing_since else "",
        ]
        return f"orders {', '.join(filter(None, parts))}"
