"""Wish and store and live systems -> the plan. Nothing is written anywhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from psycopg import Connection

from shared.domain.findings import Level
from shared.errors import Fate
from shared.store import inventory
from shared.store.inventory import Inventory, StoredAccount, StoredSubscription
from tools.apply import live, webhooks
from tools.apply.compare import Comparison, the_one
from tools.apply.complaints import Complaints
from tools.apply.plan import AccountPlan, Looked, Plan, WebhookStep
from tools.apply.wish import Wish
from tools.cli.place import Place


def plan(place: Place, wish: Wish, *, check_all: bool = False) -> Plan:
    """Asks the systems that are new or change, or all of them. Raises Problem for what cannot be done, DatabaseDown."""
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
    seen = [_Seen(place, account, there, check_all=check_all) for account, there in compared]
    return Plan(
        accounts=[replace(one.account, webhooks=one.webhooks) for one in seen],
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


class _Seen:
    """What the live systems of one account say."""

    def __init__(self, place: Place, account: AccountPlan, there: Inventory, *, check_all: bool) -> None:
        self.account = account
        self.looked = live.look(account, all_of_it=check_all)
        self.unseen: list[Looked] = []
        self.webhooks: list[WebhookStep] = []
        failing = {looked.system for looked in self.looked if looked.finding.level is Level.FAILING}
        for step in webhooks.webshops(account):
            if step.wished.name not in failing:
                rows = [row for row in there.subscriptions if row.system == step.id]
                self._look_at_webhooks(place, step.wished.name, rows)

    def _look_at_webhooks(self, place: Place, system: str, rows: list[StoredSubscription]) -> None:
        step = self.account.systems[system]
        if (warning := webhooks.no_way_in(place.public_url, step)) is not None:
            self.looked.append(Looked(self.account.name, system, warning))
            return
        assert place.public_url is not None
        try:
            self.webhooks += webhooks.compare(step, place.public_url, rows, place.keyring)
        except Fate as fate:
            self.unseen.append(Looked(self.account.name, system, live.told("webhooks", fate)))
