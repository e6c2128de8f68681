"""Versions of settings, for people."""

from __future__ import annotations

from tools.cli.page import Page
from tools.cli.texts import many, moment
from tools.versions.compare import Difference
from tools.versions.history import History, Pair, Step


def show_history(history: History) -> None:
    page = Page()
    page.line(f"Settings of {history.subject.name}", style="bold")
    for step in history.steps:
        _step(page, step)
    if history.older:
        page.line(f"and {many(history.older, 'older version')}: --limit shows more")


def show_pair(pair: Pair) -> None:
    page = Page()
    page.line(
        f"Settings of {pair.subject.name}, from version {pair.before.version} to version {pair.after.version}",
        style="bold",
    )
    _difference(page, pair.difference)


def show_plan(pair: Pair) -> None:
    """What taking it back will change."""
    page = Page()
    page.line(f"Version {pair.after.version} of {pair.subject.name} in place of version {pair.before.version}:")
    _difference(page, pair.difference)


def _step(page: Page, step: Step) -> None:
    version = step.version
    in_use = ", in use" if version.is_in_use else ""
    page.line(f"{version.version}. {moment(version.at)}, {version.by}{in_use}", style="bold" if in_use else "")
    _difference(page, step.difference)


def _difference(page: Page, difference: Difference) -> None:
    for change in difference.changes:
        page.line(change, indent=3)
    if not difference.changes:
        page.line("nothing differs", indent=3)
    for one in difference.unreadable:
        page.line(f"{one.says()}: compared as it was saved", indent=3, style="yellow")
