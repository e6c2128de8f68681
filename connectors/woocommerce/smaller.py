"""Smaller answers, where one for many orders does not come: down to the single order that the shop cannot tell of.

A page may be too much for the shop's memory, its time or our bounds; and one order with a custom field that cannot be
written as JSON takes all others of its page along. Such an order is asked for alone, and the others without it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from connectors.woocommerce.walk import Row
from shared.errors import Retry

#: Troubles that a smaller answer may not have.
_OF_THE_ANSWER = frozenset({"answer_too_large", "not_json", "shop_error", "shop_slow", "unreachable", "unavailable"})
#: Orders of one page that the shop cannot tell of: with more, it is the shop.
MOST_UNTOLD = 10
#: Seconds after which no further trouble is borne: a shop may hang at each.
PATIENCE = 300.0

#: Ids -> the rows of those that there are.
AskFor = Callable[[Sequence[str]], Sequence[Row]]
Told = TypeVar("Told")


class Untold(dict[str, Any]):
    """A row with the fields of a glance alone, of an order that the shop cannot tell more of."""


def may_be_smaller(trouble: Retry) -> bool:
    """A shop that asks for patience is asked for nothing else."""
    return trouble.code in _OF_THE_ANSWER and trouble.after is None


def instead(trouble: Retry, *asks: Callable[[], Told]) -> Told:
    """The first of these smaller answers that comes in place of one that did not. Raises that one's trouble else."""
    if not may_be_smaller(trouble):
        raise trouble from None
    for ask in asks:
        try:
            return ask()
        except Retry as another:
            if not may_be_smaller(another):
                raise
    raise trouble from None


def in_parts(ids: Sequence[str], ask: AskFor) -> tuple[list[Row], set[str]]:
    """What there is of these, in any order, and which are untold: half of those a request of which no answer came."""
    rows: list[Row] = []
    untold: set[str] = set()
    parts, give_up = _halves(ids), time.monotonic() + PATIENCE
    while parts:
        part = parts.pop()
        try:
            rows += ask(part)
        except Retry as trouble:
            if not may_be_smaller(trouble) or len(untold) >= MOST_UNTOLD or time.monotonic() > give_up:
                raise
            if len(part) == 1:
                untold.update(part)
            else:
                parts += _halves(part)
    return rows, untold


def as_glanced(glances: Iterable[Row], rows: Iterable[Row], untold: set[str], same: Sequence[str]) -> list[Row]:
    """The rows in the order of the glances at them, those that are untold as `Untold`.

    Left out is who changed meanwhile in a field of `same`: it has another place in the list by now, and comes there.
    """
    by_id = {str(row.get("id")): row for row in rows}
    found: list[Row] = []
    for glance in glances:
        row = by_id.get(str(glance.get("id")))
        if row is not None and all(row.get(name) == glance.get(name) for name in same):
            found.append(row)
        elif str(glance.get("id")) in untold:
            found.append(Untold(glance))
    return found


def _halves(ids: Sequence[str]) -> list[Sequence[str]]:
    """The first one last; no empty ones."""
    middle = len(ids) // 2
    return [half for half in (ids[middle:], ids[:middle]) if half]
