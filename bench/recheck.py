"""The recheck of a shop with many open orders, whose answers take 50 ms: requests, seconds, and the worker's memory."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bench import load
from bench.jobs import Figure, one_run
from bench.stand import SETTINGS, Stand, fixed_books, service, until
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.domain.notice import Notice, NoticeKind, SourceType
from shared.intake import Origin, Sender, take_in
from shared.queue import Queue
from tests.line.rig import shop_credentials
from tests.support.shop import Shop, open_shop

#: Seconds of one answer, and the requests that the issue of jobs asks for at most.
ANSWER, TARGET = 0.05, 110
OPEN = "select count(*) from shopledger.transfers where state = 'skipped'"
DONE = "select count(*) from shopledger.transfers where state = 'done'"


def report(count: int) -> None:
    print(f"{count} open orders, {1000 * ANSWER:.0f} ms per answer; CPU in ms per order, memory in MB\n")
    with Stand() as stand, WooCommerceSandbox() as woo, fixed_books(0) as (_, (books,)):
        access = {"app_secret_token": "app", "agreement_grant_token": "grant", "url": books}
        shop = open_shop(
            stand.database, shop_credentials=shop_credentials(woo), books_credentials=access, settings=SETTINGS
        )
        fill(woo, shop, count)
        with service("ingest.relay", env=stand.environment()), service("workers", env=stand.environment()):
            until(lambda: stand.left() == 0 and stand.value(OPEN) == count, every=0.2, what="that all are open")
            woo.add_fault(kind="latency", seconds=ANSWER, method="GET")
            print("| | requests | seconds | CPU worker | CPU PostgreSQL | peak memory | went into the books |")
            print("|---|---|---|---|---|---|---|")
            with service("workers.patient", env=stand.environment()) as pid:
                until(lambda: stand.consumers(Queue.RECHECK) > 0, every=0.1, what="the start of the worker")
                print(line("nothing changed", *rechecked(stand, woo, shop, pid), count, 0))
                release(woo, count)
                asked = rechecked(stand, woo, shop, pid)
                until(lambda: stand.value(DONE) == 1 and stand.left() == 0, every=0.1, what="its document")
                print(line("the last one may go", *asked, count, int(stand.value(DONE))))
    print(f"\ntarget: {TARGET} requests")


def fill(woo: WooCommerceSandbox, shop: Shop, count: int) -> None:
    """On hold in the shop, and known here."""
    first = datetime.now(UTC) - timedelta(days=5)
    for at in range(count):
        made = first + timedelta(seconds=at)
        moment = f"{made:%Y-%m-%dT%H:%M:%S}"
        dates = {f"date_{what}{zone}": moment for what in ("created", "modified") for zone in ("", "_gmt")}
        number = 1_000_000 + at
        body = {**json.loads(load.order_body(number)), **dates, "status": "on-hold"}
        woo.put_raw_order(body, announce=False)
        notice = Notice(
            kind=NoticeKind.STATE, topic="order.created", delivery_id=str(number), source_type=SourceType.ORDER,
            source_id=str(number), source_number=str(number), modified_at=made, created_at=made,
        )  # fmt: skip
        sender = Sender(account_id=shop.account, system_id=shop.webshop)
        raw = json.dumps(body).encode()
        shop.database.run(lambda c: take_in(c, sender, Origin.WEBHOOK, notice, raw))  # noqa: B023


def release(woo: WooCommerceSandbox, count: int) -> None:
    """The last one, without a webhook and without a date: only a recheck can see that."""
    woo.put_raw_order({**woo.order(1_000_000 + count - 1), "status": "processing"}, announce=False)


def rechecked(stand: Stand, woo: WooCommerceSandbox, shop: Shop, pid: int) -> tuple[int, Figure]:
    """How many requests it takes, and what else."""
    before = len(woo.journal.entries())
    run = one_run(stand, shop, "recheck", pid)
    return len(woo.journal.entries()) - before, run


def line(name: str, requests: int, run: Figure, count: int, gone: int) -> str:
    worker, postgres = 1000 * run.worker / count, 1000 * run.postgres / count
    return f"| {name} | {requests} | {run.seconds:.1f} | {worker:.2f} | {postgres:.2f} | {run.peak:.0f} | {gone} |"
