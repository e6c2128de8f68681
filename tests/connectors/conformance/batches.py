"""Orders by their ids, and by when they were made: what imports and nightly looks ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

import pytest

from connectors.base import OrderPage, WebshopClient
from shared.domain.order import Order
from tests.connectors.conformance.judge import LONG_AGO, NOON, stated
from tests.connectors.conformance.listing import CLOCK_CHANGES, SECOND, sell
from tests.connectors.conformance.rig import Cases, ShopRig

DAY = timedelta(days=1)


def read(shop: ShopRig, pages: Iterable[OrderPage]) -> list[Order]:
    return [shop.connector.read_order(order) for page in pages for order in page.orders]


def made_in(
    shop: ShopRig, client: WebshopClient, after: datetime = LONG_AGO, before: datetime | None = None
) -> list[str]:
    return [order.id for order in read(shop, client.list_orders_created(after=after, before=before))]


class Batches(Cases):
    def test_as_many_ids_as_a_request_takes_are_one_request(self, shop: ShopRig) -> None:
        # Given more orders than are asked for
        most = shop.connector.most_by_id
        assert most, "exempt the cases of ids where the vendor lists none"
        made = shop.put_orders(most + 20)
        with shop.client() as client:
            # When a request's worth is asked for, Then just these come, in one
            assert {order.id for order in read(shop, client.list_orders_by_id(made[:most]))} == set(made[:most])
            assert len(shop.requests) == 1
            # And for all of them two are enough
            assert {order.id for order in read(shop, client.list_orders_by_id(made))} == set(made)
            assert len(shop.requests) == 3

    def test_orders_in_the_trash_are_found_by_their_ids_and_those_that_are_gone_are_not(self, shop: ShopRig) -> None:
        # Given an order that is there, one in the trash, one deleted for good, and texts that are no ids
        there, trashed, deleted = (shop.put_order() for _ in range(3))
        shop.trash(trashed.id)
        shop.delete(deleted.id)
        wanted = [deleted.id, trashed.id, "987654321", there.id, "", "no such order", "1,2", there.id]
        # When
        with shop.client() as client:
            found = {order.id: order for order in read(shop, client.list_orders_by_id(wanted))}
            fetched = shop.connector.read_order(client.get_order(trashed.id))
        # Then
        assert found.keys() == {there.id, trashed.id}
        assert stated(found[there.id]) == there
        assert found[trashed.id].status == fetched.status != there.status

    @pytest.mark.parametrize("ids", [[], ["", "no such order"]])
    def test_no_ids_are_no_orders_and_no_request(self, shop: ShopRig, ids: list[str]) -> None:
        shop.put_orders(2)
        with shop.client() as client:
            assert list(client.list_orders_by_id(ids)) == []
        assert shop.requests == []

    def test_all_orders_made_are_listed_once_oldest_first(self, shop: ShopRig) -> None:
        # Given orders of which the oldest was changed last
        made = sell(shop, 2 * self.rig.page_size + 3)
        shop.change_order(made[0], status="completed")
        with shop.client() as client:
            found = read(shop, client.list_orders_created(after=LONG_AGO))
        assert [order.id for order in found] == made

    def test_the_first_moment_is_in_and_the_last_is_not(self, shop: ShopRig) -> None:
        # Given an order a second from noon on
        made = sell(shop, 6)
        with shop.client() as client:
            # When some are asked for, in zones far away
            for zone in (timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(hours=13))):
                after, before = (NOON.astimezone(zone) + seconds * SECOND for seconds in (2, 5))
                # Then these come, are counted, and are glanced at
                assert made_in(shop, client, after, before) == made[2:5]
                assert client.count_orders(after=after, before=before) in (3, None)
                glances = [one for page in client.list_order_ids(after=after, before=before) for one in page]
                assert [one.id for one in glances] == made[2:5]
            assert made_in(shop, client, NOON + 4 * SECOND) == made[4:]
            assert made_in(shop, client, NOON + 4 * SECOND, NOON + 4 * SECOND) == []

    @pytest.mark.parametrize("zone", ["Europe/Copenhagen", "America/New_York"])
    @pytest.mark.parametrize("change", CLOCK_CHANGES.values(), ids=CLOCK_CHANGES)
    def test_no_order_made_is_lost_when_clocks_change(self, zone: str, change: datetime) -> None:
        # Given an order every half hour around the change
        half_hours = [change + timedelta(minutes=minutes) for minutes in range(-120, 121, 30)]
        with self.rig(zone=zone) as shop:
            made = []
            for moment in half_hours:
                shop.set_clock(moment)
                made += shop.put_orders(1)
            with shop.client() as client:
                for position, moment in enumerate(half_hours):
                    assert made_in(shop, client, moment) == made[position:]
                    assert made_in(shop, client, LONG_AGO, moment) == made[:position]

    def test_orders_of_chosen_states_are_listed_alone(self, shop: ShopRig) -> None:
        # Given orders of three states, one in the trash, and one of a plugin's own
        placed = {name: shop.put_order(status=name).id for name in ("processing", "completed", "on-hold")}
        shop.put_order_state("packed", "Packed")
        placed["packed"] = shop.put_order(status="packed").id
        trashed = shop.put_order(status="completed").id
        shop.trash(trashed)
        with shop.client() as client:
            for states in (["completed"], ["completed", "packed"]):
                found = read(shop, client.list_orders_created(after=LONG_AGO, states=states))
                assert {order.id for order in found} == {placed[state] for state in states}
            # Then without a choice all come but the one in the trash
            assert set(made_in(shop, client)) == set(placed.values())
            assert client.count_orders(after=LONG_AGO, before=NOON + 10_000 * DAY) in (len(placed), None)

    def test_orders_that_leave_while_others_are_listed_push_none_out_of_sight(self, shop: ShopRig) -> None:
        # Given a crowded second between quiet ones, which orders leave and come back to, answer after answer
        made = sell(shop, 30)
        shop.set_clock(NOON + 40 * SECOND)
        made += shop.put_orders(2 * self.rig.page_size + 30)
        shop.tick(60)
        made += shop.put_orders(1)
        moved = made[5:15] + made[40:60]

        def happen(answers: int) -> None:
            if answers <= len(moved) // 5:
                shop.tick()
                for order_id in moved[(answers - 1) * 5 : answers * 5]:
                    shop.trash(order_id)

        with shop.client() as client, shop.between_requests(happen):
            found = made_in(shop, client)
        assert set(found) >= set(made) - set(moved)

    def test_an_order_whose_date_is_set_back_meanwhile_is_listed_all_the_same(self, shop: ShopRig) -> None:
        # Given the newest order, whose date somebody sets to the first day after the first answer with orders
        made = sell(shop, 2 * self.rig.page_size + 3)

        def happen(answers: int) -> None:
            if answers == 2:
                shop.tick()
                shop.date_order(made[-1], NOON)

        with shop.client() as client, shop.between_requests(happen):
            assert set(made_in(shop, client)) == set(made)

    def test_an_order_that_comes_into_a_chosen_state_meanwhile_is_listed(self, shop: ShopRig) -> None:
        made = sell(shop, 2 * self.rig.page_size + 3)
        shop.change_order(made[0], status="on-hold")

        def happen(answers: int) -> None:
            if answers == 2:
                shop.tick()
                shop.change_order(made[0], status="processing")

        with shop.client() as client, shop.between_requests(happen):
            found = read(shop, client.list_orders_created(after=LONG_AGO, states=["processing"]))
        assert {order.id for order in found} == set(made)
        assert {order.status for order in found} == {"processing"}

    def test_a_count_is_one_request(self, shop: ShopRig) -> None:
        # Given a day with more orders than a page, and one without any
        shop.set_clock(NOON)
        made = shop.put_orders(self.rig.page_size + 1)
        with shop.client() as client:
            assert client.count_orders(after=NOON - DAY, before=NOON + DAY) in (len(made), None)
            assert len(shop.requests) == 1
            assert client.count_orders(after=NOON + DAY, before=NOON + 2 * DAY) in (0, None)

    def test_a_glance_says_of_an_order_what_the_order_says(self, shop: ShopRig) -> None:
        # Given orders, and one that was changed since
        shop.set_clock(NOON)
        placed = [shop.put_order(), shop.put_order(status="on-hold")]
        shop.tick()
        shop.change_order(placed[0].id, status="completed")
        # When
        with shop.client() as client:
            seen = {one.id: one for page in client.list_order_ids(after=NOON) for one in page}
            orders = read(shop, client.list_orders_created(after=NOON))
        # Then
        assert seen.keys() == {order.id for order in placed}
        for order in orders:
            glance = seen[order.id]
            assert (glance.number, glance.status, glance.total) == (order.number, order.status, order.total)
            assert (glance.modified_at, glance.created_at) == (order.modified_at, order.created_at)
            assert glance.currency == order.currency
