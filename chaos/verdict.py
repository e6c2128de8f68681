"""What became of every order, read from the books themselves: nothing here believes our own tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document under that reference in those books, with one of these totals; none at all without totals."""

    books: int
    reference: str
    totals: frozenset[Decimal]
    is_booked: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    books: int
    reference: str
    gross: Decimal
    is_booked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each names what it is about; all are empty when everything is right."""

    lost: Sequence[str]
    doubled: Sequence[str]
    wrong_total: Sequence[str]
    #: Documents that are no booked invoice, and should be one, or the other way round.
    wrong_rung: Sequence[str]
    #: Orders whose transfer has not come to its end, or to another one than it should.
    stuck: Sequence[str]
    doubled_customers: Sequence[str]
    #: Documents that nobody ordered.
    strangers: Sequence[str]

    @property
    def is_right(self) -> bool:
        return not any(self.counts().values())

    def counts(self) -> dict[str, int]:
        return {each.name: len(getattr(self, each.name)) for each in fields(self)}

    def examples(self, most: int = 5) -> str:
        told = ((each.name, getattr(self, each.name)) for each in fields(self))
        return "\n".join(f"{name}: {', '.join(found[:most])}" for name, found in told if found)


def judge(
    wanted: Sequence[Wanted],
    found: Sequence[Found],
    customers: Sequence[Sequence[str]],
    ends: Mapping[str, str],
) -> Verdict:
    """`customers`: for each of the books the e-mail of each customer. `ends`: reference -> how its transfer stands."""
    made: dict[tuple[int, str], list[Decimal]] = defaultdict(list)
    booked: set[tuple[int, str]] = set()
    for document in found:
        made[document.books, document.reference].append(document.gross)
        booked |= {(document.books, document.reference)} if document.is_booked else set()
    ordered = {(one.books, one.reference) for one in wanted if one.totals}
    due = [(one, made.get((one.books, one.reference), [])) for one in wanted if one.totals]
    return Verdict(
        lost=[one.reference for one, totals in due if not totals],
        doubled=[one.reference for one, totals in due if len(totals) > 1],
        wrong_total=[one.reference for one, totals in due if any(total not in one.totals for total in totals)],
        wrong_rung=[
            one.reference
            for one, totals in due
            if totals and one.is_booked is not ((one.books, one.reference) in booked)
        ],
        stuck=[_told(one, ends) for one in wanted if ends.get(one.reference) != ("done" if one.totals else "skipped")],
        doubled_customers=[
            f"{email} in books {at}"
            for at, emails in enumerate(customers)
            for email, count in Counter(emails).items()
            if count > 1
        ],
        strangers=[f"{reference} in books {books}" for books, reference in made if (books, reference) not in ordered],
    )


def _told(one: Wanted, ends: Mapping[str, str]) -> str:
    return f"{one.reference} ({ends.get(one.reference, 'never taken in')})"
