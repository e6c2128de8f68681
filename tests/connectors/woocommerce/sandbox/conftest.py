from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from connectors.woocommerce.sandbox import WooCommerceSandbox
from tests.connectors.woocommerce.sandbox.receiver import Receiver

#: A Sunday noon in the shop (UTC+1).
NOON = datetime(2026, 11, 22, 11, 0, 0, tzinfo=UTC)
#: Reading the authorities takes longer than all the rest of a test.
TRUST = ssl.create_default_context()


@pytest.fixture
def shop() -> Iterator[WooCommerceSandbox]:
    with WooCommerceSandbox(basic_over_http=True) as sandbox:
        sandbox.set_clock(NOON)
        yield sandbox


@pytest.fixture
def api(shop: WooCommerceSandbox) -> Iterator[httpx.Client]:
    auth = (shop.consumer_key, shop.consumer_secret)
    with httpx.Client(base_url=f"{shop.url}/wp-json/wc/v3", auth=auth, trust_env=False, verify=TRUST) as client:
        yield client


@pytest.fixture
def control(shop: WooCommerceSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{shop.url}/__sandbox__", trust_env=False, verify=TRUST) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()
