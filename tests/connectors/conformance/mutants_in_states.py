"""Webshop connectors with one mistake each in how they list the states of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.base import OrderState
from connectors.pace import Pace
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.sandbox.state import ORDER_STATES
from shared.errors import ConnectionBroken, NeedsUser, Retry


class KnowsTheStatesByHeart(WooCommerceClient):
    """Those that the vendor documents."""

    def order_states(self) -> Sequence[OrderState]:
        super().order_states()
        return [OrderState(name, title) for name, title in ORDER_STATES.items()]


class ListsStatesInUse(WooCommerceClient):
    """Those that an order has just now."""

    def order_states(self) -> Sequence[OrderState]:
        rows = self._rest.get("reports/orders/totals").rows()
        return [OrderState(row["slug"], row["name"]) for row in rows if row["total"]]


class LeavesOutUnfinishedOrders(WooCommerceClient):
    """As nobody would want them."""

    def order_states(self) -> Sequence[OrderState]:
        return [state for state in super().order_states() if state.name not in ("checkout-draft", "pending")]


class NamesStatesAsTheyAreStored(WooCommerceClient):
    def order_states(self) -> Sequence[OrderState]:
        return [replace(state, name=f"wc-{state.name}") for state in super().order_states()]


class NamesStatesAsPeopleDo(WooCommerceClient):
    def order_states(self) -> Sequence[OrderState]:
        return [replace(state, name=state.title) for state in super().order_states()]


class ShowsTitlesAsTheyCome(WooCommerceClient):
    def order_states(self) -> Sequence[OrderState]:
        rows = self._rest.get("reports/orders/totals").rows()
        return [OrderState(row["slug"], row["name"]) for row in rows]


class RemembersStates(WooCommerceClient):
    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        super().__init__(url, key, secret, pace)
        self._known: Sequence[OrderState] = ()

    def order_states(self) -> Sequence[OrderState]:
        self._known = self._known or super().order_states()
        return self._known


class TakesTroubleForNoStates(WooCommerceClient):
    def order_states(self) -> Sequence[OrderState]:
        try:
            return super().order_states()
        except Retry:
            return []


class TakesARevokedKeyForAHiddenList(WooCommerceClient):
    """Does not ask whether the key is good for anything."""

    def order_states(self) -> Sequence[OrderState]:
        try:
            return super().order_states()
        except ConnectionBroken as broken:
            raise NeedsUser(broken.code, broken.message) from None
