"""What became of every order, read from the books themselves: nothing here believes our own tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

#: Where gross alone can be met, VAT may miss the order's by so much.
CLOSING_LIMIT = Decimal("0.10")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document under that reference in those books, with one of these totals (gross, VAT); none at all without."""

    books: int
    reference: str
    totals: frozenset[tuple[Decimal, Decimal]]
    is_booked: bool = False

    def is_gross(self, found: Found) -> bool:
        return any(found.gross == gross for gross, _ in self.totals)

    def is_vat(self, found: Found, limit: Decimal = CLOSING_LIMIT) -> bool:
        """Only asked of one that has its gross."""
        return any(found.gross == gross and abs(found.vat - vat) <= limit for gross, vat in self.totals)


@dataclass(frozen=True, slots=True)
class Found:
    books: int
    reference: str
    gross: Decimal
    vat: Decimal
    is_booked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Each names what it is about; all are empty when everything is right."""

    lost: Sequence[str]
    doubled: Sequence[str]
    wrong_total: Sequence[str]
    #: Documents with the right total, whose VAT misses the order's by more than is allowed.
    wrong_vat: Sequence[str]
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
    made: dict[tuple[int, str], list[Found]] = defaultdict(list)
    for document in found:
        made[document.books, document.reference].append(document)
    ordered = {(one.books, one.reference) for one in wanted if one.totals}
    due = [(one, made.get((one.books, one.reference), [])) for one in wanted if one.totals]
    return Verdict(
        lost=[one.reference for one, there in due if not there],
        doubled=[one.reference for one, there in due if len(there) > 1],
        wrong_total=[one.reference for one, there in due if not all(map(one.is_gross, there))],
        wrong_vat=[one.reference for one, there in due if any(one.is_gross(of) and not one.is_vat(of) for of in there)],
        wrong_rung=[
            one.reference
            for one, there in due
            if there and one.is_booked is not any(document.is_booked for document in there)
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


def with_exact_vat(wanted: Sequence[Wanted], found: Sequence[Found]) -> int:
    """How many documents come to the order's VAT to the cent, too."""
    by_reference = {(one.books, one.reference): one for one in wanted}
    due = ((by_reference.get((document.books, document.reference)), document) for document in found)
    return sum(one is not None and one.is_vat(document, Decimal(0)) for one, document in due)
