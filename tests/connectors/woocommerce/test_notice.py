"""What a proven webhook says."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import WebhookRequest
from connectors.woocommerce.webhook import MAX_JSON_DEPTH, is_ping, read_notice, verify
from shared.domain.notice import Notice, NoticeKind, SourceType
from tests.connectors.woocommerce.examples import example, raw, webhook
from tests.connectors.woocommerce.recordings import WOOCOMMERCE, load, needs_recordings


@pytest.mark.parametrize("event", ["created", "updated", "restored"])
def test_an_order_event_carries_the_orders_state(event: str) -> None:
    # When
    notice = read_notice(webhook(f"order.{event}", raw("order_rich")))
    # Then
    assert notice == Notice(
        kind=NoticeKind.STATE,
        topic=f"order.{event}",
        delivery_id="0f0f",
        source_type=SourceType.ORDER,
        source_id="4102",
        source_number="WEB-4102/26",
        modified_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        created_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("topic", "body", "kind", "source_type", "source_id", "reason"),
    [
        ("order.deleted", {"id": 60}, NoticeKind.DELETED, SourceType.ORDER, "60", ""),
        ("product.created", {"id": 5, "type": "simple"}, NoticeKind.STATE, SourceType.PRODUCT, "5", ""),
        ("product.updated", {"id": 6, "type": "variation"}, NoticeKind.STATE, SourceType.PRODUCT, "6", ""),
        ("product.restored", {"id": 6}, NoticeKind.STATE, SourceType.PRODUCT, "6", ""),
        ("product.published", {"id": 6}, NoticeKind.STATE, SourceType.PRODUCT, "6", ""),
        ("product.deleted", {"id": 6}, NoticeKind.DELETED, SourceType.PRODUCT, "6", ""),
        ("customer.updated", {"id": 7}, NoticeKind.STATE, SourceType.CUSTOMER, "7", ""),
        ("customer.deleted", {"id": 7}, NoticeKind.DELETED, SourceType.CUSTOMER, "7", ""),
        ("coupon.created", {"id": 8}, NoticeKind.STATE, SourceType.COUPON, "8", ""),
        ("coupon.deleted", {"id": 8}, NoticeKind.DELETED, SourceType.COUPON, "8", ""),
        ("order.exploded", {"id": 8}, NoticeKind.UNKNOWN, None, None, ""),
        ("subscription.created", {"id": 8}, NoticeKind.UNKNOWN, None, None, ""),
        ("", {"id": 8}, NoticeKind.UNKNOWN, None, None, ""),
        ("order", {"id": 8}, NoticeKind.UNKNOWN, None, None, ""),
        ("order.updated", {"id": 0}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": -1}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": 2**63}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": 2**63 - 1}, NoticeKind.STATE, SourceType.ORDER, str(2**63 - 1), ""),
        ("order.updated", {"id": 10**30}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": True}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": 1.0}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": "12"}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {"id": None}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.updated", {}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
        ("order.deleted", {}, NoticeKind.REFUSED, SourceType.ORDER, None, "no_id"),
    ],
)
def test_topics_and_ids(
    topic: str,
    body: dict[str, Any],
    kind: NoticeKind,
    source_type: SourceType | None,
    source_id: str | None,
    reason: str,
) -> None:
    notice = read_notice(webhook(topic, body))
    assert (notice.kind, notice.source_type, notice.source_id, notice.reason) == (kind, source_type, source_id, reason)
    assert notice.topic == (topic or notice.topic)


@pytest.mark.parametrize(
    ("code", "data", "kind", "reason"),
    [
        ("woocommerce_rest_shop_order_invalid_id", {"status": 404}, NoticeKind.GONE, "order_invalid_id"),
        ("woocommerce_rest_cannot_view", {"status": 401}, NoticeKind.ALARM, "cannot_view"),
        ("woocommerce_rest_cannot_view", {"status": 403}, NoticeKind.ALARM, "cannot_view"),
        ("woocommerce_rest_cannot_view", None, NoticeKind.ALARM, "cannot_view"),
        ("internal_server_error", {"status": 500}, NoticeKind.REFUSED, "internal_server_error"),
        ("odd\0code", 500, NoticeKind.REFUSED, "odd\ufffdcode"),
        ("", 500, NoticeKind.REFUSED, ""),
        ("x" * 500, 500, NoticeKind.REFUSED, "x" * 200),
    ],
)
def test_signed_errors(code: str, data: object, kind: NoticeKind, reason: str) -> None:
    notice = read_notice(webhook("order.updated", {"code": code, "message": "Sorry.", "data": data}))
    assert (notice.kind, notice.reason, notice.source_type) == (kind, reason, SourceType.ORDER)
    assert notice.source_id is None


def test_a_coupon_with_a_code_is_no_error() -> None:
    body = {"id": 8, "code": "summer", "message": "hello"}
    assert read_notice(webhook("coupon.updated", body)).kind is NoticeKind.STATE


@pytest.mark.parametrize(
    "hook",
    [
        "woocommerce_order_status_completed",
        "woocommerce_order_status_changed",
        "woocommerce_order_refunded",
        "woocommerce_order_partially_refunded",
        "woocommerce_payment_complete",
        "woocommerce_pre_payment_complete",
        "woocommerce_payment_complete_order_status_processing",
        "woocommerce_new_order",
        "woocommerce_update_order",
        "woocommerce_delete_order",
        "woocommerce_checkout_order_processed",
        "woocommerce_thankyou",
    ],
)
@pytest.mark.parametrize("arg", [59, "59"])
def test_an_action_about_an_order_asks_to_fetch_it(hook: str, arg: object) -> None:
    notice = read_notice(webhook(f"action.{hook}", {"action": hook, "arg": arg}))
    assert (notice.kind, notice.source_type, notice.source_id) == (NoticeKind.FETCH, SourceType.ORDER, "59")


@pytest.mark.parametrize(
    "hook",
    ["woocommerce_add_to_cart", "woocommerce_order_note_added", "woocommerce_order_item_meta_end", "wc_cleanup", "x\0"],
)
def test_another_action_is_unknown(hook: str) -> None:
    notice = read_notice(webhook(f"action.{hook}", {"action": hook, "arg": 59}))
    assert (notice.kind, notice.source_id) == (NoticeKind.UNKNOWN, None)


@pytest.mark.parametrize("arg", [None, 0, -5, True, 1.5, "", "abc", "-5", "\u0665", "9" * 40, 2**63, [5], {"id": 5}])
def test_an_action_without_an_order_id_is_refused(arg: object) -> None:
    body = {"action": "woocommerce_new_order", "arg": arg}
    notice = read_notice(webhook("action.woocommerce_new_order", body))
    assert (notice.kind, notice.reason) == (NoticeKind.REFUSED, "no_id")


def test_the_signed_body_names_the_action_and_not_the_header() -> None:
    body = {"action": "woocommerce_order_note_added", "arg": 5}
    assert read_notice(webhook("action.woocommerce_new_order", body)).kind is NoticeKind.UNKNOWN
    assert read_notice(webhook("action.woocommerce_new_order", {"arg": 5})).kind is NoticeKind.FETCH


def nested(depth: int) -> bytes:
    return b'{"id":1,"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "bad_json"),
        (b"{", "bad_json"),
        (b'{"id":1', "bad_json"),
        (b"{'id':1}", "bad_json"),
        (b'{"id":NaN}', "bad_json"),
        (b'\xef\xbb\xbf{"id":1}', "bad_json"),
        (b"[" * 5000, "bad_json"),
        (b"]" * 5000 + b"[" * 5000, "bad_json"),
        ('{"id":1,"n":"ø"}'.encode("latin-1"), "bad_charset"),
        (b'{"id":1,"n":"\xff"}', "bad_charset"),
        ('{"id":1}'.encode("utf-16"), "bad_charset"),
        (b"[]", "not_an_object"),
        (b"60", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"order"', "not_an_object"),
        (nested(MAX_JSON_DEPTH + 1), "too_deep"),
        (nested(900), "too_deep"),
        (nested(200_000), "too_deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "too_deep"),
    ],
)
def test_unreadable_bodies_are_refused_by_name(body: bytes, reason: str) -> None:
    notice = read_notice(webhook("order.updated", body))
    assert (notice.kind, notice.reason, notice.topic) == (NoticeKind.REFUSED, reason, "order.updated")


def test_depth_counts_brackets_outside_strings_only() -> None:
    assert read_notice(webhook("order.updated", nested(MAX_JSON_DEPTH))).kind is NoticeKind.STATE
    note = '[{"\\' * 200
    assert read_notice(webhook("order.updated", {"id": 1, "note": note})).kind is NoticeKind.STATE
    quoted = {"id": 1, "note": '\\"[' * 100, "more": "\\\\" + "{" * 100 + "\\", "end": '"'}
    assert read_notice(webhook("order.updated", quoted)).kind is NoticeKind.STATE
    hidden = b'{"id":1,"a":' + b'["]",' * 80 + b"1" + b',"["]' * 80 + b"}"
    assert read_notice(webhook("order.updated", hidden)).reason == "too_deep"
    wide = {"id": 1, "lines": [{"a": []} for _ in range(500)]}
    assert read_notice(webhook("order.updated", wide)).kind is NoticeKind.STATE


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-22T11:31:12", datetime(2026, 11, 22, 11, 31, 12, tzinfo=UTC)),
        ("2026-11-22T11:31:12Z", datetime(2026, 11, 22, 11, 31, 12, tzinfo=UTC)),
        ("2026-11-22T11:31:12+01:00", datetime(2026, 11, 22, 10, 31, 12, tzinfo=UTC)),
        ("2026-02-30T11:31:12", None),
        ("-0001-11-30T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-11-22", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (5, None),
        ([], None),
    ],
)
def test_the_moment_of_change_is_utc_or_none(value: object, moment: datetime | None) -> None:
    notice = read_notice(webhook("order.updated", {"id": 1, "date_modified_gmt": value}))
    assert (notice.kind, notice.modified_at) == (NoticeKind.STATE, moment)


@pytest.mark.parametrize(
    ("value", "number"),
    [("A-1", "A-1"), (77, "77"), ("", None), (None, None), ([], None), (True, None), ("9" * 300, "9" * 100)],
)
def test_the_number_is_the_shops(value: object, number: str | None) -> None:
    assert read_notice(webhook("order.updated", {"id": 1, "number": value})).source_number == number


def test_a_stripped_topic_is_put_together_of_its_parts() -> None:
    request = webhook("order.updated", example("order_plain") | {"line_items": []}, x_wc_webhook_topic="")
    assert read_notice(request).topic == "order.updated"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
field_names = st.sampled_from(["id", "code", "message", "data", "action", "arg", "number", "date_modified_gmt", "x"])
header_names = st.sampled_from(["topic", "resource", "event", "signature", "delivery-id", "id", "source"])
#: Lone surrogates and NUL included: what a server makes of odd header bytes.
any_text = st.text(st.characters(codec=None), max_size=300)
topics = st.sampled_from(["order.updated", "order.deleted", "action.woocommerce_new_order", "product.updated", "."])
headers = st.dictionaries(header_names.map(lambda name: f"x-wc-webhook-{name}"), any_text | topics)


@given(headers=headers, body=st.binary(max_size=200) | st.text().map(str.encode))
def test_no_bytes_and_no_headers_raise(headers: dict[str, str], body: bytes) -> None:
    request = WebhookRequest(headers, body)
    verify(request, ["s", "", "a&amp;b"])
    is_ping(request)
    assert_storable(read_notice(request))


@given(headers=headers, topic=topics | any_text, body=st.dictionaries(field_names, json_values))
def test_no_object_raises(headers: dict[str, str], topic: str, body: dict[str, Any]) -> None:
    request = webhook("order.updated", body)
    notice = read_notice(WebhookRequest(headers | {"x-wc-webhook-topic": topic}, request.body))
    assert_storable(notice)
    if notice.kind in (NoticeKind.STATE, NoticeKind.DELETED, NoticeKind.FETCH):
        assert notice.source_id is not None
        assert 0 < int(notice.source_id) < 2**63


def assert_storable(notice: Notice) -> None:
    for text, limit in (
        (notice.topic, 200),
        (notice.delivery_id, 200),
        (notice.source_number or "", 100),
        (notice.reason, 200),
    ):
        assert len(text) <= limit
        assert "\0" not in text
        text.encode()


@needs_recordings
def test_all_recorded_webhooks_have_a_named_end() -> None:
    kinds = dict.fromkeys(NoticeKind, 0)
    for path in sorted((WOOCOMMERCE / "live" / "webhooks").glob("*.json")):
        recorded = load(path)
        request = WebhookRequest(recorded["headers"], base64.b64decode(recorded["body_base64"]))
        if not is_ping(request):
            kinds[read_notice(request).kind] += 1
    assert {kind: count for kind, count in kinds.items() if count} == {
        NoticeKind.STATE: 123,
        NoticeKind.FETCH: 9,
        NoticeKind.DELETED: 3,
        NoticeKind.GONE: 1,
    }
