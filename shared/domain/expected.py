"""What the books are expected to make of a document's lines; kept beside it, so that any later answer can be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.domain import learning
from shared.domain.document import FoundDocument
from shared.domain.money import Rounding, cents, scaled
from shared.domain.totals import Closed


@dataclass(frozen=True, slots=True)
class Expected:
    #: Of each line the cents net, and the rate as `money.scaled` has it.
    lines: tuple[tuple[int, int], ...]
    vat: Decimal
    rounding: Rounding
    #: By how much VAT may differ from that, where nobody can explain it.
    limit: Decimal
    #: What its owner is to know of it although it is as it should be; empty for nothing.
    said: str

    @classmethod
    def of(cls, closed: Closed, rounding: Rounding, limit: Decimal, said: str) -> Expected:
        lines = tuple((line.cents, scaled(line.percent)) for line in closed.lines)
        return cls(lines, closed.sums.vat, rounding, limit, said)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Expected:
        """Of what `as_json` wrote."""
        return cls(
            lines=tuple((net, rate) for net, rate in stored["lines"]),
            vat=Decimal(stored["vat"]),
            rounding=learning.read(stored["rounding"]),
            limit=Decimal(stored["limit"]),
            said=stored["said"],
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "vat": str(self.vat),
            "rounding": learning.written(self.rounding),
            "limit": str(self.limit),
            "said": self.said,
        }

    def left_open(self, known: Sequence[Rounding], found: FoundDocument) -> Sequence[Rounding]:
        """See `learning.left_open`; a document that has other lines by now says nothing."""
        if cents(found.total - found.total_tax) != sum(net for net, _ in self.lines):
            return known
        return learning.left_open(known, self.lines, found.total_tax)
