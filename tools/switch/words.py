"""Why an order is held, and the commands that let it go, in the words of whoever owns the shop."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.activity import AWAITS_RELEASE, Activity, Kind, Switch
from shared.domain.reasons import REASONS


@dataclass(frozen=True, slots=True)
class Held:
    #: A code of the reasons.
    reason: str
    sentence: str
    next_step: str
    #: What to type.
    command: str


def held_by(activity: Activity, state: str) -> Held | None:
    """What keeps a transfer in that state; None where no switch does."""
    code = activity.holds(state)
    if code is None:
        return None
    reason = REASONS[code]
    if code == AWAITS_RELEASE:
        return Held(code, reason.sentence, reason.next_step, release(activity.account.name, activity.connection.name))
    first = activity.off[0]
    return Held(
        code, reason.sentence.format(name=first.name), reason.next_step, switch(activity.account.name, first, on=True)
    )


def switch(account: str, what: Switch, *, on: bool) -> str:
    named = [] if what.kind is Kind.ACCOUNT else [f"--{what.kind}", what.name]
    return shlex.join(["shopledger", "switch", "on" if on else "off", "--account", account, *named])


def release(account: str, connection: str) -> str:
    return shlex.join(["shopledger", "release", "--account", account, "--connection", connection])


def called(what: Switch) -> str:
    return f"the {what.kind} {what.name}"


def all_off(off: Sequence[Switch]) -> str:
    """As "the account Lampeland is switched off and the system Books is switched off"."""
    return " and ".join(f"{called(one)} is switched off" for one in off)
