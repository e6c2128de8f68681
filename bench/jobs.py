"""One run of a shop's job by the worker of jobs, from its message to its end, in as many turns as it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from bench.stand import Meter, Stand, until
from shared.queue import Queue, make_broker, publish
from shared.store.schedules import JobName
from tests.support.shop import Shop

QUEUES: dict[JobName, Queue] = {"poll": Queue.POLLS, "recheck": Queue.RECHECK}
RING = "update schedules set due = now(), rung_at = now() where job = %s returning id, due"
WAITS = "select count(*) from shopledger.schedules where rung_at is not null or lease_until is not null"
IS_AT_END = "select ended_at is not null from shopledger.schedules where job = %s"
ENDED = """
    select problem, found, sent, skipped from shopledger.schedules where job = %s and ended_at >= began_at
"""


@dataclass(frozen=True)
class Figure:
    """CPU in seconds, memory in megabytes. `counts`: found, sent, skipped."""

    seconds: float
    worker: float
    postgres: float
    peak: float
    counts: tuple[int, int, int]


def one_run(stand: Stand, shop: Shop, job: JobName, pid: int) -> Figure:
    """`pid`: of the worker of jobs. Raises RuntimeError where the run says that it failed."""
    meter, began = Meter({"worker": [pid], "postgres": [stand.postgres.pid]}), time.monotonic()
    ring(stand, shop, job)
    while True:
        until(lambda: stand.value(WAITS) == 0, every=0.02, what="the end of a turn")
        if stand.value(IS_AT_END, job):
            break
        ring(stand, shop, job)
    seconds, used = time.monotonic() - began, meter.used()
    problem, *counts = stand.admin.execute(ENDED, [job]).fetchone() or ("not ended", 0, 0, 0)
    if problem:
        raise RuntimeError(problem)
    found, sent, skipped = counts
    peak = max(peak_memory(one) for one in cpu.tree(pid))
    return Figure(seconds, used["worker"], used["postgres"], peak, (found, sent, skipped))


def ring(stand: Stand, shop: Shop, job: JobName) -> None:
    broker = make_broker(stand.rabbitmq.amqp_url())
    ((schedule, due),) = shop.rows(RING, job)
    publish(broker, QUEUES[job], account=shop.account, schedule=schedule, due=due.isoformat())
    broker.close()


def peak_memory(pid: int) -> float:
    """Megabytes that the process held at most, those included that it shares."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
