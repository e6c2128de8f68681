"""How amounts are rounded. Cents are whole numbers (`int`) wherever something is added up: exact, and fast."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")
#: Of a currency: what some shops round every amount to.
UNIT = Decimal(1)
#: A rate of one percent as a whole number: eight decimals hold compound rates of four decimals each.
PERCENT = 10**8
#: What cents times a rate are divided by to be cents again.
WHOLE = 100 * PERCENT


class Level(StrEnum):
    """On what books round VAT to cents. Each line's net amount is rounded before."""

    LINE = "line"
    RATE = "rate"
    DOCUMENT = "document"


class Ties(StrEnum):
    """Where exactly half a cent goes."""

    #: Away from zero, as trade does.
    AWAY = "away"
    #: To the even cent, as much software does.
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class Rounding:
    level: Level = Level.DOCUMENT
    ties: Ties = Ties.AWAY

    def vat(self, lines: Iterable[tuple[int, int]]) -> int:
        """Cents of VAT in a document whose lines have these cents net, and these rates (see `scaled`)."""
        match self.level:
            case Level.LINE:
                return sum(divided(net * rate, WHOLE, self.ties) for net, rate in lines)
            case Level.RATE:
                return sum(self.vat_by_rate(lines).values())
            case Level.DOCUMENT:
                return divided(sum(net * rate for net, rate in lines), WHOLE, self.ties)

    def vat_by_rate(self, lines: Iterable[tuple[int, int]]) -> dict[int, int]:
        """Rate -> cents of VAT; only where the books round by line or by rate."""
        assert self.level is not Level.DOCUMENT
        found: dict[int, int] = {}
        if self.level is Level.LINE:
            for net, rate in lines:
                found[rate] = found.get(rate, 0) + divided(net * rate, WHOLE, self.ties)
            return found
        for net, rate in lines:
            found[rate] = found.get(rate, 0) + net
        return {rate: divided(net * rate, WHOLE, self.ties) for rate, net in found.items()}


def divided(amount: int, by: int, ties: Ties) -> int:
    """The nearest whole number; `by` is positive."""
    whole, rest = divmod(abs(amount), by)
    is_up = 2 * rest > by or (2 * rest == by and (ties is Ties.AWAY or whole % 2 == 1))
    whole += is_up
    return whole if amount >= 0 else -whole


def scaled(percent: Decimal) -> int:
    """A rate as a whole number. Raises ValueError for one with more than eight decimals."""
    found = percent * PERCENT
    if found != found.to_integral_value():
        raise ValueError(f"a rate of {percent} % has more than eight decimals")
    return int(found)


def cents(amount: Decimal, ties: Ties = Ties.AWAY) -> int:
    """Rounded to whole cents."""
    return int((amount * 100).to_integral_value(ROUND_HALF_UP if ties is Ties.AWAY else ROUND_HALF_EVEN))


def amount(of_cents: int) -> Decimal:
    """With two decimals."""
    return Decimal(of_cents).scaleb(-2)
