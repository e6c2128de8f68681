"""Webshop connectors with one mistake each in what they ask for by ids and by creation, and in what a body says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.base import OrderGlance, OrderPage
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.listing import EPOCH
from shared.domain.notice import Notice, NoticeKind
from shared.errors import Skip
from tests.connectors.conformance.mutants import of, talking
from tests.connectors.conformance.rig import ShopRig

SECOND = timedelta(seconds=1)
OLDEST_FIRST = {"orderby": "date", "order": "asc", "per_page": "100"}


class ForgetsTheTrash(WooCommerceClient):
    def list_orders_by_id(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        for page in super().list_orders_by_id(ids):
            yield OrderPage([order for order in page.orders if order["status"] != "trash"])


class AsksForEach(WooCommerceClient):
    def list_orders_by_id(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        for order_id in dict.fromkeys(ids):
            try:
                yield OrderPage([self.get_order(order_id)])
            except Skip:
                continue


class AsksWithoutIds(WooCommerceClient):
    """An empty list of ids bounds nothing."""

    def list_orders_by_id(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        numbers = ",".join(text for text in ids if text.isdecimal())
        yield OrderPage(self._rest.get("orders", {"include": numbers, "per_page": "100"}).rows())


class PagesCreationDeep(WooCommerceClient):
    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        page = 0
        while True:
            page += 1
            rows = self._rest.get("orders", OLDEST_FIRST | {"page": str(page)}).rows()
            yield OrderPage(rows)
            if len(rows) < 100:
                return


class TakesDatesForFixed(WooCommerceClient):
    """Hands out nothing behind the newest creation."""

    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        newest = ""
        for page in super().list_orders_created(after=after, before=before, states=states):
            orders = [order for order in page.orders if order["date_created_gmt"] >= newest]
            newest = max([newest, *(order["date_created_gmt"] for order in orders)])
            yield OrderPage(orders)


class TakesTheLastMoment(WooCommerceClient):
    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        return super().list_orders_created(after=after, before=before and before + SECOND, states=states)


class LeavesOutItsFirstSecond(WooCommerceClient):
    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        return super().list_orders_created(after=max(after, EPOCH) + SECOND, before=before, states=states)


class KnowsNoStates(WooCommerceClient):
    def list_orders_created(
        self, *, after: datetime, before: datetime | None = None, states: Sequence[str] | None = None
    ) -> Iterator[OrderPage]:
        return super().list_orders_created(after=after, before=before)


class CountsByHand(WooCommerceClient):
    def count_orders(self, *, after: datetime, before: datetime) -> int:
        return sum(len(page) for page in self.list_order_ids(after=after, before=before))


class CountsTheTrash(WooCommerceClient):
    def count_orders(self, *, after: datetime, before: datetime) -> int:
        trashed = self._rest.get("orders", {"status": "trash", "per_page": "1"}).headers["x-wp-total"]
        return (super().count_orders(after=after, before=before) or 0) + int(trashed)


class TakesChangeForCreation(WooCommerceClient):
    def list_order_ids(self, *, after: datetime, before: datetime | None = None) -> Iterator[Sequence[OrderGlance]]:
        for page in super().list_order_ids(after=after, before=before):
            yield [replace(one, created_at=one.modified_at) for one in page]


class ComparesBodies(WooCommerce):
    def content(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return body


class ComparesAllButLinks(WooCommerce):
    """Custom fields come in another order on each way."""

    def content(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: value for name, value in body.items() if name not in ("_links", "payment_url")}


class ComparesTotals(WooCommerce):
    def content(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: body.get(name) for name in ("id", "status", "total")}


class ForgetsWhenItWasMade(WooCommerce):
    def notice_of(self, body: Mapping[str, Any]) -> Notice:
        return replace(super().notice_of(body), created_at=None)


class TakesTrashForDeleted(WooCommerce):
    def notice_of(self, body: Mapping[str, Any]) -> Notice:
        notice = super().notice_of(body)
        return replace(notice, kind=NoticeKind.DELETED) if body.get("status") == "trash" else notice


class TakesBodiesForOrders(WooCommerce):
    def notice_of(self, body: Mapping[str, Any]) -> Notice:
        return replace(super().notice_of(body), source_number=self.read_order(body).number)


AS_MANY = "test_as_many_ids_as_a_request_takes_are_one_request"
TRASHED = "test_orders_in_the_trash_are_found_by_their_ids_and_those_that_are_gone_are_not"
BOUNDS = "test_the_first_moment_is_in_and_the_last_is_not"
STATES = "test_orders_of_chosen_states_are_listed_alone"
ALIKE = "test_an_order_says_the_same_on_whichever_way_it_comes"

#: (rig, case, given)
MISTAKES: Sequence[tuple[type[ShopRig], str, tuple[object, ...]]] = [
    (talking(AsksForEach), AS_MANY, ()),
    (talking(ForgetsTheTrash), TRASHED, ()),
    (talking(AsksWithoutIds), "test_no_ids_are_no_orders_and_no_request", ([],)),
    (
        talking(PagesCreationDeep),
        "test_orders_that_leave_while_others_are_listed_push_none_out_of_sight",
        (),
    ),
    (talking(TakesDatesForFixed), "test_an_order_whose_date_is_set_back_meanwhile_is_listed_all_the_same", ()),
    (talking(TakesDatesForFixed), "test_an_order_that_comes_into_a_chosen_state_meanwhile_is_listed", ()),
    (talking(TakesTheLastMoment), BOUNDS, ()),
    (talking(LeavesOutItsFirstSecond), BOUNDS, ()),
    (talking(KnowsNoStates), STATES, ()),
    (talking(CountsTheTrash), STATES, ()),
    (talking(CountsByHand), "test_a_count_is_one_request", ()),
    (talking(TakesChangeForCreation), "test_a_glance_says_of_an_order_what_the_order_says", ()),
    (of(ComparesBodies()), ALIKE, ()),
    (of(ComparesAllButLinks()), ALIKE, ()),
    (of(ComparesAllButLinks()), "test_what_we_write_back_makes_no_other_order_of_it", ()),
    (of(ComparesTotals()), "test_every_change_of_an_order_is_one_of_its_content", ()),
    (of(ForgetsWhenItWasMade()), "test_a_notice_of_an_order_says_what_a_webhook_with_it_says", ()),
    (of(TakesTrashForDeleted()), "test_a_notice_of_a_trashed_order_is_a_state", ()),
    (of(TakesBodiesForOrders()), "test_no_body_makes_a_notice_or_a_comparison_raise", ()),
]
