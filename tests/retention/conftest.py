from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.retention.rig import Archive, archive_in
from tests.support.servers import DatabaseAddress


@pytest.fixture
def archive(fresh_database: DatabaseAddress) -> Iterator[Archive]:
    with archive_in(fresh_database) as archive:
        yield archive
