"""When jobs look at the shop, and how far back: the owner's choice."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.domain.rhythm import read_rhythm


def _readable(text: str) -> str:
    read_rhythm(text)
    return text


RhythmText = Annotated[str, AfterValidator(_readable)]


class JobSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    poll: Annotated[
        RhythmText,
        Field(description="How often the shop is asked what changed: 5m, 2h, or times as cron writes them: 0 8 * * 1."),
    ] = "5m"
    poll_with_webhooks: Annotated[
        RhythmText, Field(description="How often, while all of the shop's webhooks are in order.")
    ] = "15m"
    recheck: Annotated[
        RhythmText, Field(description="When orders that are still open, and those that were sent, are looked at anew.")
    ] = "0 2 * * *"
    recheck_days: Annotated[
        int, Field(ge=1, le=366, description="How many days back open orders are looked at, without webhooks.")
    ] = 21
    recheck_days_with_webhooks: Annotated[
        int, Field(ge=1, le=366, description="How many days back, while the webhooks are in order.")
    ] = 92
    recheck_sent_days: Annotated[
        int, Field(ge=0, le=366, description="How many days back orders that are in the books are compared; 0: none.")
    ] = 30
