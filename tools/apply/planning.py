"""Wish and store and live systems -> the plan. Nothing is written anywhere."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from psycopg import Connection

from shared.domain.findings import Level
from shared.errors import Fate
from shared.store import inventory
from shared.store.inventory import Inventory, StoredAccount
from tools.apply import live, webhooks
from tools.apply.compare import Comparison, the_one
from tools.apply.complaints import Complaints
from tools.apply.plan import AccountPlan, Act, Looked, Plan, WebhookStep
from tools.apply.states import check_states
from tools.apply.wish import Wish
from tools.cli.place import Place


def plan(place: Place, wish: Wish, *, check_all: bool = False) -> Plan:
    """Asks systems that are new, change or stopped, or all. Raises Problem for what cannot be done, DatabaseDown."""
    complaints = Complaints(wish.source)
    stored = inventory.accounts(place.database)
    not_in_file = [account.name for account in stored if account.name not in wish.accounts]
    compared: list[tuple[AccountPlan, Inventory]] = []
    for name, wished in wish.accounts.items():
        account = the_one(name, stored, "accounts", wished.where, complaints)
        with _inside(place, account) as connection:
            there = inventory.inventory(connection) if connection is not None else Inventory()
            comparison = Comparison(wished, account, there, complaints)
            compared.append((comparison.plan(connection, place.keyring), there))
        not_in_file += comparison.left_alone
    complaints.raise_any()
    seen = [_ask(place, account, there, check_all=check_all) for account, there in compared]
    return Plan(
        accounts=[one.account for one in seen],
        looked=[looked for one in seen for looked in one.looked],
        unseen=[looked for one in seen for looked in one.unseen],
        not_in_file=not_in_file,
    )


@contextlib.contextmanager
def _inside(place: Place, account: StoredAccount | None) -> Iterator[Connection | None]:
    if account is None:
        yield None
        return
    with place.database.account(account.id) as connection:
        yield connection


@dataclass(frozen=True, slots=True)
class _Seen:
    account: AccountPlan
    looked: list[Looked]
    unseen: list[Looked]


def _ask(place: Place, account: AccountPlan, there: Inventory, *, check_all: bool) -> _Seen:
    """The account's plan with what its live systems say."""
    found = live.look(account, all_of_it=check_all)
    failing = {one.system for one in found if one.finding.level is Level.FAILING}
    # A system that stays stopped, and for which nothing is to be written, keeps nothing else back.
    unwritten = set() if check_all else failing - _written(account)
    unseen = [one for one in found if one.system in unwritten]
    looked = [one for one in found if one.system not in unwritten]
    for one, keeps_back in _ask_for_states(account, failing, check_all=check_all):
        (looked if keeps_back else unseen).append(one)
    steps: list[WebhookStep] = []
    for shop in webhooks.webshops(account):
        name = shop.wished.name
        if name in failing:
            continue
        if (warning := webhooks.no_way_in(place.public_url, shop)) is not None:
            looked.append(Looked(account.name, name, warning))
            continue
        assert place.public_url is not None
        try:
            rows = [row for row in there.subscriptions if row.system == shop.id]
            steps += webhooks.compare(shop, place.public_url, rows, place.keyring)
        except Fate as fate:
            unseen.append(Looked(account.name, name, live.told("webhooks", fate)))
    systems = {name: step if name in failing else step.let_in() for name, step in account.systems.items()}
    return _Seen(replace(account, systems=systems, webhooks=steps), looked, unseen)


def _ask_for_states(
    account: AccountPlan, failing: Collection[str], *, check_all: bool
) -> Iterator[tuple[Looked, bool]]:
    """What is wrong with the states that settings name, and whether it keeps back what is to be written.

    Settings that are stored already do not: a new key of the shop is saved, whatever became of a plugin's state.
    """
    for connection in account.connections.values():
        shop = account.systems[connection.wished.source]
        keeps_back = check_all or connection.saves_settings
        if (keeps_back or shop.is_to_be_asked) and shop.wished.name not in failing:
            for finding in check_states(connection, shop):
                yield Looked(account.name, shop.wished.name, finding), keeps_back


def _written(account: AccountPlan) -> set[str]:
    """The systems with something of which the store is going to hold something else."""
    changed = {name for name, step in account.systems.items() if step.act is not Act.NOTHING}
    return changed | {one.wished.target for one in account.connections.values() if one.saves_settings}
