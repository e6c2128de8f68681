"""Where a worker of jobs may be struck: between what is taken in, looked at or fed, and the cursor that passes it."""

from __future__ import annotations

from typing import Any

from chaos.part import Part
from chaos.sentence import Block
from workers.job_hand import JobHand
from workers.run_hand import RunHand

#: A page of a poll is taken in, orders of a recheck are looked at, those of an import are fed: the cursor is not moved.
TAKEN_IN, LOOKED_AT, FED = "taken_in", "looked_at", "fed"
POINTS = {"poll": TAKEN_IN, "recheck": LOOKED_AT}


def strike_jobs(part: Part) -> None:
    block, keep, keep_run = Block(part), JobHand.keep, RunHand.keep

    def passes(hand: JobHand, *told: Any) -> None:
        if hand.run.job in POINTS:
            block.passes(POINTS[hand.run.job], f"schedule {hand.run.schedule}")
        keep(hand, *told)

    def passes_fed(hand: RunHand, *told: Any, **named: Any) -> int:
        block.passes(FED, f"run {hand.run.id}")
        return keep_run(hand, *told, **named)

    setattr(JobHand, "keep", passes)  # noqa: B010 - a method is not assigned otherwise
    setattr(RunHand, "keep", passes_fed)  # noqa: B010
