"""`shopledger adopt`: what a former integration made is found by its reference, and linked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connectors.accounting import AccountingClient
from shared.domain.document import FoundDocument
from shared.errors import Fate
from shared.store import look, ownership
from shared.store.inventory import StoredAccount
from shared.store.owner import Switched
from shared.store.ownership import Candidate, Obstacle
from tools.cli.place import Place
from tools.owner import words
from tools.owner.books import Books, opened_books, problem
from tools.owner.words import Pair, Spot
from tools.owner.worth import Worth, worth


class End(StrEnum):
    """What became of an order, or would."""

    FITS = "fits"
    LINKED = "linked"
    DIFFERS = "differs"
    SEVERAL = "several"
    TAKEN = "taken"
    NOTHING = "nothing"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the former integration made a reference of an order's number, or of the shop's own id of it."""

    text: str

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Raises ValueError with what is wrong."""
        names = re.findall(r"\{([^{}]*)\}", text)
        others = sorted({*names} - {"number", "id"})
        if others:
            raise ValueError(f"nothing is known of {{{others[0]}}}; write {{number}} or {{id}}")
        if not names:
            raise ValueError("it must hold {number}, or {id} for the shop's own, as in 'WC-{number}'")
        if re.search(r"[{}]", re.sub(r"\{(number|id)\}", "", text)):
            raise ValueError("it has a brace that belongs to no {number} or {id}")
        return cls(text)

    def of(self, order: Candidate) -> str:
        values = {"number": order.number, "id": order.source_id}
        return re.sub(r"\{(number|id)\}", lambda found: values[found[1]], self.text)


@dataclass(frozen=True, slots=True)
class Wish:
    pattern: Pattern
    since: datetime | None
    #: Also where the totals differ.
    anyway: bool
    #: Link them; else it is only told.
    yes: bool


@dataclass(frozen=True, slots=True)
class Match:
    order: Candidate
    reference: str
    found: Sequence[FoundDocument]
    worth: Worth | None
    end: End
    #: Why it was left as it is.
    says: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "order": self.order.number,
            "reference": self.reference,
            "end": str(self.end),
            "says": self.says,
            "total": self.worth.total if self.worth is not None else None,
            "currency": self.worth.currency if self.worth is not None else None,
            "documents": [
                {
                    "kind": str(one.kind),
                    "place": str(one.place),
                    "number": one.number,
                    "reference": one.reference,
                    "total": one.total,
                    "currency": one.currency,
                }
                for one in self.found
            ],
        }


@dataclass(frozen=True, slots=True)
class Adoption:
    account: StoredAccount
    connection: Switched
    wish: Wish
    orders: int
    matches: Sequence[Match]
    #: Why the books were not asked about all orders.
    stopped: str | None = None

    @property
    def counts(self) -> Counter[End]:
        return Counter(match.end for match in self.matches)

    def as_json(self) -> dict[str, Any]:
        return {
            "account": self.account.name,
            "connection": self.connection.name,
            "linked": self.counts[End.LINKED],
            "is_dry_run": not self.wish.yes,
            "stopped": self.stopped,
            "counts": {str(end): many for end, many in self.counts.items()},
            "orders": [match.as_json() for match in self.matches],
        }


def adopt(
    place: Place, account: StoredAccount, connection: Switched, wish: Wish, *, heard: Callable[[int, int], None]
) -> Adoption:
    """Order by order, each linked before the next is looked for: whatever stops it, what was linked is told.

    `heard(so many, of so many)` says how far it is. Raises Problem where the books cannot be asked at all.
    """
    with place.database.account(account.id) as c:
        orders = ownership.without_document(c, connection.id, since=wish.since)
        (system,) = (one for one in look.systems(c) if one.id == connection.target)
    books = Books(system.id, system.name, system.kind)
    matches: list[Match] = []
    stopped = None
    with opened_books(place, account, books) as client:
        search = _Search(place, account, books, client, wish)
        try:
            for match in map(search.match, orders):
                matches.append(match)
                heard(len(matches), len(orders))
        except Fate as fate:
            stopped = problem(books, fate).message
    return Adoption(account, connection, wish, len(orders), matches, stopped)


class _Search:
    """Raises fates."""

    def __init__(
        self, place: Place, account: StoredAccount, books: Books, client: AccountingClient, wish: Wish
    ) -> None:
        self._place = place
        self._account = account
        self._books = books
        self._client = client
        self._wish = wish
        #: Documents that fit -> the order; two orders may come to one reference.
        self._fitting: dict[Spot, str] = {}

    def match(self, order: Candidate) -> Match:
        reference = self._wish.pattern.of(order)
        found = self._client.find_by_reference(reference)
        with self._place.database.account(self._account.id) as c:
            wanted = worth(c, order.id, order.shop)
        end, says = self._end(order, found, wanted)
        return Match(order, reference, found, wanted, end, says)

    def _end(self, order: Candidate, found: Sequence[FoundDocument], wanted: Worth | None) -> tuple[End, str]:
        if not found:
            return End.NOTHING, ""
        if len(found) > 1:
            return End.SEVERAL, f"{words.all_called(found)}; `shopledger link {order.number} NUMBER` says which"
        pair = Pair(found[0], wanted)
        other = self._owner(order, pair.found)
        if other is not None:
            return End.TAKEN, f"{words.called(pair.found)} belongs to order {other}"
        if pair.differs and not self._wish.anyway:
            return End.DIFFERS, f"the order comes to {wanted}; --anyway links it all the same"
        self._fitting[words.spot(pair.found)] = order.number
        if not self._wish.yes:
            return End.FITS, ""
        return self._linked(order, pair)

    def _owner(self, order: Candidate, found: FoundDocument) -> str | None:
        fitting = self._fitting.get(words.spot(found))
        if fitting is not None:
            return fitting
        with self._place.database.account(self._account.id) as c:
            return ownership.taken_by(c, order.id, self._books.id, found)

    def _linked(self, order: Candidate, pair: Pair) -> tuple[End, str]:
        with self._place.database.account(self._account.id) as c:
            refusal = ownership.link(c, order.id, pair.found, origin="adopted", detail=pair.detail)
        if refusal is None:
            return End.LINKED, ""
        end = End.TAKEN if refusal.obstacle is Obstacle.TAKEN else End.LEFT
        return end, words.refused(refusal, order.number, words.called(pair.found))
