"""The workers of jobs in the harness: `python -m chaos.patient`, started as `python -m workers.patient` is."""

from __future__ import annotations

import sys

from chaos.worker import main
from shared.queue import PATIENT
from workers.patient import THREADS

if __name__ == "__main__":
    sys.exit(main(PATIENT, THREADS))
