"""One poll of a shop where many orders changed: orders per second and the worker's memory; beside reading alone."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import cpu, load
from bench.stand import SETTINGS, Meter, Stand, service, until
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.queue import Queue, make_broker, publish
from tests.line.rig import shop_credentials
from tests.support.shop import Shop, open_shop

#: Orders that changed in one second, as when many are marked in a list and changed together.
TOGETHER = 100
#: What the issue of jobs asks for, in megabytes.
TARGET = 150
RING = "update schedules set due = now(), rung_at = now() where job = 'poll' returning id, due"
WAITS = "select count(*) from shopledger.schedules where rung_at is not null or lease_until is not null"
IS_AT_END = "select ended_at is not null from shopledger.schedules where job = 'poll'"
COUNTED = "select found, sent, skipped, problem from shopledger.schedules where job = 'poll' and ended_at >= began_at"


@dataclass(frozen=True)
class Figure:
    """CPU in milliseconds per order, memory in megabytes."""

    per_second: float
    worker: float
    postgres: float
    peak: float
    counts: tuple[int, int, int]


def report(count: int) -> None:
    print(f"{count} orders that changed, {TOGETHER} a second; CPU in ms per order, memory in MB\n")
    with Stand() as stand, WooCommerceSandbox() as woo:
        fill(woo, count)
        shop = open_shop(stand.database, shop_credentials=shop_credentials(woo), settings=SETTINGS)
        limit = reading_alone(woo, count)
        print("| | orders/s | of reading alone | CPU worker | CPU PostgreSQL | peak memory | found, new, known |")
        print("|---|---|---|---|---|---|---|")
        print(f"| reading alone | {limit:.0f} | 1 | | | | |", flush=True)
        with service("workers.patient", env=stand.environment()) as pid:
            until(lambda: stand.consumers(Queue.POLLS) > 0, every=0.1, what="the start of the worker")
            for name in ("all new", "all known"):
                run = polled(stand, shop, pid, count)
                counts = ", ".join(map(str, run.counts))
                print(
                    f"| {name} | {run.per_second:.0f} | {run.per_second / limit:.2f} | {run.worker:.2f}"
                    f" | {run.postgres:.2f} | {run.peak:.0f} | {counts} |",
                    flush=True,
                )
                shop.rows("update schedules set cursor = '{}' where job = 'poll' returning id")
    print(f"\ntarget: {TARGET} MB")


def fill(woo: WooCommerceSandbox, count: int) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    for at in range(count):
        changed = (began + timedelta(seconds=at // TOGETHER)).strftime("%Y-%m-%dT%H:%M:%S")
        body = json.loads(load.order_body(1_000_000 + at))
        woo.put_raw_order({**body, "date_modified": changed, "date_modified_gmt": changed}, announce=False)


def reading_alone(woo: WooCommerceSandbox, count: int) -> float:
    with WooCommerceClient(woo.url, woo.consumer_key, woo.consumer_secret) as client:
        began = time.monotonic()
        found = sum(len(page.orders) for page in client.list_orders(modified_after=datetime(2000, 1, 1, tzinfo=UTC)))
        assert found == count
        return count / (time.monotonic() - began)


def polled(stand: Stand, shop: Shop, pid: int, count: int) -> Figure:
    """From its message to its end, in as many turns as it takes."""
    meter, began = Meter({"worker": [pid], "postgres": [stand.postgres.pid]}), time.monotonic()
    ring(stand, shop)
    while True:
        until(lambda: stand.value(WAITS) == 0, every=0.02, what="the end of a turn")
        if stand.value(IS_AT_END):
            break
        ring(stand, shop)
    seconds, used = time.monotonic() - began, meter.used()
    found, sent, skipped, problem = stand.admin.execute(COUNTED).fetchone() or (0, 0, 0, "not ended")
    if problem:
        raise RuntimeError(problem)
    peak = max(peak_memory(one) for one in cpu.tree(pid))
    return Figure(
        count / seconds, 1000 * used["worker"] / count, 1000 * used["postgres"] / count, peak, (found, sent, skipped)
    )


def ring(stand: Stand, shop: Shop) -> None:
    broker = make_broker(stand.rabbitmq.amqp_url())
    ((schedule, due),) = shop.rows(RING)
    publish(broker, Queue.POLLS, account=shop.account, schedule=schedule, due=due.isoformat())
    broker.close()


def peak_memory(pid: int) -> float:
    """Megabytes that the process held at most, those included that it shares."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
