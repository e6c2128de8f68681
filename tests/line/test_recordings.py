"""Every recorded order of real shops through to the books: each has one named end, and none is doubled or wrong.

The shop behind them answers with the newest body it was recorded with. The books have one rate of VAT: orders
with others are refused before anything is sent.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Request, Response

from shared.domain.build import own_token
from shared.intake import Origin
from shared.store import setup
from shared.store.database import Database
from tests.connectors.woocommerce.recordings import SETS, WOOCOMMERCE, load, needs_recordings, orders_in, rest_bodies
from tests.connectors.woocommerce.replay import answer, serving
from tests.line.rig import Line, line_to
from tests.support.orders import tell
from tests.support.shop import KEYRING

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


def recorded() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Set -> order id -> its bodies."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {name: defaultdict(list) for name in SETS}
    for name, body in rest_bodies():
        for order in orders_in(body):
            if isinstance(order.get("date_modified_gmt"), str):
                found[name.partition("/")[0]][str(order["id"])].append(order)
    for path in sorted((WOOCOMMERCE / "live" / "webhooks").glob("*.json")):
        for order in orders_in(load(path).get("body_json")):
            found["live"][str(order["id"])].append(order)
    return found


def through(store: Database, orders: Mapping[str, list[dict[str, Any]]]) -> Counter[tuple[str, str]]:
    """Takes a shop's orders in and works until none waits; how they ended, after a look at the books."""
    newest = {number: max(bodies, key=lambda body: str(body["date_modified_gmt"])) for number, bodies in orders.items()}

    def shop_says(request: Request) -> Response:
        number = request.path.rpartition("/")[2]
        return answer(json.loads(json.dumps(newest[number], default=str)))

    with serving(by=shop_says) as shop, line_to(store) as line:
        with store.account(line.shop.account) as c:
            key = {"consumer_key": "ck_recorded", "consumer_secret": "cs_recorded"}
            setup.change_credentials(c, KEYRING, line.shop.webshop, {"url": shop.url, **key})
        line.books.put_years(*((date(year, 1, 1), date(year, 12, 31)) for year in range(2010, 2031)))
        for number in ("FREIGHT", "FEE"):
            line.books.put_product(number)
        for bodies in orders.values():
            for at, body in enumerate(bodies):
                tell(line.shop, body, delivery=str(at), origin=Origin.POLL)
        for number in orders:
            line.work(number)
            if line.state(number)[0] == "waiting":
                line.work(number)
        ends = Counter(line.state(number) for number in orders)
        check_the_books(line, newest)
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
