"""A relay that dies between its commit and its message, or between the confirm and its next round."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dramatiq

from chaos.part import Part
from chaos.sentence import Block
from ingest import relay
from shared.publisher import Publisher

#: The transfers are marked as rung, and nothing was published.
MARKED = "marked"
#: RabbitMQ has confirmed.
CONFIRMED = "confirmed"


class MortalPublisher(Publisher):
    def publish(self, messages: Sequence[dramatiq.Message[Any]], *, within: float) -> list[bool]:
        block = Block(Part.here())
        if messages:
            block.passes(MARKED, f"{len(messages)} messages")
        confirmed = super().publish(messages, within=within)
        if any(confirmed):
            block.passes(CONFIRMED, f"{len(messages)} messages")
        return confirmed


def main() -> None:
    setattr(relay, "Publisher", MortalPublisher)  # noqa: B010 - it is only imported there
    relay.main()


if __name__ == "__main__":
    main()
