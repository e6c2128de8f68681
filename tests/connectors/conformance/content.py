"""What an order's body says: as a notice, and as content that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import WebshopClient
from shared.domain.notice import Notice, NoticeKind, SourceType
from tests.connectors.conformance.inbox import delivered
from tests.connectors.conformance.judge import LONG_AGO, NOON
from tests.connectors.conformance.rig import Cases, ShopRig

leaves = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(st.characters(codec=None), max_size=20)


def on_every_way(client: WebshopClient, order_id: str) -> dict[str, Mapping[str, Any]]:
    """The one order of a shop, as it is asked for."""
    pages = {
        "by change": client.list_orders(modified_after=LONG_AGO),
        "by creation": client.list_orders_created(after=LONG_AGO),
        "by ids": client.list_orders_by_id([order_id]),
    }
    listed = {way: order for way, found in pages.items() for page in found for order in page.orders}
    return {"by id": client.get_order(order_id), **listed}


class Content(Cases):
    def test_a_notice_of_an_order_says_what_a_webhook_with_it_says(self, shop: ShopRig) -> None:
        # Given an order that the shop tells of, and that is asked for on every way
        shop.set_clock(NOON)
        _, delivery, placed = delivered(shop)
        told = shop.connector.read_notice(delivery)
        with shop.client() as client:
            bodies = on_every_way(client, placed.id)
        assert told.created_at == NOON
        # Then each says the same
        for body in bodies.values():
            notice = shop.connector.notice_of(body)
            assert notice == replace(told, topic="order.listed", delivery_id="")

    def test_a_notice_of_a_trashed_order_is_a_state(self, shop: ShopRig) -> None:
        order_id = shop.put_order().id
        shop.trash(order_id)
        with shop.client() as client:
            notice = shop.connector.notice_of(client.get_order(order_id))
        assert (notice.kind, notice.source_type, notice.source_id) == (NoticeKind.STATE, SourceType.ORDER, order_id)

    def test_a_notice_of_a_body_without_an_id_is_refused(self) -> None:
        notice = self.rig.connector.notice_of({"number": "7"})
        assert (notice.kind, notice.reason, notice.source_id) == (NoticeKind.REFUSED, "no_id", None)

    def test_no_body_makes_a_notice_or_a_comparison_raise(self) -> None:
        connector, rig = self.rig.connector, self.rig
        with rig() as shop:
            order_id = shop.put_order().id
            with shop.client() as client:
                genuine = client.get_order(order_id)
        bent = st.recursive(
            leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        )

        @settings(deadline=None, database=None)
        @given(st.dictionaries(st.sampled_from(sorted(genuine)), bent, max_size=6))
        def never_raises(changes: dict[str, Any]) -> None:
            body = {**genuine, **changes}
            try:
                notice, said = connector.notice_of(body), connector.content(body)
            except Exception as error:
                raise AssertionError(f"a body raised {error!r}: {changes!r}") from error
            assert isinstance(notice, Notice)
            assert isinstance(said, Mapping)

        never_raises()

    def test_an_order_says_the_same_on_whichever_way_it_comes(self, shop: ShopRig) -> None:
        # Given an order with custom fields of plugins
        shop.set_clock(NOON)
        _, delivery, placed = delivered(shop)
        with shop.client() as client:
            told = shop.connector.decode_order(delivery.body)
            assert all(shop.connector.content(body) == shop.connector.content(told) for body in _all(client, placed.id))
            for key in ("zone_of_delivery", "a_mark"):
                shop.put_field(placed.id, key, "x")
            # Then all bodies of it say the same, and the field is a part of it
            now = [shop.connector.content(body) for body in _all(client, placed.id)]
        assert all(said == now[0] for said in now)
        assert now[0] != shop.connector.content(told)

    def test_what_we_write_back_makes_no_other_order_of_it(self, shop: ShopRig) -> None:
        shop.set_clock(NOON)
        order_id = shop.put_order().id
        with shop.client() as client:
            before = shop.connector.content(client.get_order(order_id))
            shop.tick()
            client.write_field(order_id, "invoice 4711")
            client.write_note(order_id, "invoice 4711")
            assert shop.connector.content(client.get_order(order_id)) == before

    def test_every_change_of_an_order_is_one_of_its_content(self, shop: ShopRig) -> None:
        shop.set_clock(NOON)
        order_id, other = shop.put_order(status="processing").id, shop.put_order(status="processing").id
        with shop.client() as client:
            seen = [shop.connector.content(client.get_order(one)) for one in (order_id, other)]
            for status in ("completed", "on-hold"):
                shop.change_order(order_id, status=status)
                seen.append(shop.connector.content(client.get_order(order_id)))
            shop.date_order(order_id, LONG_AGO)
            seen.append(shop.connector.content(client.get_order(order_id)))
            shop.trash(order_id)
            seen.append(shop.connector.content(client.get_order(order_id)))
        assert all(seen.count(said) == 1 for said in seen)


def _all(client: WebshopClient, order_id: str) -> list[Mapping[str, Any]]:
    return list(on_every_way(client, order_id).values())
