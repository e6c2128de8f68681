"""The webshops and the books, which survive everything: they are served by the harness itself."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Any

from chaos.tempo import rest
from connectors.economic.sandbox import EconomicSandbox, KeyPolicy, Rounding, Ties
from connectors.woocommerce.sandbox import WooCommerceSandbox
from shared.sandbox.journal import Entry

#: Seconds that the books take over a draft and a new customer, so that there is a middle in which to strike.
SLOW = 0.06
#: Requests of the books that may be under way at once; older ones have ended.
MOST_UNDER_WAY = 64
#: Seconds in which the books must have been asked nothing, to count as left alone.
QUIET = 1.0
#: Seconds after which nobody waits for that any more.
PATIENCE = 10.0

#: How books round; the first one is what is taken for granted until their answers say otherwise.
WAYS = (
    (Rounding.DOCUMENT, Ties.AWAY),
    (Rounding.LINE, Ties.EVEN),
    (Rounding.RATE, Ties.AWAY),
    (Rounding.LINE, Ties.AWAY),
    (Rounding.DOCUMENT, Ties.EVEN),
    (Rounding.RATE, Ties.EVEN),
)

HTML = "<html><body><h1>Vi er snart tilbage</h1></body></html>"
TOO_MANY = '{"message": "Too many requests.", "httpStatusCode": 429}'
#: What the vendor does wrong, and how often: to requests that make, book or delete something.
WRITES: Sequence[tuple[float, dict[str, Any]]] = (
    (0.05, {"kind": "hang_after_commit"}),
    (0.01, {"kind": "late_commit"}),
    (0.09, {"kind": "answer", "status": 429, "body": TOO_MANY}),
    (0.01, {"kind": "answer", "status": 429, "body": TOO_MANY, "headers": {"Retry-After": "1"}}),
    (0.05, {"kind": "answer", "status": 500, "body": "{}"}),
    (0.02, {"kind": "drop"}),
    (0.01, {"kind": "answer", "status": 200, "body": HTML, "headers": {"Content-Type": "text/html"}}),
)
#: The same for reads, the shops' too.
READS: Sequence[tuple[float, dict[str, Any]]] = (
    (0.02, {"kind": "answer", "status": 429, "body": TOO_MANY}),
    (0.02, {"kind": "answer", "status": 500, "body": "{}"}),
    (0.01, {"kind": "drop"}),
    (0.01, {"kind": "answer", "status": 502, "body": HTML, "headers": {"Content-Type": "text/html"}}),
)


class Outside:
    """Every second agreement keeps an idempotency key only with its result, the others from its arrival. Each rounds
    VAT in a way of its own, of which nobody is told.
    """

    def __init__(self, agreements: int, shops: int) -> None:
        policies = (KeyPolicy.ARRIVAL, KeyPolicy.COMMIT)
        self.books = [
            EconomicSandbox(keys=policies[at % 2], rounding=rounding, ties=ties)
            for at, (rounding, ties) in zip(range(agreements), cycle(WAYS), strict=False)
        ]
        self.shops = [WooCommerceSandbox() for _ in range(shops)]

    @contextlib.contextmanager
    def open(self) -> Iterator[Outside]:
        with contextlib.ExitStack() as stack:
            for system in (*self.books, *self.shops):
                stack.enter_context(system)
            yield self

    def be_slow(self, *, drafts: float = SLOW, customers: float = SLOW) -> None:
        for books in self.books:
            books.add_fault(kind="latency", seconds=drafts, method="POST", path="*drafts")
            books.add_fault(kind="latency", seconds=customers, method="POST", path="*customers")

    def misbehave(self, seed: int, lease: float) -> None:
        """A late commit comes within the rest that a request without an answer is given."""
        late = rest(lease) / 2
        for at, books in enumerate(self.books):
            for method, path in (
                ("POST", "*drafts"),
                ("POST", "*customers"),
                ("POST", "*booked"),
                ("DELETE", "*drafts/*"),
            ):
                for chance, fault in WRITES:
                    seconds = {"seconds": late} if fault["kind"] == "late_commit" else {}
                    books.add_fault(
                        method=method, path=path, probability=chance, seed=seed * 100 + at, **fault, **seconds
                    )
        for at, system in enumerate((*self.books, *self.shops)):
            for chance, fault in READS:
                system.add_fault(method="GET", probability=chance, seed=seed * 100 + at, **fault)

    def calm_down(self) -> None:
        """No more trouble; what was to be carried out late has been."""
        for system in (*self.books, *self.shops):
            system.faults.clear()

    def being_sent(self) -> list[Entry]:
        """Requests for drafts that the books have and have not answered."""
        return [
            entry
            for books in self.books
            for entry in books.journal.entries()[-MOST_UNDER_WAY:]
            if entry.status is None and is_draft(entry)
        ]

    def has_documents(self) -> bool:
        return any(books.documents() for books in self.books)

    def drafts_asked_for(self) -> int:
        return sum(is_draft(entry) for books in self.books for entry in books.journal.entries())

    def wait_until_quiet(self) -> None:
        """Nobody may still have something to say when the documents are counted."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            asked = self._asked()
            time.sleep(QUIET)
            if asked == self._asked() and not self.being_sent():
                return

    def _asked(self) -> int:
        return sum(len(books.journal.entries()) for books in self.books)


def is_draft(entry: Entry) -> bool:
    return entry.method == "POST" and entry.path.endswith("/drafts")


def reference_of(entry: Entry) -> str:
    """Of the draft that a request asks for."""
    return str(json.loads(entry.body).get("references", {}).get("other", ""))
