"""From a webhook to its document, one order at a time on an idle line whose look-ups are warm: where the time goes."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from bench import load
from bench.stand import Stand, fixed_books, service, until
from bench.webhook import SECRET, wait_for
from tests.support.processes import free_port
from tests.support.shop import Shop

#: Seconds that the books take for one call.
CALL = 0.02
WARM_UP = 20
#: Seconds until the next order, at most: the relay looks every 20 ms, and no order may keep step with it.
PAUSE = 0.1
MOMENTS = """
    select extract(epoch from t.created_at)::float, extract(epoch from a.started_at)::float,
           extract(epoch from d.first_sent_at)::float, extract(epoch from d.updated_at)::float
    from shopledger.transfers t
    join shopledger.documents d on d.transfer_id = t.id and d.place = 'draft'
    join shopledger.attempts a on a.transfer_id = t.id
    where t.account_id = %s and t.source_id = %s and t.state = 'done'
"""


@dataclass(frozen=True)
class Times:
    """Milliseconds of one order, from when its webhook is sent to when others see its document, and on the way."""

    all: float
    taken_in: float
    claimed: float
    frozen: float
    recorded: float


class Sender:
    """The shop: sends an order's webhook, and watches the store for its document."""

    def __init__(self, stand: Stand, shop: Shop, port: int) -> None:
        self._stand, self._shop = stand, shop
        self._line = load.Line(port)
        self._path = f"/webhooks/{shop.add_webhook('order.created', SECRET)}"

    def send(self) -> Times:
        number = next(load.ids)
        request = load.webhook(self._path, SECRET, number)
        time.sleep(random.uniform(0, PAUSE))
        began = time.time()
        self._line.send(request)
        while not self._line.is_answered():
            pass
        until(lambda: self._moments(number), every=0.001, what="the document")
        ended = time.time()
        (moments,) = self._moments(number)
        steps = [1000 * (after - before) for before, after in zip((began, *moments), moments, strict=False)]
        return Times(1000 * (ended - began), *steps)

    def _moments(self, number: int) -> Sequence[tuple[float, ...]]:
        return self._stand.admin.execute(MOMENTS, [self._shop.account, str(number)]).fetchall()


def measure(stand: Stand, count: int) -> list[Times]:
    with contextlib.ExitStack() as stack:
        _, addresses = stack.enter_context(fixed_books(CALL))
        (shop,) = stand.shops(1, addresses)
        port = free_port()
        env = stand.environment(SHOPLEDGER_INGEST_PORT=str(port))
        for module in ("ingest", "ingest.relay", "workers", "scheduler"):
            stack.enter_context(service(module, env=env))
        wait_for(port)
        sender = Sender(stand, shop, port)
        for _ in range(WARM_UP):
            sender.send()
        return [sender.send() for _ in range(count)]


def report(count: int) -> None:
    print(f"{count} orders, one after the other, {1000 * CALL:.0f} ms per call, two calls each; milliseconds\n")
    print("| | webhook to document | taken in | claimed | frozen | recorded |")
    print("|---|---|---|---|---|---|")
    with Stand() as stand:
        times = measure(stand, count)
    columns = [sorted(column) for column in zip(*map(astuple, times), strict=True)]
    for name, at in (("p50", len(times) // 2), ("p99", len(times) * 99 // 100)):
        whole, *steps = (column[at] for column in columns)
        print(f"| {name} | **{whole:.0f}** | " + " | ".join(f"{step:.1f}" for step in steps) + " |", flush=True)
