"""How many requests a night takes, and that the last of many orders is transferred all the same."""

from __future__ import annotations

import copy

import pytest

from shared.store.database import Database
from tests.recheck.rig import Night, nights_of


def crowd(night: Night, many: int) -> list[int]:
    """So many open orders, which the line knows as they are."""
    first = night.order(status="on-hold")
    body = night.woo.order(first)
    orders = [first]
    for _ in range(many - 1):
        fields = {name: value for name, value in copy.deepcopy(body).items() if name not in ("id", "number", "_links")}
        orders.append(int(night.woo.put_raw_order(fields, announce=False)["id"]))
    while night.jobs.counts("poll")[0] < many:
        night.jobs.run("poll")
    night.line.shop.rows(
        "update transfers set state = 'skipped', reason = 'state_not_allowed', handled_version = version returning id"
    )
    return orders


@pytest.mark.parametrize(
    ("many", "asked"),
    [
        (149, {"one": 149, "count": 1}),
        (150, {"by id": 2, "count": 1}),
        (10_000, {"by id": 100, "count": 1}),
    ],
)
def test_open_orders_are_all_looked_at_with_as_few_requests(store: Database, many: int, asked: dict[str, int]) -> None:
    # Given so many open orders, the last of which may go by now
    with nights_of(store) as night:
        last = crowd(night, many)[-1]
        night.woo.change_order(last, status="processing", announce=False, touched=False)

        # When the night comes, then all of them are looked at, with so many requests
        report = night.recheck()
        assert night.asked() == asked
        assert (report.looked_at, report.shop_has, report.missing) == (many, many, 0)
        assert report.requests == sum(asked.values())
        assert bool(report.advice) == (many > 150)

        # And only the last one has work, and goes
        assert night.jobs.counts("recheck") == (many, 1, many - 1, 0)
        night.work()
        assert night.line.state(last)[0] == "done"


def test_one_missing_among_many_is_found_without_listing_all(store: Database) -> None:
    # Given a month of orders, one of which nobody told of
    with nights_of(store) as night:
        orders = crowd(night, 600)
        for place, order in enumerate(orders):
            moment = f"now() - interval '{place} hours'"
            night.line.shop.rows(
                f"update transfers set source_created_at = date_trunc('second', {moment}), state = 'waiting',"
                " next_attempt_at = now() + interval '1 day' where source_id = %s returning id",
                str(order),
            )
        for source_id, made in night.line.shop.rows("select source_id, source_created_at from transfers"):
            night.woo.date_order(int(source_id), made)
        lost = night.order()
        night.woo.date_order(lost, night.line.shop.rows("select now() - interval '10 days'")[0][0])

        # When the night comes, then the window is halved until it can be compared
        report = night.recheck()
        assert (report.found, report.missing) == (1, 0)
        assert report.requests < 25
        assert sum(report.waiting.values()) == report.shop_has
