"""A shop whose webhooks are lost, doubled and shuffled, and that changes orders without a word: a poll and a recheck,
both killed halfway, leave nothing missing and nothing doubled.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.store.database import Database
from tests.jobs.rig import Jobs
from tests.line.rig import Killed
from tests.line.telling import telling_line
from tests.recheck.rig import MUG, Night
from tests.support.orders import woo_order
from workers.job_hand import JobHand

ORDERS = 120
LOST, DOUBLED = 0.3, 0.2
#: Orders that the shop saves anew after each list.
UNREST = 5
#: Longer than polls look back.
LONG = timedelta(days=2)
#: What a day does to an order, by how often.
DAY = {"nothing": 6, "changed": 3, "paid": 3, "silently paid": 3, "silently made": 3, "trashed": 1, "deleted": 1}


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_after_a_poll_and_a_recheck_nothing_is_missing_and_nothing_doubled(
    store: Database, ingest_port: int, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # Given a shop that tells of two orders in three, twice of some and late of others, and of some not at all
    chance = random.Random(seed)
    with telling_line(store, ingest_port, by_state={"processing": {"document": "invoice"}}) as line:
        night = Night(Jobs(line))
        knobs = night.woo.shop.settings
        knobs.lost, knobs.doubled, knobs.shuffled, knobs.seed = LOST, DOUBLED, True, seed
        live(night, chance)
        night.woo.drain()
        knobs.unrest = UNREST

        # When it is polled and rechecked while it goes on, and both are killed halfway, and come again
        for job, turn in (("poll", 1), ("recheck", chance.randrange(1, 4))):
            heard_by_then = night.jobs.known()
            with monkeypatch.context() as patched:
                patched.setattr(JobHand, "keep", dying_at(turn))
                with pytest.raises(Killed):
                    night.jobs.run(job)
            night.jobs.run(job)
        knobs.unrest = 0
        night.woo.drain()
        report = night.report()
        night.work()

        # Then the report misses none, every paid order has one document with its newest total, and no other has one
        assert report.missing == 0
        assert {order["id"] for order in in_shop(night)} - heard_by_then, "a poll alone found all: nothing was tried"
        wanted = {
            f"SL{line.shop.connection}-{order['id']}": Decimal(order["total"])
            for order in in_shop(night)
            if order["status"] == "processing"
        }
        documents = Counter(document.reference for document in line.books.documents())
        assert set(documents.values()) <= {1}
        sums = {document.reference: document.gross for document in line.books.documents()}
        assert {reference: sums.get(reference) for reference in wanted} == wanted
        assert {f"SL{line.shop.connection}-{known}" for known in night.jobs.known()} >= wanted.keys()


def live(night: Night, chance: random.Random) -> None:
    """A day of the shop; workers and polls are at it from time to time."""
    night.woo.set_clock(night.woo.shop.clock.now() - timedelta(hours=1))
    for at in range(ORDERS):
        night.woo.advance_clock(chance.choice([0, 0, 1, 7]))
        what = chance.choices(list(DAY), list(DAY.values()))[0]
        happen(night, what)
        if at in (ORDERS // 3, ORDERS // 2):
            night.woo.drain()
            night.jobs.run("poll")
            night.work()


def happen(night: Night, what: str) -> None:
    woo = night.woo
    if what == "silently made":
        # As one that a plugin writes into the database, with a date of change that polls have passed
        clock = woo.shop.clock
        dates = clock.stamps("date_created", clock.now()) | clock.stamps("date_modified", clock.now() - LONG)
        woo.put_raw_order({**woo_order(10_000 + len(in_shop(night))), **dates}, announce=False)
        return
    order = woo.put_order(**MUG, status="on-hold" if "paid" in what else "processing")
    woo.advance_clock(1)
    match what:
        case "changed":
            woo.change_order(order["id"], customer_note="Ring på hos naboen")
        case "paid":
            woo.change_order(order["id"], status="processing")
        case "silently paid":
            woo.change_order(order["id"], announce=False, touched=False, status="processing")
        case "trashed":
            woo.trash(order["id"])
        case "deleted":
            woo.delete(order["id"])


def in_shop(night: Night) -> list[dict[str, Any]]:
    with night.woo.shop.lock:
        ids = list(night.woo.shop.orders)
    return [night.woo.order(one) for one in ids]


def dying_at(turn: int) -> Any:
    """With all taken in that was to be written down then."""
    keep, left = JobHand.keep, [turn]

    def dies(hand: JobHand, *told: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        keep(hand, *told)

    return dies
