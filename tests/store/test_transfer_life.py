"""The life of one transfer under any order of events, workers, clocks and losses, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from shared.store import line, owner
from shared.store.claims import Claim, Outcome, PlannedDocument, Verdict, Written
from shared.store.database import Database
from shared.store.sql import query
from tests.support.orders import tell, woo_order
from tests.support.shop import Shop, open_shop

LEASE = 40.0


class TransferLife(RuleBasedStateMachine):
    """`held` are claims as their workers see them; a worker does not know that it lost its lease."""

    store: ClassVar[Database]
    shop: Shop

    def __init__(self) -> None:
        super().__init__()
        self.shop = open_shop(self.store)
        self.version = 1
        self.held: list[Claim] = []
        #: Who holds it in the store's eyes; his lease may have run out without anybody having noticed yet.
        self.living: Claim | None = None
        self.is_expired = False
        self.sent: set[str] = set()
        self.frozen_by: Claim | None = None
        tell(self.shop, woo_order(1))
        ((self.transfer,),) = self.shop.rows("select id from transfers")

    def row(self) -> tuple[str, int, int]:
        return self.shop.rows("select state, version, handled_version from transfers")[0]

    @rule()
    def the_shop_says_something_newer(self) -> None:
        self.version += 1
        tell(self.shop, woo_order(1, modified=self.version), delivery=str(self.version))

    @rule()
    def a_message_comes(self) -> None:
        state, *_ = self.row()
        got = line.claim(self.store, self.shop.account, self.transfer, lease=LEASE)
        if isinstance(got, Claim):
            assert self.living is None or self.is_expired, "two workers hold one transfer"
            assert got.version == self.version
            self.living, self.is_expired = got, False
            self.held.append(got)
        elif got is Verdict.BUSY:
            assert self.living is not None
            assert not self.is_expired
        else:
            assert got is Verdict.NOTHING
            assert state in ("done", "skipped", "failed")

    @precondition(lambda self: self.living is not None)
    @rule(freed=st.booleans())
    def the_lease_runs_out(self, freed: bool) -> None:
        self.shop.rows("update transfers set lease_until = now() - interval '1 s' returning id")
        self.is_expired = True
        if freed:
            self.store.run(lambda c: c.execute("select free_expired()"))
            self.living = None

    @precondition(lambda self: self.held)
    @rule(at=st.integers(0, 9), state=st.sampled_from(["done", "skipped", "failed", "waiting"]))
    def a_worker_records(self, at: int, state: str) -> None:
        claim = self.held.pop(at % len(self.held))
        recorded = line.record(self.store, claim, Outcome(state=state, name="x"))  # type: ignore[arg-type]
        assert recorded == (claim is self.living)
        if recorded:
            self.living = None
            expected = "waiting" if self.version > claim.version else state
            assert self.row()[0] == expected

    @precondition(lambda self: self.held)
    @rule(at=st.integers(0, 9))
    def a_worker_freezes(self, at: int) -> None:
        claim = self.held[at % len(self.held)]
        if claim.document is not None and claim.document.first_sent is not None:
            return  # it would look the document up, and send the same bytes
        written = Written(kind="invoice", request=b"{}", currency="DKK", total=Decimal(claim.version))
        verdict, document = line.freeze(self.store, claim, written, lease=LEASE, reference=f"r{claim.version}")
        if verdict == "frozen":
            assert isinstance(document, PlannedDocument)
            assert claim is self.living
            assert not self.is_expired, "who lost his lease was about to send"
            assert claim.version == self.version, "an old state was about to be sent"
            self.sent.add(document.key)
            self.frozen_by = claim
        elif verdict == "outdated":
            assert claim.version < self.version
        else:
            assert verdict == "lost"
            assert claim is not self.living or self.is_expired or claim is self.frozen_by

    @rule()
    def the_owner_asks(self) -> None:
        self.version += 1
        with self.store.account(self.shop.account) as c:
            assert owner.ask_again(c, self.transfer)

    @rule(name=st.sampled_from(["wake_due", "free_expired"]))
    def the_scheduler_looks(self, name: str) -> None:
        self.store.run(lambda c: c.execute(query(name)))
        if name == "free_expired" and self.is_expired:
            self.living = None

    @rule()
    def an_old_message_dies(self) -> None:
        before = self.row()
        values = {"account": self.shop.account, "transfer": self.transfer, "queue": "orders", "message": "m"}
        self.store.run(lambda c: c.execute(query("mark_dead_letter"), values | {"words": "{}", "error": "x"}))
        assert self.row() == before, "nobody had rung for it: the message was an old one"

    @invariant()
    def nothing_newer_is_forgotten(self) -> None:
        state, version, handled = self.row()
        assert version == self.version
        assert handled <= version
        if state in ("done", "skipped", "failed"):
            assert handled == version, "a newer word of the shop was left lying"

    @invariant()
    def there_is_one_document_at_most_and_its_key_never_changes_once_sent(self) -> None:
        keys = self.shop.rows("select idempotency_key from documents where state in ('planned', 'draft', 'booked')")
        assert len(keys) <= 1
        assert len(self.sent) <= 1


@pytest.fixture
def machine(store: Database) -> Iterator[type[TransferLife]]:
    TransferLife.store = store
    yield TransferLife


def test_any_order_of_things_leaves_one_holder_one_document_and_nothing_forgotten(
    machine: type[TransferLife],
) -> None:
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine, settings=settings(max_examples=40, stateful_step_count=25, suppress_health_check=slow)
    )
