"""A shop with orders in every state, and what its recheck asked of it and told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.domain.recheck import RecheckReport
from shared.sandbox.journal import EntryKind
from shared.store.database import Database
from tests.jobs.rig import Jobs, jobs_of

#: What every customer buys, and who she is.
MUG: Mapping[str, Any] = {
    "lines": [{"name": "Kaffekrus", "price": "100.00", "sku": "MUG"}],
    "billing": {"first_name": "Mette", "last_name": "Holm", "email": "mette@lampeland.example", "country": "DK"},
}


class Night:
    """`recheck()` is one night's, and `work()` what the workers do with what it brought."""

    def __init__(self, jobs: Jobs) -> None:
        assert jobs.line.woo is not None
        self.jobs = jobs
        self.line = jobs.line
        self.woo: WooCommerceSandbox = jobs.line.woo

    def recheck(self) -> RecheckReport:
        self.woo.journal.clear()
        self.jobs.run("recheck")
        return self.report()

    def report(self) -> RecheckReport:
        row = self.jobs.schedule("recheck")
        assert row["problem"] == "", row["problem"]
        return RecheckReport.model_validate(row["report"])

    def known(self) -> None:
        """The line knows the orders as they are in the shop."""
        self.jobs.run("poll")
        self.work()

    def work(self) -> None:
        for (source_id,) in self.line.shop.rows("select source_id from transfers where state = 'waiting' order by id"):
            self.line.work(source_id)

    def order(self, **order: Any) -> int:
        """One in the shop, of which nobody tells."""
        return int(self.woo.put_order(**{**MUG, **order})["id"])

    def sent(self, **order: Any) -> int:
        """An order that is in the books."""
        number = self.order(**order)
        self.known()
        assert self.line.state(number)[0] == "done"
        return number

    def left_open(self, **order: Any) -> int:
        """One that waits for its money."""
        number = self.order(status="on-hold", **order)
        self.known()
        assert self.line.state(number)[0] == "skipped"
        return number

    def asked(self) -> Counter[str]:
        """What the shop was asked since the recheck began, by kind of request."""
        return Counter(_kind(entry.path, entry.query) for entry in self.woo.journal.entries(EntryKind.REQUEST))

    def version(self, number: int) -> int:
        return int(self.line.shop.rows("select version from transfers where source_id = %s", str(number))[0][0])


def _kind(path: str, query: str) -> str:
    said = parse_qs(query)
    if path.rpartition("/")[2].isdecimal():
        return "one"
    if "include" in said:
        return "by id" if said["status"] == ["any"] else "in the bin"
    return "count" if said.get("per_page") == ["1"] and "after" in said else "list"


@contextmanager
def nights_of(store: Database, **settings: Any) -> Iterator[Night]:
    with jobs_of(store, **settings) as jobs:
        yield Night(jobs)
