"""A transfer in a worker's hand: its lease, the points that its work passes, and why it may be put back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from shared.domain.reasons import REASONS
from shared.errors import Retry
from shared.store import line
from shared.store.claims import Claim
from shared.store.database import Database
from shared.store.line import Frozen, Noted

#: Seconds that a claim lasts; it is renewed when half of it is gone, and before whatever cannot be undone.
LEASE = 40.0
#: Seconds that one call to the outside may take at most, and what must be left of the lease after it.
CALL_AT_MOST = 20.0
SPARE = 5.0
#: Goes on while the machine sleeps, where there is such a clock, and nobody sets it.
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
#: Seconds that a whole try may take, well below Dramatiq's limit for a message.
TRY_AT_MOST = 90.0


class Point(StrEnum):
    """Where a try can be killed: between two of them it does one thing."""

    CLAIMED = "claimed"
    STATE_KNOWN = "state_known"
    DECIDED = "decided"
    CUSTOMER_KNOWN = "customer_known"
    PRODUCTS_KNOWN = "products_known"
    FROZEN = "frozen"
    SENT = "sent"
    COMPARED = "compared"
    SUPERSEDING = "superseding"
    SUPERSEDED = "superseded"
    BOOKING = "booking"
    BOOKED = "booked"
    RECORDED = "recorded"


def now() -> float:
    """Seconds on CLOCK."""
    return time.clock_gettime(CLOCK)


#: Told about every point that is passed.
Watch = Callable[[Point, Claim], None]


class PutBack(Retry):
    """Nobody's fault: the transfer waits a moment. The try does not count, unless it `counts`."""

    def __init__(self, code: str, *, wait: float = 0.0, counts: bool = False, **fields: object) -> None:
        super().__init__(code, REASONS[code].says(**fields), after=timedelta(seconds=wait))
        self.counts = counts


class InHand(Protocol):
    """What a worker has in hand while it calls outside systems: a transfer, or a run of a job."""

    #: Systems that answered a call.
    answered: set[int]

    @property
    def account(self) -> int: ...

    @property
    def is_troubled(self) -> bool:
        """One of its systems was in trouble when it was taken in hand."""
        ...

    def seconds_for_a_call(self) -> float:
        """How long the next call may take, with a lease that outlasts it. Raises LeaseLost, Retry for want of time."""
        ...


class LeaseLost(Exception):
    """Somebody else may have the transfer by now: nothing of this try may be sent or recorded any more."""


class Hand:
    def __init__(self, database: Database, claim: Claim, *, since: float, stopping: threading.Event, watch: Watch):
        """`since`: when the claim was asked for, by `now`."""
        self.claim = claim
        #: Systems that answered a call of this try.
        self.answered: set[int] = set()
        self._database = database
        self._since = since
        self._until = since + LEASE
        self._stopping = stopping
        self._watch = watch

    @property
    def account(self) -> int:
        return self.claim.account

    @property
    def is_troubled(self) -> bool:
        return self.claim.is_troubled

    def passes(self, point: Point) -> None:
        """Raises PutBack when the service stops, Retry when the try takes too long, LeaseLost without a lease."""
        self._watch(point, self.claim)
        if self._stopping.is_set():
            raise PutBack("stopping")
        self.seconds_for_a_call()

    def passed(self, point: Point) -> None:
        """For points after which there is no going back."""
        self._watch(point, self.claim)

    def seconds_for_a_call(self) -> float:
        """How long the next call may take, with a lease that outlasts it. Raises LeaseLost, Retry for want of time."""
        if now() > self._since + TRY_AT_MOST:
            raise Retry("too_slow", REASONS["too_slow"].says())
        if self._until - now() < LEASE / 2 + SPARE:
            since = now()
            if not line.renew(self._database, self.claim, lease=LEASE):
                raise LeaseLost
            self.renewed(since)
        left = self._until - now() - SPARE
        if left <= 0:
            raise LeaseLost
        return min(CALL_AT_MOST, left)

    def may_go_on(self, verdict: Frozen | Noted, since: float) -> None:
        """What the store said to a step that was written down, asked for at `since`. Raises PutBack, LeaseLost."""
        match verdict:
            case "outdated":
                raise PutBack("order_changed")
            case "off":
                raise PutBack("connection_off")
            case "lost":
                raise LeaseLost
            case "frozen" | "noted":
                self.renewed(since)

    def renewed(self, since: float) -> None:
        """The store made the lease last from that moment on."""
        self._until = since + LEASE
