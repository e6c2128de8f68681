"""The order that a command names, and the owner's word for it (`retry`, `transfer`) with what comes of it."""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass
from typing import Any

import click

from shared.store import owner, ownership, routes
from shared.store.inventory import StoredAccount
from shared.store.look import Order
from tools.cli.output import print_json
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look import story, words
from tools.look.names import accounts_named, check_names
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


def named(place: Place, account: str | None, connection: str | None, *typed: str) -> tuple[StoredAccount, Order]:
    """`typed`: the command, the order's number and what stood behind that. Raises Problem where it is not one order."""
    accounts = accounts_named(place, account)
    check_names(place, accounts, connection=connection)
    found = story.find_orders(place, accounts, typed[1], connection)
    if len(found) == 1:
        return found[0]
    listed = "\n".join(
        f"  {shlex.join(['shopledger', *typed, '--account', of.name, '--connection', one.connection])}"
        for of, one in found
    )
    says = f"there are {len(found)} orders {words.name(found[0][1])}; say which one is meant:\n{listed}"
    raise Problem(harmless(says), Exit.FOUND_TROUBLE)


def ask(place: Place, account: StoredAccount, order: Order, *, is_waived: bool = False) -> Asked:
    """`is_waived`: it goes, whatever the rules say.

    Nothing is asked of what is switched off: the word would be forgotten, or heard at a time nobody expects.
    """
    first = switch_on_first(account, order)
    if first is not None:
        says = f"{first} Then {'transfer' if is_waived else 'retry'} once more."
        return _asked(account, order, says, was_asked=False)
    with place.database.account(account.id) as c:
        elsewhere = routes.choose(c, order.id) if is_waived else None
        has_document = bool(ownership.living_documents(c, order.id))
        if elsewhere is None:
            owner.ask_again(c, order.id, is_waived=is_waived)
    if elsewhere is not None:
        says = f"it has a document through {elsewhere}, and an order goes by one connection only."
        return _asked(account, order, says, was_asked=False)
    says = _comes(order, has_document=has_document, is_waived=is_waived)
    halted = words.halts(order)
    return _asked(account, order, f"{says}. But {halted[0]}." if halted else f"{says}.", was_asked=True)


def tell(context: click.Context, asked: Asked, *, as_json: bool) -> None:
    """Raises Problem where nothing was asked."""
    if as_json:
        print_json(asked.as_json())
        context.exit(0 if asked.was_asked else Exit.FOUND_TROUBLE)
    says = harmless(f"order {asked.order}: {asked.says}")
    if not asked.was_asked:
        raise Problem(says, Exit.FOUND_TROUBLE)
    click.echo(says[0].upper() + says[1:])


def switch_on_first(account: StoredAccount, order: Order) -> str | None:
    """What is off on the order's way, and how it is switched on; None where nothing is."""
    off = words.switched_off(account, order)
    if not off:
        return None
    on = [f"`{switch(account.name, one, on=True)}`" for one in words.activity_of(account, order).off]
    return f"it is held: {' and '.join(off)}. Switch it on first: {', '.join(on)}."


def _comes(order: Order, *, has_document: bool, is_waived: bool) -> str:
    if order.state == "working":
        return "a worker has it in hand right now; it goes round once more after that"
    if is_waived and not has_document:
        return "it goes when its turn comes, whatever the rules say of it"
    if has_document:
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
