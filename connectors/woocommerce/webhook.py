"""WooCommerce webhooks: is it a ping, is it proven, what does it say.

Every webhook passes here before it is stored, so this is fast and refuses instead of raising. The signature covers the
body only: headers (topic, delivery id) are hints that a proven body should be read with, never proof of anything.

Facts: docs of WC_Webhook, and a recorded shop (WooCommerce 10.5, numbers below are of those observations).
"""

from __future__ import annotations

import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from connectors.base import WebhookRequest
from connectors.woocommerce.values import is_id, parse_gmt, storable
from shared.domain.notice import Notice, NoticeKind, SourceType

#: Orders nest about six deep; a body deeper than this comes from no shop.
MAX_JSON_DEPTH = 64
MAX_TOPIC = 200
MAX_DELIVERY_ID = 200
MAX_NUMBER = 100
MAX_REASON = 200

#: The topic of what was asked for and not told.
LISTED = "order.listed"

_PING = re.compile(rb"webhook_id=[0-9]{1,20}")

_SOURCES = {
    "order": SourceType.ORDER,
    "product": SourceType.PRODUCT,
    "customer": SourceType.CUSTOMER,
    "coupon": SourceType.COUPON,
}
_STATE_EVENTS = frozenset({"created", "updated", "restored", "published"})

#: Hooks whose first argument is an order's id. Of the `woocommerce_order_` family, those about notes, items, refunds
#: and coupons begin with another id or an object, and so do the totals hooks.
_ORDER_ACTION = re.compile(
    r"woocommerce_(?:"
    r"order_(?!note_|item_|items_|refund_|applied_|before_|after_|action_|details_|query)[a-z0-9_-]+"
    r"|(?:pre_)?payment_complete(?:_order_status_[a-z0-9_-]+)?"
    r"|(?:new|update|cancelled|resume|trash|untrash|delete|before_trash|before_delete|api_create|api_edit)_order"
    r"|checkout_order_processed|checkout_update_order_meta|process_shop_order_meta|saved_order_items"
    r"|thankyou(?:_[a-z0-9_-]+)?"
    r")"
)

#: What WordPress' wp_specialchars_decode(ENT_QUOTES) undoes, which WooCommerce applies to the secret before signing.
_SPECIAL = re.compile(
    r"&(?:(?P<amp>amp|#0*38|#[xX]0*26)|(?P<lt>lt|#0*60)|(?P<gt>gt|#0*62)"
    r"|(?P<quot>quot|#0*34|#[xX]0*22)|(?P<apos>#0*39|#[xX]0*27));"
)
_SPECIAL_CHARACTER = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ONE_KIND_OF_BRACKET = bytes.maketrans(b"[]", b"{}")


def is_ping(request: WebhookRequest) -> bool:
    """Whether this is the unsigned form `webhook_id=N` that WooCommerce sends when a webhook is made.

    Answer it with exactly 200: on anything else a new ping follows every later delivery (observed 4).
    """
    return bool(_PING.fullmatch(request.body)) and not any(name.startswith("x-wc-") for name in request.headers)


def verify(request: WebhookRequest, secrets: Sequence[str]) -> bool:
    """Whether base64(HMAC-SHA256(body)) under one of the secrets is the signature that came along.

    Each secret is tried as given and entity-decoded (`a&amp;b` signs as `a&b`, observed 5). An empty secret never
    proves: WooCommerce replaces an empty one by 50 random characters nobody can read, so that a match with an empty
    key could only be a forgery. A malformed signature is False, never an error.
    """
    claimed = request.headers.get("x-wc-webhook-signature", "")
    if not claimed or not claimed.isascii():
        return False
    given = claimed.encode("ascii")
    proven = False
    for key in _keys(secrets):
        proof = binascii.b2a_base64(hmac.digest(key, request.body, "sha256"), newline=False)
        proven |= hmac.compare_digest(proof, given)
    return proven


def _keys(secrets: Sequence[str]) -> list[bytes]:
    keys = []
    for secret in secrets:
        if not secret:
            continue
        keys.append(secret.encode("utf-8", "surrogatepass"))
        if "&" in secret:
            decoded = _SPECIAL.sub(lambda found: _SPECIAL_CHARACTER[found.lastgroup or ""], secret)
            keys.append(decoded.encode("utf-8", "surrogatepass"))
    return keys


def read_notice(request: WebhookRequest) -> Notice:
    """What a proven webhook says. Never raises.

    Modified moments are UTC in whole seconds, so that two states of an order can share one. Delivery ids repeat
    (observed 1). REFUSED reasons: bad_json, bad_charset, too_deep, not_an_object, no_id, or the shop's error code.
    """
    headers = request.headers
    topic = headers.get("x-wc-webhook-topic") or _topic_of_parts(
        headers.get("x-wc-webhook-resource", ""), headers.get("x-wc-webhook-event", "")
    )
    topic = storable(topic[:MAX_TOPIC])
    delivery_id = storable(headers.get("x-wc-webhook-delivery-id", "")[:MAX_DELIVERY_ID])
    body = _decode(request.body)
    if isinstance(body, str):
        return Notice(kind=NoticeKind.REFUSED, topic=topic, delivery_id=delivery_id, reason=body)
    if "id" not in body and "message" in body and isinstance(body.get("code"), str):
        return _read_error(body["code"], topic, delivery_id)
    resource, _, event = topic.partition(".")
    if resource == "action":
        return _read_action(body, event, topic, delivery_id)
    return _read_source(body, _SOURCES.get(resource), event, topic, delivery_id)


