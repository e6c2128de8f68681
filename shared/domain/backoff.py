"""How long to wait before the next try of what a system was not up to."""

from __future__ import annotations

#: Seconds before the second, third, ... try; then the last one again and again.
WAITS = (5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
#: About five days.
MOST_FAILURES = 125


def wait_after(failures: int, chance: float) -> float | None:
    """Seconds to wait after so many tries in a row; None: no more. `chance` in 0..1 spreads what failed together."""
    if failures >= MOST_FAILURES:
        return None
    wait = WAITS[min(max(failures, 1), len(WAITS)) - 1]
    return wait * (0.8 + 0.4 * chance)
