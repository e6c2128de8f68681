"""Lists of what changed: none missing, none stale, nothing backwards, while the shop sells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from shared.domain.order import Order
from tests.connectors.conformance.judge import LONG_AGO, NOON, listed
from tests.connectors.conformance.rig import Cases, ShopRig

SECOND = timedelta(seconds=1)
#: When the clocks of Europe do.
CLOCK_CHANGES = {
    "autumn": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "spring": datetime(2026, 3, 29, 1, tzinfo=UTC),
}


def sell(shop: ShopRig, orders: int) -> list[str]:
    """So many orders, one a second from noon on; the clock then stands a minute after the last."""
    made: list[str] = []
    for second in range(orders):
        shop.set_clock(NOON + second * SECOND)
        made += shop.put_orders(1)
    shop.tick(60)
    return made


def never_backwards(orders: list[Order]) -> bool:
    return all(former.modified_at <= later.modified_at for former, later in pairwise(orders))


class Listing(Cases):
    def test_nothing_changed_is_nothing_listed(self, shop: ShopRig) -> None:
        shop.set_clock(NOON)
        shop.put_orders(2)
        with shop.client() as client:
            assert listed(shop, client, NOON + SECOND) == []

    @pytest.mark.parametrize(("pages", "more"), [(1, 0), (1, 1), (2, 0), (2, 3)])
    def test_all_orders_are_listed_once_oldest_change_first(self, shop: ShopRig, pages: int, more: int) -> None:
        # Given a page exactly, an order more than it holds, and more than two
        made = sell(shop, pages * self.rig.page_size + more)
        # When
        with shop.client() as client:
            found = listed(shop, client)
        # Then
        assert [order.id for order in found] == made
        assert never_backwards(found)

    def test_orders_that_change_between_two_pages_push_none_out_of_sight(self, shop: ShopRig) -> None:
        # Given a shop in which, after each of the first answers, orders of page 1 change
        made = sell(shop, 2 * self.rig.page_size + 3)

        def happen(answers: int) -> None:
            if answers <= 2:
                shop.tick()
                for order_id in made[(answers - 1) * 3 : answers * 3]:
                    shop.change_order(order_id, status="completed")

        # When it is listed meanwhile
        with shop.client() as client, shop.between_requests(happen):
            found = listed(shop, client)
        # Then none is missing, and the changed ones came with their newest state
        assert {order.id for order in found} == set(made)
        newest = {order.id: order.status for order in found}
        assert {order_id for order_id in made if newest[order_id] == "completed"} == set(made[:6])
        assert never_backwards(found)

    def test_an_order_changed_during_the_list_is_handed_out_as_it_is_now(self, shop: ShopRig) -> None:
        # Given an order of the first page and one of the last, which change after the first answer
        made = sell(shop, self.rig.page_size + 20)
        changing = {made[0], made[-1]}

        def happen(answers: int) -> None:
            if answers == 1:
                for order_id in changing:
                    shop.change_order(order_id, status="completed")

        # When
        with shop.client() as client, shop.between_requests(happen):
            found = listed(shop, client)
        # Then the last word of the list about each is its newest state
        assert {order_id for order_id in made if _last(found, order_id).status == "completed"} == changing

    def test_an_order_deleted_during_the_list_takes_no_other_along(self, shop: ShopRig) -> None:
        # Given orders of page 1 that vanish after the first answer
        made = sell(shop, 2 * self.rig.page_size + 3)

        def happen(answers: int) -> None:
            if answers == 1:
                for order_id in made[:5]:
                    shop.delete(order_id)

        with shop.client() as client, shop.between_requests(happen):
            found = listed(shop, client)
        # Then
        assert {order.id for order in found} >= set(made[5:])

    def test_more_orders_than_two_pages_in_one_second_are_all_listed(self, shop: ShopRig) -> None:
        # Given a crowded second between two quiet ones
        shop.set_clock(NOON)
        made = shop.put_orders(1)
        shop.tick()
        made += shop.put_orders(2 * self.rig.page_size + 3)
        shop.tick()
        made += shop.put_orders(1)
        # When
        with shop.client() as client:
            found = listed(shop, client)
        # Then
        assert sorted(order.id for order in found) == sorted(made)
        assert never_backwards(found)

    def test_orders_that_leave_a_crowded_second_push_none_out_of_sight(self, shop: ShopRig) -> None:
        # Given a crowded second that orders leave, answer after answer
        shop.set_clock(NOON)
        made = shop.put_orders(2 * self.rig.page_size + 3)

        def happen(answers: int) -> None:
            if answers <= 3:
                shop.tick()
                for order_id in made[(answers - 1) * 5 : answers * 5]:
                    shop.change_order(order_id, status="completed")

        with shop.client() as client, shop.between_requests(happen):
            found = listed(shop, client)
        # Then
        assert {order.id for order in found} == set(made)
        assert {order_id for order_id in made if _last(found, order_id).status == "completed"} == set(made[:15])
        assert never_backwards(found)

    def test_a_list_broken_off_goes_on_from_the_last_change_seen(self, shop: ShopRig) -> None:
        # Given a worker that dies after each first page, while page 1 changes
        made = sell(shop, 2 * self.rig.page_size + 3)
        seen: list[Order] = []

        def happen(answers: int) -> None:
            if answers <= 3:
                shop.tick()
                shop.change_order(made[answers], status="completed")

        # When it goes on each time from the newest change that it has seen
        with shop.between_requests(happen):
            cursor = LONG_AGO
            for _ in range(20):
                with shop.client() as client:
                    page = next(iter(client.list_orders(modified_after=cursor)), None)
                read = [shop.connector.read_order(order) for order in page.orders] if page else []
                newest = max((order.modified_at for order in read), default=cursor)
                seen += read
                if newest == cursor:
                    break
                cursor = newest
        # Then nothing was missed
        assert {order.id for order in seen} == set(made)
        changed = {order_id for order_id in made if _last(seen, order_id).status == "completed"}
        assert changed == set(made[1:4])

    @pytest.mark.parametrize("zone", ["Europe/Copenhagen", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
    def test_modified_after_includes_its_second_whatever_the_zones(self, zone: str) -> None:
        # Given a shop in that zone, with an order a second before, in, and after a second
        with self.rig(zone=zone) as shop:
            made = []
            for moment in (NOON - SECOND, NOON, NOON + SECOND):
                shop.set_clock(moment)
                made += shop.put_orders(1)
            shop.tick(24 * 3600)
            with shop.client() as client:
                # When it is asked for that moment, in UTC and in zones far away
                for ours in (UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=13))):
                    found = listed(shop, client, NOON.astimezone(ours))
                    # Then that second is in and the one before is not
                    assert [order.id for order in found] == made[1:]
                    assert found[0].modified_at == NOON

    @pytest.mark.parametrize("zone", ["Europe/Copenhagen", "UTC"])
    @pytest.mark.parametrize("change", CLOCK_CHANGES.values(), ids=CLOCK_CHANGES)
    def test_no_order_is_lost_or_doubled_when_clocks_change(self, zone: str, change: datetime) -> None:
        # Given an order every half hour around the change; in autumn the shop's clock shows an hour twice
        half_hours = [change + timedelta(minutes=minutes) for minutes in range(-120, 121, 30)]
        with self.rig(zone=zone) as shop:
            made = []
            for moment in half_hours:
                shop.set_clock(moment)
                made += shop.put_orders(1)
            # When it is asked from each of these moments, Then all from there on come, and nothing before
            with shop.client() as client:
                for position, moment in enumerate(half_hours):
                    found = listed(shop, client, moment)
                    assert [order.id for order in found] == made[position:]
                    assert [order.modified_at for order in found] == half_hours[position:]


def _last(orders: list[Order], order_id: str) -> Order:
    return [order for order in orders if order.id == order_id][-1]
