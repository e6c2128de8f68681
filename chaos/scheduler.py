"""The scheduler in the harness's tempo: `python -m chaos.scheduler`."""

from __future__ import annotations

from chaos.breaks import break_scheduler
from chaos.part import Part
from chaos.tempo import hasten
from scheduler.__main__ import main

if __name__ == "__main__":
    part = Part.here()
    hasten(part.lease)
    break_scheduler(part.broken)
    main()
