"""Orders of shops that round every amount to whole units; `python -m tests.domain.lines.whole_units` counts their ends.

What such a shop says is whole ("79", "20", "99"); asked for more, it says what it keeps of a line (79.200000, and
19.800000 of VAT). At the checkout its total is what the prices come to, rounded once; in the back office, and over its
API, it adds up rounded amounts.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from shared.domain.order import Line, Order
from shared.errors import NeedsUser
from tests.domain.lines.orders import order, priced, product
from tests.domain.money.shares import Share, share

SIX = Decimal("0.000001")
UNIT = Decimal(1)


@dataclass(frozen=True)
class Piece:
    """`price` as typed, in whole units."""

    price: int
    quantity: int
    percent: int
    net: Decimal
    tax: Decimal

    @classmethod
    def of(cls, price: int, quantity: int, percent: int, *, with_vat: bool) -> Piece:
        typed, rate = Decimal(price * quantity), Decimal(percent) / 100
        net = (typed / (1 + rate)).quantize(SIX) if with_vat else typed
        return cls(price, quantity, percent, net, (net * rate).quantize(SIX))


def whole(amount: Decimal) -> Decimal:
    return amount.quantize(UNIT, ROUND_HALF_UP)


def sold(pieces: Sequence[Piece], *, at_checkout: bool, currency: str = "JPY") -> Order:
    """As the line reads it: what the shop says, with its lines as it keeps them."""
    gross = [piece.net + piece.tax for piece in pieces]
    added_up = sum((whole(piece.net) + whole(piece.tax) for piece in pieces), Decimal(0))
    said: dict[str, Any] = {
        "currency": currency,
        "rates": {piece.percent: str(piece.percent) for piece in pieces},
        "total_tax": str(sum((whole(piece.tax) for piece in pieces), Decimal(0))),
        "total": str(whole(sum(gross, Decimal(0))) if at_checkout else added_up),
    }
    rough = order(
        *(product(str(whole(one.net)), {one.percent: str(whole(one.tax))}, quantity=one.quantity) for one in pieces),
        **said,
    )
    exact = order(
        *(product(str(one.net), {one.percent: str(one.tax)}, quantity=one.quantity) for one in pieces), **said
    )
    return replace(rough, lines=exact.lines)


def random_pieces(random: Random, percents: Sequence[int], size: int) -> list[Piece]:
    with_vat = random.random() < 0.5
    return [
        Piece.of(random.randint(1, 5000), random.randint(1, 10), random.choice(percents), with_vat=with_vat)
        for _ in range(size)
    ]


def ends(random: Random, percents: Sequence[int], size: int, count: int, *, is_exact: bool) -> Counter[Share]:
    found: Counter[Share] = Counter()
    by_rate = {"closing": {str(percent): f"ROUND{percent}" for percent in percents}}
    for _ in range(count):
        bought = sold(random_pieces(random, percents, size), at_checkout=random.random() < 0.5)
        if not is_exact:
            bought = replace(bought, lines=_rounded(bought), is_in_whole_units=False)
        try:
            found[share(priced(bought, products_by_rate=by_rate))] += 1
        except NeedsUser:
            found[Share.REFUSED] += 1
    return found


def _rounded(bought: Order) -> tuple[Line, ...]:
    return tuple(
        replace(
            line,
            total=whole(line.total),
            subtotal=whole(line.subtotal),
            total_tax=whole(line.total_tax),
            taxes=tuple(replace(tax, amount=whole(tax.amount)) for tax in line.taxes),
        )
        for line in bought.lines
    )


def table() -> str:
    random = Random(8)
    rows = [["VAT", "lines", *Share, "refused, by what the shop says alone"]]
    rows.append(["---"] * len(rows[0]))
    for percents in ((10,), (10, 8), (25,)):
        for size in (1, 5, 20):
            exact, rough = (ends(random, percents, size, 1000, is_exact=known) for known in (True, False))
            named = " and ".join(f"{percent} %" for percent in percents)
            shares = [exact[of] for of in Share] + [rough[Share.REFUSED]]
            rows.append([named, str(size), *(f"{of / 10:.1f} %" for of in shares)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
