"""Delivering webhooks over HTTP: one runner, one delivery after another, and never a second try."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from connectors.woocommerce.sandbox.errors import RestError, invalid_id, refused
from connectors.woocommerce.sandbox.orders import Orders
from connectors.woocommerce.sandbox.php import decode_entities, json_encode
from connectors.woocommerce.sandbox.post import Letter, Post
from connectors.woocommerce.sandbox.state import VERSION, WORDPRESS_VERSION, Shop, Webhook
from connectors.woocommerce.sandbox.webhooks import DeliveryQueue, Webhooks
from shared.sandbox.door import NO_ANSWER
from shared.sandbox.journal import EntryKind, Journal

#: Answers that count as delivered; a redirect is one of them and is not followed.
DELIVERED = range(200, 303)
#: A failure on top of more than this many disables the webhook: the seventh in a row.
FAILURES_BEFORE_DISABLING = 5
#: What every call of the shop to the outside says about itself.
COMMON_HEADERS = {
    "User-Agent": f"WooCommerce/{VERSION} Hookshot (WordPress/{WORDPRESS_VERSION})",
    "Accept": "*/*",
    "Accept-Encoding": "deflate, gzip, br, zstd",
}


class Sender:
    """Makes the calls and counts the failures."""

    def __init__(self, shop: Shop, orders: Orders, webhooks: Webhooks, journal: Journal) -> None:
        self._shop = shop
        self._orders = orders
        self._webhooks = webhooks
        self._journal = journal
        self._http = httpx.Client(trust_env=False, verify=_trusted())
        self._mail = Post(shop.settings, self._bring, self._lose)

    def deliver(self, webhook: Webhook, argument: int) -> None:
        """Sends what the shop knows now, which need not be what it knew when the event happened."""
        body = json_encode(self._payload(webhook, argument))
        headers = {
            **COMMON_HEADERS,
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self._shop.url}/",
            "X-WC-Webhook-Topic": webhook.topic,
            "X-WC-Webhook-Resource": webhook.resource,
            "X-WC-Webhook-Event": webhook.event,
            "X-WC-Webhook-Signature": signature(webhook.secret, body),
            "X-WC-Webhook-ID": str(webhook.id),
            "X-WC-Webhook-Delivery-ID": self._delivery_id(webhook),
            "Connection": "close",
        }
        self._mail.take(Letter(webhook, argument, headers, body))
        if webhook.pending_delivery:
            self.ping(webhook)

    def bring_all(self) -> None:
        """Returns when nothing is under way any more."""
        self._mail.empty()

    def _bring(self, letter: Letter) -> None:
        webhook = letter.webhook
        status = self._post(webhook, letter.body, letter.headers, note=f"{webhook.topic} {letter.argument}")
        self._count(webhook, delivered=status in DELIVERED)

    def _lose(self, letter: Letter) -> None:
        """The shop takes it for delivered."""
        webhook, note = letter.webhook, f"{letter.webhook.topic} {letter.argument}: lost"
        seq = self._journal.begin(EntryKind.DELIVERY, "POST", webhook.delivery_url, "", letter.body, note=note)
        self._journal.finish(seq, NO_ANSWER)
        self._count(webhook, delivered=True)

    def ping(self, webhook: Webhook) -> None:
        """The unsigned test call. Until it is answered with exactly 200, one follows every delivery."""
        body = f"webhook_id={webhook.id}".encode()
        headers = {
            **COMMON_HEADERS,
            "Connection": "close",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status = self._post(webhook, body, headers, note="ping", follow_redirects=True)
        with self._shop.lock:
            webhook.pending_delivery = status != 200

    def close(self) -> None:
        self._http.close()

    def _payload(self, webhook: Webhook, argument: int) -> dict[str, Any]:
        """A REST body as the webhook's owner would read it, so that a REST error can be the payload."""
        with self._shop.lock:
            owner = self._shop.settings.owner
            if owner != "full":
                return refused("view", 403 if owner == "demoted" else 401).as_json()
            if webhook.resource == "action":
                return {"action": webhook.event, "arg": argument}
            if webhook.event == "deleted":
                return {"id": argument}
            try:
                return self._resource(webhook.resource, argument)
            except RestError as error:
                return error.as_json()

    def _resource(self, resource: str, argument: int) -> dict[str, Any]:
        if resource == "order":
            return self._orders.shown(argument)
        if resource == "product" and argument in self._shop.products:
            return dict(self._shop.products[argument])
        raise invalid_id(resource)

    def _delivery_id(self, webhook: Webhook) -> str:
        """A hash of webhook and second: every delivery of a webhook in one second has the same."""
        second = int(self._shop.clock.now().timestamp())
        return hashlib.md5(f"{webhook.id}{second}".encode(), usedforsecurity=False).hexdigest()

    def _post(
        self, webhook: Webhook, body: bytes, headers: Mapping[str, str], *, note: str, follow_redirects: bool = False
    ) -> int:
        """The status, or NO_ANSWER where nobody answered in time."""
        seq = self._journal.begin(EntryKind.DELIVERY, "POST", webhook.delivery_url, "", body, note=note)
        try:
            answer = self._http.post(
                webhook.delivery_url,
                content=body,
                headers=headers,
                timeout=self._shop.settings.delivery_timeout,
                follow_redirects=follow_redirects,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._journal.finish(seq, NO_ANSWER, note=f"{note}: {type(error).__name__}")
            return NO_ANSWER
        self._journal.finish(seq, answer.status_code)
        return answer.status_code

    def _count(self, webhook: Webhook, *, delivered: bool) -> None:
        with self._shop.lock:
            if delivered:
                if webhook.failure_count:
                    webhook.failure_count = 0
                    self._webhooks.touch(webhook)
                return
            if webhook.failure_count > FAILURES_BEFORE_DISABLING:
                webhook.status = "disabled"
            else:
                webhook.failure_count += 1
            self._webhooks.touch(webhook)


class Runner:
    """The one thread that delivers. A slow receiver therefore delays every webhook of the shop."""

    def __init__(self, shop: Shop, queue: DeliveryQueue, sender: Sender) -> None:
        self._shop = shop
        self._queue = queue
        self._sender = sender
        self._thread = threading.Thread(target=self._run, name="webhook runner", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._queue.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while (pending := self._queue.take()) is not None:
            webhook_id, argument = pending
            try:
                with self._shop.lock:
                    webhook = self._shop.webhooks.get(webhook_id)
                if webhook is not None:
                    self._sender.deliver(webhook, argument)
                if not self._queue.waiting():
                    self._sender.bring_all()
            finally:
                self._queue.done()


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the authorities takes longer than starting a shop: once per process."""
    return ssl.create_default_context()


def signature(secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256 over the body's bytes; the secret is taken with its entities decoded."""
    digest = hmac.digest(decode_entities(secret).encode(), body, "sha256")
    return base64.b64encode(digest).decode("ascii")
