"""The shops and books of an account, asked whether their credentials, rights, webhooks and settings are right.

They are looked at as `apply` looks: as if a file wished exactly what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.base import Webshop
from connectors.registry import installed
from shared.domain.findings import Finding, Level
from shared.errors import Fate
from shared.store.inventory import StoredConnection
from shared.store.look import System
from tools.apply import live, webhooks
from tools.apply.plan import AccountPlan, Act, ConnectionStep, SystemStep, WebhookStep
from tools.apply.states import check_states
from tools.apply.wish import WishedConnection, WishedSystem
from tools.cli.place import Place
from tools.doctor import alarms
from tools.doctor.account import Opened, Seen
from tools.doctor.orders import wrong_settings
from tools.doctor.report import failing, ok, warning

APPLY = "Let it be put right: `shopledger apply FILE`."


@dataclass(frozen=True, slots=True)
class Examination:
    """Of one system; `findings` asks it, and touches no database."""

    place: Place
    seen: Seen
    system: System

    @property
    def name(self) -> str:
        """As "Lampeland: Webshop (WooCommerce)"."""
        kind = installed().get(self.system.kind)
        return f"{self.seen.account.name}: {self.system.name} ({kind.title if kind else self.system.kind})"

    def findings(self) -> Iterator[Finding]:
        yield from self._alarms()
        opened = self.seen.opened[self.system.id]
        if not isinstance(opened, Opened):
            yield opened
        elif not (self.system.active and self.seen.account.active):
            yield ok("switch", "It is switched off, and was not asked.")
        else:
            yield from self._asked(opened)

    def _alarms(self) -> Iterator[Finding]:
        mine = [alarm for alarm in self.seen.alarms if alarm.system == self.system.name]
        if self.system.broken_at is not None:
            details = [alarm.detail for alarm in mine if alarm.code == self.system.broken_reason]
            yield alarms.stopped(self.system, "".join(details[:1]))
        for alarm in mine:
            if self.system.broken_at is None or alarm.code != self.system.broken_reason:
                yield alarms.told(alarm)

    def _asked(self, opened: Opened) -> Iterator[Finding]:
        wished = WishedSystem(self.system.name, opened.kind, opened.credentials, {})
        step = SystemStep(Act.NOTHING, wished, self.system.id)
        into = {one.name: self._step(one) for one in self._connections() if one.target == self.system.id}
        plan = AccountPlan(self.seen.account.name, self.seen.account.id, {self.system.name: step}, into)
        looked = [one.finding for one in live.look(plan, all_of_it=True)]
        yield from looked
        out_of = [one for one in self._connections() if one.source == self.system.id and one.kind == "orders"]
        if isinstance(opened.kind, Webshop) and out_of and all(one.level is not Level.FAILING for one in looked):
            for one in out_of:
                yield from check_states(self._step(one), step)
            may_write = all(one.level is Level.OK for one in looked if one.about == "rights")
            yield from self._webhooks(step, may_write=may_write)

    def _connections(self) -> list[StoredConnection]:
        """Those that are on, and whose settings make sense."""
        systems = {one.id: one for one in self.seen.systems}
        return [
            one
            for one in self.seen.there.connections
            if one.active and wrong_settings(one, systems[one.target]) is None
        ]

    def _step(self, stored: StoredConnection) -> ConnectionStep:
        names = self.seen.names
        wished = WishedConnection(
            stored.name, stored.kind, names[stored.source], names[stored.target], None, stored.settings, {}
        )
        return ConnectionStep(
            Act.NOTHING, wished, stored.id, stored.settings, saves_settings=False, on=True, switches=False
        )

    def _webhooks(self, step: SystemStep, *, may_write: bool) -> Iterator[Finding]:
        """Without the right to write none can be made, which was told, and the shop is asked now and then."""
        if (finding := webhooks.no_way_in(self.place.public_url, step)) is not None:
            yield finding
            return
        assert self.place.public_url is not None
        rows = [row for row in self.seen.there.subscriptions if row.system == step.id]
        try:
            found = webhooks.compare(step, self.place.public_url, rows, self.place.keyring)
        except Fate as fate:
            remedy = "Look again when the shop answers: `shopledger doctor`."
            yield failing("webhooks", f"The shop did not tell which it has: {fate.message}", remedy)
            return
        wrong: dict[str, list[str]] = {}
        doubled = [one for one in found if one.good is not None and one.stale]
        for one in found:
            if one.good is None:
                wrong.setdefault(_why(one), []).append(one.topic)
        for why, topics in wrong.items():
            says = f"{', '.join(topics)}: {why}; these do not reach us."
            yield (
                failing("webhooks", says, APPLY)
                if may_write
                else warning("webhooks", says, "Give the key the right to write, then `shopledger apply FILE`.")
            )
        if doubled:
            yield warning("webhooks", f"{_topics(doubled)}: the shop has more than one, and tells us twice.", APPLY)
        if not wrong and not doubled:
            yield ok("webhooks", f"The shop has all {len(found)}, active and at our address.")


def _why(step: WebhookStep) -> str:
    """`apply` says what it will do; here only what is so."""
    return step.changes[0].removeprefix("made anew: ") if step.changes else "there is none"


def _topics(steps: Sequence[WebhookStep]) -> str:
    return ", ".join(step.topic for step in steps)
