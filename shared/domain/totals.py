"""What has to be added to a document's lines so that the books come to the order's gross, net and VAT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.domain.money import PERCENT, WHOLE, Level, Rounding, amount, cents, scaled
from shared.domain.pricing import PricedLine, Role, Uneven, Wanted, priced


class Strictness(StrEnum):
    """How much has to be met."""

    #: Gross, net and VAT by the smallest closing; gross alone where that would be too large.
    SMALLEST = "smallest"
    #: Gross, net and VAT, or nothing is sent.
    EXACT = "exact"
    #: Gross, by one line without VAT at most.
    GROSS = "gross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the owner chose."""

    #: Of the absolute amounts of all closing lines together, and of what VAT and net may differ by.
    limit: Decimal
    strictness: Strictness
    split: bool
    #: Rates that there is a product for, by which a closing line can have VAT.
    with_vat: frozenset[Decimal]
    is_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the document must come to, as the shop states it, in whole cents; net is the rest of gross."""

    gross: Decimal
    #: Rate in percent -> VAT.
    vat: Mapping[Decimal, Decimal]

    @property
    def sums(self) -> Sums:
        vat = sum(self.vat.values(), Decimal(0))
        return Sums(net=self.gross - vat, vat=vat, gross=self.gross)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The lines, those that close it last, and what the books come to with them."""

    lines: tuple[PricedLine, ...]
    sums: Sums
    #: What was to be met.
    target: Sums
    #: By how much net, VAT or the VAT of one rate misses that at most.
    off: Decimal

    @property
    def is_gross_only(self) -> bool:
        return bool(self.off)

    @property
    def closings(self) -> tuple[PricedLine, ...]:
        return tuple(line for line in self.lines if line.role is Role.CLOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing within the limit meets the target. `sums`: without any closing; `needed`: what it would have taken."""

    sums: Sums
    needed: Decimal


#: Of each line the cents net, and the rate.
Amounts = Sequence[tuple[int, int]]


def close(wanted: Iterable[Wanted], target: Target, rounding: Rounding, rules: Rules) -> Closed | Refused:
    """Where lines may be split and the split ones do not meet everything, they are folded: books that round each line
    round fewer pieces then.
    """
    lines = tuple(wanted)
    ways = (Uneven.SPLIT, Uneven.FOLDED) if rules.split else (Uneven.KEPT,)
    found = []
    for uneven in ways:
        pieces = [piece for one in lines for piece in priced(one, uneven, is_order=rules.is_order)]
        found.append(_close(pieces, target, rounding, rules))
        if isinstance(found[-1], Closed) and not found[-1].is_gross_only:
            return found[-1]
    return next((one for one in found if isinstance(one, Closed)), found[0])


def _close(lines: Sequence[PricedLine], target: Target, rounding: Rounding, rules: Rules) -> Closed | Refused:
    """By lines with VAT where VAT is off and they can meet it; else by one without VAT for what is missing of gross."""
    given = [(line.cents, scaled(line.percent)) for line in lines]
    limit = int(rules.limit * 100)
    sought = _Sought(target, rounding, given)
    if rules.strictness is not Strictness.GROSS:
        for added in sought.closings({scaled(percent) for percent in rules.with_vat if percent}):
            if _size(added) <= limit:
                return _closed(lines, given, added, target, rounding, rules)
    sums = _sums(given, rounding)
    missing, off = cents(target.gross - sums.gross), sought.vat_off
    needed = max(abs(missing), off)
    if needed > limit or (off and rules.strictness is Strictness.EXACT):
        return Refused(sums=sums, needed=amount(needed))
    added = [(missing, 0)] if missing else []
    return _closed(lines, given, added, target, rounding, rules, off=amount(off))


class _Sought:
    """The target in cents, and what leads to it."""

    def __init__(self, target: Target, rounding: Rounding, given: Amounts) -> None:
        self._rounding = rounding
        self._given = given
        self._vat = {scaled(percent): cents(vat) for percent, vat in target.vat.items()}
        #: What is missing of net.
        self._rest = cents(target.gross) - sum(self._vat.values()) - _net(given)

    def closings(self, with_vat: set[int]) -> Iterator[Amounts]:
        """What may be added where VAT is off, the best first; `with_vat` are the rates that a line may have."""
        ways = [rates for rates in self._off() if with_vat.issuperset(rates)]
        yield from filter(None, map(self._with_rest, ways))
        smallest = min(filter(None, map(self._nearest, ways)), key=_size, default=None)
        if smallest is not None:
            yield [*smallest, (self._rest - _net(smallest), 0)]

    def _nearest(self, rates: Sequence[int]) -> Amounts:
        """The smallest line of each rate that brings VAT to what it has to be; nothing where there is none."""
        found = [(net, rate) for rate in rates if (net := _nearest(self._room(rate)))]
        return found if len(found) == len(rates) else []

    def _with_rest(self, rates: Sequence[int]) -> Amounts:
        """Lines of these rates that bring net to what it has to be, too; nothing where there are none."""
        found, left = [], self._rest - _net(self._nearest(rates))
        for net, rate in self._nearest(rates):
            room = self._room(rate)
            moved = min(max(net + left, room[0]), room[-1])
            left -= moved - net
            found.append((moved, rate))
        return [] if left else found

    @property
    def vat_off(self) -> int:
        """By how many cents the VAT of the lines, or that of one rate, misses the target; net misses it as much."""
        vat = abs(self._rounding.vat(self._given) - sum(self._vat.values()))
        return max(vat, *(abs(missing) for missing in self._missing().values()), 0)

    def _missing(self) -> dict[int, int]:
        """Rate -> cents of VAT; nothing where the books know no VAT by rate."""
        if self._rounding.level is Level.DOCUMENT:
            return {}
        found = self._rounding.vat_by_rate(self._given)
        return {rate: self._vat.get(rate, 0) - found.get(rate, 0) for rate in self._rates()}

    def _off(self) -> list[list[int]]:
        """The rates whose VAT has to change; where the books know no VAT by rate, each that would do it alone. The
        highest come first.
        """
        if self._rounding.level is not Level.DOCUMENT:
            missing = self._missing()
            return [[rate for rate in sorted(missing, reverse=True) if missing[rate]]]
        is_met = self._rounding.vat(self._given) == sum(self._vat.values())
        return [] if is_met else [[rate] for rate in sorted(self._rates(), reverse=True)]

    def _rates(self) -> set[int]:
        return {*self._vat, *(rate for _, rate in self._given if rate)}

    def _room(self, rate: int) -> range:
        """The cents net of one more line of that rate with which VAT is met, wherever half a cent goes."""
        match self._rounding.level:
            case Level.DOCUMENT:
                wanted, base = sum(self._vat.values()), sum(net * of for net, of in self._given)
            case Level.RATE:
                wanted, base = self._vat.get(rate, 0), sum(net * of for net, of in self._given if of == rate)
            case Level.LINE:
                found = self._rounding.vat_by_rate(self._given).get(rate, 0)
                wanted, base = self._vat.get(rate, 0) - found, 0
        middle = wanted * WHOLE - base
        above, below = (middle - WHOLE // 2) // rate + 1, -((-middle - WHOLE // 2) // rate) - 1
        return range(above, below + 1)


def _nearest(room: range) -> int | None:
    """To zero, which is in no room: VAT that nothing has to be added for is met."""
    return min((*room[:1], *room[-1:]), key=abs, default=None)


def _net(lines: Amounts) -> int:
    return sum(net for net, _ in lines)


def _size(lines: Amounts) -> int:
    return sum(abs(net) for net, _ in lines)


def _closed(
    lines: Sequence[PricedLine],
    given: Amounts,
    added: Amounts,
    target: Target,
    rounding: Rounding,
    rules: Rules,
    *,
    off: Decimal = Decimal(0),
) -> Closed:
    wanted = [_closing(net, rate) for net, rate in added]
    closing = [piece for one in wanted for piece in priced(one, Uneven.KEPT, is_order=rules.is_order)]
    sums = _sums([*given, *added], rounding)
    return Closed(lines=(*lines, *closing), sums=sums, target=target.sums, off=off)


def _closing(net: int, rate: int) -> Wanted:
    return Wanted(
        role=Role.CLOSING,
        product=None,
        text="",
        quantity=Decimal(1),
        net=amount(net),
        percent=Decimal(rate) / PERCENT,
    )


def _sums(lines: Amounts, rounding: Rounding) -> Sums:
    net, vat = _net(lines), rounding.vat(lines)
    return Sums(net=amount(net), vat=amount(vat), gross=amount(net + vat))
