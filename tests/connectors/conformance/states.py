"""The states that a shop's orders may have: what an owner chooses from."""

from __future__ import annotations

from tests.connectors.conformance.rig import Cases, ShopRig


class States(Cases):
    def test_every_state_of_the_shop_is_listed_with_its_title(self, shop: ShopRig) -> None:
        # Given a state of a plugin, and no order in any state
        shop.put_order_state("awaiting-pickup", "Klar til afhentning")
        # When
        with shop.client() as client:
            states = list(client.order_states())
        # Then each is there once, whatever a plugin or the shop itself made it for
        assert sorted((state.name, state.title) for state in states) == sorted(shop.order_states.items())

    def test_a_state_is_named_as_in_an_orders_status(self, shop: ShopRig) -> None:
        # Given an order in each state, that of a plugin too
        shop.put_order_state("awaiting-pickup", "Klar til afhentning")
        placed = [shop.put_order(status=name) for name in shop.order_states]
        # When
        with shop.client() as client:
            listed = {state.name for state in client.order_states()}
            found = {shop.connector.read_order(client.get_order(order.id)).status for order in placed}
        # Then whoever compares the two finds them
        assert listed == found
        assert len(found) == len(placed)

    def test_a_state_that_nobody_gave_a_title_has_one(self, shop: ShopRig) -> None:
        shop.put_order_state("awaiting-pickup", "")
        with shop.client() as client:
            titles = {state.name: state.title for state in client.order_states()}
        assert titles["awaiting-pickup"].strip()

    def test_a_state_that_is_added_later_is_listed_from_then_on(self, shop: ShopRig) -> None:
        with shop.client() as client:
            # Given a client that read the states before
            before = {state.name for state in client.order_states()}
            # When a plugin brings one
            shop.put_order_state("awaiting-pickup", "Klar til afhentning")
            # Then
            assert {state.name for state in client.order_states()} == {*before, "awaiting-pickup"}
