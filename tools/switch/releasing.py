"""`shopledger release`: what a connection holds, and the one word that lets it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shared.store import look, owner
from shared.store.inventory import StoredAccount
from shared.store.look import Filter, Transfer
from shared.store.owner import Switched
from tools.cli.page import Page
from tools.cli.place import Place
from tools.cli.texts import many, moment
from tools.switch import words

#: So many are listed.
NEWEST = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a connection holds; `newest` are those that changed last."""

    account: StoredAccount
    connection: Switched
    newest: Sequence[Transfer]

    @property
    def refusal(self) -> str | None:
        """Why nothing of it can go."""
        off = self.connection.activity.off
        return " ".join([*(one.says() for one in off[:1]), *_commands(self)]) if off else None

    def as_json(self, released: int) -> dict[str, Any]:
        return {
            "account": self.account.name,
            "connection": self.connection.name,
            "held": self.connection.held,
            "released": released,
            "refused": self.refusal,
            "off": [{"kind": str(one.kind), "name": one.name} for one in self.connection.activity.off],
            "newest": [{"order": _number(one), "since": one.updated_at} for one in self.newest],
        }


def what_waits(place: Place, account: StoredAccount, connection: Switched) -> Waiting:
    with place.database.account(account.id) as c:
        newest, _ = look.transfers(c, Filter(connection=connection.name, states=("held",)), most=NEWEST)
    return Waiting(account, connection, newest)


def let_go(place: Place, waiting: Waiting) -> int:
    """How many go: what is held at this moment, none where something was switched off meanwhile."""
    with place.database.account(waiting.account.id) as c:
        return owner.release(c, waiting.connection.id)


def show(waiting: Waiting) -> None:
    page = Page()
    held = waiting.connection.held
    page.line(f"{waiting.connection.name} of {waiting.account.name} holds {many(held, 'order')}", style="bold")
    rows = [{"order": _number(one), "since": moment(one.updated_at)} for one in waiting.newest]
    page.rows(rows, {"order": "order", "since": "held since"}, whole={"order", "since"}, indent=2)
    if held > len(rows):
        page.line(f"and {held - len(rows)} older", indent=2)


def _commands(waiting: Waiting) -> list[str]:
    off = waiting.connection.activity.off
    return [f"`{words.switch(waiting.account.name, one, on=True)}`" for one in off]


def _number(transfer: Transfer) -> str:
    return transfer.source_number or transfer.source_id
