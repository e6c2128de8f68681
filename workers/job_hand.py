"""A run of a job in a worker's hand: how far it has come, and what it has found."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from shared.store import schedules
from shared.store.database import Database
from shared.store.schedules import Counts, Run
from workers.hand import LeaseLost, now
from workers.long_hand import LEASE, LongHand

NO_MORE = Counts()


class JobHand(LongHand):
    run: Run

    def __init__(self, database: Database, run: Run, *, since: float, stopping: threading.Event) -> None:
        super().__init__(since=since, stopping=stopping)
        self.run = run
        self.cursor: Mapping[str, Any] = run.cursor
        self.counts = run.counts
        #: What the job found out, for the owner; None where it leaves the last one.
        self.report: Mapping[str, Any] | None = None
        self._database = database

    def keep(self, cursor: Mapping[str, Any] | None = None, more: Counts = NO_MORE) -> None:
        """Writes down how far it has come; what the cursor passes must be committed. Raises LeaseLost, DatabaseDown."""
        since = now()
        self.cursor = self.cursor if cursor is None else cursor
        self.counts = self.counts + more
        if not schedules.keep(self._database, self.run, lease=LEASE, cursor=self.cursor, counts=self.counts):
            raise LeaseLost
        self._lasts_from(since)
