"""A shop, its books and a run's worker, in a store of the test's own: a relay sees all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from shared.store.database import Database
from tests.bulk.rig import Bulk, bulk_of
from tests.look.conftest import Command
from tests.support.servers import DatabaseAddress
from workers import run_hand


@pytest.fixture
def bulk(fresh_database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bulk]:
    """Its runs make room as soon as nothing moves: `work` is what moves it."""
    monkeypatch.setattr(run_hand, "STALLED_AFTER", 0.0)
    monkeypatch.setattr(run_hand, "LOOK_EVERY", 0.01)
    with closing(Database(fresh_database.app_url, name="test", connections=8)) as store, bulk_of(store) as made:
        yield made


@pytest.fixture
def command(fresh_database: DatabaseAddress) -> Command:
    return Command(fresh_database)
