"""Why an order is not in the books yet: a code, a sentence for the shop's owner, and what he can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    #: May hold {fields} that whoever gives the reason fills in; never a customer's data.
    sentence: str
    next_step: str
    #: Nothing has to be done: it is tried again, or the order will change.
    resolves_itself: bool = False

    def says(self, **fields: object) -> str:
        return f"{self.sentence.format(**fields)} {self.next_step.format(**fields)}".strip()
