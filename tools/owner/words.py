"""Documents beside their orders, and why the owner's word could not be followed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.document import DocumentKind, FoundDocument, Place
from shared.store.ownership import Obstacle, Refusal
from tools.cli.texts import money
from tools.owner.worth import Worth

#: Where a document stands in the books, which is its own as long as it stands there.
Spot = tuple[DocumentKind, Place, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A document beside the order that it is said to be of; `order` is None where the order's worth is not known."""

    found: FoundDocument
    order: Worth | None

    @property
    def differs(self) -> bool:
        return self.order is not None and not self.order.agrees(self.found)

    @property
    def detail(self) -> str:
        """For the owner's act."""
        of_order = f"; the order comes to {self.order}" if self.differs else ""
        return f"{described(self.found)}{of_order}"


def spot(found: FoundDocument) -> Spot:
    return found.kind, found.place, found.number


def called(found: FoundDocument) -> str:
    """As "booked invoice 12"."""
    return f"{found.place} {found.kind.replace('_', ' ')} {found.number}"


def described(found: FoundDocument) -> str:
    reference = f", reference {found.reference}" if found.reference else ", without a reference"
    return f"{called(found)}, {money(found.total, found.currency)}{reference}"


def all_called(found: Sequence[FoundDocument]) -> str:
    return " and ".join(map(called, found))


def refused(refusal: Refusal, order: str, document: str) -> str:
    """In one sentence, behind "order 1001: "; `document` is the one that was found."""
    show = shlex.join(["shopledger", "show", order])
    return {
        Obstacle.WORKING: f"a worker has it in hand right now; look at it (`{show}`), and say it again then",
        Obstacle.LIVING: f"it has a document in the books already, or may have one; `{show}` tells which",
        Obstacle.TAKEN: f"{document} belongs to order {refusal.order}",
        Obstacle.ELSEWHERE: f"it has a document through {refusal.connection}, and an order goes by one connection only",
        Obstacle.CHANGED: f"something was done about its document meanwhile; look at it (`{show}`), and say it again",
    }[refusal.obstacle]
