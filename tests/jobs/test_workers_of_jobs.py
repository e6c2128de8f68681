"""The workers of jobs as a process of their own, beside one of orders."""

from __future__ import annotations

import contextlib
import socket
import sys

import httpx

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.store.database import Database
from tests.line.rig import shop_credentials
from tests.support.processes import environment, free_port, running
from tests.support.servers import DatabaseAddress
from tests.support.shop import Shop, open_shop
from tests.support.waiting import eventually
from workers.patient import THREADS

#: More than the worker has threads, each of which waits for so many seconds.
SLOW_SHOPS, SLOW = THREADS + 1, 8.0


def test_shops_of_one_slow_host_leave_a_thread_to_others_and_metrics_tell_of_both_workers(
    own_store: Database, fresh_database: DatabaseAddress, own_vhost: str
) -> None:
    # Given shops of one host that takes long to answer, and a quick one that is due after them
    port = free_pair()
    env = environment(
        fresh_database.app_url,
        SHOPLEDGER_BROKER_URL=own_vhost,
        SHOPLEDGER_SCHEDULER_TICK_SECONDS="0.1",
        SHOPLEDGER_WORKER_METRICS_PORT=str(port),
    )
    with contextlib.ExitStack() as stack:
        slow_host, quick_host = (stack.enter_context(WooCommerceSandbox()) for _ in range(2))
        slow_host.add_fault(kind="latency", seconds=SLOW)
        slow = [open_shop(own_store, shop_credentials=shop_credentials(slow_host)) for _ in range(SLOW_SHOPS)]
        quick = open_shop(own_store, shop_credentials=shop_credentials(quick_host))

        # When all are polled
        for module in ("workers", "workers.patient", "scheduler"):
            stack.enter_context(running([sys.executable, "-m", module], env))
        eventually(lambda: has_ended(quick), "the quick one is polled", within=30)

        # Then the quick one did not wait for the others
        assert not any(map(has_ended, slow))

        # And the metrics of orders and of jobs are served side by side
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").is_success
        of_jobs = httpx.get(f"http://127.0.0.1:{port + 1}/metrics").text
        assert 'shopledger_tries_total{outcome="done",queue="polls"} 1.0' in of_jobs


def has_ended(shop: Shop) -> bool:
    return shop.rows("select ended_at is not null from schedules where job = 'poll'") == [(True,)]


def free_pair() -> int:
    """A port that is free, as the next one is."""
    while True:
        port = free_port()
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
            return port
