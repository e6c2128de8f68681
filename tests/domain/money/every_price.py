"""One price, one quantity, one rate: closed, and added up by the arithmetic of the e-conomic sandbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from connectors.economic.sandbox import totals as sandbox
from shared.domain.money import Level, Rounding
from shared.domain.totals import Closed, Rules, Target, close
from tests.domain.money.shares import RULES, Share, share
from tests.domain.money.shop import Habits, Item, bought

#: In cents.
PRICES = range(1, 20_001)
PERCENTS = tuple(map(Decimal, (25, 21, 19, 12, 9, 6)))
QUANTITIES = tuple(map(Decimal, (1, 2, 3, 7, 10)))

#: Level and whether lines are split -> how many came to what.
Counts = dict[tuple[Level, bool], Counter[Share]]


def tried(prices: Iterable[int], percent: Decimal, *, types_vat: bool) -> Counts:
    """Every quantity, in books of every level, split or not. Raises AssertionError for the first that is wrong."""
    habits = Habits(types_vat=types_vat, rounds_lines=True)
    counts: Counts = {(level, split): Counter() for level in Level for split in (True, False)}
    for price in prices:
        for quantity in QUANTITIES:
            item = Item(price=Decimal(price) / 100, quantity=quantity, percent=percent)
            order = bought([item], habits)
            for (level, split), count in counts.items():
                choice = replace(RULES, split=split)
                found = close(order.wanted, order.target, Rounding(level), choice)
                if isinstance(found, Closed):
                    wrong = _wrong(found, order.target, level, choice)
                    assert not wrong, f"{item}, {habits}, {level}, split: {split}: {wrong}"
                count[share(found)] += 1
    return counts


def _wrong(found: Closed, target: Target, level: Level, choice: Rules) -> str:
    """What is; nothing where all is as it has to be."""
    nets = [(sandbox.line_net(line.quantity, line.unit_price, line.discount), line.percent) for line in found.lines]
    books = sandbox.add_up(nets, sandbox.Rounding(level.value))
    off = abs(books.vat - sum(target.vat.values()))
    if books.gross != target.gross:
        return f"gross {books.gross}, not {target.gross}"
    if off > (choice.limit if found.is_gross_only else 0):
        return f"VAT is off by {off}"
    if found.is_gross_only and not off:
        return "VAT is met"
    added = sum(abs(line.cents) for line in found.closings)
    return f"{added} cents were added" if added > choice.limit * 100 else ""
