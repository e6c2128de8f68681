"""The one connection that a command is about. Whoever names none, or several, is told what to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look.names import unknown

T = TypeVar("T")


def connection_named(
    there: Sequence[T], name: str | None, *, name_of: Callable[[T], str], typed: Callable[[T], str]
) -> T:
    """The one of that name, or the only one there is. `typed`: what names it alone. Raises Problem."""
    found = [one for one in there if name in (None, name_of(one))]
    if len(found) == 1:
        return found[0]
    if not there:
        raise Problem(
            "there is no connection yet: `shopledger apply FILE` makes what your file names", Exit.FOUND_TROUBLE
        )
    if not found:
        names = list(dict.fromkeys(map(name_of, there)))
        raise Problem(harmless(unknown("connection", name or "", names)), Exit.FOUND_TROUBLE)
    raise several("connection", name, list(map(typed, found)))


def several(kind: str, name: str | None, typed: Sequence[str]) -> Problem:
    """`typed`: what names each of them alone, as far as names do."""
    which = f"{kind}s" if name is None else f"{kind}s {name!r}"
    many = f"there are {len(typed)} {which}"
    if len(set(typed)) < len(typed):
        return Problem(harmless(f"{many} that no name tells apart; nothing was done"), Exit.FOUND_TROUBLE)
    listed = "\n".join(f"  {one}" for one in typed)
    return Problem(harmless(f"{many}; say which one is meant:\n{listed}"), Exit.FOUND_TROUBLE)
