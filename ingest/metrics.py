"""What ingest counts for Prometheus. No label names a shop: operators find those in the store."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

#: Where the processes of one ingest service share their numbers; prometheus_client reads it at its import.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._webhooks = Counter("shopledger_webhooks", "Webhooks by their named end", ["end"], registry=self._registry)
        self._seconds = Histogram(
            "shopledger_webhook_seconds",
            "Time from the request's arrival to its answer",
            registry=self._registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2),
        )

    def count(self, end: str, seconds: float) -> None:
        self._webhooks.labels(end).inc()
        self._seconds.observe(seconds)

    def render(self) -> bytes:
        """The numbers of all processes, where several share them."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return generate_latest(everybody)
