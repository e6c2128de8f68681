"""Shops that were not up to being told: they are left alone for a while, so that no order waits for them."""

from __future__ import annotations

from shared.errors import ConnectionBroken, Fate, OutcomeUnknown, Retry
from workers.hand import PutBack, now

#: Seconds, where the shop named no time of its own; and no longer than that at the longest.
REST, LONGEST = 60.0, 3600.0


class QuietShops:
    """Of one process; any number of threads may use it."""

    def __init__(self) -> None:
        #: System -> until when, on the clock of `hand.now`, and why.
        self._until: dict[int, tuple[float, str]] = {}

    def why(self, system: int) -> str | None:
        """What it said last; None where it may be asked."""
        until, said = self._until.get(system, (0.0, ""))
        return said if now() < until else None

    def note(self, system: int, fate: Fate) -> None:
        """What it was told ended so."""
        if isinstance(fate, PutBack) or not isinstance(fate, Retry | OutcomeUnknown | ConnectionBroken):
            return
        after = fate.after.total_seconds() if isinstance(fate, Retry) and fate.after else REST
        self._until[system] = (now() + min(after, LONGEST), fate.message)
