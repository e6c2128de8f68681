"""One poll of a shop where many orders changed: orders per second and the worker's memory; beside reading alone."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

from bench import load
from bench.jobs import Figure, one_run
from bench.stand import SETTINGS, Stand, service, until
from connectors.woocommerce.client import WooCommerceClient
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.queue import Queue
from tests.line.rig import shop_credentials
from tests.support.shop import open_shop

#: Orders that changed in one second, as when many are marked in a list and changed together.
TOGETHER = 100
#: What the issue of jobs asks for, in megabytes.
TARGET = 150


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
                print(line(name, one_run(stand, shop, "poll", pid), count, limit), flush=True)
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


def line(name: str, run: Figure, count: int, limit: float) -> str:
    rate, worker, postgres = count / run.seconds, 1000 * run.worker / count, 1000 * run.postgres / count
    counts = ", ".join(map(str, run.counts))
    return f"| {name} | {rate:.0f} | {rate / limit:.2f} | {worker:.2f} | {postgres:.2f} | {run.peak:.0f} | {counts} |"