def _topic_of_parts(resource: str, event: str) -> str:
    return f"{resource}.{event}" if resource and event else ""


def _read_source(body: dict[str, Any], source: SourceType | None, event: str, topic: str, delivery_id: str) -> Notice:
    deleted = event == "deleted"
    if source is None or not (deleted or event in _STATE_EVENTS):
        return Notice(kind=NoticeKind.UNKNOWN, topic=topic, delivery_id=delivery_id)
    return _told_of(body, source, NoticeKind.DELETED if deleted else NoticeKind.STATE, topic, delivery_id)


def _told_of(body: Mapping[str, Any], source: SourceType, kind: NoticeKind, topic: str, delivery_id: str) -> Notice:
    if not is_id(source_id := body.get("id")):
        return Notice(kind=NoticeKind.REFUSED, topic=topic, delivery_id=delivery_id, source_type=source, reason="no_id")
    is_order = source is SourceType.ORDER
    return Notice(
        kind=kind,
        topic=topic,
        delivery_id=delivery_id,
        source_type=source,
        source_id=str(source_id),
        source_number=read_number(body.get("number")) if is_order else None,
        modified_at=parse_gmt(body.get("date_modified_gmt")),
        created_at=parse_gmt(body.get("date_created_gmt")) if is_order else None,
    )


def notice_of(body: Mapping[str, Any]) -> Notice:
    """What an order's body says that was asked for, as `read_notice` says it of a webhook with that body. Never raises.

    An order in the trash is a STATE like any other: its status says where it lies.
    """
    return _told_of(body, SourceType.ORDER, NoticeKind.STATE, LISTED, "")


def read_number(value: object) -> str | None:
    """The number that people see; None where there is none. A plugin may send it as a JSON number."""
    if type(value) is int:
        value = str(value)
    return storable(value[:MAX_NUMBER]) or None if isinstance(value, str) else None


def _read_action(body: dict[str, Any], event: str, topic: str, delivery_id: str) -> Notice:
    """`{"action": hook, "arg": first argument}`. The body's own hook counts: the topic header is not signed."""
    hook = body.get("action")
    if not isinstance(hook, str):
        hook = event
    if not _ORDER_ACTION.fullmatch(hook):
        return Notice(kind=NoticeKind.UNKNOWN, topic=topic, delivery_id=delivery_id)
    arg = body.get("arg")
    if isinstance(arg, str) and arg.isascii() and arg.isdecimal() and len(arg) < 20:
        arg = int(arg)
    if not is_id(arg):
        return Notice(
            kind=NoticeKind.REFUSED, topic=topic, delivery_id=delivery_id, source_type=SourceType.ORDER, reason="no_id"
        )
    return Notice(
        kind=NoticeKind.FETCH,
        topic=topic,
        delivery_id=delivery_id,
        source_type=SourceType.ORDER,
        source_id=str(arg),
    )


def _read_error(code: str, topic: str, delivery_id: str) -> Notice:
    """A correctly signed REST error in place of the source (observed 3): it names no id."""
    source = _SOURCES.get(topic.partition(".")[0])
    kind, reason = NoticeKind.REFUSED, storable(code[:MAX_REASON])
    if code == "woocommerce_rest_shop_order_invalid_id":
        kind, reason = NoticeKind.GONE, "order_invalid_id"
    elif code == "woocommerce_rest_cannot_view":
        kind, reason = NoticeKind.ALARM, "cannot_view"
    return Notice(kind=kind, topic=topic, delivery_id=delivery_id, source_type=source, reason=reason)


def _decode(raw: bytes) -> dict[str, Any] | str:
    """The body's object, or the reason why there is none."""
    if raw.count(b"{") + raw.count(b"[") > MAX_JSON_DEPTH and _too_deep(raw):
        return "too_deep"
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _why_not_json(raw)
    return value if isinstance(value, dict) else "not_an_object"


def _why_not_json(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "bad_charset"
    return "bad_json"


def _too_deep(raw: bytes) -> bool:
    """Whether containers nest deeper than allowed: each round takes off the innermost pairs, all in C."""
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside_strings = b"".join(unescaped.split(b'"')[::2])
    brackets = outside_strings.translate(_ONE_KIND_OF_BRACKET, _NOT_BRACKETS)
    for _ in range(MAX_JSON_DEPTH):
        peeled = brackets.replace(b"{}", b"")
        if len(peeled) == len(brackets):
            return False
        brackets = peeled
    return b"{}" in brackets
