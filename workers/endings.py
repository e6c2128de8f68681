"""What becomes of a transfer whose try ended with a fate: when it is tried again, and who has to do something."""

from __future__ import annotations

import random
from dataclasses import replace

from shared.domain.backoff import wait_after
from shared.domain.reasons import REASONS
from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from shared.store.claims import Outcome, System
from shared.store.database import Database
from workers.hand import InHand, PutBack
from workers.make_once import REST

#: Seconds until an order whose credentials were refused is looked at again, if nobody told the system's row.
BROKEN_WAIT = 5.0


def ending(fate: Fate, failures: int) -> Outcome:
    """`failures`: tries in a row before this one that a system was not up to."""
    code, says = fate.code, fate.message
    match fate:
        case PutBack():
            return Outcome(
                state="waiting",
                name="put_back",
                reason=code,
                sentence=says,
                wait=asked_for(fate) or 0.0,
                failures=failures + fate.counts,
            )
        case Retry():
            return try_again("retry", code, says, failures + 1, at_least=asked_for(fate) or 0.0)
        case OutcomeUnknown():
            return replace(try_again("unknown", code, says, failures + 1, at_least=REST), open=True)
        case ConnectionBroken():
            return Outcome(
                state="waiting", name="broken", wait=BROKEN_WAIT, reason=code, sentence=says, failures=failures
            )
        case Skip():
            return Outcome(state="skipped", name="skipped", reason=code, sentence=says)
        case NeedsUser():
            return Outcome(state="failed", name="failed", reason=code, sentence=says)
        case _:
            raise TypeError(f"{type(fate).__name__} has no ending")


def asked_for(fate: Retry) -> float | None:
    """Seconds of patience; None where nobody named any."""
    return fate.after.total_seconds() if fate.after else None


def try_again(name: str, code: str, says: str, failures: int, *, at_least: float = 0.0) -> Outcome:
    """`failures`: this one included."""
    wait = wait_after(failures, random.random())  # noqa: S311
    if wait is None:
        sentence = REASONS["gave_up"].says(last=says)
        return Outcome(state="failed", name="failed", reason="gave_up", sentence=sentence)
    return Outcome(state="waiting", name=name, reason=code, sentence=says, wait=max(wait, at_least), failures=failures)


def tell_about_system(database: Database, hand: InHand, system: System, fate: Fate | None) -> None:
    """What a try says of the system it talked to last: it rests after trouble; that it is broken is told once."""
    where: dict[str, object] = {"account": hand.account, "system": system.id}
    if isinstance(fate, ConnectionBroken):
        refused = {"credentials": system.credentials, "reason": fate.code, "detail": fate.message}
        database.one("break_system", where | refused)
    elif isinstance(fate, Retry | OutcomeUnknown) and not isinstance(fate, PutBack) and fate.code != "wrong_setup":
        after = asked_for(fate) if isinstance(fate, Retry) else None
        database.one("note_trouble", where | {"reason": fate.code, "after": after})
    elif hand.is_troubled and hand.answered:
        database.one("note_recovery", {"account": hand.account, "systems": sorted(hand.answered)})
