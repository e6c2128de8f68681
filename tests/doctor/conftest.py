from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dramatiq
import pytest

from shared.store.database import Database
from tests.apply.rig import desk_with
from tests.doctor.rig import Clinic, clinic_at, working
from tests.support.servers import DatabaseAddress, Rabbit
from tools.doctor import orders


@pytest.fixture
def workers(rabbitmq: Rabbit) -> Iterator[dramatiq.Broker]:
    with working(rabbitmq.amqp_url) as broker:
        yield broker


@pytest.fixture
def clinic(
    fresh_database: DatabaseAddress,
    rabbitmq: Rabbit,
    workers: dramatiq.Broker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Clinic]:
    # Nothing moves in a store that nobody works on, however short the doctor waits.
    monkeypatch.setattr(orders, "LOOK_AGAIN", 0.05)
    store = Database(fresh_database.app_url, name="test", connections=4)
    with desk_with(store, tmp_path) as desk, clinic_at(fresh_database, rabbitmq, desk) as made:
        yield made
    store.close()
