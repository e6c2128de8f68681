"""What becomes of a transfer whose try ended with a fate: when it is tried again, and who has to do something."""

from __future__ import annotations

import random

from shared.domain.backoff import wait_after
from shared.domain.reasons import REASONS
from shared.errors import ConnectionBroken, Fate, NeedsUser, OutcomeUnknown, Retry, Skip
from shared.store.database import Database
from shared.store.line import Claim, Outcome
from shared.store.sql import query
from workers.hand import PutBack
from workers.make_once import REST


def ending(fate: Fate, failures: int) -> Outcome:
    """`failures`: tries in a row before this one that a system was not up to."""
    code, says = fate.code, fate.message
    match fate:
        case PutBack():
            return Outcome(
                state="waiting", name="put_back", reason=code, sentence=says, wait=fate.wait, failures=failures
            )
        case Retry():
            return _again("retry", fate, failures + 1, at_least=fate.after.total_seconds() if fate.after else 0.0)
        case OutcomeUnknown():
            return _again("unknown", fate, failures + 1, at_least=REST)
        case ConnectionBroken():
            return Outcome(state="waiting", name="broken", reason=code, sentence=says, failures=failures)
        case Skip():
            return Outcome(state="skipped", name="skipped", reason=code, sentence=says)
        case NeedsUser():
            return Outcome(state="failed", name="failed", reason=code, sentence=says)
        case _:
            raise TypeError(f"{type(fate).__name__} has no ending")


def _again(name: str, fate: Fate, failures: int, *, at_least: float) -> Outcome:
    wait = wait_after(failures, random.random())  # noqa: S311
    if wait is None:
        sentence = REASONS["gave_up"].says(last=fate.message)
        return Outcome(state="failed", name="failed", reason="gave_up", sentence=sentence)
    return Outcome(
        state="waiting",
        name=name,
        reason=fate.code,
        sentence=fate.message,
        wait=max(wait, at_least),
        failures=failures,
    )


def tell_about_system(database: Database, claim: Claim, system: int, fate: Fate | None) -> None:
    """What a try says of the system it talked to: it rests after trouble, and is told of once when it is broken."""
    where = {"account": claim.account, "system": system}
    if isinstance(fate, ConnectionBroken):
        _call(database, "break_system", where | {"reason": fate.code, "detail": fate.message})
    elif isinstance(fate, Retry | OutcomeUnknown) and not isinstance(fate, PutBack):
        after = fate.after.total_seconds() if isinstance(fate, Retry) and fate.after else None
        _call(database, "note_trouble", where | {"reason": fate.code, "after": after})
    elif claim.is_troubled and not isinstance(fate, PutBack):
        systems = [claim.source.id, claim.target.id]
        _call(database, "note_recovery", {"account": claim.account, "systems": systems})


def _call(database: Database, name: str, values: dict[str, object]) -> None:
    database.run(lambda c: c.execute(query(name), values))
