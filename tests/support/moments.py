"""What somebody does at a moment of a worker's try."""

from __future__ import annotations

from collections.abc import Callable

from shared.store.claims import Claim
from workers.hand import Point, Watch


def at(point: Point, act: Callable[[], object]) -> Watch:
    """Whenever a worker passes that point."""

    def watch(passed: Point, _: Claim) -> None:
        if passed is point:
            act()

    return watch
