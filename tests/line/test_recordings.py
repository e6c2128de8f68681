"""Every recorded order of real shops through to the books: each has one named end, and none is doubled or wrong.

The shop behind them answers with the newest body it was recorded with. The books have one rate of VAT: orders
with others are refused before anything is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.domain.build import own_token
from shared.store.database import Database
from tests.connectors.woocommerce.recordings import needs_recordings
from tests.line.recorded_shop import Bodies, newest, recorded, recorded_shop, work_on
from tests.line.rig import Line

pytestmark = needs_recordings

#: Reason -> how many orders of all sets end with it; an empty reason: they are in the books, to the cent.
EXPECTED = {
    ("done", ""): 30,
    ("failed", "vat_rate_differs"): 45,
    ("failed", "missing_product_number"): 17,
    ("failed", "vat_rate_unknown"): 1,
    ("failed", "unreadable_order"): 2,
    ("failed", "no_email"): 1,
    ("failed", "product_number"): 1,
    ("skipped", "state_not_allowed"): 22,
    ("skipped", "order_trashed"): 1,
}


def through(store: Database, orders: Bodies) -> Counter[tuple[str, str]]:
    """Takes a shop's orders in and works until none waits; how they ended, after a look at the books."""
    with recorded_shop(store, orders) as line:
        for number in orders:
            work_on(line, number)
        ends = Counter(line.state(number) for number in orders)
        check_the_books(line, newest(orders))
    return ends


def check_the_books(line: Line, newest: Mapping[str, Mapping[str, Any]]) -> None:
    found = {own_token(document.reference): document for document in line.books.documents()}
    assert len(found) == len(line.books.documents()), "an order has two documents"
    for number, body in newest.items():
        document = found.get(f"SL{line.shop.connection}-{number}")
        if line.state(number) == ("done", ""):
            assert document is not None, f"order {number} is lost"
            assert (document.gross, document.currency) == (Decimal(str(body["total"])), body["currency"])
        elif document is not None:
            assert line.state(number) == ("failed", "totals_differ")


def test_every_recorded_order_has_its_end(store: Database) -> None:
    # Given all recorded orders, when each set goes through as one shop, then none is without the end the table names
    ends: Counter[tuple[str, str]] = Counter()
    for orders in recorded().values():
        ends += through(store, orders)
    for (state, reason), count in sorted(ends.items()):
        print(f"{count:5}  {state:8} {reason}")  # noqa: T201
    assert ends == EXPECTED
