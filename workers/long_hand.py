"""Work of minutes in a worker's hand: its lease is made to last while it goes on, and when it makes room for others."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from shared.store.run_work import BulkRun
from shared.store.schedules import Run
from workers.hand import SPARE, PutBack, now

#: Seconds that a run's lease lasts, and that one call may take: a slow shop needs half a minute for a list of orders.
LEASE = 120.0
CALL_AT_MOST = 50.0
#: Seconds after which a run that has more to do makes room for those of others.
SLICE = 60.0


class LongHand(ABC):
    run: Run | BulkRun

    def __init__(self, *, since: float, stopping: threading.Event) -> None:
        """`since`: when the run was asked for, by `workers.hand.now`."""
        #: Systems that answered a call of this run.
        self.answered: set[int] = set()
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

    @abstractmethod
    def keep(self) -> object:
        """Makes the lease last. Raises LeaseLost and DatabaseDown."""

    def seconds_for_a_call(self) -> float:
        """As `InHand` says it. Raises PutBack when the service stops, and as `keep`."""
        if self._stopping.is_set():
            raise PutBack("stopping")
        if self._until - now() < LEASE / 2 + SPARE:
            self.keep()
        return min(CALL_AT_MOST, self._until - now() - SPARE)

    def _lasts_from(self, since: float) -> None:
        """The store made the lease last from that moment on."""
        self._until = since + LEASE
