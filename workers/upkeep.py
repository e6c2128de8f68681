"""Keeps the store in order: makes the months that events and attempts will need."""

from __future__ import annotations

import dramatiq
import structlog

from shared.queue import Queue
from shared.store.database import Database
from shared.store.sql import query

log = structlog.get_logger()


def add_upkeep(broker: dramatiq.Broker, database: Database) -> None:
    @dramatiq.actor(broker=broker, queue_name=Queue.UPKEEP, actor_name=Queue.UPKEEP)
    def upkeep(reason: str) -> None:
        made = database.run(lambda c: c.execute(query("ensure_partitions")).fetchall())
        log.info("upkeep_done", reason=reason, partitions=[name for (name,) in made])
