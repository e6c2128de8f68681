"""A shop that answers as one was recorded; others' work, at hand on some machines only."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from werkzeug.wrappers import Request, Response

from shared.intake import Origin
from shared.store import setup
from shared.store.database import Database
from tests.connectors.woocommerce.recordings import SETS, WOOCOMMERCE, load, orders_in, rest_bodies
from tests.connectors.woocommerce.replay import answer, serving
from tests.line.rig import Line, line_to
from tests.support.orders import tell
from tests.support.shop import KEYRING

#: Order id -> its bodies.
Bodies = Mapping[str, list[dict[str, Any]]]
#: What its orders need beside what they sell.
PRODUCTS = ("FREIGHT", "FEE", "ROUNDING")


def recorded() -> dict[str, Bodies]:
    """By set."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {name: defaultdict(list) for name in SETS}
    for name, body in rest_bodies():
        for order in orders_in(body):
            if isinstance(order.get("date_modified_gmt"), str):
                found[name.partition("/")[0]][str(order["id"])].append(order)
    for path in sorted((WOOCOMMERCE / "live" / "webhooks").glob("*.json")):
        for order in orders_in(load(path).get("body_json")):
            found["live"][str(order["id"])].append(order)
    return dict(found)


def newest(orders: Bodies) -> dict[str, dict[str, Any]]:
    return {number: max(bodies, key=lambda body: str(body["date_modified_gmt"])) for number, bodies in orders.items()}


@contextlib.contextmanager
def recorded_shop(store: Database, orders: Bodies) -> Iterator[Line]:
    """Has told of all that was recorded of its orders, and answers with the newest body of each."""
    now = newest(orders)

    def shop_says(request: Request) -> Response:
        number = request.path.rpartition("/")[2]
        return answer(json.loads(json.dumps(now[number], default=str)))

    with serving(by=shop_says) as shop, line_to(store) as line:
        with store.account(line.shop.account) as c:
            key = {"consumer_key": "ck_recorded", "consumer_secret": "cs_recorded"}
            setup.change_credentials(c, KEYRING, line.shop.webshop, {"url": shop.url, **key})
        line.books.put_years(*((date(year, 1, 1), date(year, 12, 31)) for year in range(2010, 2031)))
        for number in PRODUCTS:
            line.books.put_product(number)
        for bodies in orders.values():
            for at, body in enumerate(bodies):
                tell(line.shop, body, delivery=str(at), origin=Origin.POLL)
        yield line


def work_on(line: Line, number: str) -> None:
    """Once more where it waits for something."""
    line.work(number)
    if line.state(number)[0] == "waiting":
        line.work(number)
