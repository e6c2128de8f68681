"""What may be changed about money while orders go: in the books by their owner, and in the settings."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.economic.sandbox import Rounding, Ties
from tests.life.rig import CLOSING, GROUPS, Life

#: With 25 %, without VAT, and with 12 %: each product is wrong in two of them.
NEXT_GROUP = {1: 3, 2: 1, 3: 2}
CLOSINGS: tuple[Mapping[str, Any], ...] = (
    CLOSING,
    CLOSING,
    {},
    {"closing_product": None},
    {"closing": "gross"},
    {**CLOSING, "closing": "exact"},
    {**CLOSING, "closing_limit": "0.02"},
    {**CLOSING, "split_lines": False},
    {**CLOSING, "discounts": "percent"},
)


@dataclass(frozen=True, slots=True)
class Rounded:
    """The books round in that way from now on."""

    rounding: Rounding
    ties: Ties

    def happens(self, life: Life) -> None:
        life.line.books.settings.rounding, life.line.books.settings.ties = self.rounding, self.ties


@dataclass(frozen=True, slots=True)
class Hidden:
    """Whether the books let anybody see their VAT rates."""

    is_hidden: bool

    def happens(self, life: Life) -> None:
        life.line.books.settings.hidden = ("vat-accounts",) if self.is_hidden else ()


@dataclass(frozen=True, slots=True)
class Changed:
    """A product: "moved" to a group with another rate, "barred", "deleted", or as it should be, "mended"."""

    product: str
    how: str

    def happens(self, life: Life) -> None:
        books, group = life.line.books, GROUPS[self.product]
        match self.how:
            case "moved":
                books.put_product(self.product, group=NEXT_GROUP[group])
            case "barred":
                books.put_product(self.product, group=group, barred=True)
            case "deleted":
                with contextlib.suppress(KeyError):
                    books.delete_product(self.product)
            case "mended":
                books.put_product(self.product, group=group)


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the owner has orders come to their totals."""

    closing: Mapping[str, Any]

    def happens(self, life: Life) -> None:
        life.close(self.closing)


Twist = Rounded | Hidden | Changed | Chosen


def mend(life: Life) -> None:
    """Nothing of it is in the way any more; the books round as they did last."""
    for product in GROUPS:
        Changed(product, "mended").happens(life)
    Hidden(is_hidden=False).happens(life)
    Chosen(CLOSING).happens(life)
