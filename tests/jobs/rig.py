"""A shop with its schedules, and what a worker does when a job's message comes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import dramatiq

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.queue import Queue
from shared.store.database import Database
from tests.line.rig import Line, line_to
from tests.line.telling import requests, shop_of
from tests.support.orders import woo_order
from workers.jobs import try_run


@dataclass
class Bell:
    """Takes what is rung; `is_away` as RabbitMQ may be, and `loses` the next messages without a confirm."""

    rung: list[dramatiq.Message[Any]] = field(default_factory=list)
    is_away: bool = False
    loses: int = 0

    def open(self, *, within: float) -> bool:
        return not self.is_away

    def publish(self, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:
        lost, self.loses = min(self.loses, len(messages)), max(0, self.loses - len(messages))
        self.rung += messages[lost:]
        return [place >= lost for place in range(len(messages))]

    def emissions(self) -> list[tuple[int, str]]:
        """(schedule, due) of each message, in order."""
        return [(one.kwargs["schedule"], one.kwargs["due"]) for one in self.rung]


@dataclass
class Jobs:
    """The line of a shop, and the jobs that look at it."""

    line: Line
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def woo(self) -> WooCommerceSandbox:
        return shop_of(self.line)

    def run(self, job: str) -> None:
        """As when its message comes, of each connection."""
        for schedule, due in self.line.shop.rows(
            "update schedules set due = now(), rung_at = now() where job = %s returning id, due", job
        ):
            self.ring(schedule, due)

    def put_orders(self, numbers: Iterable[int], *, modified: int = 0) -> None:
        """Orders of which the shop says nothing; `modified` in seconds after START."""
        for number in numbers:
            self.woo.put_raw_order(woo_order(number, modified=modified), announce=False)

    def known(self) -> set[int]:
        """Ids of the orders that were taken in."""
        return {int(source) for source, *_ in self.line.shop.transfers()}

    def events(self) -> int:
        return int(self.line.shop.rows("select count(*) from events")[0][0])

    def lists(self) -> Sequence[Mapping[str, str]]:
        """What the shop was asked to list, in order."""
        asked = [entry for entry in requests(self.line) if entry.path.endswith("/orders")]
        return [dict(parse_qsl(entry.query)) for entry in asked]

    def ring(self, schedule: int, due: datetime) -> None:
        try_run(self.line.tools, Queue.POLLS, self.line.shop.account, schedule, due, self.stopping)

    def schedule(self, job: str) -> Mapping[str, Any]:
        (row,) = self.line.shop.rows("select to_jsonb(s) from schedules s where job = %s", job)
        return dict(row[0])

    def counts(self, job: str) -> tuple[int, int, int, int]:
        """(found, sent, skipped, failed) of the latest run."""
        row = self.schedule(job)
        return row["found"], row["sent"], row["skipped"], row["failed"]


@contextmanager
def jobs_of(store: Database, **settings: Any) -> Iterator[Jobs]:
    with line_to(store, with_shop=True, **settings) as line:
        yield Jobs(line)
