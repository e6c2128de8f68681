"""The recorded orders in a table for docs/money.md. `python -m tests.domain.lines.table` prints it."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from shared.domain.money import Level
from tests.domain.lines.recorded import LEVELS, Ended, Recorded, ended, has_unnumbered, recorded
from tests.domain.money.shares import Share

#: (set, order) -> why it is refused: each time it is the order that does not add up, or cannot be read.
REFUSED: Mapping[tuple[str, str], str] = {
    ("ios-app", "85"): "no dates",
    ("ios-app", "960"): "the list of shipping lines is cut out",
    ("ios-app", "961"): "the list of shipping lines is cut out",
    ("ios-app", "159"): "its one line stands there twice, and once in the total",
    ("ios-app", "160"): "its one line stands there twice, and once in the total",
    ("ios-app", "161"): "its one line stands there twice, and once in the total",
    ("ios-app", "259"): "its one line stands there twice, and once in the total",
    ("ios-app", "263"): "its one line stands there twice, and once in the total",
    ("ios-app", "357"): "a line of 45.00 is cut out",
    ("ios-app", "656"): "shipping of 7.62 is cut out",
    ("ios-app", "3207"): "shipping and another line are cut out",
    (
        "ios-app",
        "963",
    ): "one tax is 4 % of one line and 0.5 % of another; the total leaves out shipping and a fee",
}
#: (set, order) -> why its gross alone is met.
GROSS_ONLY: Mapping[tuple[str, str], str] = {
    ("docs-v3", "728"): "7.5 %: a cent of VAT takes 0.07 with it, and 0.07 against that",
    ("live", "72"): "5.5 %: a cent of VAT takes 0.10 with it, and 0.10 against that",
    ("live", "125"): "51 lines that the shop rounded one by one: 0.03 of VAT take 0.10 with it, and 0.10 against that",
}

HEAD = ("orders", "books round by", "how many", *(share.value for share in Share))
RULE = ("---",) * len(HEAD)


def page() -> str:
    """What stands between the marks in docs/money.md."""
    orders = recorded()
    sets = sorted({one.of for one in orders})
    rows = [_row(of, level, [one for one in orders if one.of == of]) for of in sets for level in LEVELS]
    return "\n".join(
        [
            *map(_line, (HEAD, RULE, *rows)),
            "",
            f"In {sum(has_unnumbered(one.order) for one in orders if one.order)} of them a product has no number, which"
            " would stop them first (`missing_product_number`); here it has one.",
            "",
            "Refused, all of them test data of an app that somebody edited by hand:",
            "",
            *_told(REFUSED),
            "",
            "Gross only:",
            "",
            *_told(GROSS_ONLY),
        ]
    )


def _told(reasons: Mapping[tuple[str, str], str]) -> list[str]:
    """A line for each reason."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for (of, number), reason in reasons.items():
        by_reason[f"{of} {{}}: {reason}."].append(number)
    return [f"- {reason.format(', '.join(numbers))}" for reason, numbers in by_reason.items()]


def _row(of: str, level: Level, orders: Sequence[Recorded]) -> list[str]:
    ends: defaultdict[Share, list[Ended]] = defaultdict(list)
    for one in orders:
        end = ended(one.order, level)
        ends[end.share].append(end)
    return [of, level, str(len(orders)), *(_cell(share, ends[share]) for share in Share)]


def _cell(share: Share, ends: Sequence[Ended]) -> str:
    if not ends or share is Share.EXACT:
        return str(len(ends))
    if share is Share.REFUSED:
        return ", ".join(f"{count} `{reason}`" for reason, count in sorted(Counter(one.reason for one in ends).items()))
    return f"{len(ends)} ({_span(one.amount for one in ends)})"


def _span(amounts: Iterable[Decimal]) -> str:
    every = sorted(amounts)
    least, most = f"{every[0]:.2f}", f"{every[-1]:.2f}"
    return least if least == most else f"{least} to {most}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(f"{page()}\n")
