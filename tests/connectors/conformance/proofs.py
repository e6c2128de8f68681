"""Webhooks as a connector sees them: what is proven, what is not, and what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import WebhookRequest
from shared.domain.notice import Notice, NoticeKind, SourceType
from tests.connectors.conformance.inbox import SECRET, delivered
from tests.connectors.conformance.judge import NOON
from tests.connectors.conformance.rig import Cases, ShopRig

FORGERIES = (
    "one byte changed",
    "one byte more",
    "the end cut off",
    "no body",
    "no proof",
    "an empty proof",
    "the proof cut off",
    "a proof that is no text",
    "the proof of another body",
    "no headers at all",
)


def forged(shop: ShopRig, genuine: WebhookRequest, how: str) -> WebhookRequest:
    body, proof = genuine.body, genuine.headers[shop.proof_header]
    bodies = {
        "one byte changed": body.replace(b"1", b"2", 1),
        "one byte more": body + b" ",
        "the end cut off": body[: len(body) // 2],
        "no body": b"",
    }
    proofs = {
        "no proof": None,
        "an empty proof": "",
        "the proof cut off": proof[:-1],
        "a proof that is no text": "\xff\xfe\udc80\0",
        "the proof of another body": shop.signed(b"{}", topic=shop.topic_created, secret=SECRET).headers[
            shop.proof_header
        ],
    }
    if how == "no headers at all":
        return WebhookRequest({}, body)
    headers = {**genuine.headers, shop.proof_header: proofs.get(how, proof)}
    present = {name: value for name, value in headers.items() if value is not None}
    return WebhookRequest(present, bodies.get(how, body))


class Proofs(Cases):
    def test_a_webhook_of_the_shop_is_proven_and_read(self, shop: ShopRig) -> None:
        # Given an order that the shop tells of
        shop.set_clock(NOON)
        _, delivery, placed = delivered(shop)
        # When
        notice = shop.connector.read_notice(delivery)
        # Then it is proven, no ping, and names the order
        assert shop.connector.verify(delivery, [SECRET])
        assert not shop.connector.is_ping(delivery)
        assert (notice.kind, notice.source_type, notice.source_id) == (NoticeKind.STATE, SourceType.ORDER, placed.id)
        assert (notice.source_number, notice.modified_at) == (placed.number, placed.modified_at)

    @pytest.mark.parametrize("how", FORGERIES)
    def test_a_forged_webhook_is_not_proven(self, shop: ShopRig, how: str) -> None:
        # Given a genuine one
        _, delivery, _ = delivered(shop)
        # When it is spoilt
        spoilt = forged(shop, delivery, how)
        # Then
        assert spoilt != delivery
        assert not shop.connector.verify(spoilt, [SECRET])

    @pytest.mark.parametrize("secrets", [[], [""], ["another"], [SECRET[:-1]], [SECRET + " "], ["", "another"]])
    def test_another_secret_or_none_proves_nothing(self, shop: ShopRig, secrets: list[str]) -> None:
        _, delivery, _ = delivered(shop)
        assert not shop.connector.verify(delivery, secrets)

    def test_what_is_signed_with_an_empty_secret_is_not_proven(self, shop: ShopRig) -> None:
        # Given a forger who hopes for a secret that was never set
        request = shop.signed(b'{"id":7}', topic=shop.topic_created, secret="")
        # Then
        assert not shop.connector.verify(request, [""])
        assert not shop.connector.verify(request, ["", SECRET])

    def test_the_proof_is_of_the_raw_bytes_and_not_of_what_they_mean(self, shop: ShopRig) -> None:
        # Given the same order in two spellings, and bytes that are no JSON
        loose, tight = b'{ "id": 7,\n "total":"10.00", "a":"\\u00e5\\/" }', '{"id":7,"total":"10.00","a":"å/"}'.encode()
        assert json.loads(loose) == json.loads(tight)
        for body in (loose, tight, b"\xff\x00 no JSON {", b""):
            # When the shop signs them, Then just these bytes are proven
            request = shop.signed(body, topic=shop.topic_created, secret=SECRET)
            assert shop.connector.verify(request, [SECRET])
            for other in {loose, tight} - {body}:
                assert not shop.connector.verify(WebhookRequest(request.headers, other), [SECRET])

    def test_after_a_rotation_both_secrets_prove(self, shop: ShopRig) -> None:
        for secret in ("the new one", "the former one"):
            request = shop.signed(b'{"id":7}', topic=shop.topic_created, secret=secret)
            assert shop.connector.verify(request, ["the new one", "the former one"])
            assert not shop.connector.verify(request, ["a third one"])

    def test_a_ping_is_recognised_and_never_proven_as_data(self, shop: ShopRig) -> None:
        # Given what the shop sends when a webhook is made
        ping, _, _ = delivered(shop)
        # Then
        assert shop.connector.is_ping(ping)
        assert not shop.connector.verify(ping, [SECRET, ""])

    def test_an_order_that_claims_to_be_a_ping_is_none(self, shop: ShopRig) -> None:
        # Given a ping's bytes with the headers of an order, and the other way round
        ping, delivery, _ = delivered(shop)
        # Then neither passes as a ping without a proof
        assert not shop.connector.is_ping(WebhookRequest(delivery.headers, ping.body))
        assert not shop.connector.is_ping(WebhookRequest(ping.headers, delivery.body))

    def test_no_header_and_no_bytes_make_the_door_raise(self) -> None:
        connector, rig = self.rig.connector, self.rig
        # Given the vendor's own headers, and any others, with any texts in them
        with rig() as shop:
            topics = (rig.topic_created, rig.topic_deleted)
            known = {topic: shop.signed(b"{}", topic=topic, secret=SECRET).headers for topic in topics}
        texts = st.sampled_from(["", "\0", "\ud800", "ø", "x" * 500]) | st.text(st.characters(codec=None), max_size=60)
        own = {name: texts for headers in known.values() for name in headers}
        mixed = st.fixed_dictionaries({}, optional=own) | st.dictionaries(st.text(max_size=20), texts)
        bodies = st.binary(max_size=200) | st.text(max_size=50).map(str.encode) | _json().map(_encoded)

        @settings(deadline=None, database=None)
        @given(mixed, bodies, st.lists(texts, max_size=3))
        def never_raises(headers: dict[str, str], body: bytes, secrets: list[str]) -> None:
            for topic in ("", rig.topic_created, rig.topic_deleted):
                request = WebhookRequest({**known.get(topic, {}), **headers}, body)
                try:
                    told = (connector.is_ping(request), connector.verify(request, secrets))
                    notice = connector.read_notice(request)
                except Exception as error:
                    raise AssertionError(f"the door raised {error!r} for {request!r}") from error
                assert told[0] in (True, False)
                assert told[1] in (True, False)
                assert isinstance(notice, Notice)
                kept = notice.topic + notice.delivery_id + notice.reason + (notice.source_number or "")
                assert "\0" not in kept
                assert kept == kept.encode("utf-8", "replace").decode()

        never_raises()


def _json() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
    known = st.sampled_from(["id", "code", "message", "number", "action", "arg", "date_modified_gmt", "data"])
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(known, inner), max_leaves=10)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()
