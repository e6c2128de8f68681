"""What an operator has set up wrong is a named end and a line in the log, never a crash."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from connectors.registry import webhook_sender
from ingest.app import create_app
from ingest.subscriptions import Subscriptions
from ingest.webhook import Receiver
from shared.sealing import Keyring
from shared.store.database import Database
from tests.support.shop import KEYRING, open_shop
from tests.support.wire import woo_headers


def ask(store: Database, *, kind: str = "woocommerce", keyring: Keyring = KEYRING) -> tuple[int, str]:
    shop = open_shop(store, kind=kind)
    address = shop.add_webhook("order.created", "secret")
    receiver = Receiver(store, Subscriptions(store, keyring), webhook_sender)
    client: FlaskClient = create_app(store, receiver, max_body_bytes=1000).test_client()
    answer = client.post(f"/webhooks/{address}", data=b"{}", headers=woo_headers("order.created", b"{}", "secret"))
    return answer.status_code, answer.text


def test_a_key_that_is_missing_in_the_ring(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    # Given a webhook whose secret was sealed with a key that this service was not given
    status, said = ask(store, keyring=Keyring({"other": bytes(32)}))

    # Then the answer says that something is set up wrong, and only the log says what
    assert (status, said) == (503, "this service is not set up for this webhook; its log says why\n")
    printed = capsys.readouterr()
    assert "SHOPLEDGER_SECRET_KEYS lacks 'test'" in printed.out + printed.err


def test_a_system_whose_connector_is_not_installed(store: Database, capsys: pytest.CaptureFixture[str]) -> None:
    # Given a webhook of a system that this version does not know
    assert ask(store, kind="shopware9")[0] == 503
    printed = capsys.readouterr()
    assert "no webhook sender 'shopware9'; there are: woocommerce" in printed.out + printed.err
