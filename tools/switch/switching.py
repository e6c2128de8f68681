"""`shopledger switch on|off`: an account, a system or a connection, and what is held then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from shared.domain.activity import Kind
from shared.store import owner, setup
from shared.store.owner import Switched
from tools.cli.page import Page
from tools.cli.place import Place
from tools.switch import words
from tools.switch.targets import Target


@dataclass(frozen=True, slots=True)
class Done:
    """`connections` are those that the switch is in the way of, as they are now."""

    target: Target
    on: bool
    connections: Sequence[Switched]

    def as_json(self) -> dict[str, Any]:
        switched = self.target.switch
        return {
            "account": self.target.account.name,
            "kind": str(switched.kind),
            "name": switched.name,
            "on": self.on,
            "was_on": switched.on,
            "connections": [
                {
                    "connection": one.name,
                    "held": one.held,
                    "off": [{"kind": str(off.kind), "name": off.name} for off in one.activity.off],
                }
                for one in self.connections
            ],
        }


def switch(place: Place, target: Target, *, on: bool) -> Done:
    with place.database.account(target.account.id) as c:
        _carry_out(c, target, on=on)
        concerned = [one for one in owner.switches(c) if _passes(one, target)]
    return Done(target, on, concerned)


def show(done: Done) -> None:
    page = Page()
    is_now = "on" if done.on else "off"
    already = " already" if done.target.switch.on == done.on else ""
    said = words.called(done.target.switch)
    page.line(f"{said[0].upper()}{said[1:]} is{already} switched {is_now}.")
    for one in done.connections:
        page.pair(one.name, _held(one), labels=max(12, len(one.name) + 1))


def _held(one: Switched) -> str:
    says = f"{one.held} held" if one.held else "nothing is held"
    off = one.activity.off
    if off:
        return f"{says}; {words.all_off(off)}"
    if not one.held:
        return says
    return f"{says}; let go with `{words.release(one.activity.account.name, one.name)}`"


def _carry_out(connection: Connection, target: Target, *, on: bool) -> None:
    if target.switch.kind is Kind.ACCOUNT:
        setup.switch_account(connection, on=on)
    elif target.switch.kind is Kind.SYSTEM:
        setup.switch_system(connection, target.id, on=on)
    else:
        setup.switch_connection(connection, target.id, on=on)


def _passes(one: Switched, target: Target) -> bool:
    if target.switch.kind is Kind.ACCOUNT:
        return True
    return target.id in ((one.source, one.target) if target.switch.kind is Kind.SYSTEM else (one.id,))
