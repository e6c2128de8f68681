from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.store.database import Database
from tests.apply.rig import Desk, desk_with
from tests.support.servers import DatabaseAddress


@pytest.fixture
def desk(fresh_database: DatabaseAddress, tmp_path: Path) -> Iterator[Desk]:
    """A store of the test's own: an apply sees all accounts."""
    opened = Database(fresh_database.app_url, name="test", connections=4)
    with desk_with(opened, tmp_path) as made:
        yield made
    opened.close()
