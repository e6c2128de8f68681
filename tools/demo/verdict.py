"""What became of the demo's orders, told by the two sandboxes: what we say of ourselves is only compared with it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.economic.sandbox import SandboxDocument
from shared.domain.build import own_token
from shared.sandbox.journal import Entry, EntryKind
from tools.demo.placed import amount

#: Topics of webhooks that carry an order.
TOPICS = ("order.created", "order.updated", "order.restored")


@dataclass(frozen=True, slots=True)
class ShopOrder:
    number: str
    #: It is in the shop, in a state in which orders go into the books.
    is_due: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """What shopledger says of an order: the state of its transfer, the reason, and the reference of its document."""

    state: str
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class Verdict:
    orders: int
    transferred: int
    skipped: Mapping[str, int]
    failed: Mapping[str, int]
    #: Without an end yet.
    waiting: Mapping[str, int]
    #: Order numbers: neither in the books nor with a reason why not; or said to be in the books, which have none.
    lost: Sequence[str]
    #: References of which the books have more than one document, or that no order of the shop has.
    duplicates: Sequence[str]
    #: Orders said to be in the books, where they come to what the order never came to.
    wrong_total: Sequence[str]

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.duplicates or self.wrong_total or self.waiting)


def totals_told(journal: Iterable[Entry]) -> dict[str, set[Decimal]]:
    """By the shop's id of an order, from the shop's journal: every total that it told of it.

    Of an order that is gone by the time its webhook is sent, the shop tells an error.
    """
    told: dict[str, set[Decimal]] = defaultdict(set)
    for entry in journal:
        if entry.kind is EntryKind.DELIVERY and entry.note.startswith(TOPICS):
            order: dict[str, Any] = json.loads(entry.body)
            total = amount(order.get("total"))
            if "id" in order and total is not None:
                told[str(order["id"])].add(total)
    return told


def judge(
    orders: Mapping[str, ShopOrder],
    totals: Mapping[str, set[Decimal]],
    documents: Sequence[SandboxDocument],
    claims: Mapping[str, Claim],
) -> Verdict:
    """`orders`, `totals` and `claims` by the shop's id of the order; every claim is about one of the orders."""
    made: dict[str, list[Decimal]] = defaultdict(list)
    for document in documents:
        made[own_token(document.reference)].append(document.gross)
    done = {order: claim for order, claim in claims.items() if claim.state == "done"}
    explained = {
        order
        for order, claim in claims.items()
        if claim.reason and (claim.state == "failed" or (claim.state == "skipped" and not orders[order].is_due))
    }
    references = {claim.reference for claim in claims.values()}
    return Verdict(
        orders=len(orders),
        transferred=len(done),
        skipped=_counted(claims, "skipped"),
        failed=_counted(claims, "failed"),
        waiting=_counted(claims, "waiting", "working", "held"),
        lost=[
            told.number
            for order, told in orders.items()
            if not (made.get(claims[order].reference) if order in done else order in explained)
        ],
        duplicates=sorted(name for name, found in made.items() if len(found) > 1 or name not in references),
        wrong_total=[
            orders[order].number
            for order, claim in done.items()
            if not totals.get(order, set()).issuperset(made[claim.reference])
        ],
    )


def _counted(claims: Mapping[str, Claim], *states: str) -> dict[str, int]:
    return dict(Counter(claim.reason or claim.state for claim in claims.values() if claim.state in states))
