"""How much is refused, in random orders of up to 20 lines. `python -m bench.money_shares` prints all shares."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random

from shared.domain.money import Level
from tests.domain.money.shares import MIXES, SIZES, Share, random_orders, shares

#: Orders of each number of lines.
COUNT = 40


def test_hardly_anything_is_refused_where_lines_may_be_split() -> None:
    # Given orders of up to 20 lines of up to ten pieces, at every rate, when lines may be split, then less than one in
    # a thousand is refused, whatever the books round
    random, counts = Random(6), Counter[Share]()
    for rates in MIXES:
        for size in SIZES:
            orders = list(random_orders(random, rates, size, COUNT))
            for level in Level:
                counts += shares(orders, level, split=True)
    assert counts[Share.REFUSED] < Decimal("0.001") * counts.total()
