"""`shopledger versions --take-back`: an earlier version's settings become the newest. Nothing is rewritten."""

from __future__ import annotations

import contextlib

from shared.store import versions
from tools.apply.turn import PATIENCE, our_turn
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.cli.who import by_user
from tools.versions.compare import Comparer
from tools.versions.history import Pair, Subject, newest_and


def what_changes(place: Place, subject: Subject, number: int) -> Pair:
    """From the version in use to the one that is to be taken back. Raises Problem where that cannot be."""
    in_use, wanted = newest_and(place, subject, [number])
    if wanted == in_use:
        raise _refusal(f"version {number} is in use already: `{subject.command()}` lists the others")
    comparer = Comparer(subject.books)
    unreadable = comparer.unreadable(wanted)
    if unreadable is not None:
        raise _refusal(
            f"{unreadable.says()}: `{subject.command('--compare', str(number))}` shows what it says; name in your file"
            " what you want of it, and `shopledger apply FILE`"
        )
    pair = Pair(subject, in_use, wanted, comparer.between(in_use, wanted))
    if not pair.difference.changes:
        raise _refusal(
            f"version {number} means the same as version {in_use.version}, which is in use already:"
            f" `{subject.command()}` lists what the others changed"
        )
    return pair


def take_back(place: Place, pair: Pair) -> int:
    """The new version's number. Raises Problem where the settings are not those any more that were shown.

    In turn with `apply`, which would else save over it what it planned before.
    """
    subject = pair.subject
    with contextlib.ExitStack() as turn:
        try:
            still_ours = turn.enter_context(our_turn(place.database))
        except Problem:
            says = f"an apply has been at work for {PATIENCE:.0f} seconds: take it back when that is through"
            raise Problem(f"nothing was taken back: {says}", Exit.UNAVAILABLE) from None
        still_ours()
        with place.database.account(subject.account.id) as c:
            made = versions.take_back(
                c, subject.connection.id, pair.after.version, shown=pair.before.version, by=by_user("taken back")
            )
    if made is None:
        (in_use,) = newest_and(place, subject, [])
        raise _refusal(
            f"the settings have changed meanwhile: version {in_use.version} ({in_use.by}) is in use now."
            f" `{subject.command()}` shows what it changed; take version {pair.after.version} back then, if you still"
            " want it"
        )
    return made


def _refusal(says: str) -> Problem:
    return Problem(harmless(f"nothing was taken back: {says}"), Exit.FOUND_TROUBLE)
