"""The plan and what became of it, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from shared.domain.findings import Level
from tools.apply.carry_out import Done
from tools.apply.plan import AccountPlan, Act, Looked, Plan

SYMBOLS = {Act.CREATE: ("+", "green"), Act.CHANGE: ("~", "yellow"), Act.NOTHING: ("=", "dim")}
_STYLES = {Level.WARNING: "yellow", Level.FAILING: "red"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step, as it is told."""

    act: Act
    what: str
    account: str
    name: str
    #: What it is: "woocommerce, https://shop.example".
    about: str = ""
    changes: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        named = {"act": self.act, "what": self.what, "account": self.account, "name": self.name}
        return {**named, "about": self.about, "changes": list(self.changes)}


def lines(plan: Plan) -> Iterator[Line]:
    for account in plan.accounts:
        yield Line(account.act, "account", account.name, account.name, changes=account.changes)
        yield from _inside(account)


def _inside(account: AccountPlan) -> Iterator[Line]:
    for system in account.systems.values():
        wished = system.wished
        about = f"{wished.connector.kind}, {wished.connector.origin(wished.credentials)}"
        yield Line(system.act, "system", account.name, wished.name, about, system.changes)
    for connection in account.connections.values():
        ends = f"{connection.wished.kind}, {connection.wished.source} -> {connection.wished.target}"
        about = f"{ends}, {'on' if connection.on else 'off'}"
        yield Line(connection.act, "connection", account.name, connection.wished.name, about, connection.changes)
    for webhook in account.webhooks:
        about = f"at {webhook.system}"
        yield Line(webhook.act, "webhook", account.name, webhook.topic, about, webhook.changes)


def show_plan(plan: Plan, out: Console) -> None:
    for line in lines(plan):
        symbol, style = SYMBOLS[line.act]
        indent = "" if line.what == "account" else "  "
        about = f" ({line.about})" if line.about else ""
        out.print(Text(f"{indent}{symbol} {line.what} {line.name}{about}", style))
        for change in line.changes:
            out.print(Text(f"{indent}    {change}", style))
    if plan.not_in_file:
        out.print(Text(f"not in the file, and left as they are: {', '.join(plan.not_in_file)}"))
    show_findings(plan.looked, out)


def show_findings(found: Iterable[Looked], out: Console) -> None:
    """All that are not well, each with its remedy."""
    for looked in found:
        finding = looked.finding
        if finding.level is not Level.OK:
            place = f"{looked.account}.{looked.system}"
            out.print(Text(f"{finding.level}: {place}: {finding.about}: {finding.says}", _STYLES[finding.level]))
            out.print(Text(f"    {finding.remedy}"))


def closing(done: Done) -> str:
    """The last line."""
    counted = f"{done.steps[Act.CREATE]} created, {done.steps[Act.CHANGE]} changed"
    return f"{counted}, {done.steps[Act.NOTHING]} as they were"


def as_json(plan: Plan, done: Done | None) -> dict[str, Any]:
    counted = done and {
        "created": done.steps[Act.CREATE],
        "changed": done.steps[Act.CHANGE],
        "as_they_were": done.steps[Act.NOTHING],
        "is_complete": done.is_complete,
    }
    found = [*plan.looked, *(done.looked if done is not None else plan.unseen)]
    return {
        "plan": [line.as_json() for line in lines(plan)],
        "not_in_file": list(plan.not_in_file),
        "findings": [_finding(looked) for looked in found],
        "done": counted,
    }


def _finding(looked: Looked) -> dict[str, str]:
    found = looked.finding
    where = {"account": looked.account, "system": looked.system}
    return {**where, "level": found.level, "about": found.about, "says": found.says, "remedy": found.remedy}
