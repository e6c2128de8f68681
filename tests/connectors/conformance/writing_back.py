"""What is written beside an order: there once, for the shop's own people alone, and no news to ourselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from connectors.base import WebshopClient
from shared.domain.changes import fingerprint
from shared.errors import NeedsUser, OutcomeUnknown, Skip
from tests.connectors.conformance.inbox import inbox
from tests.connectors.conformance.judge import fate_of
from tests.connectors.conformance.refusals import AFTER_COMMIT, TROUBLES
from tests.connectors.conformance.rig import Cases, ShopRig

DRAFT = "invoice 4711, a draft in the books"
BOOKED = "invoice 10027, booked in the books"
#: What nothing in a shop has for an id; some of it is more than an id in an address.
NO_ORDERS = ("987654321", "", " ", "/", "..", "0", "-1", "1/..", "?", "1?x=1", "%31", "*", "batch", "9" * 40)

Write = Callable[[WebshopClient, str, str], None]
WAYS: Mapping[str, Write] = {
    "note": lambda client, order, text: client.write_note(order, text),
    "field": lambda client, order, text: client.write_field(order, text),
}


def written(shop: ShopRig, way: str, order: str) -> list[str]:
    """What stands there by us, as the shop's people find it."""
    return shop.own_notes(order) if way == "note" else shop.own_fields(order)


class WritingBack(Cases):
    @pytest.mark.parametrize("way", WAYS)
    def test_what_is_written_is_there_once_however_often_it_is_said(self, shop: ShopRig, way: str) -> None:
        order = shop.put_order().id
        with shop.client() as client:
            for _ in range(3):
                WAYS[way](client, order, DRAFT)
        assert written(shop, way, order) == [DRAFT]

    def test_another_text_is_another_note_and_the_first_one_again_a_third(self, shop: ShopRig) -> None:
        # Given an order whose notes come in one second, as others write some, too
        order = shop.put_order().id
        with shop.client() as client:
            for text in (DRAFT, BOOKED, DRAFT, DRAFT):
                client.write_note(order, text)
                shop.put_note(order, "Kunden har ringet")
        # Then each that says something new is there
        assert shop.own_notes(order) == [DRAFT, BOOKED, DRAFT]

    def test_another_text_takes_the_place_of_the_field_and_leaves_the_others(self, shop: ShopRig) -> None:
        order = shop.put_order().id
        shop.put_field(order, "_wms_status", "packed")
        with shop.client() as client:
            for text in (DRAFT, BOOKED):
                client.write_field(order, text)
        assert shop.own_fields(order) == [BOOKED]
        assert shop.field(order, "_wms_status") == ["packed"]

    def test_a_customer_is_told_of_no_note(self, shop: ShopRig) -> None:
        order = shop.put_order().id
        with shop.client() as client:
            client.write_note(order, DRAFT)
        assert shop.mailed_notes(order) == []

    def test_a_note_is_no_news_of_the_order(self, shop: ShopRig) -> None:
        # Given a shop that tells of its orders' changes
        with inbox() as receiver, shop.client() as client:
            shop.register_webhook(topic=shop.topic_updated, delivery_url=receiver.url, secret="ours")
            order = shop.put_order().id
            shop.drain()
            before, told = client.get_order(order), len(receiver.received)
            # When one is noted, later
            shop.tick(60)
            client.write_note(order, DRAFT)
            shop.drain()
            # Then nobody is told, and the order is as it was
            assert len(receiver.received) == told
            assert client.get_order(order) == before

    def test_our_own_field_is_no_part_of_the_order(self, shop: ShopRig) -> None:
        order = shop.put_order().id
        with shop.client() as client:
            before = shop.connector.read_order(client.get_order(order))
            client.write_field(order, DRAFT)
            after = shop.connector.read_order(client.get_order(order))
        assert after.meta == before.meta
        assert fingerprint(after) == fingerprint(before)

    @pytest.mark.parametrize("way", WAYS)
    def test_what_is_there_already_is_not_written_once_more(self, shop: ShopRig, way: str) -> None:
        # Given an order to which it was written
        order = shop.put_order().id
        with shop.client() as client:
            WAYS[way](client, order, DRAFT)
            before, asked = shop.contents(), len(shop.requests)
            # When it is said again, then the shop is only asked
            WAYS[way](client, order, DRAFT)
        assert [request.method for request in shop.requests[asked:]] == ["GET"]
        assert shop.contents() == before

    @pytest.mark.parametrize("trouble", TROUBLES)
    @pytest.mark.parametrize("way", WAYS)
    def test_what_may_have_been_written_is_unknown_and_said_again(self, shop: ShopRig, way: str, trouble: str) -> None:
        # Given a shop that answers what we ask first, and fails when it is to write
        order = shop.put_order().id

        def happen(answers: int) -> None:
            if answers == 1:
                shop.sandbox.add_fault(**{**TROUBLES[trouble], "count": 1})

        with shop.impatient(), shop.client() as client:
            with shop.between_requests(happen):
                # Then the client says that it does not know, and has not tried a second time
                assert type(fate_of(WAYS[way], client, order, DRAFT)) is OutcomeUnknown
            assert written(shop, way, order) == ([DRAFT] if trouble in AFTER_COMMIT else [])
            # And saying it again settles it
            WAYS[way](client, order, DRAFT)
        assert written(shop, way, order) == [DRAFT]

    @pytest.mark.parametrize("way", WAYS)
    def test_a_key_that_may_only_read_writes_nothing_and_stays_good_for_reading(self, shop: ShopRig, way: str) -> None:
        order = shop.put_order().id
        shop.let_read_only()
        with shop.client() as client:
            fate = fate_of(WAYS[way], client, order, DRAFT)
            assert (type(fate), fate.code) == (NeedsUser, "key_may_not_write")
            assert client.get_order(order)
        assert written(shop, way, order) == []

    @pytest.mark.parametrize("way", WAYS)
    def test_an_order_that_is_gone_or_never_was_is_skipped(self, shop: ShopRig, way: str) -> None:
        gone = shop.put_order().id
        shop.delete(gone)
        before = shop.contents()
        with shop.client() as client:
            for order in (gone, *NO_ORDERS):
                assert type(fate_of(WAYS[way], client, order, DRAFT)) is Skip
        assert shop.contents() == before

    def test_an_order_in_the_bin_is_left_there(self, shop: ShopRig) -> None:
        order = shop.put_order().id
        shop.trash(order)
        before = shop.contents()
        with shop.client() as client:
            assert type(fate_of(client.write_field, order, DRAFT)) is Skip
        assert shop.contents() == before
