"""Why an order is not in the books yet: a code, a sentence for the shop's owner, and what he can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Of what a sentence lists: as many, and as much of each.
MOST_LISTED, LETTERS = 10, 40


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


def listed(names: Iterable[str], *, between: str = ", ", letters: int = LETTERS) -> str:
    """As "MUG, POT and 3 more", whatever a shop or its customers wrote there."""
    every = [f"{name[: letters - 3]}..." if len(name) > letters else name for name in names]
    more = f" and {len(every) - MOST_LISTED} more" if len(every) > MOST_LISTED else ""
    return between.join(every[:MOST_LISTED]) + more
