"""Connectors with one mistake each, of the kind that people make."""

from __future__ import annotations

import hmac
import json
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from connectors.base import OrderPage, WebhookRequest, WebhookSubscription, WebshopClient
from connectors.pace import UNHURRIED, Pace
from connectors.woocommerce import WooCommerce
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.credentials import Credentials
from connectors.woocommerce.walk import PER_PAGE, Window, walk
from shared.domain.notice import Notice
from shared.domain.order import Order
from shared.errors import ConnectionBroken, NeedsUser, OutcomeUnknown, Retry, Skip
from tests.connectors.conformance.rig import ShopRig
from tests.connectors.woocommerce.rig import WooCommerceRig

SIGNATURE = "x-wc-webhook-signature"


def of(connector: WooCommerce) -> type[ShopRig]:
    """A rig for a connector with a mistake."""
    return type(type(connector).__name__, (WooCommerceRig,), {"connector": connector})


def talking(client: type[WooCommerceClient]) -> type[ShopRig]:
    """A rig for a connector whose client has a mistake."""

    class Connector(WooCommerce):
        def connect(self, credentials: BaseModel, pace: Pace = UNHURRIED) -> WebshopClient:
            assert isinstance(credentials, Credentials)
            key, secret = credentials.consumer_key, credentials.consumer_secret
            return client(credentials.url, key.get_secret_value(), secret.get_secret_value(), pace)

    return type(client.__name__, (WooCommerceRig,), {"connector": Connector()})


class ProvesTheMeaning(WooCommerce):
    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        try:
            body = json.dumps(json.loads(request.body), separators=(",", ":")).encode()
        except ValueError:
            return False
        return super().verify(WebhookRequest(request.headers, body), secrets)


class ProvesWithNothing(WooCommerce):
    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        proofs = [b64encode(hmac.digest(secret.encode(), request.body, "sha256")).decode() for secret in secrets]
        return request.headers.get(SIGNATURE) in proofs


class ProvesWithTheNewestOnly(WooCommerce):
    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        return super().verify(request, secrets[:1])


class ProvesTheHead(WooCommerce):
    """Compares as many characters as came."""

    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        given = request.headers.get(SIGNATURE, "")
        proofs = [b64encode(hmac.digest(secret.encode(), request.body, "sha256")).decode() for secret in secrets]
        return bool(given) and any(proof.startswith(given) for proof in proofs)


class KeepsWhatNoStoreCan(WooCommerce):
    def read_notice(self, request: WebhookRequest) -> Notice:
        return replace(super().read_notice(request), delivery_id=request.headers.get("x-wc-webhook-delivery-id", ""))


class RaisesAtTheDoor(WooCommerce):
    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        request.headers.get(SIGNATURE, "").encode("ascii")
        return super().verify(request, secrets)


class TakesAnythingForAPing(WooCommerce):
    def is_ping(self, request: WebhookRequest) -> bool:
        return request.body.startswith(b"webhook_id=")


class CountsInFloats(WooCommerce):
    def read_order(self, body: Mapping[str, Any]) -> Order:
        order = super().read_order(body)
        return replace(order, total_tax=Decimal(sum(float(tax.amount) for tax in order.taxes)))


class KnowsAllStatuses(WooCommerce):
    def read_order(self, body: Mapping[str, Any]) -> Order:
        order = super().read_order(body)
        return order if order.status in ("processing", "completed") else replace(order, status="pending")


def _just_before(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) - timedelta(seconds=1)


def _changed_after(
    client: WooCommerceClient, since: datetime, page: int, *, dates_are_gmt: str = "true"
) -> Sequence[Mapping[str, Any]]:
    bounds = {"modified_after": since.isoformat(), "dates_are_gmt": dates_are_gmt, "orderby": "modified"}
    paging = {"order": "asc", "per_page": str(PER_PAGE), "page": str(page)}
    return client._rest.get("orders", bounds | paging).rows()


class PagesDeep(WooCommerceClient):
    """Page 1, 2, 3 ... of a list that moves."""

    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        since, page = _just_before(modified_after), 0
        while True:
            page += 1
            rows = _changed_after(self, since, page)
            yield OrderPage(rows)
            if len(rows) < PER_PAGE:
                return


