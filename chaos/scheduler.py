"""The scheduler in the harness's tempo, which may be struck while it leads: `python -m chaos.scheduler`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dramatiq

from chaos.breaks import break_scheduler
from chaos.part import Part
from chaos.sentence import Block
from chaos.tempo import hasten
from scheduler import __main__ as scheduler
from scheduler.leader import Leadership
from shared.publisher import Publisher

#: It leads, and looks what there is to do.
LEADS = "leads"
#: Runs are marked as emitted, and nothing was published.
EMITTED = "emitted"


class MortalLeadership(Leadership):
    def leads(self) -> bool:
        is_leader = super().leads()
        if is_leader:
            Block(Part.here()).passes(LEADS, "")
        return is_leader


class MortalPublisher(Publisher):
    def publish(self, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:
        if messages:
            Block(Part.here()).passes(EMITTED, f"{len(messages)} messages")
        return super().publish(messages, within=within)


def main() -> None:
    part = Part.here()
    hasten(part.lease)
    break_scheduler(part.broken)
    setattr(scheduler, "Publisher", MortalPublisher)  # noqa: B010 - they are only imported there
    setattr(scheduler, "Leadership", MortalLeadership)  # noqa: B010
    scheduler.main()


if __name__ == "__main__":
    main()
