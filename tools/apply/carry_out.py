"""Does what was planned: each account in one transaction, and then its webhooks, whose rows are stored by then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from psycopg import Connection

from connectors.base import Webshop
from shared.domain.findings import Level
from shared.store import setup
from shared.store.inventory import StoredSubscription
from tools.apply.credentials import opened
from tools.apply.plan import AccountPlan, Act, ConnectionStep, Looked, Plan, SystemStep, WebhookStep
from tools.apply.register import register
from tools.cli.place import Place
from tools.cli.who import by_user
from workers.webhooks import new_secret


@dataclass(slots=True)
class Done:
    """How many steps of each kind were done, and what was met on the way."""

    steps: Counter[Act] = field(default_factory=Counter)
    looked: list[Looked] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Warnings aside."""
        return all(looked.finding.level is not Level.FAILING for looked in self.looked)


def carry_out(place: Place, plan: Plan, still_ours: Callable[[], None]) -> Done:
    """Doing it again does nothing; after a crash, it does what is left. Raises DatabaseDown.

    `still_ours` raises where another may be at work, too: the plan would be of yesterday.
    """
    assert not plan.fails, "what fails is not carried out"
    done = Done(looked=list(plan.unseen))
    for account in plan.accounts:
        still_ours()
        _AccountHand(place, account, done).carry_out()
    return done


class _AccountHand:
    def __init__(self, place: Place, plan: AccountPlan, done: Done) -> None:
        self._place = place
        self._plan = plan
        self._done = done

    def carry_out(self) -> None:
        name, account = self._plan.name, self._plan.id
        if account is None:
            account = self._place.database.run(lambda c: setup.open_account(c, name), repeat=False)
        self._done.steps[self._plan.act] += 1
        with self._place.database.account(account) as connection:
            if self._plan.log_days is not None:
                setup.choose_log_days(connection, self._plan.log_days)
            systems = {system: self._system(connection, step) for system, step in self._plan.systems.items()}
            for step in self._plan.connections.values():
                _connection(connection, step, systems)
            rows = [(step, self._row(connection, step, systems[step.system])) for step in self._plan.webhooks]
        self._done.steps.update(step.act for step in self._plan.systems.values())
        self._done.steps.update(step.act for step in self._plan.connections.values())
        for system in {step.system: None for step in self._plan.webhooks}:
            self._webhooks(account, system, [(step, row) for step, row in rows if step.system == system])

    def _system(self, connection: Connection, step: SystemStep) -> int:
        wished, credentials = step.wished, opened(step.wished.credentials)
        if step.id is None:
            return setup.add_system(
                connection,
                self._place.keyring,
                kind=wished.connector.kind,
                role="webshop" if isinstance(wished.connector, Webshop) else "accounting",
                name=wished.name,
                credentials=credentials,
            )
        if step.act is Act.CHANGE:
            setup.change_credentials(connection, self._place.keyring, step.id, credentials)
        return step.id

    def _row(self, connection: Connection, step: WebhookStep, system: int) -> StoredSubscription:
        if step.row is not None:
            return step.row
        return setup.add_subscription(
            connection, self._place.keyring, system=system, topic=step.topic, secret=new_secret()
        )

    def _webhooks(self, account: int, system: str, steps: Sequence[tuple[WebhookStep, StoredSubscription]]) -> None:
        if all(step.act is Act.NOTHING for step, _ in steps):
            self._done.steps.update(step.act for step, _ in steps)
            return
        made, refusal = register(self._place, account, self._plan.systems[system], steps)
        self._done.steps.update(step.act for step in made)
        if refusal is not None:
            self._done.looked.append(Looked(self._plan.name, system, refusal))


def _connection(connection: Connection, step: ConnectionStep, systems: Mapping[str, int]) -> None:
    wished, target = step.wished, step.id
    if target is None:
        ends = {"source": systems[wished.source], "target": systems[wished.target]}
        target = setup.add_connection(
            connection, kind=wished.kind, name=wished.name, **ends, settings=step.settings, by=by_user("apply")
        )
    elif step.saves_settings:
        setup.save_settings(connection, target, step.settings, by=by_user("apply"))
    if step.switches:
        setup.switch_connection(connection, target, on=step.on)
