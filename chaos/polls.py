"""Where a worker of jobs may be struck: between a page of a poll that is taken in and the cursor."""

from __future__ import annotations

from typing import Any

from chaos.part import Part
from chaos.sentence import Block
from workers.job_hand import JobHand

#: A page is taken in, and the cursor not moved.
TAKEN_IN = "taken_in"


def strike_polls(part: Part) -> None:
    block, keep = Block(part), JobHand.keep

    def passes(hand: JobHand, *told: Any) -> None:
        block.passes(TAKEN_IN, f"schedule {hand.run.schedule}")
        keep(hand, *told)

    setattr(JobHand, "keep", passes)  # noqa: B010 - a method is not assigned otherwise
