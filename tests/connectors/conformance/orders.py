"""Orders one at a time: by id, by list and by webhook alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.errors import Skip
from tests.connectors.conformance.inbox import delivered
from tests.connectors.conformance.judge import NOON, fate_of, listed, stated
from tests.connectors.conformance.rig import Cases, ShopRig

HALF_A_CENT = Decimal("0.005")


class Orders(Cases):
    def test_an_order_comes_alike_by_id_by_list_and_by_webhook_to_the_cent(self, shop: ShopRig) -> None:
        # Given an order that is hard to add up
        shop.set_clock(NOON)
        _, delivery, placed = delivered(shop)
        # When it comes on the three ways
        with shop.client() as client:
            fetched = shop.connector.read_order(client.get_order(placed.id))
            found = listed(shop, client)
        told = shop.connector.read_order(shop.connector.decode_order(delivery.body))
        # Then all say what the shop says
        assert stated(fetched) == stated(told) == placed
        assert [stated(order) for order in found] == [placed]
        assert fetched.lines_gross == placed.total

    def test_an_order_that_the_shop_rounds_to_whole_units_is_read_exactly(self, shop: ShopRig) -> None:
        # Given an order whose lines come to whole units with VAT, and not without it
        shop.set_clock(NOON)
        typed = [Decimal(79), Decimal(99), Decimal(147), Decimal(201)]
        placed = shop.put_order_in_whole_units(typed)
        # When it is fetched as the shop shows it, and exactly
        with shop.client() as client:
            shown, exact = (
                shop.connector.read_order(client.get_order(placed.id, exact=exactly)) for exactly in (False, True)
            )
        # Then the one is in whole units
        assert shown.is_in_whole_units
        assert stated(shown) == placed
        # And the other is the same order, with net and VAT of each line to half a cent
        for fact in ("id", "number", "modified_at", "total"):
            assert getattr(exact, fact) == getattr(shown, fact)
        lines = sorted(exact.lines, key=lambda line: line.total)
        for price, line in zip(typed, lines, strict=True):
            vat = sum((tax.amount for tax in line.taxes), Decimal(0))
            assert abs(line.total - price / Decimal("1.25")) <= HALF_A_CENT
            assert abs(line.total + vat - price) <= HALF_A_CENT

    def test_get_order_is_the_newest_state(self, shop: ShopRig) -> None:
        # Given an order that was fetched once
        shop.set_clock(NOON)
        order_id = shop.put_order(status="processing").id
        with shop.client() as client:
            client.get_order(order_id)
            # When it changes
            shop.tick()
            shop.change_order(order_id, status="completed")
            order = shop.connector.read_order(client.get_order(order_id))
        # Then
        assert order.status == "completed"
        assert order.modified_at > NOON

    @pytest.mark.parametrize("order_id", ["987654321", "no such order", "", "1/../2", "9" * 40])
    def test_an_order_that_never_was_is_skipped(self, shop: ShopRig, order_id: str) -> None:
        with shop.client() as client:
            assert isinstance(fate_of(client.get_order, order_id), Skip)

    def test_an_order_deleted_for_good_is_skipped(self, shop: ShopRig) -> None:
        order_id = shop.put_order().id
        shop.delete(order_id)
        with shop.client() as client:
            assert isinstance(fate_of(client.get_order, order_id), Skip)

    def test_a_trashed_order_can_be_read_and_is_not_listed(self, shop: ShopRig) -> None:
        # Given
        placed, other = shop.put_order(), shop.put_order()
        shop.trash(placed.id)
        # When
        with shop.client() as client:
            order = shop.connector.read_order(client.get_order(placed.id))
            found = listed(shop, client)
        # Then
        assert (order.id, order.total) == (placed.id, placed.total)
        assert [order.id for order in found] == [other.id]

    def test_a_status_of_the_shops_own_survives(self, shop: ShopRig) -> None:
        # Given a state that a plugin invented
        placed = shop.put_order(status="awaiting-shipment")
        # Then it comes as it is, by id and by list
        with shop.client() as client:
            order = shop.connector.read_order(client.get_order(placed.id))
            assert order.status == "awaiting-shipment"
            assert [order.status for order in listed(shop, client)] == ["awaiting-shipment"]
