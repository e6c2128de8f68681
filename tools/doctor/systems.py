"""The shops and books of one account: credentials, rights, webhooks, settings, and how their orders move.

It is looked at as `apply` looks: as if a file wished exactly what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg import Connection
from pydantic import BaseModel, ValidationError

from connectors.registry import UnknownConnector, connector
from shared.domain.findings import Finding, Level
from shared.domain.settings import OrderSettings
from shared.errors import Fate
from shared.sealing import SealError
from shared.store import inventory, look, setup
from shared.store.inventory import Inventory, StoredAccount, StoredConnection, StoredSystem
from shared.store.sql import query
from tools.apply import live, webhooks
from tools.apply.plan import AccountPlan, Act, ConnectionStep, SystemStep
from tools.apply.wish import WishedConnection, WishedSystem
from tools.cli.place import Place
from tools.doctor.report import Section, failing, ok, warning

#: Seconds after which somebody must have rung for a transfer, taken it, or freed it.
PATIENCE = 60.0

#: What helps against an alarm of that code; else `APPLY`.
REMEDIES = {
    "forged_webhooks": "Somebody guesses, or the secret differs from the shop's; `shopledger apply FILE` compares them."
}
APPLY = "Give it credentials that work: `shopledger apply FILE`."


def account_sections(place: Place, account: StoredAccount) -> Iterator[Section]:
    with place.database.account(account.id) as inside:
        doctor = _Account(place, account, inside)
        closed, systems = doctor.open_systems()
        connections = doctor.open_connections(systems)
        told = look.alarms(inside)
        line = list(_line(inside))
    plan = AccountPlan(account.name, account.id, systems, connections.steps)
    looked = live.look(plan, all_of_it=True)
    for stored in doctor.there.systems:
        findings = [*closed.get(stored.name, ()), *(one.finding for one in looked if one.system == stored.name)]
        is_shut = any(one.level is Level.FAILING for one in findings)
        step = systems.get(stored.name)
        if step is not None and not is_shut and step in list(webhooks.webshops(plan)):
            findings += doctor.webhooks(step)
        findings += [
            warning(
                f"alarm {alarm.code}",
                f"{alarm.detail or alarm.code}, {alarm.count} times.",
                REMEDIES.get(alarm.code, APPLY),
            )
            for alarm in told
            if alarm.system == stored.name
        ]
        yield Section(f"{account.name}: {stored.name} ({_title(stored)})", findings)
    yield Section(
        f"{account.name}: connections",
        [*connections.findings, *line]
        or [
            warning(
                "connections",
                "There is none: no order goes anywhere.",
                "Name one in your file: `shopledger apply FILE`.",
            )
        ],
    )


@dataclass(frozen=True, slots=True)
class _Connections:
    steps: dict[str, ConnectionStep]
    findings: Sequence[Finding]


class _Account:
    def __init__(self, place: Place, account: StoredAccount, inside: Connection) -> None:
        self._place = place
        self._account = account
        self._inside = inside
        self.there: Inventory = inventory.inventory(inside)

    def open_systems(self) -> tuple[dict[str, list[Finding]], dict[str, SystemStep]]:
        """Why one cannot be asked, and those that can."""
        closed: dict[str, list[Finding]] = {}
        steps: dict[str, SystemStep] = {}
        for stored in self.there.systems:
            try:
                kind = connector(stored.kind)
                credentials: BaseModel = kind.Credentials.model_validate(
                    setup.read_credentials(self._inside, self._place.keyring, stored.id)
                )
                steps[stored.name] = SystemStep(
                    Act.NOTHING, WishedSystem(stored.name, kind, credentials, {}), stored.id
                )
            except UnknownConnector as error:
                closed[stored.name] = [failing("connector", f"{error}.", "Install the version that has it.")]
            except SealError as error:
                closed[stored.name] = [
                    failing("credentials", f"They cannot be opened: {error}.", "Set SHOPLEDGER_SECRET_KEYS as it was.")
                ]
            except LookupError:
                closed[stored.name] = [failing("credentials", "There are none.", APPLY)]
            except ValidationError:
                closed[stored.name] = [failing("credentials", "They are not complete.", APPLY)]
        return closed, steps

    def open_connections(self, systems: dict[str, SystemStep]) -> _Connections:
        """Those that are on and whose systems can be asked, as steps; and what is to be said of all of them."""
        names = {one.id: one.name for one in self.there.systems}
        steps: dict[str, ConnectionStep] = {}
        findings: list[Finding] = []
        for stored in self.there.connections:
            source, target = names[stored.source], names[stored.target]
            wished = WishedConnection(stored.name, stored.kind, source, target, None, stored.settings, {})
            finding = _said(stored)
            findings.append(finding)
            if finding.level is Level.OK and {source, target} <= systems.keys():
                steps[stored.name] = ConnectionStep(
                    Act.NOTHING,
                    wished,
                    stored.id,
                    stored.settings,
                    saves_settings=False,
                    on=stored.active,
                    switches=False,
                )
        return _Connections(steps, findings)

    def webhooks(self, step: SystemStep) -> list[Finding]:
        if (finding := webhooks.no_way_in(self._place.public_url, step)) is not None:
            return [finding]
        assert self._place.public_url is not None
        rows = [row for row in self.there.subscriptions if row.system == step.id]
        try:
            found = webhooks.compare(step, self._place.public_url, rows, self._place.keyring)
        except Fate as fate:
            return [live.told("webhooks", fate)]
        again = "Let it be put right: `shopledger apply FILE`."
        wrong = [
            failing("webhooks", f"{one.topic}: {'; '.join(one.changes) or 'there is none.'}", again)
            for one in found
            if one.act is not Act.NOTHING
        ]
        return wrong or [ok("webhooks", f"The shop has all {len(found)}, active and at our address.")]


def _said(stored: StoredConnection) -> Finding:
    try:
        OrderSettings.model_validate(stored.settings)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        return failing(
            stored.name, f"Its settings are wrong at {where}: {problem['msg']}.", "Apply a file with right ones."
        )
    return ok(stored.name, "It is on." if stored.active else "It is switched off: its orders are kept, and do not go.")


def _line(inside: Connection) -> Iterator[Finding]:
    """Whether relay, workers and scheduler do their part for this account's orders."""
    row = inside.execute(query("doctor_line")).fetchone()
    assert row is not None
    unrung, untaken, unfreed, dead = row
    for seconds, says, who in (
        (unrung, "wait to be rung for", "the relay (`shopledger up ingest`)"),
        (untaken, "were rung for, and no worker came", "a worker (`shopledger up worker`)"),
        (unfreed, "are in the hands of a worker that is gone", "the scheduler (`shopledger up scheduler`)"),
    ):
        if seconds is not None and seconds > PATIENCE:
            yield failing("orders", f"Some {says} for {seconds:.0f} s.", f"Let {who} run, or `shopledger up` for all.")
    if dead:
        yield warning(
            "dead letters",
            f"{dead} messages of the last week could not be handled.",
            "Look for them: `shopledger transfers --reason dead_letter`.",
        )


def _title(stored: StoredSystem) -> str:
    try:
        return connector(stored.kind).title
    except UnknownConnector:
        return stored.kind
