"""Orders as shops compute them: prices typed with or without VAT, rounded on each line or at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from shared.domain.pricing import Role, Wanted
from shared.domain.totals import Target

#: Shops keep amounts that are rounded only at the end with six decimals.
KEPT = 10**6
HALF = Fraction(1, 2)
NOTHING = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How a shop goes about its amounts."""

    types_vat: bool
    rounds_lines: bool
    #: Half a cent of VAT in prices typed with VAT goes down, as in WooCommerce (its issue 10121).
    halves_down: bool = True


@dataclass(frozen=True, kw_only=True)
class Item:
    """What somebody buys. `price` as typed, apiece; `discount` in percent; `off` as typed, in all."""

    price: Decimal
    quantity: Decimal = Decimal(1)
    percent: Decimal
    role: Role = Role.PRODUCT
    discount: Decimal = NOTHING
    off: Decimal = NOTHING

    @property
    def typed(self) -> Fraction:
        return Fraction(self.price) * Fraction(self.quantity) * (1 - Fraction(self.discount) / 100) - Fraction(self.off)


@dataclass(frozen=True, kw_only=True)
class Bought:
    wanted: tuple[Wanted, ...]
    target: Target


def bought(items: Sequence[Item], habits: Habits, *, shows_discounts: bool = False) -> Bought:
    """`shows_discounts`: lines say what they were before, so that a discount may be shown in percent."""
    parts = [_parts(item, habits) for item in items]
    wanted = tuple(
        Wanted(
            role=item.role,
            product=f"P{at}",
            text=_name(at),
            quantity=item.quantity,
            net=_decimal(net, KEPT),
            full=_decimal(_parts(replace(item, discount=NOTHING, off=NOTHING), habits)[0], KEPT)
            if shows_discounts
            else None,
            percent=item.percent,
        )
        for at, (item, (net, _)) in enumerate(zip(items, parts, strict=True))
    )
    by_rate: dict[Decimal, Fraction] = {}
    for item, (_, vat) in zip(items, parts, strict=True):
        by_rate[item.percent] = by_rate.get(item.percent, Fraction(0)) + vat
    vat_in_cents = {percent: _vat_cents(vat, habits) for percent, vat in by_rate.items()}
    net, vat = (sum(amounts, Fraction(0)) for amounts in zip(*parts, strict=True))
    # With prices that hold VAT the gross amount is what was typed; else it is what was added up.
    gross = _nearest(net + vat) if habits.types_vat else _nearest(net) + sum(vat_in_cents.values())
    return Bought(
        wanted=wanted,
        target=Target(
            gross=_decimal(gross, 100), vat={percent: _decimal(vat, 100) for percent, vat in vat_in_cents.items()}
        ),
    )


def _parts(item: Item, habits: Habits) -> tuple[Fraction, Fraction]:
    """Net and VAT of a line."""
    rate = Fraction(item.percent) / 100
    if habits.types_vat:
        gross = _nearest(item.typed) if habits.rounds_lines else item.typed
        vat = gross * rate / (1 + rate)
        vat = _vat_cents(vat, habits) if habits.rounds_lines else vat
        return _kept(gross - vat), vat
    net = _nearest(item.typed) if habits.rounds_lines else _kept(item.typed)
    return net, _vat_cents(net * rate, habits) if habits.rounds_lines else net * rate


def _vat_cents(vat: Fraction, habits: Habits) -> Fraction:
    down = habits.types_vat and habits.halves_down
    nearest = Fraction(ceil(abs(vat) * 100 - HALF), 100) if down else _nearest(abs(vat))
    return nearest if vat >= 0 else -nearest


def _nearest(amount: Fraction) -> Fraction:
    """To cents; half a cent goes away from zero, as PHP's `round` does."""
    nearest = Fraction(floor(abs(amount) * 100 + HALF), 100)
    return nearest if amount >= 0 else -nearest


def _kept(amount: Fraction) -> Fraction:
    return Fraction(round(amount * KEPT), KEPT)


def _decimal(amount: Fraction, steps: int) -> Decimal:
    whole = amount * steps
    assert whole.denominator == 1, f"{amount} has more decimals than 1/{steps}"
    return Decimal(whole.numerator) / steps


def _name(at: int) -> str:
    """Of one length, so that no name is the end of another."""
    return f"line {at:03}"
