"""Orders of a line or two, written down in a line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from shared.domain.money import Level, Rounding, Ties
from shared.domain.pricing import Role, Wanted
from shared.domain.totals import Closed, Refused, Rules, Strictness, Target

BY_LINE, BY_RATE, BY_DOCUMENT = map(Rounding, Level)
WAYS = (BY_LINE, BY_RATE, BY_DOCUMENT, *(Rounding(level, Ties.EVEN) for level in Level))

ALL_RATES = frozenset(map(Decimal, ("25", "21", "20", "19", "12", "9", "6")))


def wanted(net: str, percent: str, quantity: str = "1", *, full: str | None = None) -> Wanted:
    return Wanted(
        role=Role.PRODUCT,
        product="MUG",
        text="Mug",
        quantity=Decimal(quantity),
        net=Decimal(net),
        full=None if full is None else Decimal(full),
        percent=Decimal(percent),
    )


def target(gross: str, vat: Mapping[str, str]) -> Target:
    return Target(gross=Decimal(gross), vat={Decimal(percent): Decimal(amount) for percent, amount in vat.items()})


def rules(
    limit: str = "0.10", strictness: Strictness = Strictness.SMALLEST, *, split: bool = True, is_order: bool = False
) -> Rules:
    return Rules(limit=Decimal(limit), strictness=strictness, split=split, with_vat=ALL_RATES, is_order=is_order)


def added(found: Closed | Refused) -> list[tuple[str, str]]:
    """Amount net and rate of each closing line."""
    assert isinstance(found, Closed), f"refused: {found}"
    return [(str(line.quantity * line.unit_price), f"{line.percent:f}") for line in found.closings]


def pieces(found: Closed | Refused) -> list[tuple[str, str]]:
    """Quantity and price of each line that was bought."""
    assert isinstance(found, Closed), f"refused: {found}"
    return [(str(line.quantity), str(line.unit_price)) for line in found.lines if line.role is not Role.CLOSING]


#: 40.00 with 25 % and 40.00 with 12 %, whose VAT the shop states the wrong way round.
CROSSED = (wanted("40.00", "25"), wanted("40.00", "12"))
CROSSED_TARGET = target("94.80", {"25": "4.80", "12": "10.00"})
