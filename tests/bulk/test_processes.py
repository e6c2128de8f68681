"""An import through the processes that run in earnest, whose workers are killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from shared.queue import Queue
from tests.bulk.rig import Bulk
from tests.line.queues import channel_to
from tests.support.processes import environment, running
from tests.support.proofs import IS_EXHAUSTIVE
from tests.support.servers import DatabaseAddress, Rabbit
from tests.support.waiting import eventually

ORDERS, KILLS = (20_000, 5) if IS_EXHAUSTIVE else (120, 3)
#: Seconds for as many orders as go between two kills.
WITHIN = 60 + ORDERS / 20


@pytest.fixture
def queues(rabbitmq: Rabbit) -> Iterator[str]:
    yield rabbitmq.amqp_url
    with channel_to(rabbitmq.amqp_url) as channel:
        for queue in Queue:
            for suffix in ("", ".DQ", ".XQ"):
                channel.queue_delete(f"{queue}{suffix}")


def test_an_import_whose_workers_are_killed_brings_each_order_once(
    bulk: Bulk, fresh_database: DatabaseAddress, queues: str
) -> None:
    # Given relay, scheduler and the workers of orders, and an import
    bulk.put(*range(1, ORDERS + 1))
    run = bulk.open(share=1.0)
    env = environment(
        fresh_database.app_url,
        SHOPLEDGER_BROKER_URL=queues,
        SHOPLEDGER_SCHEDULER_TICK_SECONDS="0.1",
    )

    def service(module: str) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
        return running([sys.executable, "-m", module], env)

    with service("ingest.relay"), service("scheduler"), service("workers"):
        # When the worker of the run is killed again and again, each time further on
        for kill in range(1, KILLS + 1):
            with service("workers.patient") as patient:
                goal = ORDERS * kill // (KILLS + 1)
                eventually(lambda: bulk.run(run).ended >= goal, f"{goal} orders have ended", within=WITHIN)  # noqa: B023
                _kill(patient)
            # Its lease is over, as it will be in a while
            bulk.line.shop.rows(
                "update runs set lease_until = now(), rung_at = null where ended_at is null returning id"
            )
        with service("workers.patient"):
            eventually(lambda: bulk.run(run).state == "done", "the run is done", within=WITHIN)
    # Then the run counts each order once, and the books have each once
    row = bulk.run(run)
    assert (row.items, row.done, row.total) == (ORDERS, ORDERS, ORDERS)
    assert bulk.in_books() == {str(number): 1 for number in range(1, ORDERS + 1)}


def _kill(process: subprocess.Popen[str]) -> None:
    """With its children, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
