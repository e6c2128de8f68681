"""How often what is needed, in a random set of orders: nothing, a closing, gross alone, or a refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from itertools import product
from random import Random

from shared.domain.money import Level, Rounding
from shared.domain.totals import Closed, Refused, Rules, Strictness, close
from tests.domain.money.orders import RATES
from tests.domain.money.shop import Bought, Habits, Item, bought

SIZES = (1, 2, 5, 10, 20)
#: Orders of one rate; and of two, with which each line has either.
MIXES: tuple[tuple[Decimal, ...], ...] = (
    *((rate,) for rate in RATES),
    (Decimal(25), Decimal(12)),
    (Decimal(21), Decimal(9)),
)
HABITS = tuple(Habits(types_vat=typed, rounds_lines=lines) for typed, lines in product((True, False), repeat=2))
RULES = Rules(
    limit=Decimal("0.10"),
    strictness=Strictness.SMALLEST,
    split=True,
    with_vat=frozenset(RATES) - {Decimal(0)},
    is_order=False,
)


class Share(StrEnum):
    EXACT = "exact"
    WITHOUT_VAT = "closed without VAT"
    WITH_VAT = "closed with VAT"
    GROSS_ONLY = "gross only"
    REFUSED = "refused"


def share(found: Closed | Refused) -> Share:
    if isinstance(found, Refused):
        return Share.REFUSED
    if found.is_gross_only:
        return Share.GROSS_ONLY
    if not found.closings:
        return Share.EXACT
    return Share.WITH_VAT if any(line.percent for line in found.closings) else Share.WITHOUT_VAT


def random_orders(random: Random, rates: Sequence[Decimal], size: int, count: int) -> Iterator[Bought]:
    """Of `size` lines of up to ten pieces, one in four with a discount; from shops of every habit."""
    for _ in range(count):
        yield bought([_item(random, rates) for _ in range(size)], random.choice(HABITS))


def _item(random: Random, rates: Sequence[Decimal]) -> Item:
    return Item(
        price=Decimal(random.randint(1, 50_000)) / 100,
        quantity=Decimal(random.randint(1, 10)),
        percent=random.choice(rates),
        discount=Decimal(random.choice((10, 15, 20, 25, 50)) if random.random() < 0.25 else 0),
    )


def shares(orders: Sequence[Bought], level: Level, *, split: bool) -> Counter[Share]:
    choice = replace(RULES, split=split)
    return Counter(share(close(order.wanted, order.target, Rounding(level), choice)) for order in orders)
