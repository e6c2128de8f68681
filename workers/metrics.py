"""What a worker counts; served on the worker's metrics port if one is set."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

ENDED = Counter("shopledger_tries_total", "Tries by queue and how they ended.", ["queue", "outcome"])
SECONDS = Histogram(
    "shopledger_message_seconds",
    "Time a message took.",
    ["queue"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
DEAD = Counter("shopledger_dead_letters_total", "Messages that nobody could handle.", ["queue"])
