"""`shopledger apply FILE`: accounts, systems, connections and settings as a file wishes them (docs/apply.md)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from shared.store.database import DatabaseDown
from tools.apply.carry_out import Done, carry_out
from tools.apply.plan import Plan
from tools.apply.planning import plan
from tools.apply.read import read_wish
from tools.apply.turn import our_turn
from tools.apply.wish import Wish
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem

__all__ = ["Applied", "Done", "Plan", "Wish", "apply", "plan", "read_wish"]


@dataclass(frozen=True, slots=True)
class Applied:
    plan: Plan
    #: None where the plan fails, and nothing was written.
    done: Done | None


def apply(
    place: Place, wish: Wish, *, check_all: bool = False, before: Callable[[Plan], None] = lambda _: None
) -> Applied:
    """Plans and carries out, while nobody else does; `before` is told the plan. Raises Problem."""
    with _or_again(place), our_turn(place.database) as still_ours:
        planned = plan(place, wish, check_all=check_all)
        before(planned)
        if planned.fails:
            return Applied(planned, None)
        return Applied(planned, carry_out(place, planned, still_ours))


@contextlib.contextmanager
def _or_again(place: Place) -> Iterator[None]:
    """PostgreSQL may go away at any point: what was done by then stays, and the next run does what is left."""
    try:
        yield
    except DatabaseDown as error:
        why = str(error)
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
        why = f"PostgreSQL does not store this now ({error.sqlstate})"
    else:
        return
    raise Problem(f"{why} ({place.name}): apply the file again when it is back, and the rest is done", Exit.UNAVAILABLE)
