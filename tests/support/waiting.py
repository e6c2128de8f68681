"""Waiting for what another process does and nobody tells us about."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds that anything may take to happen.
PATIENCE = 60.0


def eventually(happened: Callable[[], bool], what: str = "it", *, within: float = PATIENCE) -> None:
    give_up = time.monotonic() + within
    while not happened():
        assert time.monotonic() < give_up, f"never within {within} s: {what}"
        time.sleep(0.01)
