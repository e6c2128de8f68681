"""An order of the demo's shop, as a line on the terminal tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is special about an order, in the words that the demo says beside it."""

    ORDINARY = ""
    TWO_RATES = "two VAT rates"
    PAID_LATER = "not paid yet"
    BARRED = "a barred product"
    EDITED = "changed afterwards"
    CENT_TRAP = "a price that no net price comes to"
    UNHEARD = "its webhook was lost: a poll found it"
    UNPAID = "never paid"
    BY_HAND = "placed by hand"


@dataclass(frozen=True, slots=True)
class Placed:
    """`id` is the shop's own, `number` what people see."""

    id: str
    number: str
    kind: Kind
    customer: str = ""
    lines: int = 0
    #: Gross; None where it cannot be read.
    total: Decimal | None = None
    currency: str = ""


def placed_of(body: Mapping[str, Any], kind: Kind) -> Placed:
    """From the shop's own body, which somebody may have put in or changed by hand: what is missing is left out."""
    who, lines = body.get("billing"), body.get("line_items")
    names = [str(who.get(name) or "") for name in ("first_name", "last_name")] if isinstance(who, Mapping) else []
    return Placed(
        id=str(body["id"]),
        number=str(body.get("number") or body["id"]),
        kind=kind,
        customer=" ".join(name for name in names if name),
        lines=len(lines) if isinstance(lines, list) else 0,
        total=amount(body.get("total")),
        currency=str(body.get("currency") or ""),
    )


def amount(text: object) -> Decimal | None:
    """None for what is no amount of money."""
    try:
        read = Decimal(str(text))
    except InvalidOperation:
        return None
    return read if read.is_finite() else None
