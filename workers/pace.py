"""How fast a worker may call one outside system: tokens from the store, shared by all workers, taken some at a time."""

from __future__ import annotations

import threading
from typing import Any

from connectors.pace import Budget, Said
from shared.store.database import Database
from workers.hand import InHand, PutBack

#: Tokens that a process takes at once, and the part of a system's budget that this may be at most.
CHUNK = 20
PART = 50
#: Of what the system allows, the part that we use: the owner has other programs, too.
SHARE = 0.9


class Allowance:
    """What this process may still ask of one system. Any number of threads may use it."""

    def __init__(self, database: Database, account: int, system: int, budget: Budget | None) -> None:
        self._database = database
        self._account = account
        self._system = system
        self._budget = budget
        self._tokens = 0
        self._left: int | None = None
        self._lock = threading.Lock()

    def take(self) -> None:
        """One call's token. Raises PutBack when the system has none left."""
        if self._budget is None:
            return
        with self._lock:
            if self._tokens < 1:
                self._refill(self._budget)
            self._tokens -= 1

    def told(self, said: Said) -> None:
        with self._lock:
            self._tokens -= said.cost - 1
            if said.left is not None:
                self._left = said.left

    def _refill(self, budget: Budget) -> None:
        values: dict[str, Any] = {
            "account": self._account,
            "system": self._system,
            "want": max(1, min(CHUNK, budget.tokens // PART)) - self._tokens,
            "capacity": budget.tokens * SHARE,
            "seconds": budget.per.total_seconds(),
            "left": self._left,
        }
        granted, wait = self._database.one("spend", values)
        self._left = None
        self._tokens += granted
        if self._tokens < 1:
            raise PutBack("no_budget", wait=max(wait, 0.05))


class WorkPace:
    """What a client asks before each call: the lease of whoever has the client in hand, and the system's allowance."""

    def __init__(self, system: int, allowance: Allowance) -> None:
        self.hand: InHand | None = None
        self._system = system
        self._allowance = allowance

    def before_call(self) -> float:
        assert self.hand is not None, "a client is used by whoever borrowed it"
        self._allowance.take()
        return self.hand.seconds_for_a_call()

    def after_call(self, said: Said) -> None:
        if self.hand is not None:
            self.hand.answered.add(self._system)
        self._allowance.told(said)
