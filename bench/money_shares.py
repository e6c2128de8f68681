"""`python -m bench.money_shares`: of random orders, how many need a closing, and how many are refused."""

from __future__ import annotations

import argparse
from collections import Counter
from decimal import Decimal
from random import Random

from shared.domain.money import Level
from tests.domain.money.shares import MIXES, SIZES, Share, random_orders, shares

#: Level, split or not, rates, number of lines.
Cell = tuple[Level, bool, tuple[Decimal, ...], int]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.money_shares")
    parser.add_argument(
        "--count", type=int, default=20_000, help="orders of each rate, of all numbers of lines together"
    )
    parser.add_argument("--seed", type=int, default=6)
    chosen = parser.parse_args()
    cells = measured(chosen.count // len(SIZES), Random(chosen.seed))
    for split in (True, False):
        print(f"\n## Lines {'may' if split else 'may not'} be split\n")
        print(_row("Books round by", "Rate", "Lines", *Share))
        print(_row(*["---"] * (3 + len(Share))))
        for level in Level:
            for rates in MIXES:
                for size in SIZES:
                    print(_counted(cells[level, split, rates, size], level, _named(rates), str(size)))
                print(_counted(summed(cells, level, split, rates=rates), level, _named(rates), "all"))
            for size in SIZES:
                print(_counted(summed(cells, level, split, size=size), level, "all", str(size)))
            print(_counted(summed(cells, level, split), level, "all", "all"))


def measured(count: int, random: Random) -> dict[Cell, Counter[Share]]:
    found: dict[Cell, Counter[Share]] = {}
    for rates in MIXES:
        for size in SIZES:
            orders = list(random_orders(random, rates, size, count))
            for level in Level:
                for split in (True, False):
                    found[level, split, rates, size] = shares(orders, level, split=split)
    return found


def summed(
    cells: dict[Cell, Counter[Share]],
    level: Level,
    split: bool,
    *,
    rates: tuple[Decimal, ...] | None = None,
    size: int | None = None,
) -> Counter[Share]:
    """Over all rates, or all numbers of lines, or both."""
    chosen = (
        count
        for (of_level, of_split, of_rates, of_size), count in cells.items()
        if (of_level, of_split) == (level, split) and rates in (None, of_rates) and size in (None, of_size)
    )
    return sum(chosen, Counter())


def _named(rates: tuple[Decimal, ...]) -> str:
    return " and ".join(f"{rate} %" for rate in rates)


def _counted(count: Counter[Share], *heads: str) -> str:
    return _row(*heads, *(f"{100 * count[share] / count.total():.2f} %" for share in Share))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
