"""The worker's database as the services see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.store.database import Database
from tests.support.servers import Database as DatabaseAddress


@pytest.fixture(scope="session")
def store(database: DatabaseAddress) -> Iterator[Database]:
    """Logged in as the services are, under row-level security."""
    opened = Database(database.app_url, name="test")
    yield opened
    opened.close()
