"""A run of a job in a worker's hand: its lease, how far it has come, and when it has to make room for others."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from shared.store import schedules
from shared.store.database import Database
from shared.store.schedules import Counts, Run
from workers.hand import SPARE, LeaseLost, PutBack, now

#: Seconds that a run's lease lasts, and that one call may take: a slow shop needs half a minute for a list of orders.
LEASE = 120.0
CALL_AT_MOST = 50.0
#: Seconds after which a run that has more to do makes room for those of others.
SLICE = 60.0
NO_MORE = Counts()


class JobHand:
    def __init__(self, database: Database, run: Run, *, since: float, stopping: threading.Event) -> None:
        """`since`: when the run was asked for, by `workers.hand.now`."""
        self.run = run
        self.cursor: Mapping[str, Any] = run.cursor
        self.counts = run.counts
        #: What the job found out, for the owner; None where it leaves the last one.
        self.report: Mapping[str, Any] | None = None
        #: Systems that answered a call of this run.
        self.answered: set[int] = set()
        self._database = database
        self._since = since
        self._until = since + LEASE
        self._stopping = stopping

    @property
    def account(self) -> int:
        return self.run.account

    @property
    def is_troubled(self) -> bool:
        return self.run.is_troubled

    @property
    def is_to_make_room(self) -> bool:
        """It has worked for long enough: what is left is done when it comes again."""
        return now() > self._since + SLICE

    def seconds_for_a_call(self) -> float:
        """As `InHand` says it. Raises PutBack when the service stops, LeaseLost without a lease."""
        if self._stopping.is_set():
            raise PutBack("stopping")
        if self._until - now() < LEASE / 2 + SPARE:
            self.keep()
        return min(CALL_AT_MOST, self._until - now() - SPARE)

    def keep(self, cursor: Mapping[str, Any] | None = None, more: Counts = NO_MORE) -> None:
        """Writes down how far it has come; what the cursor passes must be committed. Raises LeaseLost, DatabaseDown."""
        since = now()
        self.cursor = self.cursor if cursor is None else cursor
        self.counts = self.counts + more
        if not schedules.keep(self._database, self.run, lease=LEASE, cursor=self.cursor, counts=self.counts):
            raise LeaseLost
        self._until = since + LEASE
