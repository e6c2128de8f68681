"""Polls come to rest: what a shop says again and again makes work once, in whatever order it came to say it."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.woocommerce import WooCommerce
from shared.store.database import Database
from tests.jobs.rig import Jobs, jobs_of
from tests.line.fork import DK, SE, Fork
from tests.recheck.rig import MUG
from tests.support.orders import tell, woo_order
from workers.sightings import Sightings


def said_at(seconds: int, note: str) -> dict[str, Any]:
    """An order with that note, saved so many seconds after START."""
    return woo_order(1, modified=seconds, customer_note=note)


def polled(jobs: Jobs, order: dict[str, Any]) -> None:
    jobs.woo.put_raw_order(order, announce=False)
    jobs.run("poll")
    jobs.line.work(1)


def state_of(jobs: Jobs) -> tuple[int, int]:
    """(version, events) of the order."""
    ((version,),) = jobs.line.shop.rows("select version from transfers")
    return version, jobs.events()


@pytest.mark.parametrize(
    "said",
    [
        [(60, "one"), (60, "two"), (60, "one")],
        [(60, "one"), (30, "two")],
        [(60, "one"), (30, "two"), (30, "three"), (30, "two")],
        [(30, "one"), (60, "two"), (30, "one")],
    ],
    ids=["there and back within a second", "saved after the clock went back", "both", "restored from a backup"],
)
def test_polls_of_what_the_shop_says_again_come_to_rest(store: Database, said: list[tuple[int, str]]) -> None:
    # Given an order that was polled in each of these states
    with jobs_of(store, by_state={"processing": {"document": "invoice"}}) as jobs:
        for seconds, note in said:
            polled(jobs, said_at(seconds, note))

        # When the shop says the last of them again, then after one more look nobody gets work of it any more
        polled(jobs, said_at(*said[-1]))
        before = state_of(jobs)
        for _ in range(3):
            polled(jobs, said_at(*said[-1]))
            assert jobs.counts("poll")[1] == 0
        assert state_of(jobs) == before
        assert len(jobs.line.books.documents()) == 1


def test_a_webhook_that_comes_after_the_poll_looked_stays_the_newest_word(store: Database) -> None:
    # Given an order of which a poll told twice, and a webhook of something newer in between
    with jobs_of(store) as jobs:
        polled(jobs, said_at(30, "old"))
        tell(jobs.line.shop, said_at(60, "new"))
        jobs.woo.put_raw_order(said_at(30, "old"), announce=False)
        jobs.run("poll")

        # Then the newest word is the webhook's, and the shop is asked before it is believed
        ((note, fetch),) = jobs.line.shop.rows(
            "select convert_from(e.body, 'UTF8')::jsonb ->> 'customer_note', t.needs_fetch"
            " from transfers t join events e on e.id = t.newest_event_id and e.received_at = t.newest_event_at"
        )
        assert (note, fetch) == ("new", True)


def test_an_order_out_of_the_bin_again_makes_work_once_though_another_connection_is_off(store: Database) -> None:
    # Given a shop with two connections, an order that went into its bin and out again, and then into it once more
    with jobs_of(store) as jobs:
        fork = Fork(jobs.line, {"Orders": jobs.line.shop.connection})
        fork.add("Sweden", {})
        fork.choose(Orders=DK, Sweden=SE)
        order = int(jobs.woo.put_order(**MUG, status="on-hold")["id"])
        jobs.run("poll")
        for times in range(2):
            fork.work(order)
            jobs.woo.trash(order)
            Sightings(store, WooCommerce(), jobs.line.shop.account, jobs.line.shop.webshop).gone(str(order))
            fork.work(order)
            assert fork.states(order)[0] == ("skipped", "order_trashed")
            jobs.woo.change_order(order, status="on-hold", announce=False)
            if times == 0:
                jobs.run("poll")

        # When the one that had it is switched off, and the order, which is there again, is polled again and again
        fork.switch("Orders", on=False)
        versions: list[tuple[int]] = []
        for _ in range(5):
            jobs.run("poll")
            fork.work(order, "Sweden")
            which = "select version from transfers where id = %s"
            versions += jobs.line.shop.rows(which, fork.transfer(order, "Sweden"))

        # Then nobody gets work of it any more after the first time
        assert len(set(versions)) == 1, versions
