"""What the books are expected to make of a document's lines; kept beside it, so that any later answer can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.domain import learning
from shared.domain.answers import NO_ANSWERS, Answers
from shared.domain.changes import fingerprint
from shared.domain.document import FoundDocument
from shared.domain.money import Rounding, cents, scaled
from shared.domain.order import Order
from shared.domain.totals import Closed


@dataclass(frozen=True, slots=True)
class Expected:
    #: Of each line the cents net, and the rate as `money.scaled` has it.
    lines: tuple[tuple[int, int], ...]
    vat: Decimal
    rounding: Rounding
    #: By how much VAT may differ from that, where nobody can explain it; it is said.
    limit: Decimal
    #: What the order itself said: gross, and the VAT in it.
    order: tuple[Decimal, Decimal]
    #: See `changes.fingerprint`.
    fingerprint: str
    #: What its owner is to know of it although it is as it should be; empty for nothing.
    said: str
    #: What the settings asked of the order beside that.
    answers: Answers = NO_ANSWERS
    #: Its customer's number in the books.
    customer: str = ""
    #: By what he was found, as `make_once.digest` has it; empty where the owner named him.
    customer_key: str = ""

    @classmethod
    def of(
        cls,
        closed: Closed,
        rounding: Rounding,
        limit: Decimal,
        order: Order,
        said: str,
        *,
        questions: Iterable[str] = (),
        customer: str = "",
        customer_key: str = "",
    ) -> Expected:
        """`questions`: see `Asked.questions`."""
        lines = tuple((line.cents, scaled(line.percent)) for line in closed.lines)
        sums = (order.total, order.total_tax)
        answers = Answers.of(order, questions)
        return cls(
            lines, closed.sums.vat, rounding, limit, sums, fingerprint(order), said, answers, customer, customer_key
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Expected:
        """Of what `as_json` wrote."""
        return cls(
            lines=tuple((net, rate) for net, rate in stored["lines"]),
            vat=Decimal(stored["vat"]),
            rounding=learning.read(stored["rounding"]),
            limit=Decimal(stored["limit"]),
            order=(Decimal(stored["order"][0]), Decimal(stored["order"][1])),
            fingerprint=stored["fingerprint"],
            said=stored["said"],
            answers=Answers.read(stored.get("answers")),
            customer=stored.get("customer", ""),
            customer_key=stored.get("customer_key", ""),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "vat": str(self.vat),
            "rounding": learning.written(self.rounding),
            "limit": str(self.limit),
            "order": [str(amount) for amount in self.order],
            "fingerprint": self.fingerprint,
            "said": self.said,
            "answers": self.answers.as_json(),
            "customer": self.customer,
            "customer_key": self.customer_key,
        }

    def is_of(self, order: Order) -> bool:
        """Whether that says the same as the one of which the document was made."""
        return self.fingerprint == fingerprint(order) and self.answers.are_those_of(order)

    def allows(self, vat: Decimal) -> bool:
        return abs(vat - self.vat) <= self.limit

    def left_open(self, known: Sequence[Rounding], found: FoundDocument) -> Sequence[Rounding]:
        """See `learning.left_open`; a document that has other lines by now says nothing."""
        if not self._has_these_lines(found):
            return known
        return learning.left_open(known, self.lines, found.total_tax)

    def is_explained(self, found: FoundDocument, rounding: Rounding) -> bool:
        """Whether the books came to that from these very lines, since they round so."""
        return self._has_these_lines(found) and rounding.vat(self.lines) == cents(found.total_tax)

    def _has_these_lines(self, found: FoundDocument) -> bool:
        """As far as their net tells."""
        return cents(found.total - found.total_tax) == sum(net for net, _ in self.lines)
