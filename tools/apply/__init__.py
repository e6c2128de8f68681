"""`shopledger apply FILE`: accounts, systems, connections and settings as a file wishes them (docs/apply.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.apply.carry_out import Done, carry_out
from tools.apply.plan import Plan
from tools.apply.planning import plan
from tools.apply.read import read_wish
from tools.apply.turn import our_turn
from tools.apply.wish import Wish
from tools.cli.place import Place

__all__ = ["Applied", "Done", "Plan", "Wish", "apply", "carry_out", "plan", "read_wish"]


@dataclass(frozen=True, slots=True)
class Applied:
    plan: Plan
    #: None where the plan fails, and nothing was written.
    done: Done | None


def apply(
    place: Place, wish: Wish, *, check_all: bool = False, before: Callable[[Plan], None] = lambda _: None
) -> Applied:
    """Plans and carries out, while nobody else does; `before` is told the plan. Raises Problem, DatabaseDown."""
    with our_turn(place.database) as turn:
        planned = plan(place, wish, check_all=check_all)
        before(planned)
        if planned.fails:
            return Applied(planned, None)
        turn.check()
        return Applied(planned, carry_out(place, planned))
