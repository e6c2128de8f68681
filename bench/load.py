"""Sends signed webhooks over many connections from one thread, each waiting for its answer before the next."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import selectors
import socket
import sys
import time
from base64 import b64encode
from collections.abc import Iterator

#: Ten for each millisecond: no two runs of the same order share an id, and a run never takes in a repeat.
ids = itertools.count(time.time_ns() // 100_000)


def order_body(number: int) -> bytes:
    """An order of our own, about as large as a real one with one line (2.4 kB)."""
    address = {
        "first_name": "Maren", "last_name": "Holm", "company": "", "address_1": "Strandvejen 12, 3. th",
        "address_2": "", "city": "Hellerup", "state": "", "postcode": "2900", "country": "DK",
        "phone": "+45 00 00 00 00",
    }  # fmt: skip
    return json.dumps(
        {
            "id": number, "parent_id": 0, "status": "processing", "currency": "DKK", "version": "10.5.2",
            "prices_include_tax": True, "date_created": "2026-11-22T12:31:12", "date_modified": "2026-11-22T12:31:13",
            "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "39.20", "shipping_tax": "9.80",
            "cart_tax": "59.80", "total": "348.00", "total_tax": "69.60", "customer_id": 0,
            "order_key": "wc_order_0123456789abc", "billing": {**address, "email": "maren@shop.example"},
            "shipping": address, "payment_method": "bacs", "payment_method_title": "Bank", "transaction_id": "",
            "customer_note": "", "date_completed": None, "date_paid": None, "cart_hash": "", "number": str(number),
            "meta_data": [{"id": n, "key": f"_plugin_{n}", "value": "x" * 20} for n in range(6)],
            "line_items": [{
                "id": 8, "name": "Lampe", "product_id": 31, "variation_id": 0, "quantity": 1, "tax_class": "",
                "subtotal": "239.20", "subtotal_tax": "59.80", "total": "239.20", "total_tax": "59.80",
                "taxes": [{"id": 1, "total": "59.80", "subtotal": "59.80"}], "meta_data": [], "sku": "LAMP",
                "price": 239.2, "image": {"id": "", "src": ""}, "parent_name": None,
            }],
            "tax_lines": [{"id": 10, "rate_code": "DK-MOMS-1", "rate_id": 1, "label": "Moms", "compound": False,
                           "tax_total": "59.80", "shipping_tax_total": "9.80", "rate_percent": 25, "meta_data": []}],
            "shipping_lines": [{"id": 9, "method_title": "GLS", "method_id": "flat_rate", "instance_id": "",
                                "total": "39.20", "total_tax": "9.80", "taxes": [], "meta_data": []}],
            "fee_lines": [], "coupon_lines": [], "refunds": [], "date_created_gmt": "2026-11-22T11:31:12",
            "date_modified_gmt": "2026-11-22T11:31:13", "date_completed_gmt": None, "date_paid_gmt": None,
        }
    ).encode()  # fmt: skip


def webhook(path: str, secret: str, number: int) -> bytes:
    body = order_body(number)
    signed = b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
        "User-Agent: WooCommerce/10.5.2 Hookshot (WordPress/6.9.7)\r\nX-WC-Webhook-Source: https://shop.example/\r\n"
        "X-WC-Webhook-Topic: order.created\r\nX-WC-Webhook-Resource: order\r\nX-WC-Webhook-Event: created\r\n"
        f"X-WC-Webhook-Signature: {signed}\r\nX-WC-Webhook-ID: 1\r\nX-WC-Webhook-Delivery-ID: {number}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Line:
    """One connection, kept open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        self._answer += self.socket.recv(65536)
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]):
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(f"not taken: {self._answer[:200]!r}")
        self._answer = b""
        return True


def run(port: int, requests: Iterator[bytes], connections: int) -> tuple[float, list[float]]:
    """Seconds for all of them, and each one's own time, sorted."""
    selector = selectors.DefaultSelector()
    times: list[float] = []
    began = time.perf_counter()
    for request in itertools.islice(requests, connections):
        line = Line(port)
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.send(request)
    while selector.get_map():
        for key, _ in selector.select():
            if not key.data.is_answered():
                continue
            times.append(time.perf_counter() - key.data.sent_at)
            following = next(requests, None)
            if following is None:
                selector.unregister(key.data.socket)
                key.data.socket.close()
            else:
                key.data.send(following)
    return time.perf_counter() - began, sorted(times)


def main() -> None:
    """`python -m bench.load PORT PATH SECRET COUNT CONNECTIONS`; waits for a line on stdin, prints one JSON object."""
    port, path, secret, count, connections = sys.argv[1:]
    requests = [webhook(path, secret, next(ids)) for _ in range(int(count))]
    print("ready", flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    took, times = run(int(port), iter(requests), int(connections))
    load_cpu = time.process_time() - cpu
    print(
        json.dumps(
            {"seconds": took, "cpu": load_cpu, "p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100]}
        )
    )


if __name__ == "__main__":
    main()
