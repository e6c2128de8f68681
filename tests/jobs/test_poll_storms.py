"""A shop that loses, doubles and shuffles its webhooks, and sells while it is listed: in the end nothing is missing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from connectors.woocommerce.client import WooCommerceClient
from shared.store.database import Database
from tests.jobs.rig import Jobs
from tests.line.rig import Killed
from tests.line.telling import telling_line
from tests.support.orders import woo_order

ORDERS = 130
LOST, DOUBLED = 0.3, 0.2
#: Orders that the shop saves anew after each list.
UNREST = 9
#: Of hundred orders, those that change once more.
CHANGED = 40


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_one_poll_no_order_is_missing_and_none_is_doubled(store: Database, ingest_port: int, seed: int) -> None:
    # Given a shop with a bad line to us, that sells and changes orders
    chance = random.Random(seed)
    with telling_line(store, ingest_port, by_state={"processing": {"document": "invoice"}}) as line:
        jobs = Jobs(line)
        knobs = jobs.woo.shop.settings
        knobs.lost, knobs.doubled, knobs.shuffled, knobs.seed = LOST, DOUBLED, True, seed
        totals = sell(jobs, chance)
        jobs.woo.drain()
        heard = jobs.known()
        assert 0 < len(heard) < ORDERS
        for order in chance.sample(sorted(heard), len(heard) // 2):
            line.work(order)

        # When it is polled while it goes on, and the poll is killed halfway, and comes again
        knobs.unrest = UNREST
        with patch.object(WooCommerceClient, "list_orders", dying_after_a_page()), pytest.raises(Killed):
            jobs.run("poll")
        jobs.run("poll")
        knobs.unrest = 0
        jobs.woo.drain()

        # Then every order is known, and has its one document, with its newest total
        assert jobs.known() == totals.keys()
        for order in totals:
            line.work(order)
        documents = {document.reference: document for document in line.books.documents()}
        assert len(line.books.documents()) == len(documents)
        assert {reference: document.gross for reference, document in documents.items()} == {
            f"SL{line.shop.connection}-{order}": total for order, total in totals.items()
        }


def sell(jobs: Jobs, chance: random.Random) -> dict[int, Decimal]:
    """Order -> its total in the end."""
    totals = {}
    jobs.woo.set_clock(jobs.woo.shop.clock.now())
    for number in range(1, ORDERS + 1):
        bodies = [woo_order(number, net=f"{chance.randrange(1, 900)}.00")]
        if chance.randrange(100) < CHANGED:
            bodies.append(woo_order(number, net=f"{chance.randrange(1, 900)}.00"))
        for body in bodies:
            jobs.woo.advance_clock(chance.choice([0, 0, 1, 7]))
            now = jobs.woo.shop.clock.stamps("date_modified", jobs.woo.shop.clock.now())
            jobs.woo.put_raw_order({**body, **now})
        totals[number] = Decimal(bodies[-1]["total"])
    return totals


def dying_after_a_page() -> Any:
    whole = WooCommerceClient.list_orders

    def list_orders(client: WooCommerceClient, **asked: Any) -> Iterator[Any]:
        yield next(whole(client, **asked))
        raise Killed

    return list_orders
