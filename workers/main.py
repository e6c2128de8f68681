"""What a Dramatiq worker process loads: the broker, and every actor bound to it."""

from __future__ import annotations

import dramatiq

from shared.logs import configure_logs
from shared.queue import make_broker
from shared.settings import settings
from shared.startup import open_database
from shared.store.database import Database
from workers.upkeep import add_upkeep

#: Seconds that a statement of a worker may take.
WORK_WITHIN = 30.0


def build() -> dramatiq.Broker:
    chosen = settings()
    configure_logs(format=chosen.log_format, level=chosen.log_level)
    broker = make_broker(chosen.broker_url.get_secret_value())
    dramatiq.set_broker(broker)
    add_actors(broker, open_database("worker", connections=chosen.worker_threads, within=WORK_WITHIN))
    return broker


def add_actors(broker: dramatiq.Broker, database: Database) -> None:
    """Every actor there is."""
    add_upkeep(broker, database)
