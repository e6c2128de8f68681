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
from tools.look.connection import connection_named, several
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
    raise several(kind, name, [words.switch(one.account.name, one.switch, on=on) for one in found])


def held_connection(place: Place, *, account: str | None, connection: str) -> tuple[StoredAccount, Switched]:
    """The one of that name. Raises Problem."""
    there: list[tuple[StoredAccount, Switched]] = []
    for one in accounts_named(place, account):
        with place.database.account(one.id) as c:
            there += [(one, switched) for switched in owner.switches(c)]
    return connection_named(
        there,
        connection,
        name_of=lambda one: one[1].name,
        typed=lambda one: words.release(one[0].name, one[1].name),
    )


def _targets(place: Place, account: StoredAccount, kind: Kind) -> list[Target]:
    if kind is Kind.ACCOUNT:
        return [Target(account, account.id, Switch(kind, account.name, account.active))]
    with place.database.account(account.id) as c:
        if kind is Kind.SYSTEM:
            return [Target(account, one.id, Switch(kind, one.name, one.active)) for one in look.systems(c)]
        return [Target(account, one.id, one.activity.connection) for one in owner.switches(c)]


def _names(targets: Sequence[Target]) -> list[str]:
    return list(dict.fromkeys(target.switch.name for target in targets))
