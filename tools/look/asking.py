"""`shopledger retry ORDER`: the owner's word, and what comes of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.store import look, owner
from shared.store.inventory import StoredAccount
from shared.store.look import Order
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look import words
from tools.switch.words import switch


@dataclass(frozen=True, slots=True)
class Asked:
    """`state` is what it was in before. `was_asked` is False where something has to be switched on first."""

    order: str
    account: str
    connection: str
    state: str
    was_asked: bool
    says: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def the_one(number: str, found: Sequence[tuple[StoredAccount, Order]]) -> tuple[StoredAccount, Order]:
    """Raises Problem where there are several."""
    if len(found) == 1:
        return found[0]
    listed = "\n".join(
        f"  {shlex.join(['shopledger', 'retry', number, '--account', account.name, '--connection', order.connection])}"
        for account, order in found
    )
    says = f"there are {len(found)} orders {number}; say which one is meant:\n{listed}"
    raise Problem(harmless(says), Exit.FOUND_TROUBLE)


def ask(place: Place, account: StoredAccount, order: Order) -> Asked:
    """Nothing is asked of what is switched off: the word would be forgotten, or heard at a time nobody expects."""
    off = words.switched_off(account, order)
    if off:
        first = f"Switch it on first: {_switches_on(account, order)}. Then retry once more."
        says = f"it is held: {' and '.join(off)}. {first}"
        return _asked(account, order, says, was_asked=False)
    with place.database.account(account.id) as c:
        living = words.living(look.documents(c, order.id))
        owner.ask_again(c, order.id)
    says = _comes(order, was_sent=living is not None and living.first_sent_at is not None)
    halted = words.halts(order)
    return _asked(account, order, f"{says}. But {halted[0]}." if halted else f"{says}.", was_asked=True)


def _switches_on(account: StoredAccount, order: Order) -> str:
    off = words.activity_of(account, order).off
    return ", ".join(f"`{switch(account.name, one, on=True)}`" for one in off)


def _comes(order: Order, *, was_sent: bool) -> str:
    if order.state == "working":
        return "a worker has it in hand right now; it goes round once more after that"
    if was_sent:
        return "it is looked for in the books and not sent twice; only where it is in no place there a new one goes"
    return {
        "skipped": "it is looked at once more, and left out again if nothing has changed",
        "failed": "it goes again",
        "waiting": "it goes at once and waits no longer",
        "held": "it goes, now that everything is switched on",
        "done": "it is looked for in the books and not sent twice",
    }[order.state]


def _asked(account: StoredAccount, order: Order, says: str, *, was_asked: bool) -> Asked:
    return Asked(words.name(order), account.name, order.connection, order.state, was_asked, says)
