"""Runs the workers of jobs: `python -m workers.patient`. What takes its time there delays no order."""

from __future__ import annotations

import sys

import dramatiq

from shared.queue import PATIENT
from workers.__main__ import main
from workers.main import build_watched, nobody

#: Jobs at once: a job asks its shop one thing after the other. Half of them may be those of one shop (`workers.lanes`),
#: so that its poll finds a place beside a recheck and an import.
THREADS = 6


def build() -> dramatiq.Broker:
    """One thread stays free of any one host. It may run beside a worker of orders, which has the chosen port."""
    return build_watched(nobody, threads=THREADS, port=1)


if __name__ == "__main__":
    sys.exit(main(PATIENT, THREADS, build="workers.patient:build"))
