"""Runs as their worker has them, with the line behind them, one step after the other."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.woocommerce.sandbox import WooCommerceSandbox
from scheduler.bulk import RunBell
from shared.domain.bulk import RunState
from shared.store import runs
from shared.store.database import Database
from shared.store.runs import Item, StoredRun, Wish
from tests.jobs.rig import Bell
from tests.line.rig import Line, line_to
from tests.support.orders import woo_order
from workers.hand import Watch
from workers.main import nobody
from workers.orders import try_order
from workers.runs import try_run

#: The orders of these tests are of March 2026, and their connection was switched on later.
SWITCHED_ON = datetime(2026, 6, 1, tzinfo=UTC)
MARCH: Mapping[str, Any] = {"from": "2026-03-01", "to": "2026-03-31"}


@dataclass
class Bulk:
    line: Line
    bell: Bell = field(default_factory=Bell)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def woo(self) -> WooCommerceSandbox:
        assert self.line.woo is not None
        return self.line.woo

    @property
    def store(self) -> Database:
        return self.line.database

    def put(self, *numbers: int, **fields: Any) -> None:
        """Orders in the shop of which nobody told."""
        for number in numbers:
            self.woo.put_raw_order(woo_order(number, modified=number, **fields), announce=False)

    def open(self, filter: Mapping[str, Any] = MARCH, *, share: float = 0.5, is_ready: bool = True) -> int:
        with self.store.account(self.line.shop.account) as c:
            run = runs.open_run(
                c, through=self.line.shop.connection, kind="import", what="import", filter=filter, by="kim", share=share
            )
            if is_ready:
                runs.ready(c, run)
        return run

    def steer(self, run: int, wish: Wish) -> RunState | None:
        with self.store.account(self.line.shop.account) as c:
            return runs.steer(c, run, wish, by="kim")

    def go(self, run: int) -> None:
        """One slice, as when its message comes."""
        self.line.shop.rows(
            "update runs set rung_at = now(), lease_token = null, lease_until = null where id = %s returning id", run
        )
        try_run(self.line.tools, self.line.shop.account, run, self.stopping)

    def ring(self) -> int:
        """What the scheduler does."""
        return RunBell(self.store, self.bell).ring()

    def rung(self) -> list[str]:
        """What the relay rings for now, by the shop's ids."""
        rows = self.store.run(
            lambda c: c.execute("select account_id, transfer_id from ring(1000, array['orders'])").fetchall()
        )
        return [self._source(transfer) for _, transfer in rows]

    def work(self, *, watch: Watch = nobody) -> int:
        """What relay and workers do, until nothing is to be rung for; how many orders they tried."""
        tried = 0
        while numbers := self.rung():
            for number in numbers:
                self.line.work(number, watch=watch)
                tried += 1
        return tried

    def try_transfer(self, transfer: int) -> None:
        """A message about it."""
        try_order(self.line.tools, self.line.shop.account, transfer, self.stopping, nobody)

    def finish(self, run: int, *, most: int = 200) -> StoredRun:
        """Slices and work in turns, until it has ended."""
        for _ in range(most):
            self.go(run)
            self.work()
            if (now := self.run(run)).state in ("done", "failed", "cancelled"):
                return now
        raise AssertionError(f"the run does not end: {self.run(run)}")

    def run(self, run: int) -> StoredRun:
        with self.store.account(self.line.shop.account) as c:
            found = runs.stored(c, run)
        assert found is not None
        return found

    def items(self, run: int) -> Mapping[str, tuple[str | None, str]]:
        """Number -> (outcome, reason)."""
        return {one.number: (one.outcome, one.reason) for one in self.items_of(run)}

    def items_of(self, run: int) -> Sequence[Item]:
        with self.store.account(self.line.shop.account) as c:
            return runs.items(c, run)

    def in_books(self) -> Mapping[str, int]:
        """The shop's id -> how many documents the books have of it."""
        references = [str(document.reference) for document in self.line.books.documents()]
        return Counter(reference.rpartition("-")[2] for reference in references)

    def _source(self, transfer: int) -> str:
        return str(self.line.shop.rows("select source_id from transfers where id = %s", transfer)[0][0])


@contextlib.contextmanager
def bulk_of(store: Database, **settings: Any) -> Iterator[Bulk]:
    with line_to(store, with_shop=True, **settings) as line:
        line.books.put_product("MUG", group=1)
        line.books.put_customer("Mette Holm", email="mette@lampeland.example")
        line.shop.rows("update connections set active_since = %s returning id", SWITCHED_ON)
        yield Bulk(line)
