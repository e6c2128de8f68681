"""What the owner names to be switched or released. Whoever mistypes is told what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.activity import Kind, Switch
from shared.store import look, owner
from shared.store.inventory import StoredAccount
from shared.store.owner import Switched
from tools.cli.place import Place
from tools.cli.problems import Exit, Problem
from tools.cli.texts import harmless
from tools.look.names import accounts_named, unknown
from tools.switch import words


@dataclass(frozen=True, slots=True)
class Target:
    """`switch` is as it was found. `id` is the account's, the system's or the connection's."""

    account: StoredAccount
    id: int
    switch: Switch


def switch_named(place: Place, *, account: str | None, system: str | None, connection: str | None, on: bool) -> Target:
    """The one of that name. Raises Problem."""
    accounts = accounts_named(place, account)
    kind, name = Kind.ACCOUNT, account
    if system is not None:
        kind, name = Kind.SYSTEM, system
    elif connection is not None:
        kind, name = Kind.CONNECTION, connection
    there = [target for one in accounts for target in _targets(place, one, kind)]
    found = [target for target in there if name in (None, target.switch.name)]
    if len(found) == 1:
        return found[0]
    if name is not None and not found:
        raise Problem(harmless(unknown(kind, name, _names(there))), Exit.FOUND_TROUBLE)
    if not found:
        raise Problem("there is no account yet: `shopledger apply FILE` makes what your file names", Exit.FOUND_TROUBLE)
    raise _several(kind, name, [words.switch(one.account.name, one.switch, on=on) for one in found])


def connection_named(place: Place, *, account: str | None, connection: str) -> tuple[StoredAccount, Switched]:
    """The one of that name. Raises Problem."""
    there: list[tuple[StoredAccount, Switched]] = []
    for one in accounts_named(place, account):
        with place.database.account(one.id) as c:
            there += [(one, switched) for switched in owner.switches(c)]
    found = [(of, switched) for of, switched in there if switched.name == connection]
    if len(found) == 1:
        return found[0]
    if not found:
        names = list(dict.fromkeys(switched.name for _, switched in there))
        raise Problem(harmless(unknown(Kind.CONNECTION, connection, names)), Exit.FOUND_TROUBLE)
    raise _several(Kind.CONNECTION, connection, [words.release(of.name, switched.name) for of, switched in found])


def _targets(place: Place, account: StoredAccount, kind: Kind) -> list[Target]:
    if kind is Kind.ACCOUNT:
        return [Target(account, account.id, Switch(kind, account.name, account.active))]
    with place.database.account(account.id) as c:
        if kind is Kind.SYSTEM:
            return [Target(account, one.id, Switch(kind, one.name, one.active)) for one in look.systems(c)]
        return [Target(account, one.id, one.activity.connection) for one in owner.switches(c)]


def _names(targets: Sequence[Target]) -> list[str]:
    return list(dict.fromkeys(target.switch.name for target in targets))


def _several(kind: Kind, name: str | None, commands: Sequence[str]) -> Problem:
    which = f"{kind}s" if name is None else f"{kind}s {name!r}"
    if len(set(commands)) < len(commands):
        return Problem(
            harmless(f"there are {len(commands)} {which} that no name tells apart; nothing was done"),
            Exit.FOUND_TROUBLE,
        )
    listed = "\n".join(f"  {command}" for command in commands)
    return Problem(
        harmless(f"there are {len(commands)} {which}; say which one is meant:\n{listed}"), Exit.FOUND_TROUBLE
    )
