"""Every price from 0.01 to 200.00, at six rates, in five quantities, typed with VAT or without, in all books.

`make exhaustive` tries them all, `make test` a fixed sample and those that are known to be bad.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from tests.domain.money.every_price import PERCENTS, PRICES, tried
from tests.domain.money.shares import Share
from tests.support.proofs import IS_EXHAUSTIVE

KNOWN_BAD = (1, 199, 902, 19_999)


@pytest.mark.parametrize("types_vat", [True, False], ids=["with VAT", "without"])
@pytest.mark.parametrize("percent", PERCENTS, ids=str)
def test_every_price_comes_to_what_the_shop_says(percent: Decimal, types_vat: bool) -> None:
    # Given every price, when a shop sells it, then the books come to the shop's gross, and to its VAT where that is
    # said; nothing is refused, split or not
    prices = PRICES if IS_EXHAUSTIVE else [*KNOWN_BAD, *Random(6).sample(PRICES, 100)]
    counts = tried(prices, percent, types_vat=types_vat)
    # Then a price of up to ten pieces is never refused
    assert sum(counts.values(), Counter())[Share.REFUSED] == 0
    # And a net price that a shop types with two decimals needs nothing at all
    if not types_vat:
        assert sum(counts.values(), Counter()).keys() == {Share.EXACT}
