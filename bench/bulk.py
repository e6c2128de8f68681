"""An import beside live orders of the same connection: orders per second, and how much longer the live ones take."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench import load
from bench.stand import SETTINGS, Stand, fixed_books, service, tell, until
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.domain.bulk import USUAL_SHARE
from shared.queue import Queue
from shared.store import runs
from tests.line.rig import shop_credentials
from tests.support.shop import Shop, open_shop

#: Seconds that the books take for one call, and between two live orders, and for which they are watched.
CALL, EVERY, WATCHED = 0.02, 0.2, 60.0
WARM_UP = 40
#: Live orders may take so many times as long as without an import: what the issue of jobs asks for.
TARGET = 1.5
#: Old orders were made in this month.
MONTH = {"from": "2026-01-01", "to": "2026-01-31"}
TOOK = """
    select 1000 * extract(epoch from d.updated_at - t.created_at)::float
    from shopledger.transfers t join shopledger.documents d on d.transfer_id = t.id and d.place = 'draft'
    where t.created_at >= to_timestamp(%s) and not t.is_imported and t.state = 'done' order by 1
"""
ENDED = "select count(*) from shopledger.run_items where outcome is not null"


@dataclass(frozen=True)
class Figure:
    """Of live orders: how many, and milliseconds from their commit to their document. `imported` per second."""

    orders: int
    p50: float
    p95: float
    imported: float


def report(count: int) -> None:
    print(f"a live order every {1000 * EVERY:.0f} ms, {1000 * CALL:.0f} ms per call; milliseconds\n")
    print("| | live orders | p50 | p95 | of alone | imported/s |")
    print("|---|---|---|---|---|---|")
    with Stand() as stand, WooCommerceSandbox() as woo, fixed_books(CALL) as (_, (address,)):
        fill(woo, count)
        shop = opened(stand, woo, address)
        with services(stand):
            live(stand, shop, WARM_UP * EVERY)
            alone = live(stand, shop, WATCHED)
            print(line("alone", alone, alone), flush=True)
            for share in (USUAL_SHARE, 1.0):
                run = begin(shop, share)
                print(
                    line(f"beside an import with a share of {share:g}", live(stand, shop, WATCHED), alone), flush=True
                )
                cancel(stand, shop, run)
    print(f"\ntarget: p95 less than {TARGET:g} of alone")


def fill(woo: WooCommerceSandbox, count: int) -> None:
    first = datetime(2026, 1, 2, tzinfo=UTC)
    for at in range(count):
        made = f"{first + timedelta(seconds=60 * at):%Y-%m-%dT%H:%M:%S}"
        dates = {f"date_{what}{zone}": made for what in ("created", "modified") for zone in ("", "_gmt")}
        woo.put_raw_order({**json.loads(load.order_body(1_000_000 + at)), **dates}, announce=False)


def opened(stand: Stand, woo: WooCommerceSandbox, address: str) -> Shop:
    books = {"app_secret_token": "app", "agreement_grant_token": "grant", "url": address}
    shop = open_shop(stand.database, shop_credentials=shop_credentials(woo), books_credentials=books, settings=SETTINGS)
    shop.rows("update connections set active_since = '2026-06-01' where id = %s returning id", shop.connection)
    return shop


@contextlib.contextmanager
def services(stand: Stand) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for module in ("ingest.relay", "workers", "workers.patient", "scheduler"):
            stack.enter_context(service(module, env=stand.environment()))
        until(lambda: stand.consumers(Queue.ORDERS) > 0, every=0.1, what="the start of the worker")
        until(lambda: stand.consumers(Queue.IMPORTS) > 0, every=0.1, what="the start of the worker of runs")
        yield


def live(stand: Stand, shop: Shop, seconds: float) -> Figure:
    """Orders come one after the other, as evenly as this machine can tell of them."""
    began, before, stop = time.time(), int(stand.value(ENDED)), threading.Event()
    told = 0
    while told * EVERY < seconds:
        stop.wait(max(0.0, began + told * EVERY - time.time()))
        tell(shop, next(load.ids))
        told += 1
    imported = (int(stand.value(ENDED)) - before) / (time.time() - began)
    until(lambda: len(took(stand, began)) == told, every=0.2, what="the last document")
    times = took(stand, began)
    return Figure(told, times[told // 2], times[told * 95 // 100], imported)


def took(stand: Stand, began: float) -> list[float]:
    return [one for (one,) in stand.admin.execute(TOOK, [began]).fetchall()]


def begin(shop: Shop, share: float) -> int:
    with shop.database.account(shop.account) as c:
        run = runs.open_run(
            c, through=shop.connection, kind="import", what="import", filter=MONTH, by="bench", share=share
        )
        runs.ready(c, run)
    return run


def cancel(stand: Stand, shop: Shop, run: int) -> None:
    with shop.database.account(shop.account) as c:
        runs.steer(c, run, "cancel", by="bench")
    until(lambda: stand.left() == 0, every=0.2, what="the end of what was on its way")


def line(name: str, run: Figure, alone: Figure) -> str:
    return f"| {name} | {run.orders} | {run.p50:.0f} | {run.p95:.0f} | {run.p95 / alone.p95:.2f} | {run.imported:.0f} |"
