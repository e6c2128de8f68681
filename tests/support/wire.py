"""HTTP as bytes on a socket, so that a test can send what no client library would."""

from __future__ import annotations

import base64
import hmac
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPResponse

TIMEOUT = 15.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(port: int, raw: bytes, *, then_close: bool = False) -> Answer:
    """Sends the bytes as they are and reads one answer; `then_close` ends our side of the line first."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as line:
        line.sendall(raw)
        if then_close:
            line.shutdown(socket.SHUT_WR)
        response = HTTPResponse(line)
        response.begin()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())


def request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """A whole request; sets Host, Connection and Content-Length where they are not given."""
    given = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def signature(secret: str, body: bytes) -> str:
    """As WooCommerce signs, written apart from the connector."""
    return base64.b64encode(hmac.new(secret.encode(), body, "sha256").digest()).decode()


def woo_headers(topic: str, body: bytes, secret: str, *, delivery: str = "d1") -> dict[str, str]:
    resource, _, event = topic.partition(".")
    return {
        "User-Agent": "WooCommerce/10.5.2 Hookshot (WordPress/6.9.7)",
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": "https://lampeland.example/",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(secret, body),
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": delivery,
    }
