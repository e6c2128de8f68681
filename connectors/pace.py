"""How fast, and how long, a client may talk to its system: whoever opens the client decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a system allows one credential: so many tokens in a window. A call costs one unless the system says more."""

    tokens: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an answer said of the budget: the call's cost, and what is left in the window; None where it did not say."""

    cost: int = 1
    left: int | None = None


class Pace(Protocol):
    """Every client asks it before each request, and tells it about each answer, a refusal's too."""

    def before_call(self) -> float:
        """Seconds that the next call may take in all. Raises Retry when there is no budget, or no time, left for it."""
        ...

    def after_call(self, said: Said) -> None: ...


class Unhurried:
    """No limits: for one call by hand, and for tests."""

    def before_call(self) -> float:
        return 60.0

    def after_call(self, said: Said) -> None:
        """Nobody counts."""


UNHURRIED = Unhurried()