class ForgetsTies(WooCommerceClient):
    """Goes on after the last second seen."""

    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        since = _just_before(modified_after)
        while rows := _changed_after(self, since, 1):
            yield OrderPage(rows)
            since = datetime.fromisoformat(rows[-1]["date_modified_gmt"])


class LeavesOutItsSecond(WooCommerceClient):
    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        return super().list_orders(modified_after=modified_after + timedelta(seconds=1))


class AsksInTheShopsTime(WooCommerceClient):
    """Right all year, but for the hour that comes twice."""

    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        def ask(since: datetime, page: int, per_page: int) -> Window:
            wall = since.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Copenhagen")).replace(tzinfo=None)
            rows = _changed_after(self, wall, page, dates_are_gmt="false")
            return Window(rows, is_last=len(rows) < PER_PAGE)

        for rows in walk(_just_before(modified_after), ask):
            yield OrderPage(rows)


class NewestFirst(WooCommerceClient):
    def list_orders(self, *, modified_after: datetime) -> Iterator[OrderPage]:
        for page in super().list_orders(modified_after=modified_after):
            yield OrderPage(list(reversed(page.orders)))


class Remembers(WooCommerceClient):
    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        super().__init__(url, key, secret, pace)
        self._known: dict[str, Mapping[str, Any]] = {}

    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        return self._known.setdefault(order_id, super().get_order(order_id, exact=exact))


class LeavesTheTrash(WooCommerceClient):
    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        body = super().get_order(order_id, exact=exact)
        if body["status"] == "trash":
            raise Skip("order_gone", "It is in the trash.")
        return body


class TakesWhatIsShown(WooCommerceClient):
    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        return super().get_order(order_id)


class ForgetsRetryAfter(WooCommerceClient):
    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        try:
            return super().get_order(order_id, exact=exact)
        except Retry as retry:
            raise Retry(retry.code, retry.message) from None


class Insists(WooCommerceClient):
    """Tries again by itself, whatever the shop asked for."""

    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        try:
            return super().get_order(order_id, exact=exact)
        except Retry:
            return super().get_order(order_id, exact=exact)


class LetsTheLibraryOut(WooCommerceClient):
    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        try:
            return super().get_order(order_id, exact=exact)
        except Retry as retry:
            raise ConnectionError(retry.message) from None


class BlamesTheUser(WooCommerceClient):
    def get_order(self, order_id: str, *, exact: bool = False) -> Mapping[str, Any]:
        try:
            return super().get_order(order_id, exact=exact)
        except ConnectionBroken as broken:
            raise NeedsUser(broken.code, broken.message) from None


class HopesItWasNotMade(WooCommerceClient):
    def create_webhook(self, *, topic: str, delivery_url: str, secret: str) -> WebhookSubscription:
        try:
            return super().create_webhook(topic=topic, delivery_url=delivery_url, secret=secret)
        except OutcomeUnknown as unknown:
            raise Retry(unknown.code, unknown.message) from None


class MakesTwo(WooCommerceClient):
    def create_webhook(self, *, topic: str, delivery_url: str, secret: str) -> WebhookSubscription:
        try:
            return super().create_webhook(topic=topic, delivery_url=delivery_url, secret=secret)
        except OutcomeUnknown as unknown:
            super().create_webhook(topic=topic, delivery_url=delivery_url, secret=secret)
            raise unknown from None


class ListsTheFirstWebhooks(WooCommerceClient):
    def list_webhooks(self) -> Sequence[WebhookSubscription]:
        return super().list_webhooks()[:100]


class LogsItsKey(WooCommerceClient):
    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        super().__init__(url, key, secret, pace)
        logging.getLogger("connectors").debug("asking with %s", secret)


class ShowsItsKey(WooCommerceClient):
    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        super().__init__(url, key, secret, pace)
        self._secret = secret


class TellsTheKeyInAnError(WooCommerceClient):
    def __init__(self, url: str, key: str, secret: str, pace: Pace) -> None:
        super().__init__(url, key, secret, pace)
        self._said: Callable[[], str] = lambda: f"{key} is not welcome"

    def list_webhooks(self) -> Sequence[WebhookSubscription]:
        try:
            return super().list_webhooks()
        except ConnectionBroken as broken:
            raise ConnectionBroken(broken.code, broken.message) from PermissionError(self._said())
