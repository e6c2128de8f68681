from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.store.database import Database
from tests.watch.rig import Watched, watched_shop


@pytest.fixture
def watched(store: Database) -> Iterator[Watched]:
    with watched_shop(store) as watched:
        yield watched
