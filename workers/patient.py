"""Runs the workers of jobs: `python -m workers.patient`. What takes its time there delays no order."""

from __future__ import annotations

import sys

from shared.queue import PATIENT
from workers.__main__ import main

#: Jobs at once: a job asks its shop one thing after the other.
THREADS = 4

if __name__ == "__main__":
    sys.exit(main(PATIENT, THREADS))
