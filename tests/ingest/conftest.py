from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from shared.store.database import Database
from tests.support.processes import NO_BROKER, ingest
from tests.support.servers import DatabaseAddress
from tests.support.shop import Shop, open_shop
from tests.support.wire import Answer, exchange, request, woo_headers

#: Small, so that a test can go past it.
MAX_BODY_BYTES = 200_000


@dataclass
class Door:
    """A shop of our own and the running ingest in front of it."""

    port: int
    shop: Shop

    def send(self, body: bytes, *, topic: str = "order.updated", delivery: str = "d1", **headers: str) -> Answer:
        """A webhook as WooCommerce sends it, signed; `headers` replace (or, empty, remove) those of the same name."""
        public_id, secret = self.webhook(topic)
        replaced = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {**woo_headers(topic, body, secret, delivery=delivery), **replaced}
        return exchange(self.port, request("POST", f"/webhooks/{public_id}", given, body))

    def webhook(self, topic: str) -> tuple[str, str]:
        if topic not in self.shop.webhooks:
            self.shop.add_webhook(topic, f"secret of {topic}")
        return self.shop.webhooks[topic]

    def path(self, topic: str = "order.updated") -> str:
        return f"/webhooks/{self.webhook(topic)[0]}"


@pytest.fixture(scope="session")
def ingest_port(database: DatabaseAddress) -> Iterator[int]:
    with ingest(
        database.app_url, SHOPLEDGER_MAX_BODY_BYTES=str(MAX_BODY_BYTES), SHOPLEDGER_BROKER_URL=NO_BROKER
    ) as port:
        yield port


@pytest.fixture
def door(ingest_port: int, store: Database) -> Door:
    return Door(ingest_port, open_shop(store))
