"""What the doctor found, part by part, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.domain.findings import Finding, Level
from tools.cli.page import Page

STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILING: "bold red"}
#: Columns of a finding's level.
WIDTH = 9


@dataclass(frozen=True, slots=True)
class Section:
    """`name`: "database", "Lampeland: Webshop (WooCommerce)"."""

    name: str
    findings: Sequence[Finding]

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.name,
            "findings": [
                {"level": one.level, "about": one.about, "says": one.says, "remedy": one.remedy}
                for one in self.findings
            ],
        }


def ok(about: str, says: str) -> Finding:
    return Finding(Level.OK, about, says)


def warning(about: str, says: str, remedy: str) -> Finding:
    return Finding(Level.WARNING, about, says, remedy)


def failing(about: str, says: str, remedy: str) -> Finding:
    return Finding(Level.FAILING, about, says, remedy)


def show(page: Page, section: Section) -> None:
    page.line(section.name, style="bold")
    for one in section.findings:
        page.pair(one.level, f"{one.about}: {one.says}", labels=WIDTH, label_style=STYLES[one.level])
        page.pair("", one.remedy and f"-> {one.remedy}", labels=WIDTH)


def closing(sections: Iterable[Section]) -> str:
    levels = [one.level for section in sections for one in section.findings]
    failed, warned = levels.count(Level.FAILING), levels.count(Level.WARNING)
    if not failed and not warned:
        return "All is well."
    return f"{failed} failing, {warned} to be looked at, {levels.count(Level.OK)} ok."
