"""Everything that a shop refuses, or fails to do, ends in a fate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import ConnectionBroken, OutcomeUnknown, Retry
from tests.connectors.conformance.inbox import inbox
from tests.connectors.conformance.judge import (
    CALLS,
    LOOKS_FIRST,
    NOON,
    NOWHERE,
    READS,
    WRITES,
    create_webhook,
    fate_of,
    listed,
    told_by,
)
from tests.connectors.conformance.rig import CUSTOMER, Cases, ShopRig, VendorError

PAGE = "<!DOCTYPE html><html><body>Just a moment { } [ ] ...</body></html>"
HTML = {"Content-Type": "text/html; charset=UTF-8"}

#: What any server, proxy or firewall on the way may do to a request.
TROUBLES: Mapping[str, Mapping[str, Any]] = {
    "500": {"kind": "answer", "status": 500, "body": "{}"},
    "500 as a page": {"kind": "answer", "status": 500, "headers": HTML, "body": PAGE},
    "502 as a page": {"kind": "answer", "status": 502, "headers": HTML, "body": PAGE},
    "503 without a word": {"kind": "answer", "status": 503, "headers": HTML},
    "504 as a page": {"kind": "answer", "status": 504, "headers": HTML, "body": PAGE},
    "a page in place of data": {"kind": "answer", "status": 200, "headers": HTML, "body": PAGE},
    "nothing in place of data": {"kind": "answer", "status": 200, "headers": HTML},
    "half of the data": {"kind": "answer", "status": 200, "body": '[{"id": 56, "total": "1'},
    "other data": {"kind": "answer", "status": 200, "body": '"yes"'},
    "a line that drops": {"kind": "drop"},
    "a line that drops after the work": {"kind": "drop_after_commit"},
    "silence": {"kind": "hang_after_commit"},
}
#: Those in which the shop has done its work.
AFTER_COMMIT = ("a line that drops after the work", "silence")
#: Requests that a call without an answer of its own could make by itself, and must not.
ONCE = 1


class Refusals(Cases):
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "vendor_error" in metafunc.fixturenames:
            errors = self.rig.vendor_errors
            metafunc.parametrize("vendor_error", errors, ids=[error.name for error in errors])

    @pytest.mark.parametrize("method", CALLS)
    def test_a_lost_authorisation_breaks_the_connection(self, shop: ShopRig, method: str) -> None:
        shop.put_orders(1)
        with shop.client() as client:
            # Given a connection that works
            CALLS["list_orders"](shop, client)
            # When its rights are taken away
            shop.refuse_credentials()
            # Then
            assert type(fate_of(CALLS[method], shop, client)) is ConnectionBroken

    @pytest.mark.parametrize("method", CALLS)
    def test_a_rate_limit_is_obeyed(self, shop: ShopRig, method: str) -> None:
        # Given a shop that asks to wait
        shop.throttle(timedelta(seconds=37))
        # When
        with shop.client() as client:
            fate = fate_of(CALLS[method], shop, client)
        # Then the time reaches whoever tries again, and the client did not ask a second time by itself
        assert isinstance(fate, Retry)
        assert fate.after is not None
        assert fate.after >= timedelta(seconds=37)
        assert len(shop.requests) == ONCE

    def test_a_rate_limit_in_the_middle_of_a_list_is_obeyed(self, shop: ShopRig) -> None:
        # Given two pages, and a shop that has enough after the first
        shop.set_clock(NOON)
        shop.put_orders(1)
        shop.tick()
        shop.put_orders(self.rig.page_size)

        def happen(answers: int) -> None:
            if answers == 1:
                shop.throttle(timedelta(seconds=37))

        with shop.client() as client, shop.between_requests(happen):
            fate = fate_of(listed, shop, client)
        # Then
        assert isinstance(fate, Retry)
        assert fate.after is not None
        assert fate.after >= timedelta(seconds=37)
        assert len(shop.requests) == 2

    @pytest.mark.parametrize("trouble", TROUBLES)
    @pytest.mark.parametrize("method", [*READS, *LOOKS_FIRST])
    def test_a_read_that_meets_trouble_is_tried_again(self, shop: ShopRig, method: str, trouble: str) -> None:
        shop.put_orders(1)
        shop.sandbox.add_fault(**TROUBLES[trouble])
        with shop.impatient(), shop.client() as client:
            assert type(fate_of(CALLS[method], shop, client)) is Retry

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_a_webhook_that_may_have_been_made_is_unknown(self, shop: ShopRig, trouble: str) -> None:
        # Given a shop that fails once, before or after its work, when it is to make a webhook
        with inbox() as receiver, shop.impatient(), shop.client() as client:
            shop.sandbox.add_fault(**{**TROUBLES[trouble], "count": 1})
            fate = fate_of(lambda: create_webhook(shop, client, delivery_url=receiver.url))
            # Then the client says that it does not know, and has not tried a second time
            assert type(fate) is OutcomeUnknown
            assert len(shop.requests) == ONCE
            # And looking it up tells: what the shop has done is there once
            found = [webhook for webhook in client.list_webhooks() if webhook.delivery_url == receiver.url]
            expected = 1 if trouble in AFTER_COMMIT else 0
            assert shop.webhooks_to(receiver.url) == expected
            assert [webhook.topic for webhook in found] == [shop.topic_created] * expected

    @pytest.mark.parametrize("trouble", TROUBLES)
    def test_a_webhook_that_may_have_been_deleted_is_unknown_and_deleted_again(
        self, shop: ShopRig, trouble: str
    ) -> None:
        # Given a webhook of ours, and a shop that fails once when it is to delete it
        shop.register_webhook(topic=shop.topic_created, delivery_url=NOWHERE, secret="ours")
        with shop.client() as client:
            [ours] = client.list_webhooks()
        before = len(shop.requests)
        with shop.impatient(), shop.client() as client:
            shop.sandbox.add_fault(**{**TROUBLES[trouble], "count": 1})
            # Then the client says that it does not know, and has not tried a second time
            assert type(fate_of(client.delete_webhook, ours.id)) is OutcomeUnknown
            assert len(shop.requests) == before + ONCE
            assert shop.webhooks_to(NOWHERE) == (0 if trouble in AFTER_COMMIT else 1)
            # And doing it again settles it
            client.delete_webhook(ours.id)
        assert shop.webhooks_to(NOWHERE) == 0

    @pytest.mark.parametrize("method", CALLS)
    def test_a_shop_that_is_away_was_never_asked(self, shop: ShopRig, method: str) -> None:
        # Given an address where nobody listens any more
        with shop.client() as client:
            shop.sandbox.stop()
            # Then even a write can simply be tried again
            assert type(fate_of(CALLS[method], shop, client)) is Retry

    def test_every_error_of_the_vendor_has_its_fate(self, shop: ShopRig, vendor_error: VendorError) -> None:
        # Given a shop that refuses so
        shop.sandbox.add_fault(**vendor_error.fault)
        reads, writes = [*READS, *LOOKS_FIRST], WRITES
        expected = dict.fromkeys(reads, vendor_error.read) | dict.fromkeys(writes, vendor_error.write)
        assert any(expected.values()), "an error that no request can meet"
        # When each of our requests meets it, Then it has its fate, which says nothing of a customer
        with shop.client() as client:
            for method, kind in expected.items():
                if kind is None:
                    continue
                fate = fate_of(CALLS[method], shop, client)
                assert type(fate) is kind
                assert fate.code
                assert fate.message.endswith(".")
                assert CUSTOMER not in told_by(fate)
