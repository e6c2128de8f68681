"""Own invented bodies, and the few shapes that tests make of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.base import WebhookRequest

_EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> dict[str, Any]:
    """A fresh copy of a body, decoded as the connector decodes."""
    body: dict[str, Any] = json.loads((_EXAMPLES / f"{name}.json").read_bytes(), parse_float=Decimal)
    return body


def raw(name: str) -> bytes:
    """As WooCommerce writes it: compact, ASCII."""
    return json.dumps(json.loads((_EXAMPLES / f"{name}.json").read_bytes()), separators=(",", ":")).encode()


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def webhook(topic: str, body: object, *, secret: str = "s", **headers: str) -> WebhookRequest:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    resource, _, event = topic.partition(".")
    return WebhookRequest(
        headers={
            "content-type": "application/json",
            "x-wc-webhook-topic": topic,
            "x-wc-webhook-resource": resource,
            "x-wc-webhook-event": event,
            "x-wc-webhook-id": "3",
            "x-wc-webhook-delivery-id": "0f0f",
            "x-wc-webhook-signature": signature(payload, secret),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        body=payload,
    )


def changed(body: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {**body, **fields}
