from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from connectors.economic.sandbox import EconomicSandbox
from tests.connectors.economic.sandbox.samples import speak


@pytest.fixture
def books() -> Iterator[EconomicSandbox]:
    with EconomicSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def api(books: EconomicSandbox) -> Iterator[httpx.Client]:
    with speak(books) as client:
        yield client


@pytest.fixture
def control(books: EconomicSandbox) -> Iterator[httpx.Client]:
    with speak(books, path="/__sandbox__") as client:
        yield client


@pytest.fixture
def customer(books: EconomicSandbox) -> int:
    """Customer 1, and the products KRUS and BREV at 25 % and 0 %."""
    books.put_product("KRUS", "Kaffekrus", group=1)
    books.put_product("BREV", "Porto", group=2)
    return books.put_customer("Lampeland Handel", email="kunde@lampeland.example")
