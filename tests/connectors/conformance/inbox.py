"""A receiver on loopback that keeps webhooks as a connector would see them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connectors.base import WebhookRequest
from tests.connectors.conformance.rig import Placed, ShopRig

#: Given to the shop for a webhook of its own.
SECRET = "a secret of ours: 4711 & more"


class Inbox:
    """Answers everything with 200."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[WebhookRequest] = []


@contextmanager
def inbox() -> Iterator[Inbox]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.received.append(WebhookRequest({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Inbox(f"http://127.0.0.1:{server.server_port}/in")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def delivered(shop: ShopRig, *, secret: str = SECRET) -> tuple[WebhookRequest, WebhookRequest, Placed]:
    """A new webhook's ping, an order's delivery through it, and the order as the shop states it."""
    with inbox() as receiver:
        shop.register_webhook(topic=shop.topic_created, delivery_url=receiver.url, secret=secret)
        placed = shop.put_order()
        shop.drain()
    ping, delivery = receiver.received
    return ping, delivery, placed
