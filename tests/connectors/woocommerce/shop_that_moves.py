"""A shop in memory that filters, sorts and pages as WooCommerce does, and sells while it is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.woocommerce.rest import Answer
from shared.errors import Retry

#: Second 0 of such a shop.
START = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
STATES = ("processing", "completed", "trash")


@dataclass
class Kept:
    created: int
    modified: int
    status: str = "processing"


class MovingShop:
    """`orders` by id; dates in seconds after START. `meanwhile` happens after each answer is made up."""

    def __init__(self, orders: Mapping[int, Kept], now: int, meanwhile: Callable[[MovingShop], None]) -> None:
        self.orders = dict(orders)
        self.now = now
        self.meanwhile = meanwhile
        self.requests = 0
        #: So many whole orders an answer holds, and glances at orders; and those that it cannot tell of.
        self.most = self.most_glanced = 100
        self.untold: Set[int] = frozenset()

    def get(self, path: str, given: Mapping[str, str]) -> Answer:
        assert path == "orders"
        assert given.get("dates_are_gmt") == "true" or not {"after", "before", "modified_after"} & set(given)
        self.requests += 1
        assert self.requests < 3000, "the walk does not end"
        by = "modified" if given.get("orderby") == "modified" else "created"
        listed = sorted(
            (order for order in self.orders if self._is_listed(order, given)),
            key=lambda order: (getattr(self.orders[order], by), order),
            reverse=given.get("order", "desc") == "desc",
        )
        page, size = int(given.get("page", "1")), int(given["per_page"])
        rows = [self.row(order) for order in listed[(page - 1) * size : page * size]]
        pages = -(-len(listed) // size) if rows else 0
        self.meanwhile(self)
        is_whole = "_fields" not in given
        too_many = len(rows) > (self.most if is_whole else self.most_glanced)
        if too_many or (is_whole and self.untold & {row["id"] for row in rows}):
            raise Retry("shop_error", "The shop failed with an error of its own.")
        return Answer(rows, {"x-wp-totalpages": str(pages), "x-wp-total": str(len(listed) if rows else 0)})

    def row(self, order: int) -> dict[str, Any]:
        kept = self.orders[order]
        dates = {"date_created_gmt": kept.created, "date_modified_gmt": kept.modified}
        written = {name: (START + timedelta(seconds=second)).isoformat()[:19] for name, second in dates.items()}
        return {"id": order, "status": kept.status, **written}

    def _is_listed(self, order: int, given: Mapping[str, str]) -> bool:
        kept, bounds = self.orders[order], {name: _seconds(given[name]) for name in _BOUNDS if name in given}
        wanted = set(STATES) - {"trash"} if given["status"] == "any" else set(given["status"].split(","))
        return (
            kept.status in wanted
            and ("include" not in given or str(order) in given["include"].split(","))
            and kept.created > bounds.get("after", -(10**10))
            and kept.created < bounds.get("before", 10**10)
            and kept.modified > bounds.get("modified_after", -(10**10))
        )


_BOUNDS = ("after", "before", "modified_after")


def _seconds(text: str) -> int:
    return int((datetime.fromisoformat(text).replace(tzinfo=UTC) - START).total_seconds())


class Unrest:
    """What people do in a shop, at random and a limited number of times. `ever` runs after each of it."""

    def __init__(self, seed: int, times: int, ever: Callable[[MovingShop], None]) -> None:
        self._rng = random.Random(seed)
        self._left = times
        self._ever = ever

    def __call__(self, shop: MovingShop) -> None:
        for _ in range(self._rng.randint(0, 12)):
            if not self._left:
                return
            self._left -= 1
            shop.now += self._rng.choice((0, 0, 1))
            self._one(shop)
            self._ever(shop)

    def _one(self, shop: MovingShop) -> None:
        rng, new = self._rng, max(shop.orders, default=0) + 1
        what, order = rng.random(), rng.choice(sorted(shop.orders) or [new])
        if what < 0.15 or order == new:
            shop.orders[new] = Kept(shop.now, shop.now)
        elif what < 0.25:
            del shop.orders[order]
        elif what < 0.4:
            shop.orders[order] = Kept(rng.randint(-5, shop.now), shop.now, shop.orders[order].status)
        else:
            status = rng.choice(STATES) if what < 0.75 else shop.orders[order].status
            shop.orders[order] = Kept(shop.orders[order].created, shop.now, status)
