"""A system that signs nothing: its secret address and a header of our choosing are its proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel

from connectors.base import WebhookRequest, WebhookSender
from connectors.proofs import header_proves
from ingest.app import create_app
from ingest.subscriptions import Subscriptions
from ingest.webhook import Receiver
from shared.domain.notice import Notice, NoticeKind
from shared.store.database import Database
from tests.support.shop import KEYRING, Shop, open_shop


class Unsigned(WebhookSender):
    """As e-conomic calls: no signature, no test call, a header that was set when the webhook was made."""

    kind: ClassVar[str] = "unsigned"
    title: ClassVar[str] = "Unsigned"
    Credentials: ClassVar[type[BaseModel]] = BaseModel

    def origin(self, credentials: BaseModel) -> str:
        return "https://unsigned.example"

    def is_ping(self, request: WebhookRequest) -> bool:
        return False

    def verify(self, request: WebhookRequest, secrets: Sequence[str]) -> bool:
        return header_proves(request, "x-shopledger-secret", secrets)

    def read_notice(self, request: WebhookRequest) -> Notice:
        return Notice(kind=NoticeKind.UNKNOWN, topic="customer.changed")


@pytest.fixture
def shop(store: Database) -> Shop:
    return open_shop(store, kind="unsigned")


@pytest.fixture
def client(store: Database) -> FlaskClient:
    receiver = Receiver(store, Subscriptions(store, KEYRING), lambda kind: Unsigned())
    return create_app(store, receiver, max_body_bytes=1000).test_client()


@pytest.mark.parametrize(
    ("given", "status"),
    [("the secret", 200), ("another", 401), ("", 401), (None, 401), ("the secret ", 401), ("thé secret", 401)],
)
def test_the_header_is_the_proof(client: FlaskClient, shop: Shop, given: str | None, status: int) -> None:
    # Given a webhook with a secret header, when something comes to its address, then only the secret proves it
    address = shop.add_webhook("customer.changed", "the secret")
    headers = {} if given is None else {"X-Shopledger-Secret": given}
    assert client.post(f"/webhooks/{address}", data=b"{}", headers=headers).status_code == status
    assert len(shop.rows("select 1 from events")) == (status == 200)


def test_an_empty_secret_proves_nothing(client: FlaskClient, shop: Shop) -> None:
    # Given a webhook that was stored without a secret, when an empty header comes, then it is refused
    address = shop.add_webhook("customer.changed", "")
    assert client.post(f"/webhooks/{address}", data=b"{}", headers={"X-Shopledger-Secret": ""}).status_code == 401
